/*
 * A small launch for tests of probes: n units as threads, processes or calls of one thread,
 * with the hooks called when the harness calls them, and a sink that remembers.
 */
#ifndef CONTEND_TEST_PROBE_LAUNCH_H
#define CONTEND_TEST_PROBE_LAUNCH_H

#include "bench/base/clock.h"
#include "bench/base/futex.h"
#include "bench/contend.h"

#include "tests/test.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LAUNCH_UNITS_MAX = 512, LAUNCH_METRICS_MAX = 16 };

/* What a probe reported. NAN and "" where it did not. */
struct recorder {
    struct sink sink; /* first: hooks get its address */
    double values[LAUNCH_METRICS_MAX];
    char reasons[LAUNCH_METRICS_MAX][256];
    char sources[LAUNCH_METRICS_MAX][64];
};

static void record_value(struct sink *sink, int metric, double value)
{
    ((struct recorder *)sink)->values[metric] = value;
}

static void record_absent(struct sink *sink, int metric, const char *reason)
{
    snprintf(((struct recorder *)sink)->reasons[metric], 256, "%s", reason);
}

static void record_source(struct sink *sink, int metric, const char *source)
{
    snprintf(((struct recorder *)sink)->sources[metric], 64, "%s", source);
}

static void record_quantity(struct sink *sink, int metric, uint64_t value)
{
    (void)sink;
    (void)metric;
    (void)value;
}

static void record_histogram(struct sink *sink, int metric, const struct histogram *h)
{
    (void)sink;
    (void)metric;
    (void)h;
}

enum launch_kind { LAUNCH_THREADS, LAUNCH_PROCESSES, LAUNCH_CALLS };

static const struct executor launch_executors[] = {
    [LAUNCH_THREADS] = {.name = "thread",
                        .traits = EXECUTOR_PARALLEL | EXECUTOR_SHARED_HEAP | EXECUTOR_PREEMPTIVE |
                                  EXECUTOR_KERNEL_UNITS},
    [LAUNCH_PROCESSES] = {.name = "process",
                          .traits =
                              EXECUTOR_PARALLEL | EXECUTOR_PREEMPTIVE | EXECUTOR_KERNEL_UNITS},
    [LAUNCH_CALLS] = {.name = "coroutine", .traits = EXECUTOR_SHARED_HEAP},
};

struct launch_test {
    const struct probe *probe;
    enum launch_kind kind;
    const struct executor *executor; /* NULL: the one of its kind */
    uint32_t units;
    void (*before)(struct task *t); /* in each unit before the gate; may be NULL */
    void (*body)(struct task *t);   /* in each unit behind it */
};

/* What the two operations of a unit are said to be. */
__attribute__((unused)) static enum workload_kind launch_workload_kind = WORKLOAD_CPU;

/* Of the launch that runs: units find it here, processes in their copy. */
static struct {
    const struct launch_test *test;
    struct probe_run run;
} current;

static void launch_unit(struct task *t)
{
    struct launch *l = t->launch;
    bool is_gated = current.test->kind != LAUNCH_CALLS;
    const struct probe *p = current.test->probe;
    t->os_id = (int32_t)syscall(SYS_gettid);
    if (current.test->before)
        current.test->before(t);
    if (is_gated) {
        atomic_fetch_add(&l->ready_count, 1);
        futex_wake(&l->ready_count, 1, true);
        while (atomic_load(&l->gate) == GATE_CLOSED)
            futex_wait(&l->gate, GATE_CLOSED, UINT64_MAX, true);
    }
    t->gate_ns = clock_now_ns();
    if (p->unit_begin)
        p->unit_begin(&current.run, t);
    current.test->body(t);
    t->last_ns = clock_now_ns();
    if (p->unit_end)
        p->unit_end(&current.run, t);
}

static void *launch_thread(void *task)
{
    launch_unit(task);
    return NULL;
}

static void *launch_map(size_t bytes)
{
    void *map =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (map == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    return map;
}

static void launch_open_gate(struct launch *l)
{
    uint32_t seen;
    while ((seen = atomic_load(&l->ready_count)) < l->task_count)
        futex_wait(&l->ready_count, seen, UINT64_MAX, true);
    if (current.test->probe->at_gate)
        current.test->probe->at_gate(&current.run);
    l->opened_ns = clock_now_ns();
    atomic_store(&l->gate, GATE_OPEN);
    futex_wake(&l->gate, UINT32_MAX, true);
}

static void launch_threads(struct launch *l)
{
    static pthread_t threads[LAUNCH_UNITS_MAX];
    for (uint32_t i = 0; i < l->task_count; i++)
        if (pthread_create(&threads[i], NULL, launch_thread, &l->tasks[i]))
            exit(1);
    launch_open_gate(l);
    for (uint32_t i = 0; i < l->task_count; i++) {
        pthread_join(threads[i], NULL);
        l->tasks[i].joined_ns = clock_now_ns();
    }
}

static void launch_processes(struct launch *l)
{
    static pid_t children[LAUNCH_UNITS_MAX];
    fflush(stdout);
    for (uint32_t i = 0; i < l->task_count; i++) {
        children[i] = fork();
        if (children[i] < 0)
            exit(1);
        if (children[i] == 0) {
            launch_unit(&l->tasks[i]);
            _exit(0);
        }
    }
    launch_open_gate(l);
    for (uint32_t i = 0; i < l->task_count; i++) {
        waitpid(children[i], NULL, 0);
        l->tasks[i].joined_ns = clock_now_ns();
    }
}

static void launch_calls(struct launch *l)
{
    if (current.test->probe->at_gate)
        current.test->probe->at_gate(&current.run);
    l->opened_ns = clock_now_ns();
    for (uint32_t i = 0; i < l->task_count; i++) {
        launch_unit(&l->tasks[i]);
        l->tasks[i].joined_ns = clock_now_ns();
    }
}

/* Runs it all and leaves what the probe reported in out. */
static void launch_test_run(const struct launch_test *test, struct recorder *out)
{
    *out = (struct recorder){
        .sink = {record_value, record_quantity, record_absent, record_source, record_histogram}};
    for (int m = 0; m < LAUNCH_METRICS_MAX; m++)
        out->values[m] = NAN;
    size_t task_bytes = sizeof(struct task) * (test->units + 1);
    size_t unit_bytes = test->probe->unit_bytes * (test->units + 1) + 1;
    const struct workload workload = {.name = "test", .kind = launch_workload_kind};
    struct launch *l = launch_map(sizeof *l);
    *l = (struct launch){
        .workload = &workload,
        .batch_ops = 2,
        .batch_count = 1,
        .executor = test->executor ? test->executor : &launch_executors[test->kind],
        .tasks = launch_map(task_bytes),
        .task_count = test->units,
    };
    l->coordinator = &l->tasks[test->units];
    for (uint32_t i = 0; i <= test->units; i++) {
        l->tasks[i].launch = l;
        l->tasks[i].index = i;
    }
    current.test = test;
    current.run = (struct probe_run){.probe = test->probe,
                                     .launch = l,
                                     .state = launch_map(test->probe->state_bytes + 1),
                                     .units = launch_map(unit_bytes)};
    struct err err = {0};
    if (test->probe->open)
        CHECK_EQ(test->probe->open(&current.run, &err), 0);
    if (test->kind == LAUNCH_THREADS)
        launch_threads(l);
    else if (test->kind == LAUNCH_PROCESSES)
        launch_processes(l);
    else
        launch_calls(l);
    if (test->probe->end)
        test->probe->end(&current.run);
    test->probe->collect(&current.run, &out->sink);
    if (test->probe->close)
        test->probe->close(&current.run);
    munmap(current.run.state, test->probe->state_bytes + 1);
    munmap(current.run.units, unit_bytes);
    munmap(l->tasks, task_bytes);
    munmap(l, sizeof *l);
}

/* Bodies. */

__attribute__((unused)) static void body_nap(struct task *t)
{
    (void)t;
    clock_sleep_until_ns(clock_now_ns() + 3000000);
}

__attribute__((unused)) static void body_spin(struct task *t)
{
    (void)t;
    uint64_t begin = clock_thread_cpu_ns();
    while (clock_thread_cpu_ns() - begin < 3000000)
        ;
}

#endif
