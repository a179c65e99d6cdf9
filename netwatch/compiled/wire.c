/* The compiled twin of netwatch/snmp/codec/hot.py: takes the answers of polls and walks in, and reads them.
 *
 * Every function has the contract of its Python twin, and gives what that gives or raises what that raises; tests hold
 * the two to it. Nothing is read outside the octets from `at` to `end`. What is not in the plain shape is not
 * understood here: one odd varbind is handed to Python's reader of one, and where an answer does not add up Python
 * reads all of it again, and says what is wrong with it.
 * The module imports nothing: adopt() is told what to raise and whom to ask. The headers beside it hold a part each.
 */
#define _GNU_SOURCE /* recvmmsg */
#include "contract.h"
#include "get.h"
#include "header.h"
#include "match.h"
#include "send.h"
#include "walk.h"

#ifndef SOURCES
#define SOURCES "" /* the build hook says which sources this was made of */
#endif

static PyObject *
adopt(PyObject *module, PyObject *args)
{
    State *state = PyModule_GetState(module);
    PyObject *told[8];
    if (!PyArg_ParseTuple(args, "OOOOO(OOO)", &told[0], &told[1], &told[2], &told[3], &told[4], &told[5], &told[6],
                          &told[7])) {
        return NULL;
    }
    PyObject **kept[8] = { &state->odd_header, &state->values_twin, &state->rows_twin, &state->odd_value,
                           &state->odd_row, &state->missing[0], &state->missing[1], &state->missing[2] };
    for (int i = 0; i < 8; i++) {
        Py_INCREF(told[i]);
        Py_XSETREF(*kept[i], told[i]);
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    { "adopt", adopt, METH_VARARGS, NULL },
    { "decode_rows", (PyCFunction)(void (*)(void))decode_rows, METH_FASTCALL, NULL },
    { "decode_values", (PyCFunction)(void (*)(void))decode_values, METH_FASTCALL, NULL },
    { "match", (PyCFunction)(void (*)(void))match, METH_FASTCALL, NULL },
    { "open_response", open_response, METH_O, NULL },
    { "receive", receive, METH_VARARGS, NULL },
    { "send_to", (PyCFunction)(void (*)(void))send_to, METH_FASTCALL, NULL },
    { "open_scoped", (PyCFunction)(void (*)(void))open_scoped, METH_FASTCALL, NULL },
    { NULL, NULL, 0, NULL },
};

static int
set_up(PyObject *module)
{
    return set_up_names() < 0 || PyModule_AddIntMacro(module, CONTRACT) < 0 || PyModule_AddStringMacro(module, SOURCES) < 0 ? -1 : 0;
}

static PyModuleDef_Slot slots[] = { { Py_mod_exec, set_up }, { 0, NULL } };

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "netwatch.compiled.wire", .m_size = sizeof(State), .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_wire(void)
{
    return PyModuleDef_Init(&definition);
}
