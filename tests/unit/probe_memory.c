/* ctest: serial */
#include "bench/base/err.h"
#include "tests/unit/probe_launch.h"

#include <stdlib.h>

extern const struct probe probe_memory;

enum { TOTAL, RESIDENT, PAGE_TABLES, KERNEL_STACK, METRICS };
enum { TOUCHED_BYTES = 1 << 20 };

/* Makes a megabyte of the unit's own. */
static void touch_a_megabyte(struct task *t)
{
    (void)t;
    char *memory =
        mmap(NULL, TOUCHED_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        abort();
    for (size_t i = 0; i < TOUCHED_BYTES; i += 4096)
        ((volatile char *)memory)[i] = 1;
}

static void body_nothing(struct task *t)
{
    (void)t;
}

static void print(const char *what, const struct recorder *r)
{
    printf("  %s: total %.0f = resident %.0f + tables %.0f + kernel stack %.0f (%s%s)\n", what,
           r->values[TOTAL], r->values[RESIDENT], r->values[PAGE_TABLES], r->values[KERNEL_STACK],
           r->sources[TOTAL], r->reasons[KERNEL_STACK]);
}

static void measure(enum launch_kind kind, void (*before)(struct task *), struct recorder *r)
{
    struct launch_test test = {&probe_memory, kind, NULL, 64, before, body_nothing};
    launch_test_run(&test, r);
}

/* A unit has at least a page of stack that it touched, and a kernel stack. */
static void check_plausible(const struct recorder *r, double least)
{
    CHECK(r->values[RESIDENT] >= 4096);
    if (r->reasons[TOTAL][0]) { /* others' threads came and went too much */
        CHECK_CONTAINS(r->reasons[TOTAL], "KernelStack");
        return;
    }
    CHECK(r->values[PAGE_TABLES] >= 0);
    CHECK(r->values[TOTAL] >= least);
    CHECK(r->values[TOTAL] < 64 * 1024 * 1024);
    if (r->reasons[KERNEL_STACK][0] == '\0')
        CHECK(r->values[KERNEL_STACK] >= 4096);
}

static void a_thread_costs_its_stacks_and_what_it_touched(void)
{
    struct recorder plain, touched;
    measure(LAUNCH_THREADS, NULL, &plain);
    measure(LAUNCH_THREADS, touch_a_megabyte, &touched);
    print("thread", &plain);
    print("thread with a megabyte", &touched);
    check_plausible(&plain, 4096);
    check_plausible(&touched, TOUCHED_BYTES);
}

static void a_process_costs_what_it_does_not_share(void)
{
    struct recorder plain, touched;
    measure(LAUNCH_PROCESSES, NULL, &plain);
    measure(LAUNCH_PROCESSES, touch_a_megabyte, &touched);
    print("process", &plain);
    print("process with a megabyte", &touched);
    check_plausible(&plain, 4096);
    check_plausible(&touched, TOUCHED_BYTES);
}

/* A parent's memory that children only share is not theirs, however much it is. */
static void shared_pages_of_the_parent_are_not_counted(void)
{
    size_t bytes = 64 << 20;
    char *heap = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (!CHECK(heap != MAP_FAILED))
        return;
    struct recorder r;
    measure(LAUNCH_PROCESSES, NULL, &r);
    munmap(heap, bytes);
    print("process of a parent with 64 MiB", &r);
    /* 1 MiB: the share of 64 MiB that a reading without the parent's loss would give each. */
    CHECK(r.values[RESIDENT] < 1 << 20);
}

static void executors_without_waiting_units_have_a_reason(void)
{
    static const struct executor executors[] = {
        {.name = "serial", .traits = EXECUTOR_SHARED_HEAP | EXECUTOR_SEQUENTIAL},
        {.name = "pool", .traits = EXECUTOR_KERNEL_UNITS | EXECUTOR_POOLED},
        {.name = "fake", .traits = EXECUTOR_VIRTUAL},
    };
    for (size_t i = 0; i < sizeof executors / sizeof executors[0]; i++) {
        struct recorder r;
        struct launch_test test = {&probe_memory, LAUNCH_CALLS, &executors[i], 64,
                                   NULL,          body_nothing};
        launch_test_run(&test, &r);
        for (int m = 0; m < METRICS; m++) {
            CHECK(isnan(r.values[m]));
            CHECK_MSG(r.reasons[m][0], "%s has a reason", executors[i].name);
        }
    }
}

static void too_few_units_give_no_number(void)
{
    struct recorder r;
    struct launch_test test = {&probe_memory, LAUNCH_THREADS, NULL, 3, NULL, body_nothing};
    launch_test_run(&test, &r);
    CHECK(isnan(r.values[TOTAL]));
    CHECK_CONTAINS(r.reasons[TOTAL], "64 units");
}

static const struct test tests[] = {
    {"a_thread_costs_its_stacks_and_what_it_touched",
     a_thread_costs_its_stacks_and_what_it_touched},
    {"a_process_costs_what_it_does_not_share", a_process_costs_what_it_does_not_share},
    {"shared_pages_of_the_parent_are_not_counted", shared_pages_of_the_parent_are_not_counted},
    {"executors_without_waiting_units_have_a_reason",
     executors_without_waiting_units_have_a_reason},
    {"too_few_units_give_no_number", too_few_units_give_no_number},
    {0},
};
TEST_MAIN(tests)
