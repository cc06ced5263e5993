/*
 * Makes the n-th allocation of a program fail: `countdown = n`, and it is 0 once that has happened.
 * For one file of a program.  Sanitizers have allocators of their own: there can_refuse is false.
 */
#ifndef CONTEND_TESTS_REFUSED_ALLOCATIONS_H
#define CONTEND_TESTS_REFUSED_ALLOCATIONS_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
static const bool can_refuse = false;
static long countdown;
#else
/* The C library's own, which those below stand in front of. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static const bool can_refuse = true;
static long countdown; /* 0: all are granted */

static bool is_refused(void)
{
    return countdown > 0 && --countdown == 0;
}

void *malloc(size_t size)
{
    return is_refused() ? errno = ENOMEM, NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return is_refused() ? errno = ENOMEM, NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return is_refused() ? errno = ENOMEM, NULL : __libc_realloc(old, size);
}
#endif

#endif
