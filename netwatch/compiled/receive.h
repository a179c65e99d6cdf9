/* Datagrams, many in one system call. */
#pragma once
#include "wire.h"
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <sys/socket.h>

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
