/* What is done to whole columns of numbers every poll. Knows no SNMP; whatever is no plain number is left to Python.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define CONTRACT 2 /* as in wire.c */
#ifndef SOURCES
#define SOURCES ""
#endif

typedef struct {
    PyObject **items; /* NULL where there are none */
    Py_ssize_t count;
} Column;

static int
take_column(PyObject *given, Column *column) /* 0: an exception, as it is neither list nor tuple */
{
    if (!PyList_Check(given) && !PyTuple_Check(given)) {
        PyErr_SetString(PyExc_TypeError, "a column is a list or a tuple");
        return 0;
    }
    *column = (Column){ PySequence_Fast_ITEMS(given), PySequence_Fast_GET_SIZE(given) };
    return 1;
}

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

static PyObject *
quick_rates(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t given)
{
    if (given != 4 || !PyFloat_Check(args[2])) {
        PyErr_SetString(PyExc_TypeError, "quick_rates takes two columns, seconds as a float, and limits");
        return NULL;
    }
    Column now, before, limits = { NULL, 0 };
    double seconds = PyFloat_AS_DOUBLE(args[2]);
    if (!take_column(args[0], &now) || !take_column(args[1], &before)
        || (args[3] != Py_None && !take_column(args[3], &limits))) {
        return NULL;
    }
    Py_ssize_t count = now.count < before.count ? now.count : before.count;
    if (count > 0 && seconds == 0) {
        PyErr_SetString(PyExc_ZeroDivisionError, "float division by zero");
        return NULL;
    }
    PyObject *rates = PyList_New(count);
    for (Py_ssize_t i = 0; rates != NULL && i < count; i++) {
        unsigned long long new_one, old_one;
        double rate = -1;
        if (counter_of(now.items[i], &new_one) && counter_of(before.items[i], &old_one) && new_one >= old_one) {
            rate = (double)(new_one - old_one) / seconds;
        }
        if (rate < 0 || (i < limits.count && (!PyFloat_Check(limits.items[i])
                                              || rate > PyFloat_AS_DOUBLE(limits.items[i])))) {
            Py_DECREF(rates);
            Py_RETURN_NONE;
        }
        PyObject *made = PyFloat_FromDouble(rate);
        if (made == NULL) {
            Py_CLEAR(rates);
        } else {
            PyList_SET_ITEM(rates, i, made);
        }
    }
    return rates;
}

static PyObject *
first_odd(PyObject *Py_UNUSED(module), PyObject *given)
{
    Column column;
    Py_ssize_t i = 0;
    if (!take_column(given, &column)) {
        return NULL;
    }
    while (i < column.count && PyLong_CheckExact(column.items[i])) {
        i++;
    }
    return PyLong_FromSsize_t(i < column.count ? i : -1);
}

static PyMethodDef methods[] = {
    { "first_odd", first_odd, METH_O, NULL },
    { "quick_rates", (PyCFunction)(void (*)(void))quick_rates, METH_FASTCALL, NULL },
    { NULL, NULL, 0, NULL },
};

static int
set_up(PyObject *module)
{
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
