/*
 * process_pool: W forked processes, made once, share all tasks through a ring in shared memory
 * and futexes across processes, not pipes.  bench/executors/pool.h tells how tasks get to them.
 *
 * open() runs when the launch is mapped, so the children have it at the same address.  A child asks
 * to be killed when its parent ends; a child that ended before its time is found by the caller,
 * who looks after its children while it waits.
 */
#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/executors/create_error.h"
#include "bench/executors/kernel_verbs.h"
#include "bench/executors/pooled.h"
#include "bench/executors/spread.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static const struct param params[] = {POOLED_PARAMS, {0}};

struct state {
    struct pool *pool;
    pid_t parent;
    uint32_t made;    /* children there are */
    bool is_broken;   /* one of them was lost: the others' work cannot be relied on */
    pid_t children[]; /* worker_count; 0: reaped */
};

static _Noreturn void child(struct launch *l, uint32_t index, pid_t parent)
{
    const struct state *s = l->executor_state;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1); /* the parent went before the request could be made */
    spread_out(l, index);
    pool_work(s->pool, index);
    _exit(0);
}

/* Whether a child is gone that should be there. */
static int check(void *context, struct err *err)
{
    struct launch *l = context;
    struct state *s = l->executor_state;
    for (uint32_t i = 0; i < s->made; i++) {
        int status;
        if (!s->children[i] || waitpid(s->children[i], &status, WNOHANG) != s->children[i])
            continue;
        s->children[i] = 0;
        s->is_broken = true;
        if (WIFSIGNALED(status))
            return err_set(err, ERR_FAILED, "the process of worker %u was killed by signal %d (%s)",
                           i, WTERMSIG(status), strsignal(WTERMSIG(status)));
        return err_set(err, ERR_FAILED, "the process of worker %u ended with status %d", i,
                       WEXITSTATUS(status));
    }
    return 0;
}

static void close_(struct launch *l)
{
    struct state *s = l->executor_state;
    if (!s->is_broken)
        pool_stop(s->pool);
    for (uint32_t i = 0; i < s->made; i++) {
        if (!s->children[i])
            continue;
        if (s->is_broken)
            kill(s->children[i], SIGKILL);
        while (waitpid(s->children[i], NULL, 0) < 0 && errno == EINTR)
            ;
    }
    pool_free(s->pool);
    free(s);
    l->executor_state = NULL;
}

static int open_(struct launch *l, struct err *err)
{
    struct state *s = calloc(1, sizeof *s + sizeof(pid_t) * l->worker_count);
    if (!s)
        return err_set(err, ERR_LIMIT, "no memory for %u process ids", l->worker_count);
    struct pool_config config = pooled_config(l);
    config.is_shared = true;
    config.check = check;
    s->parent = getpid();
    s->pool = pool_new(&config, err);
    if (!s->pool) {
        free(s);
        return -1;
    }
    l->executor_state = s;
    for (uint32_t i = 0; i < l->worker_count; i++) {
        pid_t pid = fork();
        if (pid == 0)
            child(l, i, s->parent);
        if (pid < 0) {
            create_error("fork", i, errno, true, err);
            close_(l);
            return -1;
        }
        s->children[i] = pid;
        s->made = i + 1;
    }
    if (pool_wait_ready(s->pool, s->made, err)) {
        close_(l);
        return -1;
    }
    return 0;
}

static int start(struct launch *l, struct err *err)
{
    const struct state *s = l->executor_state;
    if (s->is_broken)
        return err_set(err, ERR_FAILED, "a process of the pool was lost before");
    return pooled_start(l, s->pool);
}

static int join(struct launch *l, struct err *err)
{
    struct state *s = l->executor_state;
    if (s->is_broken)
        return err_set(err, ERR_FAILED, "a process of the pool was lost");
    return pooled_join(l, s->pool, err);
}

const struct executor executor_process_pool = {
    .name = "process_pool",
    .summary = "forked processes made once, which share all tasks",
    .traits = EXECUTOR_PARALLEL | EXECUTOR_PREEMPTIVE | EXECUTOR_POOLED | EXECUTOR_KERNEL_UNITS |
              EXECUTOR_TYPICAL,
    .params = params,
    .open = open_,
    .start = start,
    .join = join,
    .close = close_,
    .sleep_until = kernel_sleep_until,
    .wait = kernel_wait,
    .wake = kernel_wake,
};
