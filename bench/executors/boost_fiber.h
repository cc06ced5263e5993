/* The two halves of boost_fiber: what the one in C++ exports to the other. */
#ifndef CONTEND_EXECUTORS_BOOST_FIBER_H
#define CONTEND_EXECUTORS_BOOST_FIBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Called by the loop about to wait in the kernel, and when that is over. */
typedef void boost_fiber_idle_fn(bool begins);

/* All in one thread, the one that called prepare(). */
struct boost_fiber_half {
    bool (*prepare)(boost_fiber_idle_fn *idle); /* once a process */
    /* A fiber with a stack of so many bytes, which runs when the caller steps aside.  NULL: no
     * memory. */
    void *(*spawn)(uint64_t (*body)(uint64_t), uint64_t argument, size_t stack);
    uint64_t (*await)(void *fiber); /* what its body returned; then it is gone */
    void (*yield)(void);
    void (*sleep_until)(uint64_t deadline_ns);
    void *(*condition_new)(void); /* NULL: no memory */
    void (*condition_free)(void *condition);
    void (*condition_wait)(void *condition, uint64_t deadline_ns); /* UINT64_MAX: without one */
    void (*condition_signal)(void *condition);
    void (*condition_broadcast)(void *condition);
};

extern const struct boost_fiber_half contend_boost_fiber __attribute__((visibility("default")));

#ifdef __cplusplus
}
#endif

#endif
