/*
 * Jumps out of signal handlers: who leaves a wrapper by one is inside it no more.  Without this a
 * thread that was in one just then would be watched no further.
 */
#include "bench/watch/preload/internal.h"

/* Not by their own names: the compiler knows what those do, and headers rename them. */
#define JUMP(symbol)                                                                               \
    EXPORT _Noreturn void by_##symbol(void *to, int value) __asm__(#symbol);                       \
    void by_##symbol(void *to, int value)                                                          \
    {                                                                                              \
        if (self)                                                                                  \
            self->busy = 0;                                                                        \
        real()->symbol(to, value);                                                                 \
        __builtin_unreachable();                                                                   \
    }

JUMP(longjmp)
JUMP(siglongjmp)
JUMP(_longjmp)
JUMP(__longjmp_chk)
