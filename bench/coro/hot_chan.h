/*
 * Channels: the part of sending and receiving that is worth inlining. The rest is chan.c.
 *
 * Receivers wait only while the channel is empty, senders only while it is full. A receiver that
 * waits gets the item handed over, past the buffer; a sender that waits has its item put into the
 * place that a receiver frees. So nobody is overtaken, and each woken task is done with the
 * channel.
 */
#ifndef CORO_HOT_CHAN_H
#define CORO_HOT_CHAN_H

#ifndef CORO_HOT_H
#error "included by hot.h"
#endif

struct coro_chan {
    struct coro_loop *loop;
    bool is_plain;  /* open, stacks in place: the inlined paths hold */
    uint32_t head;  /* index of the oldest, masked for use */
    uint32_t count; /* items in the buffer */
    uint32_t capacity;
    uint32_t mask; /* of the buffer, a power of two */
    uint64_t *items;
    struct coro *senders;
    struct coro *receivers;
    bool is_closed;
};

/* On the stack of a sender that waits: its `on`. */
struct chan_wait {
    struct coro_chan *chan;
    uint64_t item;
};

/* What coro_send() and coro_receive() do where nobody waits, or it is no plain channel. */
CORO_SLOW int coro_send_slow(struct coro_chan *chan, uint64_t item);
CORO_SLOW int coro_receive_slow(struct coro_chan *chan, uint64_t *item);

static inline bool coro_can_park(const struct coro_loop *loop)
{
    return CORO_LIKELY((!CORO_HAS(CHECKS) || loop == coro_here) && loop->head != loop->tail &&
                       !coro_is_due(loop) && !coro_is_interrupted(loop));
}

/* One that can be woken here: it has no timer to disarm. */
static inline bool coro_is_simple(const struct coro *waiter)
{
    return CORO_LIKELY(!CORO_HAS(DEADLINES) || waiter->deadline_ns == 0);
}

static inline void coro_wake_simple(struct coro_loop *loop, struct coro **first, struct coro *task)
{
    coro_unlist(first, task);
    task->wake = CORO_OK;
    task->state = CORO_STATE_READY;
    coro_push(loop, task);
}

CORO_INLINE int coro_send(struct coro_chan *chan, uint64_t item)
{
    if (CORO_RARE((CORO_HAS(CHECKS) && chan == NULL) || !chan->is_plain))
        return coro_send_slow(chan, item);
    struct coro_loop *loop = chan->loop;
    struct coro *receiver = chan->receivers;
    if (receiver == NULL && chan->count < chan->capacity) {
        chan->items[(chan->head + chan->count++) & chan->mask] = item;
        return CORO_OK;
    }
    if (receiver != NULL && coro_is_simple(receiver)) {
        coro_wake_simple(loop, &chan->receivers, receiver);
        receiver->got = item;
        return CORO_OK;
    }
    struct coro *self = loop->current;
    if (receiver != NULL || !coro_can_park(loop))
        return coro_send_slow(chan, item);
    struct chan_wait wait = {chan, item};
    coro_enlist(&chan->senders, self);
    self->on = &wait;
    self->state = CORO_STATE_SEND;
    coro_suspend(loop, self);
    return self->wake;
}

CORO_INLINE int coro_receive(struct coro_chan *chan, uint64_t *item)
{
    if (CORO_RARE((CORO_HAS(CHECKS) && (chan == NULL || item == NULL)) || !chan->is_plain))
        return coro_receive_slow(chan, item);
    struct coro_loop *loop = chan->loop;
    struct coro *sender = chan->senders;
    if (chan->count > 0 && (sender == NULL || coro_is_simple(sender))) {
        *item = chan->items[chan->head++ & chan->mask];
        if (sender == NULL) {
            chan->count--;
            return CORO_OK;
        }
        const struct chan_wait *wait = (const struct chan_wait *)sender->on;
        chan->items[(chan->head + chan->count - 1) & chan->mask] = wait->item;
        coro_wake_simple(loop, &chan->senders, sender);
        return CORO_OK;
    }
    struct coro *self = loop->current;
    if (chan->count > 0 || !coro_can_park(loop))
        return coro_receive_slow(chan, item);
    coro_enlist(&chan->receivers, self);
    self->on = chan;
    self->state = CORO_STATE_RECEIVE;
    coro_suspend(loop, self);
    if (self->wake == CORO_OK)
        *item = self->got;
    return self->wake;
}

#endif
