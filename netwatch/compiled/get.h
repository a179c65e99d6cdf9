/* The answer to a GET: the values of exactly the names that were asked for. */
#pragma once
#include "values.h"

static PyObject *
read_again(PyObject *twin, PyObject *data, Py_ssize_t at, Py_ssize_t end, PyObject *asked)
{
    PyObject *whole = PyBytes_FromStringAndSize(PyBytes_AS_STRING(data), end);
    PyObject *given = whole == NULL ? NULL : PyObject_CallFunction(twin, "OnnO", whole, at, end, asked);
    Py_XDECREF(whole);
    return given;
}

static PyObject *
one_odd_value(const State *state, PyObject *data, Py_ssize_t *at, Py_ssize_t end, PyObject *name)
{
    PyObject *pair = PyObject_CallFunction(state->odd_value, "OnnO", data, *at, end, name);
    if (pair == NULL) {
        return NULL;
    }
    PyObject *value = NULL;
    Py_ssize_t after;
    if (PyArg_ParseTuple(pair, "On", &value, &after)) {
        if (after <= *at || after > end) {
            PyErr_SetString(PyExc_ValueError, "an odd value outside of its answer");
            value = NULL;
        } else {
            *at = after;
            Py_INCREF(value);
        }
    } else {
        value = NULL;
    }
    Py_DECREF(pair);
    return value;
}

/* Read the varbinds into `values`; 1: all is well, 0: Python must read it again, -1: an exception. */
static int
fill_values(const State *state, PyObject *data, Span span, PyObject *const *names, Py_ssize_t count, PyObject *values)
{
    const uint8_t *octets = span.octets;
    Py_ssize_t at = span.at, end = span.end, i;
    for (i = 0; i < count && at != end; i++) {
        PyObject *name = names[i];
        if (!PyBytes_Check(name)) {
            return 0;
        }
        Py_ssize_t size = PyBytes_GET_SIZE(name), tag_at = at + 2 + size;
        if (end - at < size + 4) {
            return 0; /* no room for that name and a value */
        }
        Py_ssize_t after = at + 2 + octets[at + 1], length = octets[tag_at + 1];
        PyObject *value = NULL;
        if (octets[at + 1] < 0x80 && tag_at + 2 + length == after && octets[at] == SEQUENCE
            && memcmp(octets + at + 2, PyBytes_AS_STRING(name), size) == 0) {
            if (after > end) {
                return 0;
            }
            value = value_of(state, octets[tag_at], octets + tag_at + 2, (int)length);
            if (value == NULL && PyErr_Occurred()) {
                return -1;
            }
        }
        if (value == NULL) {
            value = one_odd_value(state, data, &at, end, name);
            if (value == NULL) {
                return -1;
            }
        } else {
            at = after;
        }
        PyList_SET_ITEM(values, i, value);
    }
    if (at != end) {
        return 0;
    }
    return i == count || PyList_SetSlice(values, i, count, NULL) == 0 ? 1 : -1; /* a cut answer is a shorter list */
}

static PyObject *
decode_values(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    const State *state = PyModule_GetState(module);
    Span span;
    if (given != 4) {
        return PyErr_Format(PyExc_TypeError, "decode_values takes 4 arguments, not %zd", given);
    }
    if (!is_ready(state) || !take_span(args, &span)) {
        return NULL;
    }
    PyObject *names = PySequence_Tuple(args[3]); /* a tuple: nobody changes it while Python is asked about odd values */
    if (names == NULL) {
        return NULL;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(names);
    PyObject *values = PyList_New(count);
    int outcome = -1;
    if (values != NULL) {
        outcome = fill_values(state, args[0], span, PySequence_Fast_ITEMS(names), count, values);
    }
    if (outcome != 1) {
        Py_CLEAR(values);
    }
    if (outcome == 0) {
        values = read_again(state->values_twin, args[0], span.at, span.end, names);
    }
    Py_DECREF(names);
    return values;
}
