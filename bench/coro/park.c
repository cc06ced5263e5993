/* Ending a suspension before its time: cancel, deadline scopes; and giving up a handle. */
#include "bench/coro/loop.h"

void loop_detach(struct loop *loop, struct coro *task)
{
    const struct chan_wait *wait;
    switch (task->state) {
    case CORO_STATE_AWAIT:
        coro_unlist(&((struct coro *)task->on)->awaiters, task);
        break;
    case CORO_STATE_WORD:
        words_remove(&loop->words, task);
        break;
    case CORO_STATE_SEND:
        wait = loop_see(loop, task, task->on);
        coro_unlist(&wait->chan->senders, task);
        break;
    case CORO_STATE_RECEIVE:
        coro_unlist(&((struct coro_chan *)task->on)->receivers, task);
        break;
    case CORO_STATE_READ:
    case CORO_STATE_WRITE:
        poller_remove(&loop->poller, task);
        break;
    default:
        break;
    }
}

int coro_cancel(struct coro_loop *hot, struct coro *task)
{
    if (task == NULL || task->state == CORO_STATE_FREE)
        return CORO_BAD;
    if (task->state == CORO_STATE_FINISHED)
        return CORO_FINISHED;
    if (task->state == CORO_STATE_READY) {
        task->flags |= CORO_BIT_CANCEL;
        return CORO_OK;
    }
    loop_detach(loop_of(hot), task);
    loop_wake(loop_of(hot), task, CORO_CANCELLED);
    return CORO_OK;
}

int coro_release(struct coro_loop *hot, struct coro *task)
{
    if (task == NULL || task->state == CORO_STATE_FREE || (task->flags & CORO_BIT_DETACHED) != 0)
        return CORO_BAD;
    if (task->state == CORO_STATE_FINISHED)
        coro_recycle(hot, task);
    else
        task->flags |= CORO_BIT_DETACHED;
    return CORO_OK;
}

int coro_deadline_begin(struct coro_deadline *scope, uint64_t at_ns)
{
    struct loop *loop;
    struct coro *self;
    if (loop_enter(&loop, &self) != CORO_OK)
        return CORO_OUTSIDE;
    if (scope == NULL)
        return CORO_BAD;
    if (at_ns <= coro_now())
        return CORO_PAST;
    struct coro_top *top = loop_top(loop, self);
    scope->outer = top->scope;
    scope->at_ns =
        scope->outer != NULL && scope->outer->at_ns < at_ns ? scope->outer->at_ns : at_ns;
    top->scope = scope;
    self->flags |= CORO_BIT_DEADLINE;
    return CORO_OK;
}

int coro_deadline_end(struct coro_deadline *scope)
{
    struct loop *loop;
    struct coro *self;
    if (loop_enter(&loop, &self) != CORO_OK)
        return CORO_OUTSIDE;
    struct coro_top *top = loop_top(loop, self);
    if (scope == NULL || top->scope != scope)
        return CORO_BAD; /* scopes end in the reverse order of their beginning */
    top->scope = scope->outer;
    if (top->scope == NULL)
        self->flags &= (uint8_t)~CORO_BIT_DEADLINE;
    return CORO_OK;
}

int coro_set_name(const char *name)
{
    struct loop *loop;
    struct coro *self;
    if (loop_enter(&loop, &self) != CORO_OK)
        return CORO_OUTSIDE;
    loop_top(loop, self)->name = name;
    self->flags |= CORO_BIT_NAMED;
    return CORO_OK;
}

const char *coro_strerror(int error)
{
    static const char *const texts[] = {
        [-CORO_OK] = "success",
        [-CORO_CANCELLED] = "cancelled",
        [-CORO_TIMED_OUT] = "timed out",
        [-CORO_CHANGED] = "the word does not have the expected value",
        [-CORO_CLOSED] = "the channel is closed",
        [-CORO_PAST] = "the deadline has passed already",
        [-CORO_FINISHED] = "the task has finished",
        [-CORO_SELF] = "a task cannot await itself",
        [-CORO_OUTSIDE] = "only a task can suspend",
        [-CORO_BUSY] = "in use",
        [-CORO_BAD] = "invalid argument",
        [-CORO_SMALL] = "the stack is too small",
        [-CORO_NO_MEMORY] = "out of memory",
        [-CORO_SYSTEM] = "a system call failed",
        [-CORO_ON_STACK] = "a pointer into a compact task's stack cannot be shared",
        [-CORO_WOULD_BLOCK] = "would have to wait",
        [-CORO_IDLE] = "waits for what nobody can do any more",
    };
    if (error > 0)
        return "the task's own error";
    if (error < -(int)(sizeof texts / sizeof *texts) + 1)
        return "unknown error";
    return texts[-error];
}
