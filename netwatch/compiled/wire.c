/* The compiled twin of netwatch/snmp/codec/hot.py: takes the answers of polls and walks in, and reads them.
 *
 * Every function has the contract of its Python twin, and gives what that gives or raises what that raises; tests hold
 * the two to it. Nothing is read outside the octets from `at` to `end`. What is not in the plain shape is not
 * understood here: one odd varbind is handed to Python's reader of one, and where an answer does not add up Python
 * reads all of it again, and says what is wrong with it.
 * The module imports nothing: adopt() is told what to raise and whom to ask.
 */
#define _GNU_SOURCE /* recvmmsg */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#define CONTRACT 2 /* what netwatch/compiled/__init__.py expects; another number here is not used */
#ifndef SOURCES
#define SOURCES "" /* the build hook says which sources this was made of */
#endif

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

/* -- values that come again ------------------------------------------------------------------------------------- */

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

/* -- one value -------------------------------------------------------------------------------------------------- */

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

/* -- arguments -------------------------------------------------------------------------------------------------- */

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

/* -- GET -------------------------------------------------------------------------------------------------------- */

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

/* -- walks ------------------------------------------------------------------------------------------------------ */

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

/* -- headers ---------------------------------------------------------------------------------------------------- */

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

/* -- receiving -------------------------------------------------------------------------------------------------- */

#define MOST_AT_ONCE 64
#define LONGEST_DATAGRAM 65535

static PyObject *
source_of(const struct sockaddr_storage *address) /* as Python's sockets say it */
{
    char host[INET6_ADDRSTRLEN];
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)address;
        inet_ntop(AF_INET, &four->sin_addr, host, sizeof host);
        return Py_BuildValue("si", host, ntohs(four->sin_port));
    }
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
    inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof host);
    return Py_BuildValue("siII", host, ntohs(six->sin6_port), ntohl(six->sin6_flowinfo), six->sin6_scope_id);
}

typedef uint8_t Datagram[LONGEST_DATAGRAM];

/* Take what waits at a socket into `room`, and return it. */
static PyObject *
receive_into(Datagram *room, int udp, int most)
{
    struct sockaddr_storage sources[MOST_AT_ONCE];
    struct iovec parts[MOST_AT_ONCE];
    struct mmsghdr messages[MOST_AT_ONCE];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < most; i++) {
        parts[i] = (struct iovec){ room[i], LONGEST_DATAGRAM };
        messages[i].msg_hdr = (struct msghdr){ .msg_name = &sources[i], .msg_namelen = sizeof sources[i],
                                               .msg_iov = &parts[i], .msg_iovlen = 1 };
    }
    int count = recvmmsg(udp, messages, (unsigned)most, MSG_DONTWAIT, NULL);
    if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    PyObject *taken = PyList_New(count < 0 ? 0 : count);
    for (int i = 0; taken != NULL && i < count; i++) {
        PyObject *one = Py_BuildValue("y#N", room[i], (Py_ssize_t)messages[i].msg_len, source_of(&sources[i]));
        if (one == NULL) {
            Py_CLEAR(taken);
        } else {
            PyList_SET_ITEM(taken, i, one);
        }
    }
    return taken;
}

/* Take what waits at a socket, in one system call; the room for it is touched no further than datagrams are long. */
static PyObject *
receive(PyObject *Py_UNUSED(module), PyObject *args)
{
    static Datagram *spare; /* kept from call to call; a thread that comes in between finds none, and makes its own */
    int udp, most;
    if (!PyArg_ParseTuple(args, "ii", &udp, &most)) {
        return NULL;
    }
    Datagram *room = spare != NULL ? spare : PyMem_RawCalloc(MOST_AT_ONCE, LONGEST_DATAGRAM);
    if (room == NULL) {
        return PyErr_NoMemory();
    }
    spare = NULL;
    PyObject *taken = receive_into(room, udp, most < 1 ? 1 : most > MOST_AT_ONCE ? MOST_AT_ONCE : most);
    if (spare == NULL) {
        spare = room;
    } else {
        PyMem_RawFree(room);
    }
    return taken;
}

/* -- the module ------------------------------------------------------------------------------------------------- */

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
    { "open_response", open_response, METH_O, NULL },
    { "receive", receive, METH_VARARGS, NULL },
    { "open_scoped", (PyCFunction)(void (*)(void))open_scoped, METH_FASTCALL, NULL },
    { NULL, NULL, 0, NULL },
};

static int
set_up(PyObject *module)
{
    return PyModule_AddIntMacro(module, CONTRACT) < 0 || PyModule_AddStringMacro(module, SOURCES) < 0 ? -1 : 0;
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
