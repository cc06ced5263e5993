/* One task on a loop of its own, to its end. */
#ifndef CONTEND_TESTS_CORO_ALONE_H
#define CONTEND_TESTS_CORO_ALONE_H

#include "bench/coro/coro.h"

#include <stddef.h>

enum { ALONE_FOR_EVER = 1000 }; /* it waits for what nobody can do any more */

/* The body's error; other tasks that are left are dropped. */
static inline int coro_alone(const struct coro_config *config, coro_body *body, void *arg,
                             uint64_t *value)
{
    int error;
    struct coro *task;
    struct coro_loop *loop = coro_loop_new(config, &error);
    if (loop == NULL)
        return error;
    error = coro_spawn(loop, body, arg, 0, &task);
    if (error == CORO_OK) {
        struct coro_until until = {.task = task};
        int stop = coro_loop_run(loop, &until);
        bool has_finished = task->state == CORO_STATE_FINISHED;
        error = has_finished ? task->error : stop < 0 ? stop : ALONE_FOR_EVER;
        if (has_finished && value != NULL)
            *value = task->value;
    }
    coro_loop_free(loop);
    return error;
}

#endif
