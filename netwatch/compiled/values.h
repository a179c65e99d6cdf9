/* One value of a varbind, as Python's object. */
#pragma once
#include "wire.h"

/* Names of ports, speeds and limits are the same octets poll after poll, and at like devices too: one object for all
 * of them. A place for each hash and no more: what does not fit pushes out what stood there. */
#define PLACES 8192
#define LONGEST_SHARED 32

static PyObject *shared_texts[PLACES];
static PyObject *shared_numbers[PLACES];

static inline uint32_t
place_of(uint64_t mixed)
{
    return (uint32_t)((mixed * 0x9E3779B97F4A7C15ull) >> 51); /* 13 bits */
}

static PyObject *
text(const uint8_t *octets, Py_ssize_t size)
{
    if (size < 2 || size > LONGEST_SHARED) { /* Python shares the shorter ones itself */
        return PyBytes_FromStringAndSize((const char *)octets, size);
    }
    uint64_t mixed = (uint64_t)size;
    for (Py_ssize_t i = 0; i < size; i++) {
        mixed = (mixed ^ octets[i]) * 0x100000001B3ull;
    }
    PyObject **place = &shared_texts[place_of(mixed)];
    PyObject *known = *place;
    if (known != NULL && PyBytes_GET_SIZE(known) == size && memcmp(PyBytes_AS_STRING(known), octets, size) == 0) {
        return Py_NewRef(known);
    }
    PyObject *made = PyBytes_FromStringAndSize((const char *)octets, size);
    if (made != NULL) {
        *place = Py_NewRef(made);
        Py_XDECREF(known);
    }
    return made;
}

static PyObject *
resting_number(uint64_t number) /* of a type that says a state, a speed or a limit; at most 32 bits */
{
    if (number < 256) {
        return PyLong_FromUnsignedLong((unsigned long)number);
    }
    PyObject **place = &shared_numbers[place_of(number)];
    PyObject *known = *place;
    if (known != NULL && PyLong_AsUnsignedLongLong(known) == number) {
        return Py_NewRef(known);
    }
    PyObject *made = PyLong_FromUnsignedLongLong(number);
    if (made != NULL) {
        *place = Py_NewRef(made);
        Py_XDECREF(known);
    }
    return made;
}

static inline int
width_of(int tag) /* octets of an unsigned type, 0 for other types */
{
    switch (tag) {
    case COUNTER32: case GAUGE32: case TIME_TICKS: case UINTEGER32: return 4;
    case COUNTER64: return 8;
    default: return 0;
    }
}

static inline uint64_t
unsigned_of(const uint8_t *content, int size)
{
    uint64_t number = 0;
    for (int i = 0; i < size; i++) {
        number = number << 8 | content[i];
    }
    return number;
}

static PyObject *
number_of(int tag, const uint8_t *content, int size) /* NULL without an exception: not understood here */
{
    int width = width_of(tag);
    if (width != 0) {
        if (size == width + 1 && content[0] == 0) {
            content++, size--; /* it kept the number positive */
        } else if (content[0] & 0x80 && size != width) {
            return NULL; /* a negative number, or leading zeros lost */
        }
        if (size > width) {
            return NULL;
        }
        uint64_t number = unsigned_of(content, size);
        return tag == GAUGE32 ? resting_number(number) : PyLong_FromUnsignedLongLong(number);
    }
    if (size > 8) {
        return NULL;
    }
    uint64_t number = unsigned_of(content, size);
    if (content[0] & 0x80) {
        if (size < 8) {
            number |= ~(uint64_t)0 << (8 * size);
        }
        return PyLong_FromLongLong((long long)number);
    }
    return size <= 4 ? resting_number(number) : PyLong_FromUnsignedLongLong(number);
}

static PyObject *
value_of(const State *state, int tag, const uint8_t *content, int size) /* NULL without an exception, as above */
{
    if (tag == OCTET_STRING) {
        return text(content, size);
    }
    if (size > 0) {
        return tag == INTEGER || width_of(tag) != 0 ? number_of(tag, content, size) : NULL;
    }
    if (tag >= NO_SUCH_OBJECT && tag <= END_OF_MIB_VIEW) {
        return Py_NewRef(state->missing[tag - NO_SUCH_OBJECT]);
    }
    return tag == NULL_TAG ? Py_NewRef(Py_None) : NULL;
}
