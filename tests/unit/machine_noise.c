#include "bench/base/clock.h"
#include "bench/machine/noise.h"
#include "tests/test.h"

static void the_first_line_of_proc_stat_is_the_sum(void)
{
    struct noise_reading r = {0};
    noise_parse_stat("cpu  2363 10 3079 259570 524 3 227 5410 99 98\n"
                     "cpu0 1010 0 1412 130435 93 0 11 2620 0 0\n",
                     &r);
    CHECK(r.has_busy && r.has_steal);
    CHECK_EQ(r.busy_ns, (2363u + 10 + 3079 + 3 + 227) * (uint64_t)NOISE_TICK_NS);
    CHECK_EQ(r.steal_ns, 5410 * (uint64_t)NOISE_TICK_NS);
}

static void an_old_kernel_without_steal_leaves_it_absent(void)
{
    struct noise_reading r = {0};
    noise_parse_stat("cpu 1 2 3 4 5 6 7\n", &r);
    CHECK(r.has_busy);
    CHECK(!r.has_steal);
    noise_parse_stat("", &r);
    CHECK(!r.has_busy && !r.has_steal);
}

static void pressure_is_in_microseconds(void)
{
    struct noise_reading r = {0};
    noise_parse_pressure("some avg10=0.22 avg60=0.44 avg300=0.40 total=11759734\n"
                         "full avg10=0.00 avg60=0.00 avg300=0.00 total=17\n",
                         &r);
    CHECK(r.has_psi_cpu_some);
    CHECK_EQ(r.psi_cpu_some_ns, 11759734000u);
    noise_parse_pressure("", &r);
    CHECK(!r.has_psi_cpu_some);
}

static void throttling_is_read_in_both_versions(void)
{
    struct noise_reading r = {0};
    noise_parse_cpu_stat("usage_usec 5\nnr_periods 3\nnr_throttled 1\nthrottled_usec 250\n", true,
                         &r);
    CHECK(r.has_throttled);
    CHECK_EQ(r.throttled_ns, 250000);
    noise_parse_cpu_stat("nr_periods 3\nnr_throttled 1\nthrottled_time 777\n", false, &r);
    CHECK(r.has_throttled);
    CHECK_EQ(r.throttled_ns, 777);
    /* A group without the controller has a cpu.stat too, but nothing of throttling in it. */
    noise_parse_cpu_stat("usage_usec 5\n", true, &r);
    CHECK(!r.has_throttled);
}

static void absence_of_one_reading_is_absence_of_the_difference(void)
{
    struct noise_reading before = {.at_ns = 100, .has_steal = true, .steal_ns = 5};
    struct noise_reading after = {.at_ns = 400, .has_steal = false, .has_busy = true};
    struct noise_delta d;
    noise_diff(&before, &after, &d);
    CHECK_EQ(d.duration_ns, 300);
    CHECK(!d.has_steal && !d.has_busy && !d.has_throttled && !d.has_psi_cpu_some);
}

static void foreign_time_keeps_its_sign(void)
{
    struct noise_reading before = {.has_busy = true, .busy_ns = 1000, .own_cpu_ns = 100};
    struct noise_reading after = {.has_busy = true, .busy_ns = 1500, .own_cpu_ns = 900};
    struct noise_delta d;
    noise_diff(&before, &after, &d);
    CHECK_EQ(d.foreign_ns, -300);
    after.busy_ns = 999; /* kernel sums may step back */
    noise_diff(&before, &after, &d);
    CHECK_EQ(d.busy_ns, 0);
}

static void this_system_is_read_and_grows(void)
{
    struct noise_reading before, after;
    struct noise_delta d;
    noise_read(&before);
    uint64_t begin = clock_thread_cpu_ns();
    while (clock_thread_cpu_ns() - begin < 2000000)
        ;
    noise_read(&after);
    noise_diff(&before, &after, &d);
    CHECK(d.duration_ns >= 1900000);
    CHECK(d.own_cpu_ns >= 2000000);
    CHECK(d.has_busy);
}

static const struct test tests[] = {
    {"the_first_line_of_proc_stat_is_the_sum", the_first_line_of_proc_stat_is_the_sum},
    {"an_old_kernel_without_steal_leaves_it_absent", an_old_kernel_without_steal_leaves_it_absent},
    {"pressure_is_in_microseconds", pressure_is_in_microseconds},
    {"throttling_is_read_in_both_versions", throttling_is_read_in_both_versions},
    {"absence_of_one_reading_is_absence_of_the_difference",
     absence_of_one_reading_is_absence_of_the_difference},
    {"foreign_time_keeps_its_sign", foreign_time_keeps_its_sign},
    {"this_system_is_read_and_grows", this_system_is_read_and_grows},
    {0},
};
TEST_MAIN(tests)
