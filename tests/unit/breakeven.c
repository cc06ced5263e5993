/* From how many tasks on a pool pays off: the arithmetic, its interval, and which cells pair. */
#include "bench/judge/breakeven/breakeven.h"
#include "bench/result/slim.h"

#include "tests/test.h"

#include <math.h>

static struct summary exactly(double value)
{
    return (struct summary){.center = value, .lo = value, .hi = value, .level = 1, .n = 9};
}

static void the_start_is_won_back_task_by_task(void)
{
    /* start, pool a task, unit a task, tasks: the first whole n with start + n pool <= n unit. */
    static const double rows[][4] = {
        {100000, 10, 9010, 12}, /* 11.1: eleven are not enough */
        {90000, 0, 9000, 10},   /* exactly ten */
        {1, 0, 9000, 1},        /* one task is enough */
        {0, 0, 9000, 1},        /* never fewer than one */
        {1e9, 8999, 9000, 1e9},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct summary s = exactly(rows[i][0]), p = exactly(rows[i][1]), u = exactly(rows[i][2]);
        struct breakeven b = breakeven_of(&s, &p, &u);
        CHECK_MSG(!b.never && !b.is_open, "row %zu", i);
        CHECK_NEAR(b.tasks, rows[i][3], 0);
        CHECK_NEAR(b.lo, b.tasks, 0);
        CHECK_NEAR(b.hi, b.tasks, 0);
        CHECK_NEAR(b.level, 1, 1e-12);
    }
}

static void a_pool_that_is_dearer_a_task_never_pays_off(void)
{
    struct summary s = exactly(1000), p = exactly(50), u = exactly(50);
    struct breakeven b = breakeven_of(&s, &p, &u);
    CHECK(b.never && b.is_open);
    CHECK(isnan(b.tasks));
    CHECK(isinf(b.hi));
}

static void the_interval_holds_every_combination(void)
{
    struct summary s = {.center = 1000, .lo = 800, .hi = 1500, .level = 0.98, .n = 9},
                   p = {.center = 10, .lo = 8, .hi = 20, .level = 0.98, .n = 9},
                   u = {.center = 110, .lo = 90, .hi = 150, .level = 0.98, .n = 9};
    struct breakeven b = breakeven_of(&s, &p, &u);
    CHECK_NEAR(b.tasks, 10, 0);
    CHECK_NEAR(b.lo, ceil(800.0 / 142), 0);
    CHECK_NEAR(b.hi, ceil(1500.0 / 70), 0);
    CHECK_NEAR(b.level, 0.94, 1e-12);
    CHECK(!b.is_open);
}

static void intervals_that_touch_leave_the_end_open(void)
{
    struct summary s = exactly(1000), p = {.center = 10, .lo = 5, .hi = 60, .level = 0.98, .n = 9},
                   u = {.center = 100, .lo = 50, .hi = 120, .level = 0.98, .n = 9};
    struct breakeven b = breakeven_of(&s, &p, &u);
    CHECK(!b.never && b.is_open);
    CHECK(isinf(b.hi));
    CHECK_NEAR(b.tasks, 12, 0);
}

static void one_sample_gives_no_level(void)
{
    struct summary s = exactly(1000), p = exactly(10), u = exactly(100);
    p.level = 0;
    CHECK_NEAR(breakeven_of(&s, &p, &u).level, 0, 0);
}

static struct result_metric metric(const char *name, const double *samples, size_t count)
{
    struct result_metric m = {.name = name,
                              .role = role_of_metric_named(name),
                              .samples = samples,
                              .distribution = &distribution_absent,
                              .sample_count = count};
    struct err err = {0};
    CHECK_EQ(summary_of(samples, count, SUMMARY_LEVEL, &m.summary, &err), 0);
    return m;
}

static void pools_meet_the_units_of_the_same_work(void)
{
    static const double starts[] = {1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000},
                        cheap[] = {10, 10, 10, 10, 10, 10, 10, 10},
                        dear[] = {110, 110, 110, 110, 110, 110, 110, 110};
    struct result_metric pool[] = {metric("pool_start_ns", starts, 8),
                                   metric("lifecycle_ns", cheap, 8)},
                         unit[] = {metric("lifecycle_ns", dear, 8)};
    struct result_cell cells[] = {
        {.executor = "thread_pool", .workers = 2, .tasks = 10, .metrics = pool, .metric_count = 2},
        {.executor = "thread", .tasks = 10, .metrics = unit, .metric_count = 1},
        {.executor = "serial", .tasks = 10, .metrics = unit, .metric_count = 1},
        {.executor = "process", .tasks = 20, .metrics = unit, .metric_count = 1},
        {.executor = "coroutine", .tasks = 10, .status = CELL_SKIPPED},
    };
    size_t count = sizeof cells / sizeof *cells;
    for (size_t i = 0; i < count; i++) {
        cells[i].executor_traits = traits_of_executor_named(cells[i].executor);
        cells[i].workload = "noop";
        cells[i].lock = "none";
        cells[i].placement = "free";
    }
    struct result r = {.cells = cells, .cell_count = count};
    struct breakevens found;
    struct err err = {0};
    if (!CHECK_EQ(breakevens_of(&found, &r, &err), 0))
        return;
    if (CHECK_EQ(found.count, 1)) {
        CHECK_EQ(found.items[0].pool->executor, "thread_pool");
        CHECK_EQ(found.items[0].units->executor, "thread");
        CHECK_NEAR(found.items[0].tasks, 10, 0);
        CHECK(found.items[0].level > 0.95);
    }
    breakevens_release(&found);
    CHECK_EQ(found.count, 0);
}

static const struct test tests[] = {
    {"the_start_is_won_back_task_by_task", the_start_is_won_back_task_by_task},
    {"a_pool_that_is_dearer_a_task_never_pays_off", a_pool_that_is_dearer_a_task_never_pays_off},
    {"the_interval_holds_every_combination", the_interval_holds_every_combination},
    {"intervals_that_touch_leave_the_end_open", intervals_that_touch_leave_the_end_open},
    {"one_sample_gives_no_level", one_sample_gives_no_level},
    {"pools_meet_the_units_of_the_same_work", pools_meet_the_units_of_the_same_work},
    {0},
};

TEST_MAIN(tests)
