/* Channels: making and closing them, the orders other than FIFO, timeouts, use from outside. */
#include "bench/coro/loop.h"

#include <stdlib.h>

enum { MOST_ITEMS = 1 << 24 };

struct chan_entry {
    uint64_t priority;
    uint64_t sequence;
    uint64_t item;
};

struct coro_chan *coro_chan_new(struct coro_loop *loop, enum coro_order order, uint32_t capacity,
                                int *error)
{
    int unused;
    if (error == NULL)
        error = &unused;
    *error = CORO_BAD;
    if (loop == NULL || (unsigned)order > CORO_PRIORITY || capacity == 0 || capacity > MOST_ITEMS)
        return NULL;
    *error = CORO_NO_MEMORY;
    struct coro_chan *chan = malloc(sizeof *chan);
    if (chan == NULL)
        return NULL;
    *chan = (struct coro_chan){.loop = loop, .capacity = capacity, .order = order};
    chan->is_plain = order == CORO_FIFO && loop_of(loop)->config.stack != CORO_COMPACT;
    uint32_t room = 1;
    while (room < capacity)
        room *= 2;
    chan->mask = room - 1;
    if (order == CORO_PRIORITY)
        chan->heap = malloc(capacity * sizeof *chan->heap);
    else
        chan->items = malloc(room * sizeof *chan->items);
    if (chan->heap == NULL && chan->items == NULL) {
        free(chan);
        return NULL;
    }
    *error = CORO_OK;
    return chan;
}

int coro_chan_free(struct coro_chan *chan)
{
    if (chan == NULL)
        return CORO_OK;
    if (chan->senders != NULL || chan->receivers != NULL)
        return CORO_BUSY;
    free(chan->heap);
    free(chan->items);
    free(chan);
    return CORO_OK;
}

uint32_t coro_chan_count(const struct coro_chan *chan)
{
    return chan->count;
}

static void wake_all(struct coro_chan *chan, struct coro **first, int code)
{
    struct coro *task;
    while ((task = *first) != NULL) {
        coro_unlist(first, task);
        loop_wake(loop_of(chan->loop), task, code);
    }
}

int coro_chan_close(struct coro_chan *chan)
{
    if (chan == NULL)
        return CORO_BAD;
    if (chan->is_closed)
        return CORO_CLOSED;
    chan->is_closed = true;
    chan->is_plain = false;
    wake_all(chan, &chan->senders, CORO_CLOSED);
    wake_all(chan, &chan->receivers, CORO_CLOSED);
    return CORO_OK;
}

/* ---- the buffer in its three orders ---- */

static bool comes_first(const struct chan_entry *a, const struct chan_entry *b)
{
    return a->priority != b->priority ? a->priority < b->priority : a->sequence < b->sequence;
}

static void heap_put(struct coro_chan *chan, struct chan_entry entry)
{
    uint32_t i = chan->count++;
    while (i > 0 && comes_first(&entry, &chan->heap[(i - 1) / 2])) {
        chan->heap[i] = chan->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    chan->heap[i] = entry;
}

static uint64_t heap_take(struct coro_chan *chan)
{
    uint64_t item = chan->heap[0].item;
    struct chan_entry last = chan->heap[--chan->count];
    uint32_t i = 0;
    for (uint32_t child; (child = 2 * i + 1) < chan->count; i = child) {
        if (child + 1 < chan->count && comes_first(&chan->heap[child + 1], &chan->heap[child]))
            child++;
        if (!comes_first(&chan->heap[child], &last))
            break;
        chan->heap[i] = chan->heap[child];
    }
    chan->heap[i] = last;
    return item;
}

static void put(struct coro_chan *chan, uint64_t item, uint64_t priority)
{
    if (chan->order == CORO_PRIORITY)
        heap_put(chan, (struct chan_entry){priority, chan->sequence++, item});
    else
        chan->items[(chan->head + chan->count++) & chan->mask] = item;
}

static uint64_t take(struct coro_chan *chan)
{
    if (chan->order == CORO_PRIORITY)
        return heap_take(chan);
    chan->count--;
    return chan
        ->items[(chan->order == CORO_LIFO ? chan->head + chan->count : chan->head++) & chan->mask];
}

/* ---- the verbs ---- */

/* There is a waiting receiver or a free place. */
static void pass_on(struct coro_chan *chan, uint64_t item, uint64_t priority)
{
    struct coro *receiver = chan->receivers;
    if (receiver == NULL) {
        put(chan, item, priority);
        return;
    }
    coro_unlist(&chan->receivers, receiver);
    loop_wake(loop_of(chan->loop), receiver, CORO_OK);
    receiver->got = item;
}

/* A place has become free. */
static void admit(struct coro_chan *chan)
{
    struct coro *sender = chan->senders;
    if (sender == NULL)
        return;
    const struct chan_wait *wait = loop_see(loop_of(chan->loop), sender, sender->on);
    put(chan, wait->item, wait->priority);
    coro_unlist(&chan->senders, sender);
    loop_wake(loop_of(chan->loop), sender, CORO_OK);
}

/* Who waits must be a task of the channel's own loop. */
static int may_wait(struct coro_chan *chan, uint64_t timeout_ns, struct coro **self)
{
    struct loop *loop;
    if (timeout_ns == CORO_NO_WAIT)
        return CORO_WOULD_BLOCK;
    if (loop_enter(&loop, self) != CORO_OK || &loop->hot != chan->loop)
        return CORO_OUTSIDE;
    return loop_interrupted(loop, *self);
}

static int park(struct coro_chan *chan, struct coro *self, uint64_t timeout_ns)
{
    return loop_park(loop_of(chan->loop), self,
                     timeout_ns == CORO_FOREVER ? 0 : loop_after(coro_now(), timeout_ns));
}

int coro_send_slow(struct coro_chan *chan, uint64_t item, uint64_t priority, uint64_t timeout_ns)
{
    if (chan == NULL)
        return CORO_BAD;
    if (chan->is_closed)
        return CORO_CLOSED;
    const struct loop *loop = loop_of(chan->loop);
    if (loop->config.check && compact_owns(&loop->compact, (void *)(uintptr_t)item))
        return CORO_ON_STACK; /* by all appearances a pointer */
    if (chan->receivers != NULL || chan->count < chan->capacity) {
        pass_on(chan, item, priority);
        return CORO_OK;
    }
    struct coro *self;
    int error = may_wait(chan, timeout_ns, &self);
    if (error != CORO_OK)
        return error;
    struct chan_wait wait = {chan, item, priority};
    coro_enlist(&chan->senders, self);
    self->on = &wait;
    self->state = CORO_STATE_SEND;
    return park(chan, self, timeout_ns);
}

int coro_receive_slow(struct coro_chan *chan, uint64_t *item, uint64_t timeout_ns)
{
    if (chan == NULL || item == NULL)
        return CORO_BAD;
    if (chan->count > 0) {
        *item = take(chan);
        admit(chan);
        return CORO_OK;
    }
    if (chan->is_closed)
        return CORO_CLOSED;
    struct coro *self;
    int error = may_wait(chan, timeout_ns, &self);
    if (error != CORO_OK)
        return error;
    coro_enlist(&chan->receivers, self);
    self->on = chan;
    self->state = CORO_STATE_RECEIVE;
    error = park(chan, self, timeout_ns);
    if (error == CORO_OK)
        *item = self->got;
    return error;
}

int coro_send_priority(struct coro_chan *chan, uint64_t item, uint64_t priority)
{
    return coro_send_slow(chan, item, priority, CORO_FOREVER);
}

int coro_send_timed(struct coro_chan *chan, uint64_t item, uint64_t timeout_ns)
{
    return coro_send_slow(chan, item, 0, timeout_ns);
}

int coro_receive_timed(struct coro_chan *chan, uint64_t *item, uint64_t timeout_ns)
{
    return coro_receive_slow(chan, item, timeout_ns);
}
