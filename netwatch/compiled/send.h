/* One datagram out, without letting go of the interpreter: it is put into a buffer, and nobody waits.
 *
 * Python's own sendto lets other threads run meanwhile, and looks the address up by its general rules: this takes half
 * to three quarters of the time. That the loop had to wait for another thread was seldom so: it is back too soon. */
#pragma once
#include "receive.h"

/* Fill in an address as Python's sockets say it; its length, 0 where it is for Python to make sense of. */
static socklen_t
address_of(PyObject *given, struct sockaddr_storage *address)
{
    Py_ssize_t parts = PyTuple_Check(given) ? PyTuple_GET_SIZE(given) : 0;
    const char *host = parts >= 2 && PyUnicode_Check(PyTuple_GET_ITEM(given, 0))
                           ? PyUnicode_AsUTF8(PyTuple_GET_ITEM(given, 0)) : NULL;
    unsigned long numbers[3] = { 0, 0, 0 };
    for (Py_ssize_t i = 1; host != NULL && i < Py_MIN(parts, 4); i++) {
        numbers[i - 1] = PyLong_Check(PyTuple_GET_ITEM(given, i)) ? PyLong_AsUnsignedLong(PyTuple_GET_ITEM(given, i))
                                                                  : ULONG_MAX;
    }
    if (PyErr_Occurred()) {
        PyErr_Clear();
        return 0;
    }
    memset(address, 0, sizeof *address);
    struct sockaddr_in *four = (struct sockaddr_in *)address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
    if (host == NULL || numbers[0] > UINT16_MAX || numbers[1] > 0xFFFFF || numbers[2] > UINT32_MAX) {
        return 0;
    }
    if (parts == 2 && inet_pton(AF_INET, host, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)numbers[0]);
        return sizeof *four;
    }
    if (parts == 4 && inet_pton(AF_INET6, host, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)numbers[0]);
        six->sin6_flowinfo = htonl((uint32_t)numbers[1]);
        six->sin6_scope_id = (uint32_t)numbers[2];
        return sizeof *six;
    }
    return 0;
}

static PyObject *
send_to(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t given)
{
    if (given != 3 || !PyLong_Check(args[0]) || !PyBytes_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "send_to takes a descriptor, a datagram, and whereto");
        return NULL;
    }
    long udp = PyLong_AsLong(args[0]);
    if (udp == -1 && PyErr_Occurred()) {
        return NULL;
    }
    struct sockaddr_storage address;
    socklen_t length = address_of(args[2], &address);
    if (length == 0) {
        Py_RETURN_FALSE;
    }
    ssize_t sent;
    do {
        sent = sendto((int)udp, PyBytes_AS_STRING(args[1]), (size_t)PyBytes_GET_SIZE(args[1]), MSG_DONTWAIT,
                      (struct sockaddr *)&address, length);
    } while (sent < 0 && errno == EINTR && PyErr_CheckSignals() == 0);
    if (sent < 0) {
        return PyErr_Occurred() ? NULL : PyErr_SetFromErrno(PyExc_OSError);
    }
    Py_RETURN_TRUE;
}
