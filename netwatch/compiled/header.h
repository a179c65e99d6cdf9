/* What stands around the varbinds, of all versions. */
#pragma once
#include "wire.h"

/* Read a length in one of its three usual forms; where the content begins, or -1. */
static Py_ssize_t
length_at(const uint8_t *octets, Py_ssize_t end, Py_ssize_t at, Py_ssize_t *size)
{
    if (at < end && octets[at] < 0x80) {
        *size = octets[at];
        return at + 1;
    }
    if (end - at > 1 && octets[at] == 0x81) {
        *size = octets[at + 1];
        return at + 2;
    }
    if (end - at > 2 && octets[at] == 0x82) {
        *size = octets[at + 1] << 8 | octets[at + 2];
        return at + 3;
    }
    return -1;
}

typedef struct {
    Py_ssize_t request_id_at, at, end;
    int kind, status, index;
} Pdu;

/* Read the PDU at `pdu`, which must end at `end`, from its tag to its varbinds; 0 where it is not in the plain shape. */
static int
open_pdu(const uint8_t *octets, Py_ssize_t size, Py_ssize_t pdu, Py_ssize_t end, Pdu *found)
{
    Py_ssize_t content, varbinds;
    Py_ssize_t at = length_at(octets, size, pdu + 1, &content);
    if (at < 0 || size - at < 14) {
        return 0;
    }
    Py_ssize_t first = length_at(octets, size, at + 13, &varbinds);
    if (first < 0 || end > size || end != at + content || end != first + varbinds
        || octets[at] != INTEGER || octets[at + 1] != 4 || octets[at + 6] != INTEGER || octets[at + 7] != 1
        || octets[at + 9] != INTEGER || octets[at + 10] != 1 || octets[at + 12] != SEQUENCE) {
        return 0;
    }
    *found = (Pdu){ at + 2, first, end, octets[pdu], octets[at + 8], octets[at + 11] };
    return 1;
}

static PyObject *
odd_header(const State *state)
{
    if (is_ready(state)) {
        PyErr_SetNone(state->odd_header);
    }
    return NULL;
}

static PyObject *
open_response(PyObject *module, PyObject *data)
{
    const State *state = PyModule_GetState(module);
    if (!PyBytes_Check(data)) {
        PyErr_SetString(PyExc_TypeError, "a datagram is bytes");
        return NULL;
    }
    const uint8_t *octets = (const uint8_t *)PyBytes_AS_STRING(data);
    Py_ssize_t size = PyBytes_GET_SIZE(data), content;
    Py_ssize_t start = size < 2 || octets[0] != SEQUENCE ? -1 : length_at(octets, size, 1, &content);
    if (start < 0 || size - start < 5) {
        return odd_header(state);
    }
    Py_ssize_t pdu = start + 5 + octets[start + 4];
    Pdu found;
    if (pdu >= size || !open_pdu(octets, size, pdu, start + content, &found)) {
        return odd_header(state);
    }
    return Py_BuildValue("y#iy#iinn", octets + start, pdu - start, found.kind, octets + found.request_id_at,
                         (Py_ssize_t)4, found.status, found.index, found.at, found.end);
}

static PyObject *
open_scoped(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    const State *state = PyModule_GetState(module);
    if (given != 2 || !PyBytes_Check(args[0]) || !PyBytes_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "open_scoped takes a scoped PDU and a context");
        return NULL;
    }
    const uint8_t *octets = (const uint8_t *)PyBytes_AS_STRING(args[0]);
    Py_ssize_t size = PyBytes_GET_SIZE(args[0]), context = PyBytes_GET_SIZE(args[1]), content;
    Py_ssize_t start = size < 2 || octets[0] != SEQUENCE ? -1 : length_at(octets, size, 1, &content);
    Pdu found;
    if (start < 0 || size - start <= context || memcmp(octets + start, PyBytes_AS_STRING(args[1]), context) != 0
        || !open_pdu(octets, size, start + context, start + content, &found)) {
        return odd_header(state);
    }
    return Py_BuildValue("iy#iinn", found.kind, octets + found.request_id_at, (Py_ssize_t)4, found.status,
                         found.index, found.at, found.end);
}
