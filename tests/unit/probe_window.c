/* The window of a launch, from stamps written by hand. */
#include "bench/probes/window.h"
#include "tests/test.h"

enum { BATCHES = 8, OPS = 10 };

static struct task tasks[3];
static uint64_t stamps[3 * (BATCHES + 1)];

/* Unit i does its batches from begin, each lasting `step`. */
static void put(uint32_t i, uint64_t begin, uint64_t step)
{
    for (uint32_t k = 0; k <= BATCHES; k++)
        stamps[i * (BATCHES + 1) + k] = begin + k * step;
    tasks[i].go_ns = begin;
    tasks[i].last_ns = begin + BATCHES * step;
}

static struct launch make(uint32_t count)
{
    return (struct launch){.tasks = tasks,
                           .task_count = count,
                           .batch_count = BATCHES,
                           .batch_ops = OPS,
                           .stamps = stamps};
}

static void operations_count_only_while_all_units_are_at_work(void)
{
    struct window w;
    put(0, 1000, 100); /* 1000 .. 1800, warm from 1100 */
    put(1, 1200, 100); /* 1200 .. 2000, warm from 1300 */
    struct launch l = make(2);
    CHECK(window_of_launch(&l, &w));
    CHECK(w.is_overlap);
    CHECK_EQ(w.begin_ns, 1300);
    CHECK_EQ(w.end_ns, 1800);
    CHECK_NEAR(w.op_count, 2 * 5 * OPS, 1e-9);
}

static void a_batch_over_the_edge_counts_in_proportion(void)
{
    struct window w;
    put(0, 1000, 100);
    put(1, 1050, 100);
    struct launch l = make(2);
    CHECK(window_of_launch(&l, &w));
    CHECK_EQ(w.begin_ns, 1150);
    CHECK_EQ(w.end_ns, 1800);
    CHECK_NEAR(w.op_count, 2 * 6.5 * OPS, 1e-9);
}

static void without_an_overlap_the_whole_span_is_taken(void)
{
    struct window w;
    put(0, 1000, 100);
    put(1, 1800, 100);
    struct launch l = make(2);
    CHECK(window_of_launch(&l, &w));
    CHECK(!w.is_overlap);
    CHECK_EQ(w.begin_ns, 1000);
    CHECK_EQ(w.end_ns, 2600);
    CHECK_NEAR(w.op_count, 2 * BATCHES * OPS, 1e-9);
}

static void work_without_length_has_no_window(void)
{
    struct window w;
    put(0, 1000, 0);
    struct launch l = make(1);
    CHECK(!window_of_launch(&l, &w));
}

static const struct test tests[] = {
    {"operations_count_only_while_all_units_are_at_work",
     operations_count_only_while_all_units_are_at_work},
    {"a_batch_over_the_edge_counts_in_proportion", a_batch_over_the_edge_counts_in_proportion},
    {"without_an_overlap_the_whole_span_is_taken", without_an_overlap_the_whole_span_is_taken},
    {"work_without_length_has_no_window", work_without_length_has_no_window},
    {0},
};
TEST_MAIN(tests)
