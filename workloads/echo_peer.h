/*
 * For workloads whose tasks talk over sockets: connections to a process that sends back what it
 * gets.  It is a process of its own so that its answers need neither the lock nor the event loop
 * under test.  One peer serves all connections; it ends with the last of them or with us.
 */
#ifndef CONTEND_WORKLOADS_ECHO_PEER_H
#define CONTEND_WORKLOADS_ECHO_PEER_H

#include "bench/base/err.h"
#include "bench/contend.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum echo_transport { ECHO_TCP, ECHO_UNIX };

enum { ECHO_BYTES_MAX = 65536, ECHO_EVENTS = 64 };

/* What setup() leaves in launch->workload_state. */
struct echo_peers {
    pid_t pid;
    uint32_t count;
    int ends[]; /* ours: the descriptor of connection 0, 1, ... */
};

/* ---- The peer's side ---------------------------------------------------------------- */

/* Sends back what has come; false when the other side has closed. */
static inline bool echo_answer(int end, char *room)
{
    ssize_t got = read(end, room, ECHO_BYTES_MAX);
    for (ssize_t at = 0; at < got;) {
        ssize_t sent = write(end, room + at, (size_t)(got - at));
        if (sent < 0 && errno != EINTR)
            return false;
        at += sent > 0 ? sent : 0;
    }
    return got > 0 || (got < 0 && errno == EINTR);
}

static inline _Noreturn void echo_serve(const int *ends, uint32_t count, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    char *room = malloc(ECHO_BYTES_MAX);
    int poller = epoll_create1(EPOLL_CLOEXEC);
    if (getppid() != parent || !room || poller < 0)
        _exit(1);
    for (uint32_t i = 0; i < count; i++) {
        struct epoll_event wanted = {.events = EPOLLIN, .data.fd = ends[i]};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, ends[i], &wanted))
            _exit(1);
    }
    struct epoll_event ready[ECHO_EVENTS];
    for (uint32_t open = count; open > 0;) {
        int n = epoll_wait(poller, ready, ECHO_EVENTS, -1);
        for (int i = 0; i < n; i++) {
            if (echo_answer(ready[i].data.fd, room))
                continue;
            close(ready[i].data.fd);
            open--;
        }
    }
    _exit(0);
}

/* ---- Our side ----------------------------------------------------------------------- */

/* A connected pair over the loopback interface: small messages are sent at once. */
static inline int echo_pair_tcp(int pair[2])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    pair[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    pair[1] = -1;
    if (listener >= 0 && pair[0] >= 0 && !bind(listener, (struct sockaddr *)&at, length) &&
        !listen(listener, 1) && !getsockname(listener, (struct sockaddr *)&at, &length) &&
        !connect(pair[0], (struct sockaddr *)&at, length))
        pair[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    bool is_done = pair[1] >= 0 && !setsockopt(pair[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) &&
                   !setsockopt(pair[1], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    int saved = errno;
    if (listener >= 0)
        close(listener);
    for (int i = 0; i < 2 && !is_done; i++)
        if (pair[i] >= 0)
            close(pair[i]);
    errno = saved;
    return is_done ? 0 : -1;
}

static inline int echo_pair(enum echo_transport transport, int pair[2])
{
    return transport == ECHO_TCP ? echo_pair_tcp(pair)
                                 : socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
}

static inline void echo_close(int *ends, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        close(ends[i]);
}

/* What an error of a connection says: a limit, no such network here, or that it went wrong. */
static inline enum err_code echo_error_code(int error)
{
    switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
        return ERR_LIMIT;
    case ENETUNREACH: /* no loopback interface, or it is down */
    case ENETDOWN:
    case EADDRNOTAVAIL:
    case EHOSTUNREACH:
    case EAFNOSUPPORT: /* a kernel, or a filter of system calls, without such sockets */
    case EPROTONOSUPPORT:
    case EACCES:
    case EPERM:
        return ERR_UNAVAILABLE;
    default:
        return ERR_SYSTEM;
    }
}

/*
 * Makes `count` connections and the peer.  Ours do not block where the executor waits for them
 * itself.  Returns NULL with ERR_LIMIT, ERR_UNAVAILABLE where there is no
 * such network, or ERR_SYSTEM; nothing is left behind then.
 */
static inline struct echo_peers *echo_peers_open(enum echo_transport transport, uint32_t count,
                                                 const struct executor *x, struct err *err)
{
    struct echo_peers *p = malloc(sizeof *p + sizeof(int) * count);
    int *theirs = malloc(sizeof(int) * count);
    uint32_t made = 0;
    bool is_done = p && theirs;
    for (; is_done && made < count; made++) {
        int pair[2];
        is_done = !echo_pair(transport, pair);
        if (!is_done)
            break;
        p->ends[made] = pair[0];
        theirs[made] = pair[1];
        if (x->wait_io)
            fcntl(pair[0], F_SETFL, fcntl(pair[0], F_GETFL) | O_NONBLOCK);
    }
    if (!is_done) {
        enum err_code code = echo_error_code(errno);
        err_set(err, code, "connection %u of %u to the echo peer%s: %s", made + 1, count,
                code == ERR_UNAVAILABLE && transport == ECHO_TCP ? " over the loopback interface"
                                                                 : "",
                strerror(errno));
    } else {
        pid_t parent = getpid();
        p->count = count;
        p->pid = fork();
        if (p->pid == 0) {
            echo_close(p->ends, count);
            echo_serve(theirs, count, parent);
        }
        if (p->pid < 0)
            is_done = !err_set_sys(err, errno, "starting the echo peer");
    }
    if (theirs)
        echo_close(theirs, made);
    if (!is_done && p)
        echo_close(p->ends, made);
    free(theirs);
    if (is_done) {
        signal(SIGPIPE, SIG_IGN); /* a peer that is gone is an error to read, not our end */
        return p;
    }
    free(p);
    return NULL;
}

static inline void echo_peers_close(struct echo_peers *p)
{
    if (!p)
        return;
    echo_close(p->ends, p->count);
    kill(p->pid, SIGKILL); /* units that live on may still hold connections */
    while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    free(p);
}

/* One round trip of `bytes` bytes. Returns whether the same came back. */
static inline bool echo_round_trip(struct task *t, int end, const char *out, char *in, size_t bytes)
{
    for (size_t sent = 0; sent < bytes;) {
        ssize_t n = task_write(t, end, out + sent, bytes - sent);
        if (n <= 0)
            return false;
        sent += (size_t)n;
    }
    for (size_t got = 0; got < bytes;) {
        ssize_t n = task_read(t, end, in + got, bytes - got);
        if (n <= 0)
            return false;
        got += (size_t)n;
    }
    return !memcmp(out, in, bytes);
}

/* For unfit(): the reason, or NULL. */
static inline const char *echo_unfit(const struct executor *x)
{
    return executor_can_wait_io(x) ? NULL : "the executor cannot wait for a descriptor";
}

#endif
