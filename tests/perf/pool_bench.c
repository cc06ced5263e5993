/*
 * What pools and processes cost beside the bare calls: one row a figure, all rows taken in turn in
 * each round, so that a disturbance hits all of them; median, least and greatest over the rounds.
 *
 *     pool_bench [ROUNDS]      21 by default
 */
#include "bench/base/clock.h"
#include "bench/machine/affinity.h"
#include "bench/registry.h"
#include "bench/run/launch/launch.h"
#include "bench/stats/summary.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS_MAX = 1001, CALLS = 20, STACK_BYTES = 65536 };

struct row {
    const char *name;
    double (*bare)(void);    /* ns a unit, or */
    const char *executor;    /* ... its empty launches */
    uint32_t tasks, workers; /* of the executor */
    int64_t batch, spin_ns;  /* of a pool; batch 0: not a pool */
    bool on_one_cpu;
};

static char stack[STACK_BYTES] __attribute__((aligned(64)));

static void *thread_entry(void *arg)
{
    return arg;
}

static int process_entry(void *arg)
{
    (void)arg;
    return 0;
}

static double per_call(uint64_t begin_ns)
{
    return (double)(clock_now_ns() - begin_ns) / CALLS;
}

static double bare_pthread(void)
{
    uint64_t begin_ns = clock_now_ns();
    for (int i = 0; i < CALLS; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, thread_entry, NULL))
            exit(1);
        pthread_join(thread, NULL);
    }
    return per_call(begin_ns);
}

static double bare_fork(void)
{
    uint64_t begin_ns = clock_now_ns();
    for (int i = 0; i < CALLS; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        waitpid(pid, NULL, 0);
    }
    return per_call(begin_ns);
}

static double bare_vfork(void)
{
    uint64_t begin_ns = clock_now_ns();
    for (int i = 0; i < CALLS; i++) {
        pid_t pid =
            clone(process_entry, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
        waitpid(pid, NULL, 0);
    }
    return per_call(begin_ns);
}

static const struct row rows[] = {
    {"pthread_create + join", .bare = bare_pthread, .on_one_cpu = true},
    {"thread", .executor = "thread", .tasks = 1, .on_one_cpu = true},
    {"fork + wait", .bare = bare_fork, .on_one_cpu = true},
    {"process", .executor = "process", .tasks = 1, .on_one_cpu = true},
    {"clone(VM+VFORK) + wait", .bare = bare_vfork, .on_one_cpu = true},
    {"process_vfork", .executor = "process_vfork", .tasks = 1, .on_one_cpu = true},
    {"thread_pool w=1", NULL, "thread_pool", 100000, 1, 128, 20000, false},
    {"thread_pool w=2", NULL, "thread_pool", 100000, 2, 128, 20000, false},
    {"thread_pool w=1 batch 32", NULL, "thread_pool", 100000, 1, 32, 20000, false},
    {"thread_pool w=1 batch 8", NULL, "thread_pool", 100000, 1, 8, 20000, false},
    {"thread_pool w=1 batch 1", NULL, "thread_pool", 100000, 1, 1, 20000, false},
    {"thread_pool w=1, one CPU", NULL, "thread_pool", 100000, 1, 128, 20000, true},
    {"thread_pool w=2, one CPU", NULL, "thread_pool", 100000, 2, 128, 20000, true},
    {"thread_pool round trip, spinning", NULL, "thread_pool", 1, 1, 128, 50000000, false},
    {"thread_pool round trip, parked", NULL, "thread_pool", 1, 1, 128, 0, false},
    {"thread_pool round trip, one CPU", NULL, "thread_pool", 1, 1, 128, 0, true},
    {"process_pool w=1", NULL, "process_pool", 100000, 1, 128, 20000, false},
    {"process_pool w=2", NULL, "process_pool", 100000, 2, 128, 20000, false},
    {"process_pool w=1, one CPU", NULL, "process_pool", 100000, 1, 128, 20000, true},
    {"process_pool round trip, spinning", NULL, "process_pool", 1, 1, 128, 50000000, false},
    {"process_pool round trip, parked", NULL, "process_pool", 1, 1, 128, 0, false},
};
enum { ROWS = sizeof rows / sizeof *rows };

static double samples[ROWS][ROUNDS_MAX];

static void make_cell(const struct row *r, struct cell *c)
{
    struct err err = {0};
    const struct executor *x = registry_find_executor(r->executor, &err);
    cell_init(c, registry_find_workload("noop", &err), registry_find_lock("none", &err), x);
    c->tasks = r->tasks;
    c->workers = r->workers;
    c->placement = r->on_one_cpu ? PLACEMENT_SAME : PLACEMENT_FREE;
    if (r->batch) {
        c->executor_params[0] = r->batch;
        c->executor_params[1] = r->spin_ns;
    }
}

/* A launch of its own a round: an idle pool of another row would spin beside this one. */
static double measure(const struct row *r)
{
    struct err err = {0};
    struct cell c;
    struct launch *l;
    uint64_t elapsed_ns = 0, total_ns = 0, calls = r->tasks > 1 ? 3 : 4 * CALLS;
    if (r->bare)
        return r->bare();
    make_cell(r, &c);
    if (launch_open(&c, r->tasks, NULL, 0, &l, &err) || launch_empty(l, &elapsed_ns, &err)) {
        fprintf(stderr, "%s: %s\n", r->name, err.text);
        exit(1);
    }
    for (uint64_t i = 0; i < calls; i++) {
        launch_empty(l, &elapsed_ns, &err);
        total_ns += elapsed_ns;
    }
    launch_close(l);
    return (double)total_ns / (double)calls / r->tasks;
}

static void place(bool on_one_cpu)
{
    static cpu_set_t all;
    static bool is_known;
    int cpus[1024];
    if (!is_known && !sched_getaffinity(0, sizeof all, &all))
        is_known = true;
    sched_setaffinity(0, sizeof all, &all);
    int count = affinity_allowed(cpus, 1024);
    if (on_one_cpu && count > 0)
        affinity_pin(cpus[count - 1], NULL);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 21;
    rounds = rounds < 1 ? 1 : rounds > ROUNDS_MAX ? ROUNDS_MAX : rounds;
    for (int i = 0; i < rounds; i++)
        for (int n = 0; n < ROWS; n++) {
            place(rows[n].on_one_cpu);
            samples[n][i] = measure(&rows[n]);
        }
    printf("%-36s %10s  [least - greatest]  ns a task, %d rounds\n", "", "median", rounds);
    for (int n = 0; n < ROWS; n++) {
        samples_sort(samples[n], (size_t)rounds);
        printf("%-36s %10.1f  [%.1f - %.1f]\n", rows[n].name,
               median_of_sorted(samples[n], (size_t)rounds), samples[n][0], samples[n][rounds - 1]);
    }
    return 0;
}
