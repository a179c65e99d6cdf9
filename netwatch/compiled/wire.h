/* What all of wire.c's parts know: the tags, the module's state, and the arguments that a decoder is given. */
#pragma once
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

enum { INTEGER = 0x02, OCTET_STRING = 0x04, NULL_TAG = 0x05, OBJECT_IDENTIFIER = 0x06, SEQUENCE = 0x30,
       COUNTER32 = 0x41, GAUGE32 = 0x42, TIME_TICKS = 0x43, COUNTER64 = 0x46, UINTEGER32 = 0x47,
       NO_SUCH_OBJECT = 0x80, END_OF_MIB_VIEW = 0x82 };

typedef struct {
    PyObject *odd_header;    /* the exception: a header in another shape */
    PyObject *values_twin;   /* hot.decode_values */
    PyObject *rows_twin;     /* hot.decode_rows */
    PyObject *odd_value;     /* hot.odd_value: one varbind of a GET */
    PyObject *odd_row;       /* hot.odd_row: one varbind of a walk */
    PyObject *missing[3];    /* noSuchObject, noSuchInstance, endOfMibView */
} State;

typedef struct {
    const uint8_t *octets;
    Py_ssize_t at, end;
} Span;

static int
take_span(PyObject *const *args, Span *span) /* 0: an exception; at <= end <= size whatever was given */
{
    if (!PyBytes_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "an answer is bytes");
        return 0;
    }
    span->octets = (const uint8_t *)PyBytes_AS_STRING(args[0]);
    span->at = PyLong_AsSsize_t(args[1]);
    span->end = PyLong_AsSsize_t(args[2]);
    if (PyErr_Occurred()) {
        return 0;
    }
    if (span->at < 0 || span->end < span->at || span->end > PyBytes_GET_SIZE(args[0])) {
        PyErr_SetString(PyExc_ValueError, "no part of the answer");
        return 0;
    }
    return 1;
}

static int
is_ready(const State *state)
{
    if (state->odd_row == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "adopt() was not called");
        return 0;
    }
    return 1;
}
