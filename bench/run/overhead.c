#include "bench/run/overhead.h"

#include "bench/core/affinity.h"
#include "bench/core/clock.h"
#include "bench/registry.h"
#include "bench/run/launch.h"
#include "bench/stats/summary.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 31, UNITS = 40, OPS = 2000000 };

/* One comparison: the bare thing, and the same through the harness. */
struct pair {
    const char *what;
    const char *bare_is;
    double bare_ns[ROUNDS], harness_ns[ROUNDS];
};

static void *nothing(void *arg)
{
    return arg;
}

static int bare_threads(double *each_ns)
{
    uint64_t begin_ns = clock_now_ns();
    for (int i = 0; i < UNITS; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, nothing, NULL))
            return -1;
        pthread_join(thread, NULL);
    }
    *each_ns = (double)(clock_now_ns() - begin_ns) / UNITS;
    return 0;
}

static int bare_processes(double *each_ns)
{
    uint64_t begin_ns = clock_now_ns();
    for (int i = 0; i < UNITS; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        if (pid < 0)
            return -1;
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    *each_ns = (double)(clock_now_ns() - begin_ns) / UNITS;
    return 0;
}

static int harness_units(struct launch *l, double *each_ns, struct err *err)
{
    uint64_t total_ns = 0, elapsed_ns;
    for (int i = 0; i < UNITS; i++) {
        if (launch_empty(l, &elapsed_ns, err))
            return -1;
        total_ns += elapsed_ns;
    }
    *each_ns = (double)total_ns / UNITS;
    return 0;
}

static double empty_loop_ns(void)
{
    uint64_t begin_ns = clock_now_ns();
    for (uint64_t i = 0; i < OPS; i++)
        __asm__ volatile("" : "+r"(i));
    return (double)(clock_now_ns() - begin_ns) / OPS;
}

static int open_launch(const char *executor, struct launch **out, struct cell *c, struct err *err)
{
    const struct executor *x = registry_find_executor(executor, err);
    const struct workload *w = registry_find_workload("noop", err);
    const struct lock *k = registry_find_lock("none", err);
    if (!x || !w || !k)
        return -1;
    cell_init(c, w, k, x);
    c->batch_ops = OPS;
    c->batch_count = 1;
    return launch_open(c, 1, NULL, 0, out, err);
}

/* Same placement for all: one CPU, so that waking an idle one does not drown the difference. */
static int measure_units(struct pair *p, const char *executor, int (*bare)(double *),
                         struct err *err)
{
    struct cell c;
    struct launch *l;
    double warm_ns;
    if (open_launch(executor, &l, &c, err))
        return -1;
    int failed = bare(&warm_ns) || harness_units(l, &warm_ns, err);
    for (int r = 0; r < ROUNDS && !failed; r++) {
        /* Either first, in turn. */
        if (r % 2)
            failed = harness_units(l, &p->harness_ns[r], err) || bare(&p->bare_ns[r]);
        else
            failed = bare(&p->bare_ns[r]) || harness_units(l, &p->harness_ns[r], err);
    }
    launch_close(l);
    return failed ? err_set(err, ERR_SYSTEM, "a bare %s could not be made", p->what) : 0;
}

static int measure_operation(struct pair *p, struct err *err)
{
    struct cell c;
    struct launch *l;
    if (open_launch("serial", &l, &c, err))
        return -1;
    for (int r = 0; r < ROUNDS; r++) {
        p->bare_ns[r] = empty_loop_ns();
        if (launch_run(l, err)) {
            launch_close(l);
            return -1;
        }
        p->harness_ns[r] = (double)(l->tasks[0].last_ns - l->tasks[0].go_ns) / OPS;
        launch_close_probes(l);
    }
    launch_close(l);
    return 0;
}

static double median(double *values)
{
    samples_sort(values, ROUNDS);
    return median_of_sorted(values, ROUNDS);
}

static struct overhead_row row_of(struct pair *p)
{
    double ratios[ROUNDS], differences[ROUNDS];
    for (int r = 0; r < ROUNDS; r++) {
        ratios[r] = p->harness_ns[r] / p->bare_ns[r];
        differences[r] = p->harness_ns[r] - p->bare_ns[r];
    }
    return (struct overhead_row){
        .what = p->what,
        .bare = p->bare_is,
        .bare_ns = median(p->bare_ns),
        .harness_ns = median(p->harness_ns),
        .difference_ns = median(differences),
        .ratio = median(ratios),
    };
}

/* In a child: pinning and a second thread must not stay with the caller. */
static int measure_in_child(struct pair *pairs, struct err *err)
{
    int cpus[1024], count = affinity_allowed(cpus, 1024);
    if (count > 0 && affinity_pin(cpus[count - 1], err))
        return -1;
    return measure_units(&pairs[1], "thread", bare_threads, err) ||
                   measure_units(&pairs[2], "process", bare_processes, err) ||
                   measure_operation(&pairs[0], err)
               ? -1
               : 0;
}

int overhead_measure(struct overhead *out, struct err *err)
{
    struct shared {
        struct pair pairs[OVERHEAD_ROWS];
        struct err err;
    };
    struct shared *s =
        mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED)
        return err_set_sys(err, errno, "mapping memory");
    s->pairs[0] = (struct pair){.what = "operation", .bare_is = "empty loop"};
    s->pairs[1] = (struct pair){.what = "thread lifecycle", .bare_is = "pthread_create + join"};
    s->pairs[2] = (struct pair){.what = "process lifecycle", .bare_is = "fork + wait"};
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        measure_in_child(s->pairs, &s->err);
        _exit(0);
    }
    int status = 0;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    int failed = 0;
    if (pid < 0)
        failed = err_set_sys(err, errno, "fork");
    else if (s->err.code)
        failed = err_set(err, s->err.code, "%s", s->err.text);
    else if (status)
        failed = err_set(err, ERR_FAILED, "the measuring process ended early");
    *out = (struct overhead){.rounds = ROUNDS};
    for (int i = 0; i < OVERHEAD_ROWS && !failed; i++)
        out->rows[i] = row_of(&s->pairs[i]);
    munmap(s, sizeof *s);
    return failed;
}
