/* Ending a suspension before its time; giving up a handle; errors in words. */
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
        hot->cancels += (task->flags & CORO_BIT_CANCEL) == 0;
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
    };
    if (error > 0)
        return "the task's own error";
    if (error < -(int)(sizeof texts / sizeof *texts) + 1)
        return "unknown error";
    return texts[-error];
}
