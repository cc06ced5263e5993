/*
 * The ways in which the workload payload hands an object over, as two halves: give and take.
 *
 * Media without a queue of their own (pointer, shared memory, mapped file) are announced by a word
 * on which the taker parks; pipes and sockets wake whoever reads.  Copies and bytes are counted
 * where they are made.
 */
#ifndef CONTEND_WORKLOADS_PAYLOAD_WAYS_H
#define CONTEND_WORKLOADS_PAYLOAD_WAYS_H

#include "workloads/object.h"
#include "workloads/payload_seats.h"

/* The first reason stays; the work goes on, so that nobody waits for what does not come. */
static inline void way_fail(struct task *t, const char *what, int failed)
{
    t->is_failed = 1;
    if (!t->launch->failure[0])
        snprintf(t->launch->failure, sizeof t->launch->failure, "task %u: %s: %s", t->index, what,
                 strerror(failed));
}

/* All bytes, in one direction; the verbs let the lock go and wait as this executor waits. */
static inline void move_all(struct task *t, int fd, void *data, size_t bytes, bool is_write)
{
    for (char *at = data; bytes > 0;) {
        ssize_t moved = is_write ? task_write(t, fd, at, bytes) : task_read(t, fd, at, bytes);
        if (moved <= 0) {
            way_fail(t, is_write ? "writing to the next task" : "reading from the task before",
                     moved ? errno : EPIPE);
            return;
        }
        at += moved;
        bytes -= (size_t)moved;
    }
}

static inline void send_all(struct task *t, void *data, size_t bytes)
{
    move_all(t, seat_of(t->launch, t->index)->write_fd, data, bytes, true);
}

static inline void receive_all(struct task *t, void *data, size_t bytes)
{
    move_all(t, seat_of(t->launch, t->index)->read_fd, data, bytes, false);
}

/* ---- The two halves ----------------------------------------------------------------- */

static inline void announce(struct task *t)
{
    struct seat *next = next_seat(t);
    atomic_fetch_add_explicit(&next->given, 1, memory_order_release);
    task_wake(t, &next->given, 1);
}

static inline void await_turn(struct task *t, struct seat *mine)
{
    while (atomic_load_explicit(&mine->given, memory_order_acquire) == mine->taken)
        task_wait(t, &mine->given, mine->taken, UINT64_MAX);
    mine->taken++;
}

/* Tree and text: each has all of the object once more. */
static inline size_t put_text(struct task *t, struct seat *mine, char *inbox)
{
    size_t length = object_to_text(mine->held, object_size(t->launch), inbox + sizeof(uint64_t));
    uint64_t frame = length;
    memcpy(inbox, &frame, sizeof frame);
    if (!length)
        way_fail(t, "writing JSON", ENOMEM);
    mine->copy_count += 2;
    return sizeof frame + length;
}

static inline void get_text(struct task *t, struct seat *mine, const char *inbox)
{
    uint64_t length;
    memcpy(&length, inbox, sizeof length);
    if (!object_from_text(mine->held, object_size(t->launch), inbox + sizeof length, length))
        way_fail(t, "reading JSON", EBADMSG);
    mine->copy_count += 2;
}

/* Hands over what the task holds. */
static inline void way_give(struct task *t)
{
    const struct launch *l = t->launch;
    struct seat *mine = seat_of(l, t->index), *next = next_seat(t);
    size_t moved = object_size(l);
    switch (way_of(l)) {
    case WAY_POINTER:
        next->pointer = mine->held;
        moved = sizeof next->pointer;
        break;
    case WAY_JSON:
        moved = put_text(t, mine, inbox_of(l, next));
        break;
    case WAY_JSON_PIPE:
        moved = put_text(t, mine, inbox_of(l, mine));
        break;
    case WAY_SHARED:
    case WAY_FILE:
        memcpy(inbox_of(l, next), mine->held, moved);
        mine->copy_count++;
        break;
    default:
        break;
    }
    mine->handover_count++;
    mine->byte_count += moved;
    if (ways[way_of(l)].has_descriptors) {
        mine->copy_count++; /* into the kernel */
        send_all(t, ways[way_of(l)].is_text ? inbox_of(l, mine) : (void *)mine->held, moved);
    } else {
        announce(t);
    }
}

/* Waits for what the task before gives; from then on the task holds it. */
static inline void way_take(struct task *t)
{
    const struct launch *l = t->launch;
    struct seat *mine = seat_of(l, t->index);
    uint64_t length;
    if (!ways[way_of(l)].has_descriptors)
        await_turn(t, mine);
    mine->held = way_of(l) == WAY_POINTER ? mine->pointer : desk_object(t);
    switch (way_of(l)) {
    case WAY_SHARED:
    case WAY_FILE:
        memcpy(mine->held, inbox_of(l, mine), object_size(l));
        mine->copy_count++;
        break;
    case WAY_JSON:
        get_text(t, mine, inbox_of(l, mine));
        break;
    case WAY_PIPE:
    case WAY_SOCKET:
        receive_all(t, mine->held, object_size(l));
        mine->copy_count++; /* out of the kernel */
        break;
    case WAY_JSON_PIPE:
        receive_all(t, inbox_of(l, mine), sizeof length);
        memcpy(&length, inbox_of(l, mine), sizeof length);
        if (length > object_text_room(object_size(l))) {
            way_fail(t, "reading JSON", EMSGSIZE);
            break;
        }
        receive_all(t, inbox_of(l, mine) + sizeof length, length);
        mine->copy_count++;
        get_text(t, mine, inbox_of(l, mine));
        break;
    default:
        break;
    }
}

#endif
