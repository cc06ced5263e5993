/* What the simulator on a page is fed with: constants, and the cells that fit it. */
#include "bench/judge/explore/explore.h"
#include "bench/result/read.h"

#include "tests/draft.h"

static void add_samples(struct draft *d, const char *name, const char *unit, double value)
{
    buf_printf(&d->text, "%s\"%s\":{\"unit\":\"%s\",\"samples\":[%.9g,%.9g,%.9g,%.9g,%.9g,%.9g]}",
               d->text.data[d->text.len - 1] == '{' ? "" : ",", name, unit, value, value, value,
               value, value, value);
}

/* Ten operations a task, each of cpu_ns and wait_ns. */
static void add(struct draft *d, const char *lock, const char *lock_params, const char *executor,
                int tasks, double rate, double cpu_ns, double wait_ns)
{
    buf_printf(
        &d->text,
        "%s{\"id\":\"work/%s/%s/tasks=%d\",\"workload\":\"work\",\"workload_kind\":\"mixed\","
        "\"lock\":\"%s\",\"lock_params\":{%s},\"executor\":\"%s\",\"tasks\":%d,"
        "\"ops_per_task\":10,\"batch_ops\":1,\"status\":\"ok\",\"metrics\":{",
        d->cells++ ? "," : "", lock, executor, tasks, lock, lock_params, executor, tasks);
    add_samples(d, "throughput_per_s", "per_s", rate);
    add_samples(d, "thread_cpu_ns", "ns", cpu_ns * 10 * tasks);
    if (wait_ns > 0)
        add_samples(d, "op_wait_ns", "ns", wait_ns);
    buf_add(&d->text, "}}");
}

static bool end(struct draft *d, struct result *r, struct explore *e)
{
    struct err err = {0};
    if (!draft_read(d, r))
        return false;
    return CHECK_EQ(explore_of(e, r, &err), 0);
}

static void release(struct draft *d, struct result *r, struct explore *e)
{
    explore_release(e);
    result_unload(r);
    buf_release(&d->text);
}

static void a_request_is_that_of_one_unit_alone(void)
{
    struct draft d;
    struct result r = {0};
    struct explore e = {0};
    draft_begin(&d, 2);
    add(&d, "gil", "\"interval\":5000000", "thread", 4, 800, 1200000, 1000000);
    add(&d, "none", "", "thread", 1, 500, 900000, 1000000);
    if (end(&d, &r, &e) && CHECK_EQ(e.cells.count, 2)) {
        const struct explore_cell *c = &e.cells.items[0];
        CHECK_NEAR(c->cpu_ns, 900000, 1e-6);
        CHECK_NEAR(c->wait_ns, 1000000, 1e-6);
        CHECK_NEAR(c->interval_ns, 5000000, 0);
        CHECK_EQ(c->ops, 10);
        CHECK_EQ(c->batches, 10);
        /* 2 ms each, of which 0.9 computing and 1 asked for */
        CHECK_NEAR(e.kinds[UNIT_THREAD].wake_ns, 100000, 1e-3);
    }
    release(&d, &r, &e);
}

static void what_the_simulator_does_not_know_is_left_out(void)
{
    struct draft d;
    struct result r = {0};
    struct explore e = {0};
    draft_begin(&d, 2);
    add(&d, "none", "", "thread", 2, 500, 900000, 0);      /* who does both has to say how long */
    add(&d, "gil", "", "thread", 2, 500, 900000, 1000000); /* asked back after no time */
    add(&d, "none", "", "serial", 1, 500, 900000, 1000000);
    add(&d, "none", "", "process", 2, 500, 900000, 1000000);
    if (end(&d, &r, &e) && CHECK_EQ(e.cells.count, 1))
        CHECK_EQ(e.cells.items[0].cell->executor, "process");
    CHECK(e.kinds[UNIT_COROUTINE].like == NULL);
    release(&d, &r, &e);
}

static void a_result_without_constants_has_no_simulator(void)
{
    struct draft d;
    struct result r = {0};
    struct explore e = {0};
    struct page p;
    struct err err = {0};
    draft_begin(&d, 2);
    add(&d, "none", "", "thread", 2, 500, 900000, 1000000);
    if (end(&d, &r, &e)) {
        page_init(&p, "page");
        CHECK_EQ(explore_page(&p, &r, &err), 0);
        CHECK(p.blocks == NULL);
        page_release(&p);
    }
    release(&d, &r, &e);
}

static const struct test tests[] = {
    {"a_request_is_that_of_one_unit_alone", a_request_is_that_of_one_unit_alone},
    {"what_the_simulator_does_not_know_is_left_out", what_the_simulator_does_not_know_is_left_out},
    {"a_result_without_constants_has_no_simulator", a_result_without_constants_has_no_simulator},
    {0},
};

TEST_MAIN(tests)
