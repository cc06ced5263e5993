/* ctest: serial */
#include "bench/base/err.h"
#include "bench/machine/counters/counters.h"
#include "tests/unit/probe_launch.h"

#include <fcntl.h>

extern const struct probe probe_papi;

enum { UNITS = 8, NAPS = 25 };

static void body_naps(struct task *t)
{
    (void)t;
    for (int i = 0; i < NAPS; i++)
        usleep(500); /* relative: a moment already past would be no nap */
}

static void run(enum launch_kind kind, void (*body)(struct task *), struct recorder *r)
{
    struct launch_test test = {&probe_papi, kind, NULL, UNITS, NULL, body};
    launch_test_run(&test, r);
}

static bool is_counted(int counter, enum launch_kind kind)
{
    probe_papi.unavailable();
    enum counter_scope scope = kind == LAUNCH_CALLS ? COUNTER_THREAD : COUNTER_TREE;
    return counters_known()->choices[scope][counter].provider != NULL;
}

static void every_metric_has_a_value_with_a_source_or_a_reason(void)
{
    for (int kind = LAUNCH_THREADS; kind <= LAUNCH_CALLS; kind++) {
        struct recorder r;
        run((enum launch_kind)kind, body_naps, &r);
        for (int c = 0; c < COUNTER_COUNT; c++) {
            const char *name = probe_papi.metrics[c].name;
            if (isnan(r.values[c]))
                CHECK_MSG(r.reasons[c][0], "%s has a reason", name);
            else
                CHECK_MSG(r.sources[c][0], "%s has a source", name);
            if (!is_counted(c, (enum launch_kind)kind))
                CHECK_MSG(isnan(r.values[c]), "%s is absent, not 0", name);
        }
    }
}

static void naps_of_all_units_are_switches(void)
{
    for (int kind = LAUNCH_THREADS; kind <= LAUNCH_CALLS; kind++) {
        if (!is_counted(COUNTER_CONTEXT_SWITCHES, (enum launch_kind)kind))
            continue;
        struct recorder r;
        run((enum launch_kind)kind, body_naps, &r);
        double switches = r.values[COUNTER_CONTEXT_SWITCHES];
        printf("  kind %d: %.0f switches by %s\n", kind, switches,
               r.sources[COUNTER_CONTEXT_SWITCHES]);
        /* A nap may be over before it begins when the hypervisor takes the CPU away. */
        CHECK_MSG(switches >= UNITS * NAPS * 0.8, "kind %d: %g", kind, switches);
    }
}

static void computing_in_all_units_is_on_the_task_clock(void)
{
    for (int kind = LAUNCH_THREADS; kind <= LAUNCH_CALLS; kind++) {
        if (!is_counted(COUNTER_TASK_CLOCK, (enum launch_kind)kind))
            continue;
        struct recorder r;
        run((enum launch_kind)kind, body_spin, &r);
        /* body_spin uses 3 ms by the thread's CPU clock. */
        CHECK_MSG(r.values[COUNTER_TASK_CLOCK] >= UNITS * 2.9e6, "kind %d: %g", kind,
                  r.values[COUNTER_TASK_CLOCK]);
    }
}

/* Buggy result: a child inherits PAPI's or perf's descriptors and exec hands them on. */
static void counters_do_not_leak_into_programs_that_are_started(void)
{
    int pipe_fds[2];
    if (!is_counted(COUNTER_PAGE_FAULTS, LAUNCH_CALLS))
        SKIP("no counters here");
    struct launch launch = {.executor = &launch_executors[LAUNCH_CALLS]};
    struct probe_run p = {.probe = &probe_papi, .launch = &launch};
    p.state = calloc(1, probe_papi.state_bytes);
    if (!CHECK(p.state != NULL) || !CHECK_EQ(pipe(pipe_fds), 0))
        return;
    CHECK_EQ(probe_papi.open(&p, NULL), 0);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        dup2(pipe_fds[1], STDOUT_FILENO);
        execlp("ls", "ls", "-l", "/proc/self/fd", (char *)NULL);
        _exit(127);
    }
    close(pipe_fds[1]);
    char text[8192] = "";
    size_t used = 0;
    for (ssize_t got; (got = read(pipe_fds[0], text + used, sizeof text - 1 - used)) > 0;)
        used += (size_t)got;
    waitpid(child, NULL, 0);
    CHECK_CONTAINS(text, "pipe:"); /* something was listed */
    CHECK_MSG(!strstr(text, "perf_event"), "%s", text);
    close(pipe_fds[0]);
    probe_papi.close(&p);
    free(p.state);
}

static void a_simulated_clock_has_no_counters(void)
{
    static const struct executor fake = {.name = "fake", .traits = EXECUTOR_VIRTUAL};
    struct recorder r;
    struct launch_test test = {&probe_papi, LAUNCH_CALLS, &fake, 1, NULL, body_nap};
    launch_test_run(&test, &r);
    CHECK(isnan(r.values[COUNTER_TASK_CLOCK]));
    CHECK_CONTAINS(r.reasons[COUNTER_TASK_CLOCK], "simulated");
}

/* First in the table: PAPI must not have been set up in this process by judging. */
static void judging_leaves_no_descriptor_open(void)
{
    int before = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(before);
    probe_papi.unavailable();
    int after = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(after);
    CHECK_EQ(after, before);
}

static const struct test tests[] = {
    {"judging_leaves_no_descriptor_open", judging_leaves_no_descriptor_open},
    {"every_metric_has_a_value_with_a_source_or_a_reason",
     every_metric_has_a_value_with_a_source_or_a_reason},
    {"naps_of_all_units_are_switches", naps_of_all_units_are_switches},
    {"computing_in_all_units_is_on_the_task_clock", computing_in_all_units_is_on_the_task_clock},
    {"counters_do_not_leak_into_programs_that_are_started",
     counters_do_not_leak_into_programs_that_are_started},
    {"a_simulated_clock_has_no_counters", a_simulated_clock_has_no_counters},
    {0},
};
TEST_MAIN(tests)
