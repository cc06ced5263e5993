/*
 * Who waits for which descriptor: one epoll instance a loop, made when first needed. A descriptor
 * is registered once, for both directions, edge-triggered; an edge that nobody waits for is kept.
 */
#ifndef CORO_POLL_H
#define CORO_POLL_H

#include "bench/coro/coro.h"

struct loop;

struct poll_entry {
    struct coro *reader;
    struct coro *writer;
    uint8_t edges; /* enum coro_ready: came while nobody waited */
    bool is_registered;
};

struct poller {
    int epoll;                  /* valid once there are entries */
    uint32_t waiting;           /* tasks */
    struct poll_entry *entries; /* by descriptor */
    uint32_t room;
    bool is_old; /* a kernel without epoll_pwait2 */
};

void poller_release(struct poller *poller);
/* Wakes the tasks whose descriptors have become ready, waiting up to timeout_ns for the first;
 * UINT64_MAX: without end. False when a signal came first. */
bool poller_harvest(struct loop *loop, uint64_t timeout_ns);
/* Takes a waiting task off its descriptor. */
void poller_remove(struct poller *poller, struct coro *task);

#endif
