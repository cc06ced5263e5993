/*
 * Somebody else's library, found when it is asked for and loaded by the process that measures it,
 * never linked: every library in the program makes each fork of the other executors dearer, and
 * contend runs where the library is missing.
 *
 *     #define FUNCTIONS(X) X(st_init) X(st_usleep)
 *     static struct { FUNCTIONS(PEER_DECLARE) } lib;
 *     if (peer_load(names, err)) ... ; FUNCTIONS(PEER_FIND)
 */
#ifndef CONTEND_BASE_PEER_LIBRARY_H
#define CONTEND_BASE_PEER_LIBRARY_H

#include "bench/base/err.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PEER_SANITIZED 1
#else
#define PEER_SANITIZED 0
#endif
#define PEER_NOT_FOR_TSAN "ThreadSanitizer does not see the locks of this library"
#define PEER_NO_SANITIZER "the sanitizer of this build does not know its stacks"

/* A library that synchronises with futexes of its own looks like a race to ThreadSanitizer. */
#if defined(__SANITIZE_THREAD__)
#define PEER_UNSEEN 1
#else
#define PEER_UNSEEN 0
#endif
#define PEER_NO_TSAN "ThreadSanitizer does not see how it synchronises"

/* The library's functions by their own names and types. */
#define PEER_DECLARE(function) __typeof__(function) *function;
#define PEER_FIND(function)                                                                        \
    if (!peer_find(handle, #function, (void **)(void *)&lib.function, err))                        \
        return -1;

/* Names are tried in order, NULL ends them. Returns a handle that is never closed, or NULL. */
static inline void *peer_load(const char *const *names, struct err *err)
{
    for (const char *const *name = names; *name; name++) {
        void *handle = dlopen(*name, RTLD_NOW | RTLD_LOCAL);
        if (handle)
            return handle;
    }
    const char *reason = dlerror();
    err_set(err, ERR_LIMIT, "cannot load the library: %s", reason ? reason : names[0]);
    return NULL;
}

static inline bool peer_find(void *handle, const char *name, void **function, struct err *err)
{
    *function = dlsym(handle, name);
    if (!*function)
        err_set(err, ERR_LIMIT, "the library has no function %s", name);
    return *function != NULL;
}

#endif
