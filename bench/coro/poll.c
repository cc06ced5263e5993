#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench/coro/loop.h"

enum { BATCH = 128, LEAST_ROOM = 64 };

void poller_release(struct poller *poller)
{
    if (poller->entries != NULL)
        close(poller->epoll);
    free(poller->entries);
    *poller = (struct poller){0};
}

/* ---- registering; on the loop's stack ---- */

static int make_room(struct poller *poller, uint32_t least)
{
    if (poller->entries == NULL && (poller->epoll = epoll_create1(EPOLL_CLOEXEC)) < 0)
        return CORO_SYSTEM;
    uint32_t room = poller->room != 0 ? poller->room : LEAST_ROOM;
    while (room < least)
        room *= 2;
    struct poll_entry *entries = realloc(poller->entries, room * sizeof *entries);
    if (entries == NULL) {
        if (poller->entries == NULL)
            close(poller->epoll);
        return CORO_NO_MEMORY;
    }
    for (uint32_t i = poller->room; i < room; i++)
        entries[i] = (struct poll_entry){0};
    poller->entries = entries;
    poller->room = room;
    return CORO_OK;
}

static int add(struct loop *loop, void *arg)
{
    struct poller *poller = &loop->poller;
    int fd = (int)(intptr_t)arg;
    if ((uint32_t)fd >= poller->room) {
        int error = make_room(poller, (uint32_t)fd + 1);
        if (error != CORO_OK)
            return error;
    }
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.fd = fd};
    if (epoll_ctl(poller->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        return CORO_SYSTEM;
    poller->entries[fd] = (struct poll_entry){.is_registered = true};
    return CORO_OK;
}

/* ---- waiting ---- */

static int poll_now(int fd, enum coro_ready ready)
{
    struct pollfd one = {.fd = fd, .events = ready == CORO_READABLE ? POLLIN : POLLOUT};
    int count = poll(&one, 1, 0);
    if (count < 0 || (one.revents & POLLNVAL) != 0) {
        errno = count < 0 ? errno : EBADF;
        return CORO_SYSTEM;
    }
    return count > 0 ? CORO_OK : CORO_TIMED_OUT;
}

int coro_wait_fd(int fd, enum coro_ready ready, uint64_t timeout_ns)
{
    struct loop *loop;
    struct coro *self;
    if (loop_enter(&loop, &self) != CORO_OK)
        return CORO_OUTSIDE;
    if (fd < 0 || (ready != CORO_READABLE && ready != CORO_WRITABLE))
        return CORO_BAD;
    if (timeout_ns == CORO_NO_WAIT)
        return poll_now(fd, ready);
    int error = loop_interrupted(self);
    if (error != CORO_OK)
        return error;
    struct poller *poller = &loop->poller;
    if ((uint32_t)fd >= poller->room || !poller->entries[fd].is_registered) {
        error = loop_call(loop, add, (void *)(intptr_t)fd);
        if (error == CORO_SYSTEM && errno == EPERM)
            return CORO_OK; /* what epoll does not take never makes anybody wait */
        if (error != CORO_OK)
            return error;
    }
    struct poll_entry *entry = &poller->entries[fd];
    struct coro **place = ready == CORO_READABLE ? &entry->reader : &entry->writer;
    if (*place != NULL)
        return CORO_BUSY;
    if ((entry->edges & ready) != 0) {
        entry->edges &= (uint8_t) ~(unsigned)ready;
        return coro_yield(); /* who finds everything ready must not keep the others waiting */
    }
    *place = self;
    if (poller->waiting++ == 0)
        loop_shorten(loop);
    self->on = (void *)(intptr_t)fd;
    self->state = ready == CORO_READABLE ? CORO_STATE_READ : CORO_STATE_WRITE;
    return loop_park(loop, self,
                     timeout_ns == CORO_FOREVER ? 0 : loop_after(coro_now(), timeout_ns));
}

void poller_remove(struct poller *poller, struct coro *task)
{
    struct poll_entry *entry = &poller->entries[(intptr_t)task->on];
    if (task->state == CORO_STATE_READ)
        entry->reader = NULL;
    else
        entry->writer = NULL;
    poller->waiting--;
}

/* ---- harvesting; on the loop's stack ---- */

static int wait_for_events(struct poller *poller, struct epoll_event *events, uint64_t timeout_ns)
{
    enum { SECOND_NS = 1000000000 };
    struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / SECOND_NS),
                               .tv_nsec = (long)(timeout_ns % SECOND_NS)};
    const struct timespec *limit = timeout_ns != UINT64_MAX ? &timeout : NULL;
    if (timeout_ns == 0)
        return epoll_wait(poller->epoll, events, BATCH, 0);
#if defined(SYS_epoll_pwait2) && defined(__LP64__)
    if (!poller->is_old) {
        long count = syscall(SYS_epoll_pwait2, poller->epoll, events, BATCH, limit, NULL, 0);
        if (count >= 0 || errno != ENOSYS)
            return (int)count;
        poller->is_old = true;
    }
#endif
    /* An epoll descriptor can itself be polled, and ppoll knows nanoseconds. */
    struct pollfd one = {.fd = poller->epoll, .events = POLLIN};
    int count = ppoll(&one, 1, limit, NULL);
    return count <= 0 ? count : epoll_wait(poller->epoll, events, BATCH, 0);
}

static void deliver(struct loop *loop, struct coro **place, struct poll_entry *entry,
                    enum coro_ready ready)
{
    struct coro *task = *place;
    if (task == NULL) {
        entry->edges |= (uint8_t)ready;
        return;
    }
    *place = NULL;
    loop->poller.waiting--;
    loop_wake(loop, task, CORO_OK);
}

bool poller_harvest(struct loop *loop, uint64_t timeout_ns)
{
    struct poller *poller = &loop->poller;
    struct epoll_event events[BATCH];
    int count = wait_for_events(poller, events, timeout_ns);
    for (int i = 0; i < count; i++) {
        struct poll_entry *entry = &poller->entries[events[i].data.fd];
        uint32_t bits = events[i].events;
        if (!entry->is_registered)
            continue;
        if ((bits & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
            deliver(loop, &entry->reader, entry, CORO_READABLE);
        if ((bits & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0)
            deliver(loop, &entry->writer, entry, CORO_WRITABLE);
    }
    return count >= 0;
}
