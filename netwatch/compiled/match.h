/* Which request a datagram answers. */
#pragma once
#include "header.h"

#define RESPONSE 0xA2

static PyObject *name_of_peer, *name_of_address, *name_of_identity; /* held for as long as the process lives */

static int
set_up_names(void)
{
    if (name_of_peer == NULL) {
        name_of_peer = PyUnicode_InternFromString("peer");
        name_of_address = PyUnicode_InternFromString("address");
        name_of_identity = PyUnicode_InternFromString("identity");
    }
    return name_of_peer == NULL || name_of_address == NULL || name_of_identity == NULL ? -1 : 0;
}

/* Whether a peer is where a datagram came from, and its identity what the datagram begins with; -1: an exception. */
static int
is_from(PyObject *peer, PyObject *source, const uint8_t *identity, Py_ssize_t size)
{
    PyObject *known = PyObject_GetAttr(peer, name_of_identity);
    if (known == NULL) {
        return -1;
    }
    int is_same = PyBytes_Check(known) && PyBytes_GET_SIZE(known) == size
                  && memcmp(PyBytes_AS_STRING(known), identity, (size_t)size) == 0;
    Py_DECREF(known);
    PyObject *address = is_same ? PyObject_GetAttr(peer, name_of_address) : NULL;
    if (address == NULL) {
        return is_same ? -1 : 0;
    }
    is_same = PyObject_RichCompareBool(address, source, Py_EQ);
    Py_DECREF(address);
    return is_same;
}

static PyObject *
match(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t given)
{
    if (given != 3 || !PyDict_Check(args[0]) || !PyBytes_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "match takes what is under way, a datagram, and whence it came");
        return NULL;
    }
    const uint8_t *octets = (const uint8_t *)PyBytes_AS_STRING(args[1]);
    Py_ssize_t size = PyBytes_GET_SIZE(args[1]), content;
    Py_ssize_t start = size < 2 || octets[0] != SEQUENCE ? -1 : length_at(octets, size, 1, &content);
    Py_ssize_t pdu = start < 0 || size - start < 5 ? size : start + 5 + octets[start + 4];
    Pdu found;
    if (pdu >= size || !open_pdu(octets, size, pdu, start + content, &found) || found.kind != RESPONSE) {
        Py_RETURN_NONE;
    }
    PyObject *request_id = PyBytes_FromStringAndSize((const char *)octets + found.request_id_at, 4);
    PyObject *exchange = request_id == NULL ? NULL : PyDict_GetItemWithError(args[0], request_id);
    if (exchange == NULL) {
        Py_XDECREF(request_id);
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    }
    Py_INCREF(exchange);
    PyObject *peer = PyObject_GetAttr(exchange, name_of_peer);
    int is_same = peer == NULL ? -1 : is_from(peer, args[2], octets + start, pdu - start);
    Py_XDECREF(peer);
    if (is_same == 1) {
        return Py_BuildValue("NNOnnii", exchange, request_id, args[1], found.at, found.end, found.status, found.index);
    }
    Py_DECREF(exchange);
    Py_DECREF(request_id);
    return is_same < 0 ? NULL : Py_NewRef(Py_None);
}
