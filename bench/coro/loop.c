/* A loop's life: making it, giving it memory, and ending it. */
#include "bench/coro/loop.h"

#include <assert.h>
#include <stdlib.h>

#include "bench/coro/valgrind.h"

struct coro_loop coro_nowhere; /* head and limit are equal: due; nobody writes it */
_Thread_local struct coro_loop *coro_here = &coro_nowhere;

static int resize_ring(struct loop *loop, uint32_t least)
{
    struct coro_loop *hot = &loop->hot;
    uint32_t room = hot->ring != NULL ? hot->mask / CORO_TURN + 1 : 64;
    if (hot->ring != NULL && least <= room)
        return CORO_OK;
    while (room < least)
        room *= 2;
    struct coro_turn *ring = malloc(room * sizeof *ring);
    if (ring == NULL)
        return CORO_NO_MEMORY;
    for (uint32_t i = hot->head; i != hot->tail; i += CORO_TURN)
        ring[i / CORO_TURN & (room - 1)] = *coro_turn_at(hot, i);
    free(hot->ring);
    hot->ring = ring;
    hot->mask = (room - 1) * CORO_TURN;
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
    loop->hot.head = loop->hot.tail = loop->hot.base = 0U - 512 * CORO_TURN;
    loop->hot.careful = loop->config.check || loop->config.stack == CORO_COMPACT;
    loop_set_limit(loop, LOOP_NO_END);
    return &loop->hot;
}

/* Each task that is not free. */
static void each(struct loop *loop, void (*fn)(struct loop *, struct coro *))
{
    for (uint32_t c = 0; c < loop->slab.chunk_count; c++) {
        struct slab_chunk *chunk = &loop->slab.chunks[c];
        for (uint32_t i = 0; i < chunk->carved; i++) {
            struct coro *task = slab_task(&loop->slab, chunk, i);
            if (task->state != CORO_STATE_FREE)
                fn(loop, task);
        }
    }
}

static void drop_area(struct loop *loop, struct coro *task)
{
    compact_drop(&loop->compact, task);
}

void coro_loop_free(struct coro_loop *hot)
{
    if (hot == NULL)
        return;
    struct loop *loop = loop_of(hot);
    assert(!loop->running);
    if (loop->compact.large_count > 0)
        each(loop, drop_area);
    timers_release(&loop->timers);
    words_release(&loop->words);
    poller_release(&loop->poller);
    compact_release(&loop->compact);
    slab_release(&loop->slab);
    free(hot->ring);
    free(loop);
}
