/* What is done to whole columns of numbers every poll. Knows no SNMP; whatever is no plain number is left to Python.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

#include "contract.h"

#ifndef SOURCES
#define SOURCES ""
#endif

#define FEWEST_PACKED 4 /* as in column_twins.py */
#define EXACT (1ull << 53) /* up to here a whole number and its double are the same */

static int
counter_of(PyObject *item, unsigned long long *number) /* 0: no int from 0 to 2**64 - 1 */
{
    if (!PyLong_CheckExact(item)) {
        return 0;
    }
    *number = PyLong_AsUnsignedLongLong(item);
    if (*number == (unsigned long long)-1 && PyErr_Occurred()) {
        PyErr_Clear();
        return 0;
    }
    return 1;
}

static int
is_within(double rate, PyObject *limit)
{
    unsigned long long whole;
    if (PyFloat_Check(limit)) {
        return rate <= PyFloat_AS_DOUBLE(limit);
    }
    return counter_of(limit, &whole) && whole <= EXACT && rate <= (double)whole;
}

/* The type array.array, and the codes of those that are made here; held for as long as the process lives. */
static PyObject *array_type, *whole_code, *float_code;

static PyObject *
array_of(PyObject *code, PyObject *octets) /* takes the octets over */
{
    PyObject *const given[] = { code, octets };
    PyObject *made = octets == NULL ? NULL : PyObject_Vectorcall(array_type, given, 2, NULL);
    Py_XDECREF(octets);
    return made;
}

/* Rates as a block, or as a list where they are few; takes the octets over. */
static PyObject *
floats_of(PyObject *octets)
{
    Py_ssize_t count = PyBytes_GET_SIZE(octets) / (Py_ssize_t)sizeof(double);
    if (count >= FEWEST_PACKED) {
        return array_of(float_code, octets);
    }
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list != NULL && i < count; i++) {
        double number;
        memcpy(&number, PyBytes_AS_STRING(octets) + i * (Py_ssize_t)sizeof number, sizeof number);
        PyObject *made = PyFloat_FromDouble(number);
        if (made == NULL) {
            Py_CLEAR(list);
        } else {
            PyList_SET_ITEM(list, i, made);
        }
    }
    Py_DECREF(octets);
    return list;
}

/* A column as it is read: 64-bit numbers where it is an array of those, else a sequence of objects. */
typedef struct {
    PyObject *items;
    Py_buffer block;
    const long long *numbers;
    Py_ssize_t count;
} Column;

static int
open_column(Column *column, PyObject *given)
{
    *column = (Column){ 0 };
    if (Py_IS_TYPE(given, (PyTypeObject *)array_type)) {
        if (PyObject_GetBuffer(given, &column->block, PyBUF_FORMAT) < 0) {
            return -1;
        }
        if (strcmp(column->block.format, "q") == 0) {
            column->numbers = column->block.buf;
            column->count = column->block.len / (Py_ssize_t)sizeof(long long);
            return 0;
        }
        PyBuffer_Release(&column->block);
    }
    column->items = PySequence_Fast(given, "a column is a sequence");
    column->count = column->items == NULL ? 0 : PySequence_Fast_GET_SIZE(column->items);
    return column->items == NULL ? -1 : 0;
}

static void
close_column(Column *column)
{
    if (column->numbers != NULL) {
        PyBuffer_Release(&column->block);
    }
    Py_CLEAR(column->items);
}

static int
counter_at(const Column *column, Py_ssize_t place, unsigned long long *number)
{
    if (column->numbers == NULL) {
        return counter_of(PySequence_Fast_GET_ITEM(column->items, place), number);
    }
    *number = (unsigned long long)column->numbers[place];
    return column->numbers[place] >= 0;
}

/* Fill `rates`; 0: one needs a closer look. */
static int
fill_rates(const Column *now, const Column *before, double seconds, int is_float, PyObject *limits, double *rates,
           Py_ssize_t count)
{
    Py_ssize_t limited = limits == NULL ? 0 : PySequence_Fast_GET_SIZE(limits);
    for (Py_ssize_t i = 0; i < count; i++) {
        unsigned long long later, earlier;
        if (!counter_at(now, i, &later) || !counter_at(before, i, &earlier) || later < earlier
            || (!is_float && later - earlier > EXACT)) { /* Python divides two ints in another way */
            return 0;
        }
        double rate = (double)(later - earlier) / seconds;
        if (rate < 0 || (i < limited && !is_within(rate, PySequence_Fast_GET_ITEM(limits, i)))) {
            return 0;
        }
        memcpy(rates + i, &rate, sizeof rate);
    }
    return 1;
}

static PyObject *
quick_rates(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t given)
{
    if (given != 4) {
        return PyErr_Format(PyExc_TypeError, "quick_rates takes 4 arguments, not %zd", given);
    }
    double seconds = PyFloat_AsDouble(args[2]);
    if (PyErr_Occurred()) {
        return NULL;
    }
    Column now = { 0 }, before = { 0 };
    PyObject *limits = NULL, *octets = NULL;
    int outcome = -1;
    if (open_column(&now, args[0]) == 0 && open_column(&before, args[1]) == 0
        && (args[3] == Py_None || (limits = PySequence_Fast(args[3], "limits are a sequence")) != NULL)) {
        Py_ssize_t count = Py_MIN(now.count, before.count);
        if (count > 0 && seconds == 0) {
            PyErr_SetString(PyExc_ZeroDivisionError, "no time between two readings");
        } else if ((octets = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(double))) != NULL) {
            double *rates = (double *)PyBytes_AS_STRING(octets);
            outcome = fill_rates(&now, &before, seconds, PyFloat_Check(args[2]), limits, rates, count);
        }
    }
    close_column(&now);
    close_column(&before);
    Py_XDECREF(limits);
    if (outcome == 1) {
        return floats_of(octets);
    }
    Py_XDECREF(octets);
    return outcome == 0 ? Py_NewRef(Py_None) : NULL;
}

/* Fill a block with the numbers of a list, all whole or all floats; 0: they are not, or take more than 64 bits. */
static int
fill_block(PyObject *column, int is_whole, char *block)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(column); i++) {
        PyObject *item = PyList_GET_ITEM(column, i);
        char *place = block + i * 8;
        if (is_whole) {
            int is_beyond = 0;
            long long number = PyLong_CheckExact(item) ? PyLong_AsLongLongAndOverflow(item, &is_beyond) : 0;
            if (!PyLong_CheckExact(item) || is_beyond) {
                return 0;
            }
            memcpy(place, &number, 8);
        } else if (PyFloat_CheckExact(item)) {
            double number = PyFloat_AS_DOUBLE(item);
            memcpy(place, &number, 8);
        } else {
            return 0;
        }
    }
    return 1;
}

static PyObject *
packed(PyObject *Py_UNUSED(module), PyObject *column)
{
    if (!PyList_CheckExact(column) || PyList_GET_SIZE(column) < FEWEST_PACKED) {
        return Py_NewRef(column);
    }
    int is_whole = PyLong_CheckExact(PyList_GET_ITEM(column, 0));
    if (!is_whole && !PyFloat_CheckExact(PyList_GET_ITEM(column, 0))) {
        return Py_NewRef(column);
    }
    PyObject *octets = PyBytes_FromStringAndSize(NULL, PyList_GET_SIZE(column) * 8);
    if (octets != NULL && !fill_block(column, is_whole, PyBytes_AS_STRING(octets))) {
        Py_DECREF(octets);
        return Py_NewRef(column);
    }
    return array_of(is_whole ? whole_code : float_code, octets);
}

static PyObject *
first_odd(PyObject *Py_UNUSED(module), PyObject *given)
{
    PyObject *column = PySequence_Fast(given, "a column is a sequence");
    if (column == NULL) {
        return NULL;
    }
    Py_ssize_t count = PySequence_Fast_GET_SIZE(column), i = 0;
    while (i < count && PyLong_CheckExact(PySequence_Fast_GET_ITEM(column, i))) {
        i++;
    }
    Py_DECREF(column);
    return PyLong_FromSsize_t(i < count ? i : -1);
}

static PyMethodDef methods[] = {
    { "first_odd", first_odd, METH_O, NULL },
    { "packed", packed, METH_O, NULL },
    { "quick_rates", (PyCFunction)(void (*)(void))quick_rates, METH_FASTCALL, NULL },
    { NULL, NULL, 0, NULL },
};

static int
set_up(PyObject *module)
{
    if (array_type == NULL) {
        PyObject *arrays = PyImport_ImportModule("array");
        array_type = arrays == NULL ? NULL : PyObject_GetAttrString(arrays, "array");
        whole_code = PyUnicode_FromString("q");
        float_code = PyUnicode_FromString("d");
        Py_XDECREF(arrays);
        if (array_type == NULL || whole_code == NULL || float_code == NULL) {
            Py_CLEAR(array_type);
            return -1;
        }
    }
    return PyModule_AddIntMacro(module, CONTRACT) < 0 || PyModule_AddStringMacro(module, SOURCES) < 0 ? -1 : 0;
}

static PyModuleDef_Slot slots[] = { { Py_mod_exec, set_up }, { 0, NULL } };

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "netwatch.compiled.columns", .m_methods = methods, .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_columns(void)
{
    return PyModuleDef_Init(&definition);
}
