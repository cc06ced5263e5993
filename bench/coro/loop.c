/* A loop's life: making it, giving it memory and taking it back; and coro_run around one. */
#include "bench/coro/loop.h"

#include <assert.h>
#include <stdlib.h>

#include "bench/coro/valgrind.h"

struct coro_loop coro_nowhere; /* head and limit are equal: due; nobody writes it */
_Thread_local struct coro_loop *coro_here = &coro_nowhere;

enum { HUGE_POOL_BYTES = 8 << 20 };

static int resize_ring(struct loop *loop, uint32_t least)
{
    struct coro_loop *hot = &loop->hot;
    uint32_t room = hot->ring != NULL ? hot->mask + 1 : 64;
    if (hot->ring != NULL && least <= room)
        return CORO_OK;
    while (room < least)
        room *= 2;
    struct coro **ring = malloc(room * sizeof(struct coro *));
    if (ring == NULL)
        return CORO_NO_MEMORY;
    for (uint32_t i = hot->head; i != hot->tail; i++)
        ring[i & (room - 1)] = hot->ring[i & hot->mask];
    free(hot->ring);
    hot->ring = ring;
    hot->mask = room - 1;
    return CORO_OK;
}

int loop_grow(struct loop *loop, uint32_t count)
{
    /* One more than stacks: the ring is never full, and head == tail always means empty. */
    int error = resize_ring(loop, loop->slab.carved + count + 1);
    if (error != CORO_OK)
        return error;
    int made = slab_carve(&loop->slab, count, &loop->hot.free);
    loop->hot.has_canaries = loop->slab.guard == SLAB_GUARD_CANARY;
    return made < 0 ? made : CORO_OK;
}

void loop_be_careful(struct loop *loop)
{
    if (loop->hot.careful)
        return;
    loop->hot.careful = true;
    loop_set_limit(loop, loop->hops);
}

struct coro_loop *coro_loop_new(const struct coro_config *config, int *error)
{
    static const struct coro_config defaults;
    int unused;
    if (error == NULL)
        error = &unused;
    struct loop *loop = aligned_alloc(64, (sizeof *loop + 63) / 64 * 64);
    if (loop == NULL) {
        *error = CORO_NO_MEMORY;
        return NULL;
    }
    *loop = (struct loop){.config = config != NULL ? *config : defaults, .hops = 64};
    loop->on_valgrind = RUNNING_ON_VALGRIND != 0;
    *error = (unsigned)loop->config.lateness > CORO_PRECISE ? CORO_BAD : CORO_OK;
    if (*error == CORO_OK)
        *error = slab_init(&loop->slab, loop->config.stack, loop->config.stack_bytes);
    if (*error == CORO_OK && loop->config.stack == CORO_COMPACT)
        *error = compact_init(&loop->compact, loop->config.stack_bytes, loop->config.check);
    if (*error == CORO_OK)
        *error = resize_ring(loop, 1);
    if (*error != CORO_OK) {
        coro_loop_free(&loop->hot);
        return NULL;
    }
    /* Counters run over soon and often, not after hours. */
    loop->hot.head = loop->hot.tail = loop->hot.base = UINT32_MAX - 500;
    loop->hot.careful = loop->config.check || loop->config.stack == CORO_COMPACT;
    loop_set_limit(loop, LOOP_FAR);
    return &loop->hot;
}

static bool drop_area(struct loop *loop, struct coro *task, void *unused)
{
    (void)unused;
    compact_drop(&loop->compact, task);
    return true;
}

void coro_loop_free(struct coro_loop *hot)
{
    if (hot == NULL)
        return;
    struct loop *loop = loop_of(hot);
    assert(!loop->running);
    if (loop->compact.large_count > 0)
        loop_each(loop, drop_area, NULL);
    timers_release(&loop->timers);
    words_release(&loop->words);
    poller_release(&loop->poller);
    compact_release(&loop->compact);
    slab_release(&loop->slab);
    free(hot->ring);
    free(loop);
}

int coro_loop_warm(struct coro_loop *hot, size_t tasks)
{
    struct loop *loop = loop_of(hot);
    if (tasks > INT32_MAX)
        return CORO_BAD;
    if (tasks * loop->slab.stride >= HUGE_POOL_BYTES)
        slab_be_huge(&loop->slab);
    while (loop->slab.carved < tasks) {
        int error = loop_grow(loop, (uint32_t)tasks - loop->slab.carved);
        if (error != CORO_OK)
            return error;
    }
    return CORO_OK;
}

int coro_loop_trim(struct coro_loop *hot)
{
    struct loop *loop = loop_of(hot);
    if (loop->running || loop_alive(hot) > 0)
        return CORO_BUSY;
    timers_clear(&loop->timers); /* its entries point into the stacks */
    hot->free = NULL;
    compact_trim(&loop->compact);
    slab_trim(&loop->slab);
    return CORO_OK;
}

/* ---- the entry point ---- */

static bool cancel_one(struct loop *loop, struct coro *task, void *unused)
{
    (void)unused;
    if (task->state != CORO_STATE_FINISHED)
        coro_cancel(&loop->hot, task);
    return true;
}

int coro_run(const struct coro_config *config, coro_body *body, void *arg, uint64_t *value)
{
    int error;
    struct coro *task;
    struct coro_until until = {0};
    struct coro_loop *loop = coro_loop_new(config, &error);
    if (loop == NULL)
        return error;
    error = coro_spawn(loop, body, arg, 0, &task);
    if (error != CORO_OK)
        goto free_loop;
    until.task = task;
    int stop = coro_loop_run(loop, &until);
    if (task->state == CORO_STATE_FINISHED) {
        error = task->error;
        if (value != NULL)
            *value = task->value;
    } else {
        error = stop < 0 ? stop : CORO_IDLE; /* parked for good */
    }
    if (loop_alive(loop) > 0 && stop >= 0) {
        loop_each(loop_of(loop), cancel_one, NULL);
        coro_loop_run(loop, NULL);
    }
free_loop:
    coro_loop_free(loop);
    return error;
}
