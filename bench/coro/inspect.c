/* What runs, what waits for what, and what it occupies. */
#include "bench/coro/loop.h"

void loop_each(struct loop *loop, bool (*fn)(struct loop *, struct coro *, void *), void *arg)
{
    for (uint32_t c = 0; c < loop->slab.chunk_count; c++) {
        struct slab_chunk *chunk = &loop->slab.chunks[c];
        for (uint32_t i = 0; i < chunk->carved; i++) {
            struct coro *task = slab_task(&loop->slab, chunk, i);
            if (task->state != CORO_STATE_FREE && !fn(loop, task, arg))
                return;
        }
    }
}

const char *loop_name(struct loop *loop, const struct coro *task)
{
    if (task->state == CORO_STATE_FINISHED)
        return NULL;
    if (loop->config.stack != CORO_COMPACT)
        return ((const struct coro_top *)(const void *)task - 1)->name;
    if (task != loop->hot.current && task->saved == 0)
        return NULL; /* not begun */
    const struct coro_top *top = loop_see(loop, task, loop->compact.top);
    return top->name;
}

static const char *const state_names[] = {
    [CORO_STATE_FREE] = "free",         [CORO_STATE_READY] = "ready",
    [CORO_STATE_FINISHED] = "finished", [CORO_STATE_SLEEP] = "sleep",
    [CORO_STATE_NOTHING] = "sleep",     [CORO_STATE_AWAIT] = "await",
    [CORO_STATE_WORD] = "word",         [CORO_STATE_SEND] = "send",
    [CORO_STATE_RECEIVE] = "receive",   [CORO_STATE_READ] = "read",
    [CORO_STATE_WRITE] = "write",
};

int coro_task_info(struct coro_loop *hot, struct coro *task, struct coro_info *info)
{
    if (hot == NULL || task == NULL || info == NULL || task->state == CORO_STATE_FREE)
        return CORO_BAD;
    struct loop *loop = loop_of(hot);
    *info = (struct coro_info){
        .task = task,
        .id = task->id,
        .name = loop_name(loop, task),
        .user = task->user,
        .state = task == hot->current ? "running" : state_names[task->state],
        .fd = -1,
        .deadline_ns = task->deadline_ns,
    };
    const struct chan_wait *wait;
    switch (task->state) {
    case CORO_STATE_AWAIT:
    case CORO_STATE_WORD:
    case CORO_STATE_RECEIVE:
        info->on = task->on;
        break;
    case CORO_STATE_SEND:
        wait = loop_see(loop, task, task->on);
        info->on = wait->chan;
        break;
    case CORO_STATE_READ:
    case CORO_STATE_WRITE:
        info->fd = (int)(intptr_t)task->on;
        break;
    default:
        break;
    }
    return CORO_OK;
}

struct visitor {
    bool (*fn)(void *context, const struct coro_info *info);
    void *context;
};

static bool visit(struct loop *loop, struct coro *task, void *arg)
{
    const struct visitor *visitor = arg;
    struct coro_info info;
    coro_task_info(&loop->hot, task, &info);
    return visitor->fn(visitor->context, &info);
}

void coro_each(struct coro_loop *loop, bool (*fn)(void *context, const struct coro_info *info),
               void *context)
{
    struct visitor visitor = {fn, context};
    loop_each(loop_of(loop), visit, &visitor);
}

void coro_loop_stats(const struct coro_loop *hot, struct coro_stats *stats)
{
    static const char *const guards[] = {[SLAB_GUARD_NONE] = "none",
                                         [SLAB_GUARD_CANARY] = "canary",
                                         [SLAB_GUARD_PROTECT] = "mprotect",
                                         [SLAB_GUARD_MARKER] = "marker"};
    const struct loop *loop = (const struct loop *)(const void *)hot;
    const struct words *words = &loop->words;
    *stats = (struct coro_stats){
        .spawned = hot->last_id,
        .alive = loop_alive(hot),
        .runnable = hot->tail - hot->head,
        .timers = (uint32_t)loop->timers.armed,
        .stacks = loop->slab.carved,
        .descriptor_bytes = sizeof(struct coro),
        .stack_bytes = loop_stack_bytes(loop),
        .stride_bytes = loop->slab.stride,
        .mapped_bytes = loop->slab.mapped_bytes + loop->compact.bytes + loop->compact.map_bytes,
        .queue_bytes = ((size_t)hot->mask + 1) * sizeof *hot->ring + loop->timers.bytes +
                       (words->entries != NULL ? words->mask + 1 : 0) * sizeof *words->entries +
                       loop->poller.room * sizeof *loop->poller.entries,
        .guard = guards[loop->slab.guard],
    };
}

const char *coro_stack_name(enum coro_stack stack)
{
    static const char *const names[] = {"guarded", "dense", "compact"};
    return (unsigned)stack < 3 ? names[stack] : "unknown";
}
