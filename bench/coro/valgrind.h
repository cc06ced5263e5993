/* Valgrind's requests where its header is installed, nothing elsewhere. */
#ifndef CORO_VALGRIND_H
#define CORO_VALGRIND_H

#if defined(__has_include) && !defined(CORO_NO_VALGRIND)
#if __has_include(<valgrind/memcheck.h>)
#define CORO_HAVE_VALGRIND 1
#endif
#endif

#ifdef CORO_HAVE_VALGRIND
#include <valgrind/memcheck.h>
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND                    0
#define VALGRIND_STACK_REGISTER(low, high)     ((void)(low), (void)(high), 0U)
#define VALGRIND_STACK_DEREGISTER(id)          ((void)(id))
#define VALGRIND_MAKE_MEM_UNDEFINED(at, bytes) ((void)(at), (void)(bytes))
#define VALGRIND_MAKE_MEM_DEFINED(at, bytes)   ((void)(at), (void)(bytes))
#endif

#endif
