/* ctest: serial */
#include "bench/base/err.h"
#include "tests/unit/probe_launch.h"

#include <sched.h>
#include <sys/resource.h>

extern const struct probe probe_rusage;
extern const struct probe probe_schedstat;

enum { THREAD_CPU, CHILD_CPU, PROCESS_CPU, VOLUNTARY, INVOLUNTARY, PAGE_FAULTS, CPU_PER_OP };
enum { UNITS = 6 };
static const double body_ns = 3000000;

static void run(const struct probe *probe, enum launch_kind kind, void (*body)(struct task *),
                struct recorder *r)
{
    struct launch_test test = {probe, kind, NULL, UNITS, NULL, body};
    launch_test_run(&test, r);
}

static const char *const kinds[] = {"threads", "processes", "calls"};

static void computing_shows_as_cpu_time_of_the_units(void)
{
    for (int kind = LAUNCH_THREADS; kind <= LAUNCH_CALLS; kind++) {
        struct recorder r;
        run(&probe_rusage, (enum launch_kind)kind, body_spin, &r);
        CHECK_MSG(r.values[THREAD_CPU] >= UNITS * body_ns, "%s: %g", kinds[kind],
                  r.values[THREAD_CPU]);
        /* Children are charged when they are waited for; threads are charged to the process. */
        int where = kind == LAUNCH_PROCESSES ? CHILD_CPU : PROCESS_CPU;
        CHECK_MSG(r.values[where] >= UNITS * body_ns * 0.99, "%s: %g", kinds[kind],
                  r.values[where]);
    }
}

static void a_carrying_thread_is_counted_once(void)
{
    struct recorder r;
    run(&probe_rusage, LAUNCH_CALLS, body_spin, &r);
    /* The thread's time cannot exceed its process's: twice counted it would. */
    CHECK(r.values[THREAD_CPU] <= r.values[PROCESS_CPU]);
}

static void an_operation_costs_its_share_of_that(void)
{
    for (int kind = LAUNCH_THREADS; kind <= LAUNCH_CALLS; kind++) {
        struct recorder r;
        run(&probe_rusage, (enum launch_kind)kind, body_spin, &r);
        CHECK_NEAR(r.values[CPU_PER_OP], r.values[THREAD_CPU] / (2.0 * UNITS), 1e-6);
    }
}

static void waiting_and_starting_have_no_operation_that_computes(void)
{
    static const enum workload_kind without[] = {WORKLOAD_IO, WORKLOAD_STARTUP};
    for (int i = 0; i < 2; i++) {
        struct recorder r;
        launch_workload_kind = without[i];
        run(&probe_rusage, LAUNCH_THREADS, body_nap, &r);
        launch_workload_kind = WORKLOAD_CPU;
        CHECK(isnan(r.values[CPU_PER_OP]) && !isnan(r.values[THREAD_CPU]));
        CHECK_CONTAINS(r.reasons[CPU_PER_OP], "do not compute");
    }
}

static void each_nap_is_a_voluntary_switch(void)
{
    for (int kind = LAUNCH_THREADS; kind <= LAUNCH_CALLS; kind++) {
        struct recorder r;
        run(&probe_rusage, (enum launch_kind)kind, body_nap, &r);
        CHECK_MSG(r.values[VOLUNTARY] > 0, "%s", kinds[kind]);
        CHECK_MSG(r.values[INVOLUNTARY] >= 0, "%s", kinds[kind]);
        if (kind == LAUNCH_CALLS) /* one after the other: the rate is at most one a nap */
            CHECK(r.values[VOLUNTARY] <= 2e9 / body_ns);
    }
}

static void touch_pages(struct task *t)
{
    (void)t;
    enum { BYTES = 100 * 4096 };
    char *memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return;
    madvise(memory, BYTES, MADV_NOHUGEPAGE);
    for (int i = 0; i < BYTES; i += 4096)
        ((volatile char *)memory)[i] = 1;
    munmap(memory, BYTES);
}

static void page_faults_of_all_units_are_counted(void)
{
    for (int kind = LAUNCH_THREADS; kind <= LAUNCH_CALLS; kind++) {
        struct recorder r;
        run(&probe_rusage, (enum launch_kind)kind, touch_pages, &r);
        long page = sysconf(_SC_PAGESIZE);
        double least = UNITS * 100.0 * 4096 / (double)page;
        CHECK_MSG(r.values[PAGE_FAULTS] >= least, "%s: %g", kinds[kind], r.values[PAGE_FAULTS]);
    }
}

static void a_simulated_clock_has_no_cpu_time(void)
{
    static const struct executor fake = {.name = "fake", .traits = EXECUTOR_VIRTUAL};
    const struct probe *probes[] = {&probe_rusage, &probe_schedstat};
    for (int p = 0; p < 2; p++) {
        struct recorder r;
        struct launch_test test = {probes[p], LAUNCH_CALLS, &fake, 1, NULL, body_nap};
        launch_test_run(&test, &r);
        CHECK(isnan(r.values[0]));
        CHECK_CONTAINS(r.reasons[0], "simulated");
    }
}

/* Dies before its last operation. */
static void die(struct task *t)
{
    if (t->index == 2)
        _exit(1);
}

static void a_unit_that_died_makes_its_sums_absent(void)
{
    struct recorder r;
    run(&probe_rusage, LAUNCH_PROCESSES, die, &r);
    CHECK(isnan(r.values[THREAD_CPU]));
    CHECK_CONTAINS(r.reasons[THREAD_CPU], "unit");
    CHECK(!isnan(r.values[PROCESS_CPU]));
}

/* Six units that compute on fewer CPUs must wait for them; pinned to one they surely do. */
static void pin(struct task *t)
{
    (void)t;
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set))
        return;
    size_t first = 0;
    while (first < CPU_SETSIZE && !CPU_ISSET(first, &set))
        first++;
    CPU_ZERO(&set);
    CPU_SET(first, &set);
    sched_setaffinity(0, sizeof set, &set);
}

static void units_on_one_cpu_wait_in_its_run_queue(void)
{
    if (probe_schedstat.unavailable())
        SKIP("no schedstat here");
    for (int kind = LAUNCH_THREADS; kind <= LAUNCH_PROCESSES; kind++) {
        struct recorder r;
        struct launch_test test = {&probe_schedstat, (enum launch_kind)kind, NULL, UNITS, pin,
                                   body_spin};
        launch_test_run(&test, &r);
        CHECK_MSG(r.values[0] > 0.1, "%s: %g", kinds[kind], r.values[0]);
    }
}

static void do_nothing(struct task *t)
{
    (void)t;
}

/* Buggy result: 1.14, because waits were taken until the last reading and time until the last
 * operation, and because a wait on the way to the gate is booked behind it. */
static void no_unit_waits_longer_than_it_lives(void)
{
    if (probe_schedstat.unavailable())
        SKIP("no schedstat here");
    for (int kind = LAUNCH_THREADS; kind <= LAUNCH_CALLS; kind++)
        for (int i = 0; i < 40; i++) {
            struct recorder r;
            struct launch_test test = {&probe_schedstat,
                                       (enum launch_kind)kind,
                                       NULL,
                                       60,
                                       kind == LAUNCH_CALLS ? NULL : pin,
                                       do_nothing};
            launch_test_run(&test, &r);
            CHECK_MSG(r.values[0] >= 0 && r.values[0] <= 1, "%s: %g", kinds[kind], r.values[0]);
        }
}

static void a_lone_carrier_has_a_run_queue_figure_too(void)
{
    if (probe_schedstat.unavailable())
        SKIP("no schedstat here");
    struct recorder r;
    run(&probe_schedstat, LAUNCH_CALLS, body_nap, &r);
    CHECK(r.values[0] >= 0);
}

/* Buggy result: a descriptor a unit, and none left for the workload, or for the next launch. */
static void few_descriptors_are_enough_for_many_units(void)
{
    enum { MANY = 100, ALLOWED = 40 };
    struct rlimit kept, few;
    if (probe_schedstat.unavailable())
        SKIP("no schedstat here");
    if (!CHECK_EQ(getrlimit(RLIMIT_NOFILE, &kept), 0))
        return;
    few = kept;
    few.rlim_cur = ALLOWED;
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
    for (int kind = LAUNCH_THREADS; kind <= LAUNCH_PROCESSES; kind++) {
        int before = dup(STDOUT_FILENO);
        close(before);
        struct recorder r;
        struct launch_test test = {&probe_schedstat, (enum launch_kind)kind, NULL, MANY, NULL,
                                   body_nap};
        launch_test_run(&test, &r);
        CHECK_MSG(r.values[0] >= 0, "%s: %s", kinds[kind], r.reasons[0]);
        int after = dup(STDOUT_FILENO);
        close(after);
        CHECK_EQ(after, before);
    }
    setrlimit(RLIMIT_NOFILE, &kept);
}

static void tasks_that_share_workers_have_no_run_queue_time_of_their_own(void)
{
    static const struct executor pool = {
        .name = "pool", .traits = EXECUTOR_KERNEL_UNITS | EXECUTOR_SHARED_HEAP | EXECUTOR_POOLED};
    struct recorder r;
    struct launch_test test = {&probe_schedstat, LAUNCH_CALLS, &pool, UNITS, NULL, body_nap};
    launch_test_run(&test, &r);
    CHECK(isnan(r.values[0]));
    CHECK_CONTAINS(r.reasons[0], "share workers");
}

static const struct test tests[] = {
    {"computing_shows_as_cpu_time_of_the_units", computing_shows_as_cpu_time_of_the_units},
    {"a_carrying_thread_is_counted_once", a_carrying_thread_is_counted_once},
    {"an_operation_costs_its_share_of_that", an_operation_costs_its_share_of_that},
    {"waiting_and_starting_have_no_operation_that_computes",
     waiting_and_starting_have_no_operation_that_computes},
    {"each_nap_is_a_voluntary_switch", each_nap_is_a_voluntary_switch},
    {"page_faults_of_all_units_are_counted", page_faults_of_all_units_are_counted},
    {"a_simulated_clock_has_no_cpu_time", a_simulated_clock_has_no_cpu_time},
    {"a_unit_that_died_makes_its_sums_absent", a_unit_that_died_makes_its_sums_absent},
    {"units_on_one_cpu_wait_in_its_run_queue", units_on_one_cpu_wait_in_its_run_queue},
    {"no_unit_waits_longer_than_it_lives", no_unit_waits_longer_than_it_lives},
    {"a_lone_carrier_has_a_run_queue_figure_too", a_lone_carrier_has_a_run_queue_figure_too},
    {"few_descriptors_are_enough_for_many_units", few_descriptors_are_enough_for_many_units},
    {"tasks_that_share_workers_have_no_run_queue_time_of_their_own",
     tasks_that_share_workers_have_no_run_queue_time_of_their_own},
    {0},
};
TEST_MAIN(tests)
