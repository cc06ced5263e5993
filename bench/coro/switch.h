/*
 * The switch: stop here, go on there.
 *
 * What a suspended stack needs to go on is three words: stack pointer, frame pointer, and the
 * address to continue at. Everything else the compiler saves itself, because the assembler
 * statement declares every other register overwritten: at each switch only what is really alive is
 * spilled, nothing is returned through, and the jump of each place has its own branch prediction.
 *
 * The float environment (rounding mode, exception masks) is not touched: reloading it costs ten
 * times the switch as soon as two sides differ in one sticky flag. Signal masks are not touched
 * either; only the ucontext variant does that, at the price of two system calls.
 *
 * A program checked by AddressSanitizer or ThreadSanitizer goes through coro_jump_hooked(), which
 * tells the sanitizer about the new stack.
 */
#ifndef CORO_SWITCH_H
#define CORO_SWITCH_H

#if defined(__SANITIZE_ADDRESS__)
#define CORO_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CORO_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define CORO_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CORO_TSAN 1
#endif
#endif
#if defined(CORO_ASAN) || defined(CORO_TSAN)
#define CORO_HOOKED 1
#endif

#if defined(__x86_64__) && defined(__LP64__) && !defined(CORO_SWITCH_UCONTEXT)
#define CORO_SWITCH_X86_64 1
#elif defined(__aarch64__) && defined(__LP64__) && !defined(CORO_SWITCH_UCONTEXT)
#define CORO_SWITCH_AARCH64 1
#elif !defined(CORO_SWITCH_UCONTEXT)
#define CORO_SWITCH_UCONTEXT 1
#endif

#ifdef CORO_SWITCH_UCONTEXT
#include <ucontext.h>
struct coro_context {
    ucontext_t machine;
};
#else
/* The last two words of a suspended stack: its stack pointer is the address of this. */
struct coro_context {
    void *resume; /* where to go on */
    void *frame;  /* frame pointer: the one register that cannot be declared overwritten */
};
#endif

/* Not instrumented: what a sanitizer notes down at a function's entry on one stack it would take
 * back at its exit on another. */
#ifdef CORO_HOOKED
#define CORO_BARE __attribute__((always_inline, no_sanitize("address"), no_sanitize("thread")))
#else
#define CORO_BARE __attribute__((always_inline))
#endif

/* Every register but the stack and frame pointers, and those that carry operands. */
#if defined(CORO_SWITCH_X86_64)
#ifdef __AVX512F__
#define CORO_AVX512_REGISTERS                                                                      \
    , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",    \
        "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6",  \
        "k7"
#else
#define CORO_AVX512_REGISTERS
#endif
#define CORO_REGISTERS                                                                             \
    "rax", "rbx", "rcx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "xmm0", "xmm1",     \
        "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", \
        "xmm13", "xmm14", "xmm15", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)",     \
        "st(7)", "mm0", "mm1", "mm2", "mm3", "mm4", "mm5", "mm6", "mm7", "cc",                     \
        "memory" CORO_AVX512_REGISTERS
#if defined(__CET__) && (__CET__ & 1)
#define CORO_LANDING "1:\n\tendbr64\n\t"
#else
#define CORO_LANDING "1:\n\t"
#endif
#define CORO_SAVE                                                                                  \
    "leaq 1f(%%rip), %%rax\n\t"                                                                    \
    "leaq -16(%%rsp), %%rcx\n\t"                                                                   \
    "movq %%rax, -16(%%rsp)\n\t"                                                                   \
    "movq %%rbp, -8(%%rsp)\n\t"                                                                    \
    "movq %%rcx, (%%rdi)\n\t"
#elif defined(CORO_SWITCH_AARCH64)
#ifdef __ARM_FEATURE_SVE
#define CORO_SVE_REGISTERS                                                                         \
    , "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12", "p13",      \
        "p14", "p15", "ffr"
#else
#define CORO_SVE_REGISTERS
#endif
#define CORO_REGISTERS                                                                             \
    "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16",     \
        "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x30", \
        "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13",    \
        "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", \
        "v27", "v28", "v29", "v30", "v31", "cc", "memory" CORO_SVE_REGISTERS
/* "hint 36" is the mark that an indirect jump may land on; processors without it do nothing. x16
 * may also jump to the mark that functions begin with. */
#define CORO_LANDING "1:\n\thint #36\n\t"
#define CORO_SAVE                                                                                  \
    "adr x16, 1f\n\t"                                                                              \
    "stp x16, x29, [sp, #-16]!\n\t"                                                                \
    "mov x10, sp\n\t"                                                                              \
    "str x10, [x0]\n\t"
#endif

/*
 * Suspends here, with *save showing where; goes on at `to`. Returns when somebody jumps back.
 *
 * It must stand in a function that also calls something, as every user of it does: then the
 * compiler keeps nothing below the stack pointer, where the two words go.
 */
static inline CORO_BARE void coro_jump_raw(struct coro_context **save, struct coro_context *to)
{
#if defined(CORO_SWITCH_X86_64)
    __asm__ volatile(CORO_SAVE "leaq 16(%%rsi), %%rsp\n\t"
                               "movq 8(%%rsi), %%rbp\n\t"
                               "jmpq *(%%rsi)\n" CORO_LANDING
                     : "+D"(save), "+S"(to)
                     :
                     : "rdx", CORO_REGISTERS);
#elif defined(CORO_SWITCH_AARCH64)
    register struct coro_context **save_x0 __asm__("x0") = save;
    register struct coro_context *to_x1 __asm__("x1") = to;
    __asm__ volatile(CORO_SAVE "ldp x16, x29, [x1]\n\t"
                               "add sp, x1, #16\n\t"
                               "br x16\n" CORO_LANDING
                     : "+r"(save_x0), "+r"(to_x1)
                     :
                     : "x2", CORO_REGISTERS);
#else
    struct coro_context here;
    struct coro_context *from = &here;
    __asm__("" : "+r"(from)); /* the compiler need not worry about where the address goes */
    *save = from;
    swapcontext(&from->machine, &to->machine);
#endif
}

#ifndef CORO_SWITCH_UCONTEXT
/* The same, but goes on at the beginning of a function that never returns, on the stack above
 * `context`, which need not be written; the function gets both. */
static inline CORO_BARE void
coro_start_raw(struct coro_context **save, struct coro_context *context,
               void (*function)(struct coro_context **, struct coro_context *))
{
#if defined(CORO_SWITCH_X86_64)
    __asm__ volatile(CORO_SAVE "leaq 16(%%rsi), %%rsp\n\t"
                               "xorl %%ebp, %%ebp\n\t"
                               "jmpq *%%rdx\n" CORO_LANDING
                     : "+D"(save), "+S"(context), "+d"(function)
                     :
                     : CORO_REGISTERS);
#else
    register struct coro_context **save_x0 __asm__("x0") = save;
    register struct coro_context *context_x1 __asm__("x1") = context;
    register void (*function_x2)(struct coro_context **, struct coro_context *) __asm__("x2") =
        function;
    __asm__ volatile(CORO_SAVE "add sp, x1, #16\n\t"
                               "mov x29, xzr\n\t"
                               "mov x16, x2\n\t"
                               "br x16\n" CORO_LANDING
                     : "+r"(save_x0), "+r"(context_x1), "+r"(function_x2)
                     :
                     : CORO_REGISTERS);
#endif
}
#endif

/* Goes on at `to` for good. */
static inline CORO_BARE _Noreturn void coro_leave_raw(struct coro_context *to)
{
#if defined(CORO_SWITCH_X86_64)
    __asm__ volatile("leaq 16(%%rsi), %%rsp\n\t"
                     "movq 8(%%rsi), %%rbp\n\t"
                     "jmpq *(%%rsi)\n\t"
                     :
                     : "S"(to)
                     : "memory");
#elif defined(CORO_SWITCH_AARCH64)
    __asm__ volatile("ldp x16, x29, [%0]\n\t"
                     "add sp, %0, #16\n\t"
                     "br x16\n\t"
                     :
                     : "r"(to)
                     : "memory");
#else
    setcontext(&to->machine);
#endif
    __builtin_unreachable();
}

#ifdef CORO_HOOKED
struct coro;
struct coro_loop;
/* The same for sanitizers; loop->current already names the side that goes on. */
void coro_jump_hooked(struct coro_loop *loop, struct coro_context **save, struct coro_context *to);
_Noreturn void coro_leave_hooked(struct coro_loop *loop, struct coro_context *to);
#define coro_jump(loop, save, to) coro_jump_hooked((loop), (save), (to))
#define coro_leave(loop, to)      coro_leave_hooked((loop), (to))
#ifdef CORO_TSAN
void coro_new_fiber(struct coro *task); /* in place of the one of the slot's last task */
void coro_end_fiber(struct coro *task);
#endif
#else
#define coro_jump(loop, save, to) ((void)(loop), coro_jump_raw((save), (to)))
#define coro_leave(loop, to)      ((void)(loop), coro_leave_raw(to))
#endif

#endif
