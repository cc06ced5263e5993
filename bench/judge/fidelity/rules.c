/*
 * The rows of the fidelity table.  The tolerances were reached by a throw-away emulation on a quiet
 * machine; rows beside several computing threads have two modes, so whole distributions are
 * compared.
 */
#include "bench/judge/fidelity/fidelity.h"

#include <math.h>

enum { MS = 1000000 };

#define CELL(w, x, n)                                                                              \
    {                                                                                              \
        .workload = w, .executor = x, .tasks = n                                                   \
    }
#define AT(w, x, n, ms)                                                                            \
    {                                                                                              \
        .workload = w, .executor = x, .tasks = n, .interval_ns = (ms) * (int64_t)MS                \
    }
#define MIXED(x, n, m)                                                                             \
    {                                                                                              \
        .workload = "mixed", .executor = x, .tasks = n, .mode = m                                  \
    }

#define SCALE(group, text, name, w, x, n, tolerance)                                               \
    {                                                                                              \
        group, text, name, FIDELITY_RATIO, "throughput_per_s", 0, CELL(w, x, n), CELL(w, x, 1),    \
            tolerance, 0, 0                                                                        \
    }
#define PRIME(text, name, x, n)                                                                    \
    {                                                                                              \
        "is_prime, against 2 in sequence", text, name, FIDELITY_RATIO, "makespan_ns", 0,           \
            CELL("prime", x, n), CELL("prime", "serial", 2), 0.05, 0, 0                            \
    }
#define SWITCHES(text, name, n, ms)                                                                \
    {                                                                                              \
        "lock switches/s", text, name, FIDELITY_RATE, "handoffs_per_s", 0,                         \
            AT("spin", "thread", n, ms), {0}, 0.05, 0, 0                                           \
    }
#define SLICE(text, name, q)                                                                       \
    {                                                                                              \
        "turn, intervals", text, name, FIDELITY_INTERVALS, "lock_slice_ns", q,                     \
            CELL("spin", "thread", 2), {0}, 0.03, 0, 0                                             \
    }
#define KERNEL(text, name, metric)                                                                 \
    {                                                                                              \
        "kernel switches/s", text, name, FIDELITY_RATE, metric, 0, CELL("spin", "thread", 4), {0}, \
            0.20, 0, 0                                                                             \
    }
#define LATE(text, name, q, x, n, tolerance)                                                       \
    {                                                                                              \
        "1 ms sleeper late by, intervals", text, name, FIDELITY_INTERVALS, "io_latency_ns", q,     \
            MIXED(x, n, "sleep"), {0}, tolerance, 0, 0                                             \
    }
#define SHAPE(text, name, x, n, tolerance)                                                         \
    {                                                                                              \
        "1 ms sleeper late by, intervals", text, name, FIDELITY_SHAPE, "io_latency_ns", 0.5,       \
            MIXED(x, n, "sleep"), {0}, tolerance, 0, 0                                             \
    }
#define ECHO(text, name, n, least)                                                                 \
    {                                                                                              \
        "echo, share of round trips lost", text, name, FIDELITY_COLLAPSE, "io_throughput_per_s",   \
            0, MIXED("thread", n, "echo"), MIXED("thread", 1, "echo"), least, 0, 0                 \
    }

/* Held against the same cell under gil; `from` and `to` leave room for the machine. */
#define VARIANT(text, name, metric, q, w, x, n, from, to, ...)                                     \
    {                                                                                              \
        "variants, against gil", text, name, FIDELITY_VARIANT, metric, q,                          \
            {.workload = w, .executor = x, .tasks = n, __VA_ARGS__}, CELL(w, x, n), 0, from, to    \
    }

/*
 * Measured once elsewhere: CPython 2.7 makes 75 136 voluntary switches a second under 4 threads
 * where 3.11 makes 903, and lets an I/O thread in after 0.10 ms where 3.11 takes 5.2; 3.2's
 * algorithm without its forced switch makes 67 to 75 switches a second in place of 195.
 */
/* clang-format off */
const struct fidelity_rule fidelity_rules[] = {
    SCALE("CPU throughput against 1", "2 threads", "cpu_threads_2", "spin", "thread", 2, 0.05),
    SCALE("CPU throughput against 1", "4 threads", "cpu_threads_4", "spin", "thread", 4, 0.05),
    SCALE("CPU throughput against 1", "8 threads", "cpu_threads_8", "spin", "thread", 8, 0.05),
    SCALE("CPU throughput against 1", "2 processes", "cpu_processes_2", "spin", "process", 2, 0.05),
    SCALE("CPU throughput against 1", "4 processes", "cpu_processes_4", "spin", "process", 4, 0.05),
    PRIME("2 threads", "prime_threads_2", "thread", 2),
    PRIME("4 threads", "prime_threads_4", "thread", 4),
    PRIME("2 processes", "prime_processes_2", "process", 2),
    {"is_prime, against 2 in sequence", "order: Sequence 2 4 Procs", "prime_order",
     FIDELITY_ORDER, "makespan_ns", 0, {0}, {0}, 0.05, 0, 0},
    SWITCHES("2 threads, 1 ms", "switches_2_1ms", 2, 1),
    SWITCHES("2 threads, 5 ms", "switches_2_5ms", 2, 5),
    SWITCHES("2 threads, 50 ms", "switches_2_50ms", 2, 50),
    SWITCHES("4 threads, 1 ms", "switches_4_1ms", 4, 1),
    SWITCHES("4 threads, 5 ms", "switches_4_5ms", 4, 5),
    SWITCHES("4 threads, 50 ms", "switches_4_50ms", 4, 50),
    SLICE("2 threads, p50", "slice_p50", 0.5),
    SLICE("2 threads, p90", "slice_p90", 0.9),
    KERNEL("4 threads, voluntary", "voluntary_4", "voluntary_switches_per_s"),
    KERNEL("4 threads, involuntary", "involuntary_4", "involuntary_switches_per_s"),
    LATE("beside 1 thread, p50", "late_1_p50", 0.5, "thread", 2, 0.03),
    LATE("beside 1 thread, p90", "late_1_p90", 0.9, "thread", 2, 0.03),
    SHAPE("beside 2 threads, p50/p90", "late_2", "thread", 3, 0.25),
    SHAPE("beside 4 threads, p50/p90", "late_4", "thread", 5, 0.15),
    LATE("beside 4 processes, p50", "late_processes_p50", 0.5, "process", 5, 0.10),
    ECHO("beside 1 thread", "echo_1", 2, 0.95),
    ECHO("beside 2 threads", "echo_2", 3, 0.99),
    ECHO("beside 4 threads", "echo_4", 5, 0.99),
    {"200 sleepers", "makespan, durations", "sleepers_200", FIDELITY_DURATIONS, "makespan_ns", 0,
     CELL("sleep", "thread", 200), {0}, 0.10, 0, 0},
    SCALE("work without the lock", "2 threads against 1", "release_2", "release", "thread", 2, 0.05),
    VARIANT("unforced: lock switches", "unforced_switches", "handoffs_per_s", 0,
            "spin", "thread", 2, 0, 0.9, .is_unforced = true),
    VARIANT("unforced: late beside 1, p90", "unforced_late", "io_latency_ns", 0.9,
            "mixed", "thread", 2, 1.3, INFINITY, .is_unforced = true),
    VARIANT("pre-3.2: voluntary switches", "ticks_switches",
            "voluntary_switches_per_s", 0, "spin", "thread", 4, 10, INFINITY, .lock = "gil_ticks"),
    VARIANT("pre-3.2: late beside 1, p50", "ticks_late", "io_latency_ns", 0.5,
            "mixed", "thread", 2, 0, 0.2, .lock = "gil_ticks"),
    {0},
};
/* clang-format on */
