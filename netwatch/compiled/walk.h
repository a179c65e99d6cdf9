/* The answer to a GETBULK or GETNEXT: rows of columns, put into lists. */
#pragma once
#include "get.h"

typedef struct { /* hot.Target */
    PyObject *whole, *head, *column, *place, *add_suffix, *add_tag, *add;
    Py_ssize_t to_suffix, to_tag;
} Target;

static int
take_target(PyObject *whole, Target *target) /* 0: an exception */
{
    target->whole = whole;
    if (!PyTuple_Check(whole)
        || !PyArg_ParseTuple(whole, "SnnSOOOO", &target->head, &target->to_suffix, &target->to_tag, &target->column,
                             &target->place, &target->add_suffix, &target->add_tag, &target->add)) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_TypeError, "a column is a tuple");
        }
        return 0;
    }
    if (target->to_suffix != 2 + PyBytes_GET_SIZE(target->head) || target->to_tag <= target->to_suffix
        || target->to_tag > 0xFFFF || target->to_suffix != 4 + PyBytes_GET_SIZE(target->column)) {
        PyErr_SetString(PyExc_ValueError, "a column whose names do not begin where it says");
        return 0;
    }
    return 1;
}

static int
put(PyObject *add, PyObject *item) /* takes over the item; 0: an exception */
{
    PyObject *none = item == NULL ? NULL : PyObject_CallOneArg(add, item);
    Py_XDECREF(item);
    Py_XDECREF(none);
    return none != NULL;
}

enum { TAKEN, ENDED, ODD, AGAIN, FAILED };

/* Read one varbind in the plain shape; `*at` goes behind it where it was taken or ended its column. */
static int
plain_row(const State *state, Span span, Py_ssize_t *at, const Target *target)
{
    const uint8_t *row = span.octets + *at;
    Py_ssize_t room = span.end - *at, to_tag = target->to_tag, to_suffix = target->to_suffix;
    if (room < to_suffix) {
        return AGAIN;
    }
    Py_ssize_t size = 2 + row[1];
    if (memcmp(row + 2, PyBytes_AS_STRING(target->head), to_suffix - 2) != 0 || row[0] != SEQUENCE) {
        if (row[1] > 0x7F || row[0] != SEQUENCE || row[2] != OBJECT_IDENTIFIER
            || memcmp(row + 4, PyBytes_AS_STRING(target->column), to_suffix - 4) == 0) {
            return ODD;
        }
        if (size > room) {
            return AGAIN;
        }
        *at += size;
        return ENDED;
    }
    if (room < to_tag + 2) {
        return AGAIN;
    }
    int tag = row[to_tag], length = row[to_tag + 1];
    if (to_tag + 2 + length != size || row[1] > 0x7F || tag > 0x7F) {
        return ODD;
    }
    if (size > room) {
        return AGAIN;
    }
    PyObject *value = value_of(state, tag, row + to_tag + 2, length);
    if (value == NULL) {
        return PyErr_Occurred() ? FAILED : ODD;
    }
    if (!put(target->add, value) || !put(target->add_suffix, text(row + to_suffix, to_tag - to_suffix))
        || !put(target->add_tag, PyLong_FromLong(tag))) {
        return FAILED;
    }
    *at += size;
    return TAKEN;
}

static int
one_odd_row(const State *state, PyObject *data, Py_ssize_t *at, Py_ssize_t end, const Target *target)
{
    PyObject *pair = PyObject_CallFunction(state->odd_row, "OnnO", data, *at, end, target->whole);
    int has_ended, outcome = FAILED;
    Py_ssize_t after;
    if (pair != NULL && PyArg_ParseTuple(pair, "pn", &has_ended, &after)) {
        if (after <= *at || after > end) {
            PyErr_SetString(PyExc_ValueError, "an odd row outside of its answer");
        } else {
            *at = after;
            outcome = has_ended ? ENDED : TAKEN;
        }
    }
    Py_XDECREF(pair);
    return outcome;
}

/* Have Python read what is left, beginning with the column whose turn it is; it finds what is wrong there. */
static int
read_rest(const State *state, PyObject *data, Py_ssize_t at, Py_ssize_t end, PyObject *columns, Py_ssize_t turn,
          PyObject *ended)
{
    Py_ssize_t count = PySequence_Fast_GET_SIZE(columns);
    PyObject *turned = PyList_New(count), *more = NULL;
    for (Py_ssize_t i = 0; turned != NULL && i < count; i++) {
        PyList_SET_ITEM(turned, i, Py_NewRef(PySequence_Fast_GET_ITEM(columns, (turn + i) % count)));
    }
    if (turned != NULL) {
        more = read_again(state->rows_twin, data, at, end, turned);
    }
    Py_XDECREF(turned);
    int is_well = more != NULL && PyList_SetSlice(ended, PyList_GET_SIZE(ended), PyList_GET_SIZE(ended), more) == 0;
    Py_XDECREF(more);
    return is_well;
}

static int
fill_rows(const State *state, PyObject *data, Span span, PyObject *columns, const Target *targets, PyObject *ended)
{
    Py_ssize_t count = PySequence_Fast_GET_SIZE(columns), at = span.at, turn = 0;
    while (count > 0 && at < span.end) {
        const Target *target = &targets[turn];
        int outcome = plain_row(state, span, &at, target);
        if (outcome == ODD) {
            outcome = one_odd_row(state, data, &at, span.end, target);
        }
        if (outcome == AGAIN) {
            return read_rest(state, data, at, span.end, columns, turn, ended);
        }
        if (outcome == FAILED || (outcome == ENDED && PyList_Append(ended, target->place) < 0)) {
            return 0;
        }
        turn = turn + 1 == count ? 0 : turn + 1;
    }
    return at == span.end || read_rest(state, data, at, span.end, columns, turn, ended);
}

static PyObject *
decode_rows(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    const State *state = PyModule_GetState(module);
    Span span;
    if (given != 4) {
        return PyErr_Format(PyExc_TypeError, "decode_rows takes 4 arguments, not %zd", given);
    }
    if (!is_ready(state) || !take_span(args, &span)) {
        return NULL;
    }
    PyObject *columns = PySequence_Tuple(args[3]); /* for the same reason */
    if (columns == NULL) {
        return NULL;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(columns);
    Target *targets = PyMem_New(Target, count ? count : 1);
    PyObject *ended = targets == NULL ? PyErr_NoMemory() : PyList_New(0);
    int is_well = ended != NULL;
    for (Py_ssize_t i = 0; is_well && i < count; i++) {
        is_well = take_target(PyTuple_GET_ITEM(columns, i), &targets[i]);
    }
    if (!is_well || !fill_rows(state, args[0], span, columns, targets, ended)) {
        Py_CLEAR(ended);
    }
    PyMem_Free(targets);
    Py_DECREF(columns);
    return ended;
}
