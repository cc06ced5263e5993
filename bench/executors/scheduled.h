/*
 * Tasks as units of a library that has a cooperative scheduler of its own, in one thread: the hooks
 * of such an executor, for the files that have defined before
 *
 *     struct scheduler, scheduler_open(), scheduler_close()    what one launch needs besides units
 *     unit_handle, unit_spawn(), unit_join()                   a task's unit
 *     struct unit_event, event_open(), event_close(),          what a unit waits with; signals go
 *         event_wait(), event_signal()                         to units that wait alone
 *
 * The loop's thread holds the lock in the name of all tasks.
 */
#ifndef CONTEND_EXECUTORS_SCHEDULED_H
#define CONTEND_EXECUTORS_SCHEDULED_H

#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/executors/parking.h"

#include <stdlib.h>

struct unit {
    struct parked parked;
    struct unit_event woken;
    bool has_event;
    unit_handle handle;
};

struct scheduled {
    struct launch *launch;
    struct scheduler own;
    bool holds_lock; /* in the name of all */
    struct parking parking;
    struct unit units[]; /* task_count, and the coordinator */
};

static struct scheduled *here; /* the one that is open */

static void scheduled_close(struct launch *l)
{
    struct scheduled *s = l->executor_state;
    for (uint32_t i = 0; i <= l->task_count && s->units[i].has_event; i++)
        event_close(&s->units[i].woken);
    scheduler_close(&s->own);
    free(s);
    l->executor_state = here = NULL;
}

/* After the library was loaded. */
static int scheduled_open(struct launch *l, struct err *err)
{
    struct scheduled *s = calloc(1, sizeof *s + sizeof(struct unit) * ((size_t)l->task_count + 1));
    if (!s)
        return err_set(err, ERR_LIMIT, "no memory for the handles of %u tasks", l->task_count);
    if (scheduler_open(&s->own, (size_t)l->executor_params[0], err)) {
        free(s);
        return -1;
    }
    s->launch = l;
    parking_init(&s->parking);
    l->executor_state = here = s;
    for (uint32_t i = 0; i <= l->task_count; i++) {
        s->units[i].has_event = event_open(&s->units[i].woken);
        if (!s->units[i].has_event) {
            scheduled_close(l);
            return err_set(err, ERR_LIMIT, "no memory for what %u tasks wait with", l->task_count);
        }
    }
    return 0;
}

static int scheduled_start(struct launch *l, struct err *err)
{
    struct scheduled *s = l->executor_state;
    for (uint32_t i = 0; i < l->task_count; i++) {
        struct task *t = &l->tasks[i];
        t->create_ns = launch_stamp_ns(l);
        s->units[i].handle = unit_spawn(&s->own, t);
        if (!s->units[i].handle)
            return err_set(err, ERR_LIMIT, "task %u could not be made: no memory for its stack", i);
        t->created_ns = launch_stamp_ns(l);
        l->live_count = i + 1;
    }
    return 0;
}

static int scheduled_join(struct launch *l, struct err *err)
{
    struct scheduled *s = l->executor_state;
    int failed = 0;
    bool with_lock = !l->is_empty;
    if (with_lock)
        task_acquire(l->coordinator);
    s->holds_lock = with_lock;
    for (uint32_t i = 0; i < l->live_count; i++) {
        if (!unit_join(s->units[i].handle))
            failed = err_set(err, ERR_SYSTEM, "task %u could not be joined", i);
        l->tasks[i].joined_ns = launch_stamp_ns(l);
    }
    s->holds_lock = false;
    if (with_lock)
        task_release(l->coordinator);
    return failed;
}

static bool scheduled_wait(struct task *t, _Atomic uint32_t *word, uint32_t expected,
                           uint64_t deadline_ns)
{
    struct scheduled *s = t->launch->executor_state;
    struct unit *unit = &s->units[t->index];
    if (atomic_load(word) != expected)
        return true;
    parking_add(&s->parking, &unit->parked, word);
    event_wait(&unit->woken, deadline_ns);
    bool is_late = unit->parked.word != NULL; /* nobody took it off: the time ran out */
    if (is_late)
        parking_remove(&unit->parked);
    return !is_late;
}

static void scheduled_wake(struct task *t, _Atomic uint32_t *word, uint32_t count)
{
    struct scheduled *s = t->launch->executor_state;
    struct parked *parked;
    while (count-- > 0 && (parked = parking_take(&s->parking, word)) != NULL) {
        struct unit *unit = (struct unit *)(void *)((char *)parked - offsetof(struct unit, parked));
        event_signal(&unit->woken);
    }
}

/* The first parameter of each, which scheduler_open() is given. */
#define SCHEDULED_STACK(least)                                                                     \
    {                                                                                              \
        .name = "stack", .unit = "bytes", .value = 65536, .min = (least), .max = 1073741824,       \
        .help = "stack of a task"                                                                  \
    }

/* All but open(), which has a library to load first, and what the library alone knows to do. */
#define SCHEDULED_HOOKS                                                                            \
    .start = scheduled_start, .join = scheduled_join, .close = scheduled_close,                    \
    .wait = scheduled_wait, .wake = scheduled_wake

#endif
