/* What surrounds the switch: names, the float environment, and the sanitizers' hooks. */
#include "bench/coro/loop.h"

#ifdef CORO_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef CORO_TSAN
#include <sanitizer/tsan_interface.h>
#endif

const char *coro_switch_name(void)
{
#if defined(CORO_SWITCH_X86_64)
    return "x86_64";
#elif defined(CORO_SWITCH_AARCH64)
    return "aarch64";
#else
    return "ucontext";
#endif
}

/* ---- calling a function on another stack ---- */

int coro_call_on(void *stack, int (*fn)(struct loop *, void *), struct loop *loop, void *arg)
{
    /* Below what the suspended frame may use without moving its stack pointer. */
    uintptr_t top = ((uintptr_t)stack - 256) & ~(uintptr_t)63;
#if defined(CORO_SWITCH_X86_64)
    int result;
    __asm__ volatile("movq %%rsp, %%rbx\n\t"
                     "movq %[top], %%rsp\n\t"
                     "callq *%[fn]\n\t"
                     "movq %%rbx, %%rsp\n\t"
                     : "=a"(result), "+D"(loop), "+S"(arg)
                     : [top] "r"(top), [fn] "r"(fn)
                     : "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2",
                       "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
                       "xmm12", "xmm13", "xmm14", "xmm15", "st", "st(1)", "st(2)", "st(3)", "st(4)",
                       "st(5)", "st(6)", "st(7)", "cc", "memory");
    return result;
#elif defined(CORO_SWITCH_AARCH64)
    register struct loop *x0 __asm__("x0") = loop;
    register void *x1 __asm__("x1") = arg;
    __asm__ volatile("mov x19, sp\n\t"
                     "mov sp, %[top]\n\t"
                     "blr %[fn]\n\t"
                     "mov sp, x19\n\t"
                     : "+r"(x0), "+r"(x1)
                     : [top] "r"(top), [fn] "r"(fn)
                     : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
                       "x14", "x15", "x16", "x17", "x18", "x19", "x30", "v0", "v1", "v2", "v3",
                       "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15",
                       "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26",
                       "v27", "v28", "v29", "v30", "v31", "cc", "memory");
    return (int)(intptr_t)x0;
#else
    (void)top;
    return fn(loop, arg);
#endif
}

/* ---- ucontext ---- */

#ifdef CORO_SWITCH_UCONTEXT
void coro_first_context_slow(struct coro_loop *hot, struct coro_top *top, struct coro *task)
{
    struct coro_context *context =
        (struct coro_context *)(void *)(((uintptr_t)top - sizeof *context) & ~(uintptr_t)63);
    char *low = (char *)(top + 1) - loop_stack_bytes(loop_of(hot));
    getcontext(&context->machine);
    context->machine.uc_stack.ss_sp = low;
    context->machine.uc_stack.ss_size = (size_t)((char *)context - low);
    context->machine.uc_link = NULL;
    makecontext(&context->machine, coro_begin, 0);
    task->context = context;
}
#endif

/* ---- sanitizers ---- */

#ifdef CORO_HOOKED
/* The stack that coro_loop_run was called on is not ours: learnt from the first task's arrival. */
void coro_run_begins(struct coro_loop *hot)
{
    struct loop *loop = loop_of(hot);
    loop->main_bottom = NULL;
#ifdef CORO_TSAN
    loop->main_fiber = __tsan_get_current_fiber();
#endif
}

static inline CORO_BARE void leave(struct loop *loop, void **fake_stack)
{
#ifdef CORO_ASAN
    const void *bottom = loop->main_bottom;
    size_t bytes = loop->main_bytes;
    if (loop->hot.current != NULL) {
        bytes = loop_stack_bytes(loop);
        bottom = (char *)loop_top(loop, loop->hot.current) + sizeof(struct coro_top) - bytes;
    }
    __sanitizer_start_switch_fiber(fake_stack, bottom, bytes);
#else
    (void)fake_stack;
#endif
#ifdef CORO_TSAN
    struct coro *next = loop->hot.current;
    __tsan_switch_to_fiber(next != NULL ? next->fiber : loop->main_fiber, 0);
#endif
}

static inline CORO_BARE void arrived(struct loop *loop, void *fake_stack)
{
#ifdef CORO_ASAN
    const void *bottom;
    size_t bytes;
    __sanitizer_finish_switch_fiber(fake_stack, &bottom, &bytes);
    if (loop->main_bottom == NULL) {
        loop->main_bottom = bottom;
        loop->main_bytes = bytes;
    }
#else
    (void)loop;
    (void)fake_stack;
#endif
}

__attribute__((noinline, no_sanitize("address"), no_sanitize("thread"))) void
coro_jump_hooked(struct coro_loop *hot, struct coro_context **save, struct coro_context *to)
{
    void *fake_stack = NULL;
    leave(loop_of(hot), &fake_stack);
    coro_jump_raw(save, to);
    arrived(loop_of(hot), fake_stack);
}

__attribute__((noinline, no_sanitize("address"), no_sanitize("thread"))) _Noreturn void
coro_leave_hooked(struct coro_loop *hot, struct coro_context *to)
{
    leave(loop_of(hot), NULL); /* no fake stack kept: nobody comes back */
    coro_leave_raw(to);
}

void coro_arrive(struct coro_loop *hot)
{
    arrived(loop_of(hot), NULL);
}

void coro_depart(struct coro_loop *hot)
{
    struct loop *loop = loop_of(hot);
    (void)loop;
#ifdef CORO_ASAN
    /* The frames left standing must not poison whoever gets this stack next. */
    char *end = (char *)(loop_top(loop, hot->current) + 1);
    size_t bytes = loop_stack_bytes(loop);
    ASAN_UNPOISON_MEMORY_REGION(end - bytes, bytes);
#endif
}

#ifdef CORO_TSAN
void coro_new_fiber(struct coro *task)
{
    if (task->fiber != NULL)
        __tsan_destroy_fiber(task->fiber);
    task->fiber = __tsan_create_fiber(0);
}

void coro_end_fiber(struct coro *task)
{
    if (task->fiber != NULL)
        __tsan_destroy_fiber(task->fiber);
    task->fiber = NULL;
}
#endif
#endif
