/*
 * ucontext: tasks as contexts of the C library (getcontext, makecontext, swapcontext) under the
 * small loop of fiber_loop.h.  swapcontext() saves and restores the signal mask: two system calls
 * a switch, which is what this peer shows.
 */
#include "bench/base/peer_library.h"

#include <ucontext.h>

typedef ucontext_t fiber_context;

struct fiber;
static void fiber_make(struct fiber *f, size_t bytes);

#define fiber_switch(from, to) swapcontext(&(from)->context, &(to)->context)

#include "bench/executors/fiber_executor.h"

/* Not inlined: getcontext() is a function that may return twice, which its caller pays for. */
__attribute__((noinline)) static void fiber_make(struct fiber *f, size_t bytes)
{
    getcontext(&f->context);
    f->context.uc_stack.ss_sp = (char *)f - bytes;
    f->context.uc_stack.ss_size = bytes;
    f->context.uc_link = NULL;
    makecontext(&f->context, fiber_main, 0);
}

static const char *unavailable(void)
{
    return PEER_SANITIZED ? PEER_NO_SANITIZER : NULL;
}

const struct executor executor_ucontext = {
    .name = "ucontext",
    .summary = "contexts of the C library under a small loop",
    .traits = FIBER_TRAITS,
    .unavailable = unavailable,
    .open = fiber_open,
    FIBER_HOOKS,
};
