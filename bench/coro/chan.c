/* Channels: making and closing them, and the paths that are not worth inlining. */
#include "bench/coro/loop.h"

#include <stdlib.h>

enum { MOST_ITEMS = 1 << 24 };

struct coro_chan *coro_chan_new(struct coro_loop *loop, uint32_t capacity, int *error)
{
    int unused;
    if (error == NULL)
        error = &unused;
    *error = CORO_BAD;
    if (loop == NULL || capacity == 0 || capacity > MOST_ITEMS)
        return NULL;
    *error = CORO_NO_MEMORY;
    struct coro_chan *chan = malloc(sizeof *chan);
    if (chan == NULL)
        return NULL;
    *chan = (struct coro_chan){.loop = loop, .capacity = capacity};
    chan->is_plain = loop_of(loop)->config.stack != CORO_COMPACT;
    uint32_t room = 1;
    while (room < capacity)
        room *= 2;
    chan->mask = room - 1;
    chan->items = malloc(room * sizeof *chan->items);
    if (chan->items == NULL) {
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
    free(chan->items);
    free(chan);
    return CORO_OK;
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

static void put(struct coro_chan *chan, uint64_t item)
{
    chan->items[(chan->head + chan->count++) & chan->mask] = item;
}

static uint64_t take(struct coro_chan *chan)
{
    chan->count--;
    return chan->items[chan->head++ & chan->mask];
}

/* There is a waiting receiver or a free place. */
static void pass_on(struct coro_chan *chan, uint64_t item)
{
    struct coro *receiver = chan->receivers;
    if (receiver == NULL) {
        put(chan, item);
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
    put(chan, wait->item);
    coro_unlist(&chan->senders, sender);
    loop_wake(loop_of(chan->loop), sender, CORO_OK);
}

/* Who waits must be a task of the channel's own loop. */
static int may_wait(struct coro_chan *chan, struct coro **self)
{
    struct loop *loop;
    if (loop_enter(&loop, self) != CORO_OK || &loop->hot != chan->loop)
        return CORO_OUTSIDE;
    return loop_interrupted(*self);
}

int coro_send_slow(struct coro_chan *chan, uint64_t item)
{
    if (chan == NULL)
        return CORO_BAD;
    if (chan->is_closed)
        return CORO_CLOSED;
    struct loop *loop = loop_of(chan->loop);
    if (loop->config.check && compact_owns(&loop->compact, (void *)(uintptr_t)item))
        return CORO_ON_STACK; /* by all appearances a pointer */
    if (chan->receivers != NULL || chan->count < chan->capacity) {
        pass_on(chan, item);
        return CORO_OK;
    }
    struct coro *self;
    int error = may_wait(chan, &self);
    if (error != CORO_OK)
        return error;
    struct chan_wait wait = {chan, item};
    coro_enlist(&chan->senders, self);
    self->on = &wait;
    self->state = CORO_STATE_SEND;
    return loop_park(loop, self, 0);
}

int coro_receive_slow(struct coro_chan *chan, uint64_t *item)
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
    int error = may_wait(chan, &self);
    if (error != CORO_OK)
        return error;
    coro_enlist(&chan->receivers, self);
    self->on = chan;
    self->state = CORO_STATE_RECEIVE;
    error = loop_park(loop_of(chan->loop), self, 0);
    if (error == CORO_OK)
        *item = self->got;
    return error;
}
