/* Samples that run side by side, and what others took of their time. */
#include "bench/judge/duel/sample.h"

#include "bench/base/clock.h"
#include "bench/judge/duel/net_time.h"
#include "tests/test.h"

#include <unistd.h>

static const volatile bool never;

static struct sample_request shell(const char *name, const char *const *argv)
{
    return (struct sample_request){
        .name = name,
        .program = "sh",
        .argv = argv,
        .timeout_ns = 120000000000,
        .is_read = true,
    };
}

/* ---- The account, from numbers ----------------------------------------------------------- */

static struct net_mark mark(int64_t ran_ns, int64_t wait_ns, int64_t slices, int64_t preemptions)
{
    return (struct net_mark){true, {ran_ns, wait_ns, slices}, preemptions};
}

static void without_sleep_the_time_on_the_cpu_is_all(void)
{
    struct net_mark begin = mark(50000, 3000, 2, 1);
    struct net_mark end = mark(20050000, 8003000, 6, 5); /* lost 4 times, and had 4 times again */
    CHECK_EQ(net_time_ns(&begin, &end, 20050e3, 31e6, 700), 20e6);
}

static void with_sleep_waits_are_taken_off_the_wall(void)
{
    struct net_mark begin = mark(50000, 3000, 2, 1);
    struct net_mark end = mark(20050000, 8003000, 7, 5); /* the fifth time it came from sleep */
    CHECK_EQ(net_time_ns(&begin, &end, 20050e3, 31e6, 700), 31e6 - 8e6 - 700);
    CHECK_EQ(net_time_ns(&begin, &end, 20050e3, 8e6, 700), 1.0); /* a ratio needs more than 0 */
}

static void what_is_not_known_is_not_made_up(void)
{
    struct net_mark begin = mark(0, 0, 1, 0), end = mark(20000000, 0, 1, 0), unknown = {0};
    CHECK(isfinite(net_time_ns(&begin, &end, 20e6, 30e6, 0)));
    CHECK(isnan(net_time_ns(&begin, &end, 21e6, 30e6, 0))); /* other threads did 5 % */
    CHECK(isnan(net_time_ns(&begin, &unknown, 20e6, 30e6, 0)));
    CHECK(isnan(net_time_ns(&unknown, &end, 20e6, 30e6, 0)));
    CHECK(isnan(net_time_ns(&begin, &end, 20e6, 30e6, -1)));
}

/* ---- Processes --------------------------------------------------------------------------- */

#define COUNT(n) "i=0; while [ $i -lt " #n " ]; do i=$((i+1)); done"

static void net_time_holds_computing_and_sleep(void)
{
    if (!net_mark_now().is_known) {
        SKIP("the kernel tells no waits");
        return;
    }
    struct err err = {0};
    struct sampler *s = sampler_open(&never, &err);
    const char *const computes[] = {"sh", "-c", COUNT(20000), NULL};
    const char *const sleeps[] = {"sleep", "0.6", NULL};
    struct sample_request r = shell("base", computes);
    struct sample sample;
    CHECK_EQ(sampler_run(s, &r, 1, &sample, &err), 0);
    CHECK(sample.wall_net_ns > 0 && sample.wall_net_ns <= sample.wall_ns + 1e6);
    r = (struct sample_request){
        .name = "base", .program = "sleep", .argv = sleeps, .timeout_ns = 120000000000};
    CHECK_EQ(sampler_run(s, &r, 1, &sample, &err), 0);
    /*
     * It waits for a CPU too, after the sleep; what it slept remains.  On a crowded machine a wait
     * may end after the clock was read: many slices of it are allowed for.
     */
    CHECK(isnan(sample.wall_net_ns) || sample.wall_net_ns >= 150e6);
    /* What a child is preempted does not hide that its parent sleeps until it ends. */
    const char *const waits[] = {"sh", "-c", COUNT(300000) "; sleep 0.6; " COUNT(300000), NULL};
    r = shell("base", waits);
    CHECK_EQ(sampler_run(s, &r, 1, &sample, &err), 0);
    CHECK(isnan(sample.wall_net_ns) || sample.wall_net_ns >= 150e6);
    sampler_close(s);
}

static void work_of_children_has_no_net_time(void)
{
    struct err err = {0};
    struct sampler *s = sampler_open(&never, &err);
    const char *const argv[] = {"sh", "-c", "(" COUNT(20000) ") & (" COUNT(20000) ") & wait", NULL};
    struct sample_request r = shell("base", argv);
    struct sample sample;
    CHECK_EQ(sampler_run(s, &r, 1, &sample, &err), 0);
    CHECK(isnan(sample.wall_net_ns));
    sampler_close(s);
}

static void two_samples_run_at_once_and_apart(void)
{
    struct err err = {0};
    struct sampler *s = sampler_open(&never, &err);
    const char *const one[] = {"sh", "-c", "grep Cpus_allowed_list /proc/self/status; sleep 0.1",
                               NULL};
    const char *const two[] = {"sh", "-c",
                               "grep Cpus_allowed_list /proc/self/status; exec sleep 0.1", NULL};
    struct sample_request r[] = {shell("base", one), shell("head", two)};
    struct sample out[2];
    for (unsigned i = 0; i < 2; i++) {
        r[i].place.cpus = 1;
        r[i].place.first = i;
    }
    uint64_t begin_ns = clock_now_ns();
    CHECK_EQ(sampler_run(s, r, 2, out, &err), 0);
    double both_ns = (double)(clock_now_ns() - begin_ns);
    /* Each of them is inside of the whole, and together they are longer than it. */
    CHECK(out[0].wall_ns >= 100e6 && out[1].wall_ns >= 100e6);
    CHECK(out[0].wall_ns <= both_ns && out[1].wall_ns <= both_ns);
    CHECK(strstr(out[0].output, "Cpus_allowed_list") && strstr(out[1].output, "Cpus_allowed_list"));
    if (sampler_cores(s) > 1)
        CHECK(strcmp(out[0].output, out[1].output));
    sampler_close(s);
}

static void the_one_that_fails_is_named_and_the_other_ends(void)
{
    struct err err = {0};
    struct sampler *s = sampler_open(&never, &err);
    const char *const fine[] = {"sh", "-c", "sleep 0.05", NULL};
    const char *const fails[] = {"sh", "-c", "echo no luck >&2; exit 3", NULL};
    struct sample_request r[] = {shell("base", fine), shell("head", fails)};
    struct sample out[2];
    CHECK_EQ(sampler_run(s, r, 2, out, &err), -1);
    CHECK_EQ(err.code, ERR_FAILED);
    CHECK_EQ(err.text, "head ended with status 3; it said: no luck");
    CHECK_EQ(out[0].exit_status, 0);
    CHECK_EQ(out[1].exit_status, 3);
    err = (struct err){0};
    r[1] = shell("head", fine);
    CHECK_EQ(sampler_run(s, r, 2, out, &err), 0); /* nothing is left of the failure */
    sampler_close(s);
}

static const struct test tests[] = {
    {"without_sleep_the_time_on_the_cpu_is_all", without_sleep_the_time_on_the_cpu_is_all},
    {"with_sleep_waits_are_taken_off_the_wall", with_sleep_waits_are_taken_off_the_wall},
    {"what_is_not_known_is_not_made_up", what_is_not_known_is_not_made_up},
    {"net_time_holds_computing_and_sleep", net_time_holds_computing_and_sleep},
    {"work_of_children_has_no_net_time", work_of_children_has_no_net_time},
    {"two_samples_run_at_once_and_apart", two_samples_run_at_once_and_apart},
    {"the_one_that_fails_is_named_and_the_other_ends",
     the_one_that_fails_is_named_and_the_other_ends},
    {0},
};
TEST_MAIN(tests)
