/* What is traced and what is measured are different launches: nothing of one is in the other. */
#include "bench/registry.h"
#include "bench/run/launch/launch.h"
#include "bench/run/launch/tracing.h"

#include "tests/test.h"

static void make_cell(struct cell *c, const char *executor)
{
    cell_init(c, registry_find_workload("spin", NULL), registry_find_lock("gil", NULL),
              registry_find_executor(executor, NULL));
    c->tasks = 2;
    c->batch_ops = 1000;
    c->batch_count = 2;
}

/* Expected: a measured launch has the verbs of any other, no ring, and nobody who watches. */
static void a_launch_without_the_recorder_has_nothing_of_it(void)
{
    struct cell c;
    struct launch *l;
    struct err err = {0};
    make_cell(&c, "thread");
    if (!CHECK_MSG(!launch_open(&c, c.tasks, NULL, 0, &l, &err), "%s", err.text))
        return;
    CHECK(!harness_of(l)->is_traced);
    CHECK(!launch_run(l, &err));
    for (uint32_t i = 0; i <= c.tasks; i++)
        CHECK(l->tasks[i].verbs == task_verbs_table());
    CHECK(atomic_load(&l->watch) == NULL);
    CHECK(l->watch_data == NULL);
    launch_close(l);
    const struct probe *p;
    for (size_t i = 0; (p = registry_probe(i)) != NULL; i++)
        CHECK_MSG(!(p->traits & PROBE_EVERY_VERB), "%s records every verb", p->name);
}

/* All but the checkpoint are one and the same: what is traced is what is measured. */
static void traced_verbs_differ_in_the_checkpoint_alone(void)
{
    const struct task_verbs *plain = task_verbs_table(), *traced = task_verbs_traced();
    struct task_verbs same = *traced;
    CHECK(plain->checkpoint != traced->checkpoint);
    same.checkpoint = plain->checkpoint;
    CHECK(!memcmp(&same, plain, sizeof same));
}

static void rings_lie_in_lines_of_their_own(void)
{
    struct recorder r;
    static const uint32_t sizes[] = {16, 100, 4096};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        recorder_init(&r, sizes[i], 1000);
        CHECK_EQ(r.probe.unit_bytes % CONTEND_LINE_BYTES, 0);
        CHECK(r.probe.unit_bytes >= CONTEND_LINE_BYTES + sizes[i] * sizeof(struct traced_event));
    }
}

static void each_unit_records_its_beginning_and_its_end(void)
{
    static const char *const executors[] = {"serial", "thread", "coroutine", "process", NULL};
    for (size_t x = 0; executors[x]; x++) {
        struct cell c;
        struct launch *l;
        struct err err = {0};
        struct recorder r;
        make_cell(&c, executors[x]);
        recorder_init(&r, 64, UINT64_C(60000000000));
        const struct probe *probes[] = {&r.probe};
        if (!CHECK_MSG(!launch_open(&c, c.tasks, probes, 1, &l, &err), "%s", err.text))
            continue;
        CHECK(harness_of(l)->is_traced);
        CHECK_MSG(!launch_run(l, &err), "%s: %s", executors[x], err.text);
        char *room = calloc(1, traced_room(1, c.tasks, 64));
        size_t used = recorder_take(l, room);
        CHECK(used <= traced_room(1, c.tasks, 64));
        const struct traced_unit *u = (const void *)((struct traced_launch *)(void *)room + 1);
        for (uint32_t i = 0; i < c.tasks; i++) {
            const struct traced_event *e = (const struct traced_event *)(u + 1);
            if (!CHECK_MSG(u->kept >= 2, "%s: %llu events", executors[x],
                           (unsigned long long)u->kept))
                break;
            CHECK_EQ(e[0].kind, TRACED_BEGIN);
            CHECK_EQ(e[u->kept - 1].kind, TRACED_END);
            for (uint64_t k = 1; k < u->kept; k++)
                CHECK(e[k].at_ns >= e[k - 1].at_ns);
            u = (const void *)(e + u->kept);
        }
        free(room);
        launch_close(l);
    }
}

static const struct test tests[] = {
    {"a_launch_without_the_recorder_has_nothing_of_it",
     a_launch_without_the_recorder_has_nothing_of_it},
    {"traced_verbs_differ_in_the_checkpoint_alone", traced_verbs_differ_in_the_checkpoint_alone},
    {"rings_lie_in_lines_of_their_own", rings_lie_in_lines_of_their_own},
    {"each_unit_records_its_beginning_and_its_end", each_unit_records_its_beginning_and_its_end},
    {0},
};

TEST_MAIN(tests)
