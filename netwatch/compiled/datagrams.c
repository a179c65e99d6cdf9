/* Many like questions to many addresses, and what comes back of them, in few system calls.
 *
 * The twin of datagram_twins.py, which says what each function gives. Knows no protocol: Python says how a question
 * looks, where its number stands, and by what an answer is known. While the kernel works others may have Python.
 */
#define _GNU_SOURCE /* sendmmsg, recvmmsg */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "contract.h"

#ifndef SOURCES
#define SOURCES ""
#endif

#define AT_ONCE 64       /* datagrams in one system call */
#define LONGEST 512      /* octets of a question, and what is looked at of an answer */
#define ANCILLARY 256
#define MOST_PLACES 4
#define TRIES 4          /* as in datagram_twins.py */
#define INDEX_BITS 10
#define IN_A_RUN (1 << INDEX_BITS)

#ifndef SO_TIMESTAMPNS
#define SO_TIMESTAMPNS 35
#endif

static double
seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int
is_full(int code)
{
    return code == EAGAIN || code == EWOULDBLOCK || code == ENOBUFS || code == ENOMEM;
}

static int
descriptor_of(PyObject *udp) /* -1: an exception; a socket that is closed is EBADF as everywhere */
{
    PyObject *told = PyLong_Check(udp) ? Py_NewRef(udp) : PyObject_CallMethod(udp, "fileno", NULL);
    long number = told == NULL ? -1 : PyLong_AsLong(told);
    Py_XDECREF(told);
    if (PyErr_Occurred()) {
        return -1;
    }
    if (number < 0 || number > INT32_MAX) {
        errno = EBADF;
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    return (int)number;
}

/* Where a number stands. */
typedef struct {
    Py_ssize_t at[MOST_PLACES], octets[MOST_PLACES];
    int count;
} Places;

static int
take_places(PyObject *told, Places *places, Py_ssize_t size) /* 0: an exception */
{
    if (!PyTuple_Check(told) || PyTuple_GET_SIZE(told) < 1 || PyTuple_GET_SIZE(told) > MOST_PLACES) {
        PyErr_SetString(PyExc_ValueError, "a number stands in one place to four");
        return 0;
    }
    places->count = (int)PyTuple_GET_SIZE(told);
    for (int i = 0; i < places->count; i++) {
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(told, i), "nn", &places->at[i], &places->octets[i])) {
            return 0;
        }
        if (places->octets[i] < 1 || places->octets[i] > 8 || places->at[i] < 0 ||
            places->at[i] > size - places->octets[i]) {
            PyErr_SetString(PyExc_ValueError, "the number stands outside");
            return 0;
        }
    }
    return 1;
}

static void
put(uint8_t *octets, const Places *places, uint64_t number)
{
    for (int i = 0; i < places->count; i++) {
        for (Py_ssize_t k = 0; k < places->octets[i]; k++) {
            octets[places->at[i] + k] = (uint8_t)(number >> (8 * (places->octets[i] - 1 - k)));
        }
    }
}

static uint64_t
read_at(const uint8_t *octets, Py_ssize_t count)
{
    uint64_t number = 0;
    for (Py_ssize_t k = 0; k < count; k++) {
        number = number << 8 | octets[k];
    }
    return number;
}

static void
put_checksum(uint8_t *octets, Py_ssize_t size, Py_ssize_t at) /* RFC 1071 */
{
    uint64_t total = 0;
    octets[at] = octets[at + 1] = 0;
    for (Py_ssize_t i = 0; i < size; i++) {
        total += i % 2 ? octets[i] : (uint64_t)octets[i] << 8;
    }
    while (total > 0xffff) {
        total = (total & 0xffff) + (total >> 16);
    }
    octets[at] = (uint8_t)(~total >> 8);
    octets[at + 1] = (uint8_t)~total;
}

/* The addresses of a run, and what is noted beside them; the buffers are let go by release(). */
typedef struct {
    const uint8_t *addresses;
    Py_ssize_t count, octets;
    Py_buffer came, sent;
} Run;

static void
release(Run *run)
{
    PyBuffer_Release(&run->came);
    PyBuffer_Release(&run->sent);
}

static int
take_doubles(PyObject *told, Py_buffer *buffer) /* 0: an exception */
{
    if (PyObject_GetBuffer(told, buffer, PyBUF_CONTIG | PyBUF_FORMAT) < 0) {
        return 0;
    }
    if (strcmp(buffer->format, "d") != 0) {
        PyErr_SetString(PyExc_ValueError, "times are doubles");
        PyBuffer_Release(buffer);
        return 0;
    }
    return 1;
}

static int
take_run(PyObject *told, Run *run) /* 0: an exception, and nothing to let go */
{
    PyObject *addresses, *came, *sent;
    if (!PyTuple_Check(told) || !PyArg_ParseTuple(told, "SOO", &addresses, &came, &sent) ||
        !take_doubles(came, &run->came)) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_TypeError, "a run is a tuple");
        }
        return 0;
    }
    if (!take_doubles(sent, &run->sent)) {
        PyBuffer_Release(&run->came);
        return 0;
    }
    Py_ssize_t size = PyBytes_GET_SIZE(addresses);
    run->addresses = (const uint8_t *)PyBytes_AS_STRING(addresses);
    run->count = run->came.len / (Py_ssize_t)sizeof(double);
    run->octets = run->count ? size / run->count : 4;
    if (run->sent.len != run->came.len || (run->octets != 4 && run->octets != 16) ||
        run->octets * run->count != size || run->count > IN_A_RUN) {
        PyErr_SetString(PyExc_ValueError, "a run has up to 1024 addresses of one family, and two times of each");
        release(run);
        return 0;
    }
    return 1;
}

typedef struct {
    uint8_t octets[LONGEST];
    Py_ssize_t size, checksum_at;
    Places places;
    uint64_t key;
} Question;

static int
take_question(PyObject *told, Question *question) /* 0: an exception */
{
    PyObject *octets, *places;
    unsigned long long key;
    if (!PyTuple_Check(told)) {
        PyErr_SetString(PyExc_TypeError, "a question is a tuple");
        return 0;
    }
    if (!PyArg_ParseTuple(told, "SOnK", &octets, &places, &question->checksum_at, &key)) {
        return 0;
    }
    question->size = PyBytes_GET_SIZE(octets);
    question->key = key;
    if (question->size > LONGEST || question->checksum_at > question->size - 2) {
        PyErr_SetString(PyExc_ValueError, "a question has up to 512 octets");
        return 0;
    }
    memcpy(question->octets, PyBytes_AS_STRING(octets), (size_t)question->size);
    return take_places(places, &question->places, question->size);
}

typedef struct {
    struct mmsghdr messages[AT_ONCE];
    struct iovec parts[AT_ONCE];
    struct sockaddr_storage peers[AT_ONCE];
    uint8_t octets[AT_ONCE][LONGEST];
} Outgoing;

static void
address(struct sockaddr_storage *peer, const uint8_t *octets, Py_ssize_t count, uint16_t port, uint32_t scope)
{
    memset(peer, 0, sizeof *peer);
    if (count == 4) {
        struct sockaddr_in *four = (struct sockaddr_in *)peer;
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        memcpy(&four->sin_addr, octets, 4);
    } else {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)peer;
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        six->sin6_scope_id = scope;
        memcpy(&six->sin6_addr, octets, 16);
    }
}

/* Send up to AT_ONCE; return how many left, with the trouble of the next one, 0 for none. */
static int
send_some(int udp, Outgoing *out, int count, int *trouble)
{
    int done = 0, tries = 0;
    *trouble = 0;
    while (done < count) {
        int left = sendmmsg(udp, out->messages + done, (unsigned)(count - done), MSG_DONTWAIT);
        if (left > 0) {
            done += left;
            tries = 0;
        } else if (is_full(errno) || ++tries >= TRIES) { /* else it may be a word about one that left before */
            *trouble = errno;
            return done;
        }
    }
    return done;
}

static void
note_sent(const Run *run, const uint16_t *which, int count, double begun, double ended)
{
    double *sent = run->sent.buf;
    for (int i = 0; i < count; i++) {
        sent[which[i]] = begun + (ended - begun) * i / count;
    }
}

static Py_ssize_t
send_all(int udp, const Question *question, uint64_t first, const Run *run, const uint16_t *which, Py_ssize_t most,
         uint16_t port, uint32_t scope, int *trouble)
{
    Outgoing *out = PyMem_RawMalloc(sizeof *out);
    Py_ssize_t done = 0;
    *trouble = 0;
    if (out == NULL) {
        *trouble = ENOMEM;
        return 0;
    }
    while (done < most && *trouble == 0) {
        int count = most - done < AT_ONCE ? (int)(most - done) : AT_ONCE, left;
        for (int i = 0; i < count; i++) {
            Py_ssize_t index = which[done + i];
            memcpy(out->octets[i], question->octets, (size_t)question->size);
            put(out->octets[i], &question->places, (first + (uint64_t)index) ^ question->key);
            if (question->checksum_at >= 0) {
                put_checksum(out->octets[i], question->size, question->checksum_at);
            }
            address(&out->peers[i], run->addresses + index * run->octets, run->octets, port, scope);
            out->parts[i] = (struct iovec){ out->octets[i], (size_t)question->size };
            out->messages[i].msg_hdr = (struct msghdr){
                .msg_name = &out->peers[i], .msg_iov = &out->parts[i], .msg_iovlen = 1,
                .msg_namelen = run->octets == 4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6),
            };
        }
        double begun = seconds_of(CLOCK_MONOTONIC);
        Py_BEGIN_ALLOW_THREADS
        left = send_some(udp, out, count, trouble);
        Py_END_ALLOW_THREADS
        note_sent(run, which + done, left, begun, seconds_of(CLOCK_MONOTONIC));
        done += left;
    }
    PyMem_RawFree(out);
    return done;
}

static int
are_in(const uint16_t *which, Py_ssize_t count, const Run *run) /* 0: an exception */
{
    for (Py_ssize_t i = 0; i < count; i++) {
        if (which[i] >= run->count) {
            PyErr_SetString(PyExc_ValueError, "no such address in the run");
            return 0;
        }
    }
    return 1;
}

static PyObject *
send_run(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *udp, *told_question, *told_run, *told_which;
    unsigned long long number;
    Py_ssize_t begin, most;
    unsigned short port;
    unsigned int scope;
    Question question;
    Run run;
    Py_buffer which;
    if (!PyArg_ParseTuple(args, "OOKOOnnHI", &udp, &told_question, &number, &told_run, &told_which, &begin, &most,
                          &port, &scope)) {
        return NULL;
    }
    int descriptor = descriptor_of(udp);
    if (descriptor < 0 || !take_question(told_question, &question) || !take_run(told_run, &run)) {
        return NULL;
    }
    if (PyObject_GetBuffer(told_which, &which, PyBUF_CONTIG_RO | PyBUF_FORMAT) < 0) {
        release(&run);
        return NULL;
    }
    Py_ssize_t count = which.len / (Py_ssize_t)sizeof(uint16_t);
    PyObject *said = NULL;
    if (strcmp(which.format, "H") != 0 || begin < 0 || begin > count || most < 0) {
        PyErr_SetString(PyExc_ValueError, "no part of the run");
    } else {
        const uint16_t *part = (const uint16_t *)which.buf + begin;
        most = most < count - begin ? most : count - begin;
        if (are_in(part, most, &run)) {
            int trouble;
            Py_ssize_t done =
                send_all(descriptor, &question, number << INDEX_BITS, &run, part, most, port, scope, &trouble);
            said = Py_BuildValue("ni", done, trouble);
        }
    }
    PyBuffer_Release(&which);
    release(&run);
    return said;
}

typedef struct {
    Py_ssize_t at, count;
    const uint8_t *like;
} Mark;

/* By what an answer is known. */
typedef struct {
    Mark marks[MOST_PLACES];
    Py_ssize_t count;
    Places places;
    uint64_t key;
    int in_ip;
} Sign;

static int
take_sign(PyObject *told, Sign *sign) /* 0: an exception */
{
    PyObject *marks, *places;
    unsigned long long key;
    if (!PyTuple_Check(told)) {
        PyErr_SetString(PyExc_TypeError, "a sign is a tuple");
        return 0;
    }
    if (!PyArg_ParseTuple(told, "O!OKp", &PyTuple_Type, &marks, &places, &key, &sign->in_ip)) {
        return 0;
    }
    sign->key = key;
    sign->count = PyTuple_GET_SIZE(marks);
    if (sign->count > MOST_PLACES) {
        PyErr_SetString(PyExc_ValueError, "a sign has up to four marks");
        return 0;
    }
    for (Py_ssize_t i = 0; i < sign->count; i++) {
        PyObject *octets;
        Mark *mark = &sign->marks[i];
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(marks, i), "nS", &mark->at, &octets)) {
            return 0;
        }
        mark->like = (const uint8_t *)PyBytes_AS_STRING(octets);
        mark->count = PyBytes_GET_SIZE(octets);
        if (mark->at < 0 || mark->at > LONGEST) {
            PyErr_SetString(PyExc_ValueError, "a mark stands outside");
            return 0;
        }
    }
    return take_places(places, &sign->places, LONGEST);
}

static int
has_number(const Sign *sign, const uint8_t *octets, Py_ssize_t size, uint64_t *number)
{
    if (sign->in_ip) {
        Py_ssize_t head = size ? (octets[0] & 0x0f) * 4 : 0;
        if (head < 20 || head > size) {
            return 0;
        }
        octets += head;
        size -= head;
    }
    for (Py_ssize_t i = 0; i < sign->count; i++) {
        const Mark *mark = &sign->marks[i];
        if (mark->at > size || mark->count > size - mark->at ||
            memcmp(octets + mark->at, mark->like, (size_t)mark->count) != 0) {
            return 0;
        }
    }
    const Places *places = &sign->places;
    for (int i = 0; i < places->count; i++) {
        if (places->at[i] > size - places->octets[i]) {
            return 0;
        }
        uint64_t found = read_at(octets + places->at[i], places->octets[i]);
        if (i == 0) {
            *number = found;
        } else if (places->octets[i] < 8 ? found != (*number & ((1ull << (8 * places->octets[i])) - 1))
                                         : found != *number) {
            return 0;
        }
    }
    *number ^= sign->key;
    return 1;
}

typedef struct {
    struct mmsghdr messages[AT_ONCE];
    struct iovec parts[AT_ONCE];
    struct sockaddr_storage peers[AT_ONCE];
    uint8_t octets[AT_ONCE][LONGEST];
    _Alignas(struct cmsghdr) uint8_t ancillary[AT_ONCE][ANCILLARY];
} Incoming;

static int
receive_some(int udp, Incoming *in, Py_ssize_t most, int flags)
{
    int count = most < AT_ONCE ? (int)most : AT_ONCE;
    for (int i = 0; i < count; i++) {
        in->parts[i] = (struct iovec){ in->octets[i], LONGEST };
        in->messages[i].msg_hdr = (struct msghdr){
            .msg_name = &in->peers[i], .msg_namelen = sizeof in->peers[i], .msg_iov = &in->parts[i], .msg_iovlen = 1,
            .msg_control = in->ancillary[i], .msg_controllen = ANCILLARY,
        };
        in->peers[i].ss_family = AF_UNSPEC;
    }
    return recvmmsg(udp, in->messages, (unsigned)count, MSG_DONTWAIT | flags, NULL);
}

static const uint8_t *
peer_of(const struct sockaddr_storage *peer, Py_ssize_t octets) /* NULL: of another family */
{
    if (octets == 4) {
        return peer->ss_family == AF_INET ? (const uint8_t *)&((const struct sockaddr_in *)peer)->sin_addr : NULL;
    }
    return peer->ss_family == AF_INET6 ? (const uint8_t *)&((const struct sockaddr_in6 *)peer)->sin6_addr : NULL;
}

static double
age_of(struct msghdr *message, double wall) /* for how long it has lain in the socket, as the kernel says */
{
    for (struct cmsghdr *one = CMSG_FIRSTHDR(message); one != NULL; one = CMSG_NXTHDR(message, one)) {
        if (one->cmsg_level == SOL_SOCKET && one->cmsg_type == SO_TIMESTAMPNS &&
            one->cmsg_len >= CMSG_LEN(sizeof(struct timespec))) {
            struct timespec came;
            memcpy(&came, CMSG_DATA(one), sizeof came);
            return wall - ((double)came.tv_sec + (double)came.tv_nsec / 1e9);
        }
    }
    return 0.0;
}

static int
is_refusal(struct msghdr *message) /* its host says by ICMP that nothing listens there */
{
    for (struct cmsghdr *one = CMSG_FIRSTHDR(message); one != NULL; one = CMSG_NXTHDR(message, one)) {
        if (((one->cmsg_level == IPPROTO_IP && one->cmsg_type == 11) ||
             (one->cmsg_level == IPPROTO_IPV6 && one->cmsg_type == 25)) &&
            one->cmsg_len >= CMSG_LEN(sizeof(struct sock_extended_err))) {
            struct sock_extended_err told;
            memcpy(&told, CMSG_DATA(one), sizeof told);
            return told.ee_errno == ECONNREFUSED &&
                   (told.ee_origin == SO_EE_ORIGIN_ICMP || told.ee_origin == SO_EE_ORIGIN_ICMP6);
        }
    }
    return 0;
}

enum { FAILED = -1, NOTED, LATE, FOREIGN };

/* Note what one message says: how long an answer took, or 0 for a refusal. */
static int
note(const Sign *sign, PyObject *runs, Incoming *in, int i, int of_errors, double now, double wall)
{
    uint64_t number;
    struct msghdr *message = &in->messages[i].msg_hdr;
    if ((of_errors && !is_refusal(message)) || !has_number(sign, in->octets[i], in->messages[i].msg_len, &number)) {
        return FOREIGN;
    }
    PyObject *id = PyLong_FromUnsignedLongLong(number >> INDEX_BITS);
    PyObject *told = id == NULL ? NULL : PyDict_GetItemWithError(runs, id);
    Py_XDECREF(id);
    Run run;
    if (told == NULL) {
        return PyErr_Occurred() ? FAILED : LATE;
    }
    Py_INCREF(told); /* its addresses are looked at */
    if (!take_run(told, &run)) {
        Py_DECREF(told);
        return FAILED;
    }
    Py_ssize_t index = (Py_ssize_t)(number & (IN_A_RUN - 1));
    const uint8_t *peer = peer_of(&in->peers[i], run.octets);
    int what = FOREIGN;
    if (index < run.count && peer != NULL &&
        memcmp(peer, run.addresses + index * run.octets, (size_t)run.octets) == 0) {
        double *came = (double *)run.came.buf + index, took = now - ((const double *)run.sent.buf)[index];
        what = *came < 0.0 ? NOTED : LATE;
        if (what == NOTED) {
            double answered = of_errors ? 0.0 : took - age_of(message, wall);
            *came = answered > took ? took : answered;
            *came = *came > 0.0 ? *came : 0.0;
        }
    }
    release(&run);
    Py_DECREF(told);
    return what;
}

static PyObject *
take_all(PyObject *args, int of_errors)
{
    PyObject *udp, *told_sign, *runs;
    Py_ssize_t most, read = 0, counts[3] = { 0 };
    Sign sign;
    if (!PyArg_ParseTuple(args, "OOO!n", &udp, &told_sign, &PyDict_Type, &runs, &most)) {
        return NULL;
    }
    int descriptor = descriptor_of(udp), failed = descriptor < 0 || !take_sign(told_sign, &sign), pending = 0;
    Incoming *in = failed ? NULL : PyMem_RawMalloc(sizeof *in);
    if (failed || in == NULL) {
        return failed ? NULL : PyErr_NoMemory();
    }
    while (!failed && read < most) {
        int came, code;
        Py_BEGIN_ALLOW_THREADS
        came = receive_some(descriptor, in, most - read, of_errors ? MSG_ERRQUEUE : 0);
        code = errno;
        Py_END_ALLOW_THREADS
        if (came < 0 && (code == EBADF || code == ENOTSOCK)) {
            errno = code;
            PyErr_SetFromErrno(PyExc_OSError);
            failed = 1;
        }
        if (came <= 0) { /* a word about one datagram is raised for all, once; the queue of errors has it too */
            if (failed || code == EAGAIN || code == EWOULDBLOCK || ++pending >= AT_ONCE) {
                break;
            }
            continue;
        }
        double now = seconds_of(CLOCK_MONOTONIC), wall = seconds_of(CLOCK_REALTIME);
        for (int i = 0; i < came && !failed; i++) {
            int what = note(&sign, runs, in, i, of_errors, now, wall);
            failed = what == FAILED;
            counts[failed ? 0 : what] += 1;
        }
        read += came;
    }
    PyMem_RawFree(in);
    return failed ? NULL : Py_BuildValue("nnnn", read, counts[NOTED], counts[LATE], counts[FOREIGN]);
}

static PyObject *
take_answers(PyObject *Py_UNUSED(module), PyObject *args)
{
    return take_all(args, 0);
}

static PyObject *
take_refusals(PyObject *Py_UNUSED(module), PyObject *args)
{
    return take_all(args, 1);
}

static PyMethodDef methods[] = {
    { "send_run", send_run, METH_VARARGS, NULL },
    { "take_answers", take_answers, METH_VARARGS, NULL },
    { "take_refusals", take_refusals, METH_VARARGS, NULL },
    { NULL, NULL, 0, NULL },
};

static int
set_up(PyObject *module)
{
    return PyModule_AddIntMacro(module, CONTRACT) < 0 || PyModule_AddStringMacro(module, SOURCES) < 0 ? -1 : 0;
}

static PyModuleDef_Slot slots[] = { { Py_mod_exec, set_up }, { 0, NULL } };

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "netwatch.compiled.datagrams", .m_methods = methods, .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_datagrams(void)
{
    return PyModuleDef_Init(&definition);
}
