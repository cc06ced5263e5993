/* What the harness itself costs: bare code and the same through the harness, in turn. */
#include "bench/run/launch/overhead_pairs.h"

#include "bench/base/clock.h"
#include "bench/base/image.h"
#include "bench/child/child.h"
#include "bench/machine/affinity.h"
#include "bench/registry.h"
#include "bench/run/launch/launch.h"
#include "bench/worker/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { UNITS = 40, OPS = 2000000 };

#define BARE_MOST_NS UINT64_C(30000000000)

IMAGE_EMBED(contend_bare_image, CONTEND_BARE_FILE);

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

/* Fork and wait alone: that is what is measured. */
static int bare_processes(double *each_ns)
{
    uint64_t begin_ns = clock_now_ns();
    for (int i = 0; i < UNITS; i++) {
        int status = 0;
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        pid_t waited = -1;
        while (pid > 0 && (waited = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
            ;
        if (waited < 0 || status)
            return -1;
    }
    *each_ns = (double)(clock_now_ns() - begin_ns) / UNITS;
    return 0;
}

/* The program of its own: started by exec, it measures itself and prints the figure. */
static int bare_program(double *each_ns)
{
    static int image = -1;
    static char program[] = "contend-bare";
    const struct image bytes = {"contend-bare", contend_bare_image, contend_bare_image_end};
    char units[16], said[64] = "";
    char *const argv[] = {program, units, NULL}, *const environment[] = {NULL};
    if (image < 0 && (image = image_open(&bytes, NULL)) < 0)
        return -1;
    snprintf(units, sizeof units, "%d", UNITS);
    struct child_text text = {.text = said, .size = sizeof said};
    const struct child_request request = {.what = program,
                                          .image = image,
                                          .argv = argv,
                                          .environment = environment,
                                          .out = CHILD_PIPE,
                                          .errors = CHILD_OURS};
    const struct child_watch watch = {
        .timeout_ns = BARE_MOST_NS, .on_output = child_keep_text, .context = &text};
    struct child_end end;
    if (child_run(&request, &watch, &end, NULL) || !child_is_fine(&end))
        return -1;
    *each_ns = strtod(said, NULL);
    return *each_ns > 0 ? 0 : -1;
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
static int measure_units(struct overhead_pair *p, const char *executor, int (*bare)(double *),
                         struct err *err)
{
    struct cell c;
    struct launch *l;
    double warm_ns;
    if (open_launch(executor, &l, &c, err))
        return -1;
    int failed = bare(&warm_ns) || harness_units(l, &warm_ns, err);
    for (int r = 0; r < OVERHEAD_ROUNDS && !failed; r++) {
        /* Either first, in turn. */
        if (r % 2)
            failed = harness_units(l, &p->harness_ns[r], err) || bare(&p->bare_ns[r]);
        else
            failed = bare(&p->bare_ns[r]) || harness_units(l, &p->harness_ns[r], err);
    }
    launch_close(l);
    return failed ? err_set(err, ERR_SYSTEM, "a bare %s could not be made", executor) : 0;
}

static int measure_operation(struct overhead_pair *p, struct err *err)
{
    struct cell c;
    struct launch *l;
    if (open_launch("serial", &l, &c, err))
        return -1;
    for (int r = 0; r < OVERHEAD_ROUNDS; r++) {
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

int overhead_run(struct mailbox *m, struct err *err)
{
    struct overhead_pair *pairs = m->overhead.pairs;
    int cpus[1024], count = affinity_allowed(cpus, 1024);
    if (count > 0 && affinity_pin(cpus[count - 1], err))
        return -1;
    /* Threads last: the C library keeps their stacks, which each fork would copy. */
    return measure_units(&pairs[OVERHEAD_PROCESS], "process", bare_processes, err) ||
                   measure_units(&pairs[OVERHEAD_PROCESS_ALONE], "process", bare_program, err) ||
                   measure_units(&pairs[OVERHEAD_THREAD], "thread", bare_threads, err) ||
                   measure_operation(&pairs[OVERHEAD_OPERATION], err)
               ? -1
               : 0;
}
