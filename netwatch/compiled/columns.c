/* What is done to whole columns of numbers every poll. Knows no SNMP; whatever is no plain number is left to Python.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define CONTRACT 2 /* as in wire.c */
#ifndef SOURCES
#define SOURCES ""
#endif

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

/* Fill `rates`; 1: all is well, 0: one needs a closer look, -1: an exception. */
static int
fill_rates(PyObject *now, PyObject *before, double seconds, int is_float, PyObject *limits, PyObject *rates)
{
    Py_ssize_t count = PyList_GET_SIZE(rates), limited = limits == NULL ? 0 : PySequence_Fast_GET_SIZE(limits);
    for (Py_ssize_t i = 0; i < count; i++) {
        unsigned long long later, earlier;
        if (!counter_of(PySequence_Fast_GET_ITEM(now, i), &later)
            || !counter_of(PySequence_Fast_GET_ITEM(before, i), &earlier) || later < earlier
            || (!is_float && later - earlier > EXACT)) { /* Python divides two ints in another way */
            return 0;
        }
        double rate = (double)(later - earlier) / seconds;
        if (rate < 0 || (i < limited && !is_within(rate, PySequence_Fast_GET_ITEM(limits, i)))) {
            return 0;
        }
        PyObject *made = PyFloat_FromDouble(rate);
        if (made == NULL) {
            return -1;
        }
        PyList_SET_ITEM(rates, i, made);
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
    PyObject *now = PySequence_Fast(args[0], "a column is a sequence"), *before = NULL, *limits = NULL, *rates = NULL;
    int outcome = -1;
    if (now != NULL && (before = PySequence_Fast(args[1], "a column is a sequence")) != NULL
        && (args[3] == Py_None || (limits = PySequence_Fast(args[3], "limits are a sequence")) != NULL)) {
        Py_ssize_t count = Py_MIN(PySequence_Fast_GET_SIZE(now), PySequence_Fast_GET_SIZE(before));
        if (count > 0 && seconds == 0) {
            PyErr_SetString(PyExc_ZeroDivisionError, "no time between two readings");
        } else if ((rates = PyList_New(count)) != NULL) {
            outcome = fill_rates(now, before, seconds, PyFloat_Check(args[2]), limits, rates);
        }
    }
    Py_XDECREF(now);
    Py_XDECREF(before);
    Py_XDECREF(limits);
    if (outcome == 1) {
        return rates;
    }
    Py_XDECREF(rates);
    return outcome == 0 ? Py_NewRef(Py_None) : NULL;
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
