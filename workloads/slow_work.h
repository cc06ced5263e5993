/*
 * The slow function of the textbook's spinner, in four kinds, each as long as was asked for:
 *
 *   sleep  waits the executor's way: time.sleep() in a thread, asyncio.sleep() in a coroutine
 *   cpu    computes: is this number prime?
 *   block  waits without telling the executor: time.sleep() in a coroutine
 *   nap    computes, and sleeps for a moment every five milliseconds of it
 *
 * The textbook's number (5000111000222021) takes three seconds in an interpreter and a tenth of
 * that here.  So one division is timed, and the number is the first prime that needs as many
 * divisions as fill the time on a CPU of its own; where that would be above 2^62, it is tested
 * several times.  Work is fixed before it begins: with less than a whole CPU it takes longer.
 */
#ifndef CONTEND_WORKLOADS_SLOW_WORK_H
#define CONTEND_WORKLOADS_SLOW_WORK_H

#include "bench/base/clock.h"
#include "workloads/trial_division.h"

enum slow_kind { SLOW_SLEEP, SLOW_CPU, SLOW_BLOCK, SLOW_NAP };

#define SLOW_KINDS                                                                                 \
    {                                                                                              \
        "sleep", "cpu", "block", "nap", NULL                                                       \
    }

struct slow_work {
    enum slow_kind kind;
    uint32_t times;         /* how often the number is tested */
    uint64_t duration_ns;   /* as asked for */
    uint64_t number;        /* a prime */
    uint64_t nap_divisions; /* divisions between two naps */
};

enum { SLOW_ANSWER = 42 };

/*
 * What a division with its checkpoint takes, ns of CPU time: the quickest of many short rounds,
 * because others make it slower at times and nobody makes it quicker.  About 5 ms.
 */
static inline double division_ns(struct task *t)
{
    enum { ROUNDS = 25, DIVISIONS = 40000 };
    const uint64_t number = UINT64_C(4611686018427387847); /* a prime just below 2^62 */
    double best_ns = INFINITY;
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t begin_ns = clock_thread_cpu_ns();
        uint64_t divisor = odd_divisor(t, number, 3, 3 + 2 * (DIVISIONS - 1));
        task_consume(t, divisor);
        double each_ns = (double)(clock_thread_cpu_ns() - begin_ns) / DIVISIONS;
        best_ns = each_ns < best_ns ? each_ns : best_ns;
    }
    return best_ns > 0.01 ? best_ns : 0.01;
}

/* Chooses the number; t's checkpoints are part of what is timed. */
static inline struct slow_work slow_work_plan(struct task *t, enum slow_kind kind,
                                              uint64_t duration_ns)
{
    enum { NAP_EVERY_NS = 5000000 };
    struct slow_work w = {.kind = kind, .duration_ns = duration_ns, .times = 1};
    if (kind != SLOW_CPU && kind != SLOW_NAP)
        return w;
    const double most = 1073741824; /* divisions for a number of 2^62 */
    double each_ns = division_ns(t);
    double divisions = (double)duration_ns / each_ns;
    while (divisions / w.times > most)
        w.times++;
    /* Every odd number up to the root: the root is twice as many. */
    double root = 2 * divisions / w.times;
    w.number = prime_from((uint64_t)(root * root) + 3);
    w.nap_divisions = (uint64_t)(NAP_EVERY_NS / each_ns) + 1;
    return w;
}

/* By trial division, with naps where the work has any. */
static inline bool is_prime_slowly(struct task *t, const struct slow_work *w)
{
    enum { NAP_NS = 10000 };
    uint64_t root = whole_root(w->number);
    uint64_t stretch = w->kind == SLOW_NAP ? 2 * w->nap_divisions : root;
    for (uint64_t first = 3; first <= root; first += stretch) {
        uint64_t last = root - first < stretch ? root : first + stretch - 2;
        if (odd_divisor(t, w->number, first, last))
            return false;
        if (w->kind == SLOW_NAP)
            task_sleep(t, NAP_NS);
    }
    return true;
}

/* The answer, 42; 0 when the work came out wrong. */
static inline uint64_t slow_work_do(struct task *t, const struct slow_work *w)
{
    bool is_right = true;
    switch (w->kind) {
    case SLOW_SLEEP:
        task_sleep(t, w->duration_ns);
        break;
    case SLOW_BLOCK:
        task_block(t, w->duration_ns);
        break;
    case SLOW_CPU:
    case SLOW_NAP:
        for (uint32_t i = 0; i < w->times; i++)
            is_right &= is_prime_slowly(t, w);
        break;
    }
    return is_right ? SLOW_ANSWER : 0;
}

#endif
