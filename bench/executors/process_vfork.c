/*
 * process_vfork: a child for each task that borrows its parent's memory, as vfork() makes it.
 *
 * clone(CLONE_VM | CLONE_VFORK): no page table is copied, so the cost does not depend on how much
 * memory the parent has; the calling thread stands still until the child ends.  So tasks run one
 * after the other (EXECUTOR_SEQUENTIAL), and what this executor is for is the price of a process:
 * startup_ns and lifecycle_ns.  It is the first half of what posix_spawn() does; `spawn` is both.
 *
 * The child uses the thread-local storage of the thread that waits for it, and so may call
 * whatever that thread may: errno is the only thing it leaves changed.  Without CLONE_VFORK both
 * would run on one errno and one malloc cache.  docs/decisions/0009-vfork.md has the alternatives.
 * It needs a stack of its own, because returning from a frame its parent still needs is not sane.
 * sched_getcpu() answers in the child from its parent's registration: migrations are undercounted.
 */
#include "bench/base/clock.h"
#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/executors/create_error.h"
#include "bench/executors/reap.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Of address space: what is not used is not there. One guard page below. */
enum { STACK_BYTES = 8 << 20 };

#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__ 1
#endif
#endif

/* It intercepts clone() and takes the child for a fork's: its notes, which child and parent share
 * here, are wrong from then on. */
static const char *unavailable(void)
{
#ifdef __SANITIZE_THREAD__
    return "ThreadSanitizer cannot follow a child on its parent's memory";
#else
    return NULL;
#endif
}

struct state {
    pid_t parent;
    size_t guard_bytes;
    char *stack; /* one for all: they never run at once */
};

static int open_(struct launch *l, struct err *err)
{
    struct state *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(err, ERR_LIMIT, "no memory for the executor");
    s->parent = getpid();
    s->guard_bytes = (size_t)sysconf(_SC_PAGESIZE);
    s->stack = mmap(NULL, STACK_BYTES + s->guard_bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (s->stack == MAP_FAILED || mprotect(s->stack, s->guard_bytes, PROT_NONE)) {
        err_set(err, ERR_LIMIT, "no memory for a stack of %d bytes: %s", STACK_BYTES,
                strerror(errno));
        if (s->stack != MAP_FAILED)
            munmap(s->stack, STACK_BYTES + s->guard_bytes);
        free(s);
        return -1;
    }
    l->executor_state = s;
    return 0;
}

static void close_(struct launch *l)
{
    struct state *s = l->executor_state;
    munmap(s->stack, STACK_BYTES + s->guard_bytes);
    free(s);
    l->executor_state = NULL;
}

static int child(void *arg)
{
    struct task *t = arg;
    const struct state *s = t->launch->executor_state;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != s->parent)
        return 1; /* the parent went before the request could be made */
    t->launch->body(t);
    return 0; /* into clone(), which ends this process and nothing else */
}

static int start(struct launch *l, struct err *err)
{
    (void)err;
    l->live_count = l->task_count;
    return 0;
}

static int join(struct launch *l, struct err *err)
{
    const struct state *s = l->executor_state;
    char *top = s->stack + s->guard_bytes + STACK_BYTES;
    for (uint32_t i = 0; i < l->live_count; i++) {
        struct task *t = &l->tasks[i];
        t->create_ns = launch_stamp_ns(l);
        pid_t pid = clone(child, top, CLONE_VM | CLONE_VFORK | SIGCHLD, t);
        if (pid < 0)
            return create_error("clone", i, errno, true, err);
        t->created_ns = launch_stamp_ns(l);
        if (reap(t, pid, err))
            return -1;
    }
    return 0;
}

static void sleep_until(struct task *t, uint64_t deadline_ns)
{
    (void)t;
    clock_sleep_until_ns(deadline_ns);
}

/* Nobody else runs who could change the word: only the time can end the wait. */
static bool wait_(struct task *t, _Atomic uint32_t *word, uint32_t expected, uint64_t deadline_ns)
{
    (void)t;
    if (atomic_load(word) != expected)
        return true;
    if (deadline_ns != UINT64_MAX)
        clock_sleep_until_ns(deadline_ns);
    return false;
}

static void wake(struct task *t, _Atomic uint32_t *word, uint32_t count)
{
    (void)t;
    (void)word;
    (void)count;
}

const struct executor executor_process_vfork = {
    .name = "process_vfork",
    .summary = "a process for each task, on its parent's memory",
    .traits = EXECUTOR_SHARED_HEAP | EXECUTOR_SEQUENTIAL | EXECUTOR_KERNEL_UNITS,
    .unavailable = unavailable,
    .open = open_,
    .start = start,
    .join = join,
    .close = close_,
    .sleep_until = sleep_until,
    .wait = wait_,
    .wake = wake,
};
