/* From recorded events to spans: what each unit did, and who let whom in. */
#include "bench/run/trace_lanes.h"

#include "tests/test.h"

enum { MS = 1000000, ORIGIN = 7 * MS };

/* A launch as a worker leaves it. */
struct made {
    _Alignas(8) char bytes[16384];
    size_t used;
};

static void begin(struct made *m, uint32_t units, uint64_t end_ns)
{
    *m = (struct made){.used = sizeof(struct traced_launch)};
    struct traced_launch *l = (void *)m->bytes;
    *l = (struct traced_launch){.units = units,
                                .begin_ns = ORIGIN - MS,
                                .opened_ns = ORIGIN,
                                .until_ns = ORIGIN + end_ns,
                                .joined_ns = ORIGIN + end_ns};
}

static void add_unit(struct made *m, struct traced_unit unit, const struct traced_event *events,
                     size_t count)
{
    unit.kept = count;
    unit.recorded += count;
    memcpy(m->bytes + m->used, &unit, sizeof unit);
    m->used += sizeof unit;
    for (size_t i = 0; i < count; i++) {
        struct traced_event e = events[i];
        e.at_ns += ORIGIN;
        if (e.value > 1000)
            e.value += ORIGIN;
        memcpy(m->bytes + m->used, &e, sizeof e);
        m->used += sizeof e;
    }
}

static void read_it(struct made *m, struct trace *t, bool has_lock, bool is_pooled)
{
    const struct trace_reading how = {
        .has_lock = has_lock, .is_pooled = is_pooled, .unit = "thread"};
    *t = (struct trace){0};
    struct trace_part *p = trace_add(t, "", "id", "test");
    CHECK_EQ(trace_lanes(p, (const struct traced_launch *)(void *)m->bytes, &how), m->used);
}

static bool has_span(const struct trace_part *p, uint32_t lane, enum trace_state state,
                     uint64_t begin_ns, uint64_t end_ns)
{
    for (size_t i = 0; i < p->spans.count; i++) {
        const struct trace_span *s = &p->spans.items[i];
        if (s->lane == lane && s->state == state && s->begin_ns == begin_ns && s->end_ns == end_ns)
            return true;
    }
    return false;
}

/* Spans of a lane follow each other, and none crosses the end of a hold. */
static void check_nesting(const struct trace_part *p)
{
    for (size_t i = 1; i < p->spans.count; i++)
        CHECK(p->spans.items[i].lane != p->spans.items[i - 1].lane ||
              p->spans.items[i].begin_ns >= p->spans.items[i - 1].end_ns);
    for (size_t i = 0; i < p->spans.count; i++)
        for (size_t k = 0; k < p->holds.count; k++) {
            const struct trace_span *s = &p->spans.items[i];
            const struct trace_hold *h = &p->holds.items[k];
            bool is_apart =
                s->lane != h->lane || s->end_ns <= h->begin_ns || s->begin_ns >= h->end_ns;
            CHECK(is_apart || (s->begin_ns >= h->begin_ns && s->end_ns <= h->end_ns));
        }
}

/* The textbook's two threads: the second asks after its interval, and the first is put out. */
static void two_that_compute(struct made *m)
{
    static const struct traced_event first[] = {
        {1000, 0, 0, TRACED_BEGIN},       {2000, 0, 0, TRACED_TAKE},
        {3000, 0, 0, TRACED_TAKEN},       {3 * MS, 0, MS, TRACED_GAP},
        {6 * MS, 0, 0, TRACED_HAND_OVER}, {9 * MS, 1, 0, TRACED_TAKEN},
        {10 * MS, 0, 0, TRACED_LET_GO},   {10 * MS + 50, 0, 0, TRACED_END},
    };
    static const struct traced_event second[] = {
        {4000, 0, 0, TRACED_BEGIN},        {5000, 0, 0, TRACED_TAKE},
        {7 * MS, 1, 3 * MS, TRACED_TAKEN}, {9 * MS - 100, 0, 0, TRACED_LET_GO},
        {9 * MS, 0, 0, TRACED_END},
    };
    begin(m, 3, 10 * MS + 100);
    add_unit(m, (struct traced_unit){.index = 0, .holder = 0}, first, 8);
    add_unit(m, (struct traced_unit){.index = 1, .holder = 1}, second, 5);
    add_unit(m, (struct traced_unit){.index = 2, .holder = 2}, NULL, 0);
}

static void a_holder_that_is_put_out_lets_the_waiter_in(void)
{
    struct made m;
    struct trace t;
    two_that_compute(&m);
    read_it(&m, &t, true, false);
    const struct trace_part *p = &t.parts.items[0];
    CHECK_EQ(p->lanes.count, 2);
    CHECK_EQ(p->holds.count, 3);
    CHECK_EQ(p->marks.count, 1);
    CHECK_EQ(p->marks.items[0].at_ns, 6 * MS);
    CHECK(has_span(p, 0, TRACE_RUNS, 3000, 2 * MS));
    CHECK(has_span(p, 0, TRACE_QUEUES, 2 * MS, 3 * MS)); /* off its CPU in the middle of a turn */
    CHECK(has_span(p, 0, TRACE_RUNS, 3 * MS, 6 * MS));
    CHECK(has_span(p, 1, TRACE_RUNS, 7 * MS, 9 * MS - 100));
    check_nesting(p);
    CHECK_EQ(p->flows.count, 2);
    CHECK_EQ(p->flows.items[0].from, 0);
    CHECK_EQ(p->flows.items[0].from_ns, 6 * MS);
    CHECK_EQ(p->flows.items[0].to, 1);
    CHECK_EQ(p->flows.items[0].to_ns, 7 * MS);
    CHECK_EQ(p->flows.items[1].to, 0);
    CHECK_EQ(p->recorded, 13);
    CHECK_EQ(p->lost, 0);
    trace_release(&t);
}

/* Buggy: "the work went on" of units that had ended and were joined later. */
static void work_goes_on_where_a_unit_does(void)
{
    for (int ends_before = 0; ends_before < 2; ends_before++) {
        struct made m;
        struct trace t;
        two_that_compute(&m);
        struct traced_launch *l = (void *)m.bytes;
        l->until_ns = ORIGIN + (ends_before ? 12 : 8) * MS;
        l->joined_ns = ORIGIN + 15 * MS;
        read_it(&m, &t, true, false);
        CHECK_EQ(t.parts.items[0].is_cut, !ends_before);
        trace_release(&t);
    }
}

/* Of 3 ms without a CPU one fits behind the release at 6 ms; two lay before it: it was late to ask.
 */
static void what_a_waiter_queued_for_lies_around_the_release(void)
{
    struct made m;
    struct trace t;
    two_that_compute(&m);
    read_it(&m, &t, true, false);
    const struct trace_part *p = &t.parts.items[0];
    CHECK(has_span(p, 1, TRACE_WANTS, 5000, 4 * MS));
    CHECK(has_span(p, 1, TRACE_QUEUES, 4 * MS, 6 * MS));
    CHECK(has_span(p, 1, TRACE_QUEUES, 6 * MS, 7 * MS));
    trace_release(&t);
}

static void a_coroutine_that_is_due_waits_for_its_turn(void)
{
    static const struct traced_event computes[] = {
        {1000, 0, 0, TRACED_BEGIN},
        {8 * MS, 0, 0, TRACED_END},
    };
    static const struct traced_event sleeps[] = {
        {500, 0, 0, TRACED_BEGIN},
        {1000, 3 * MS, 0, TRACED_IDLE},
        {8 * MS, 0, 0, TRACED_AWAKE},
        {9 * MS, 0, 0, TRACED_END},
    };
    static const struct traced_event loop[] = {
        {100, 0, 0, TRACED_TAKE},
        {200, 0, 0, TRACED_TAKEN},
        {9 * MS, 0, 0, TRACED_LET_GO},
    };
    struct made m;
    struct trace t;
    begin(&m, 3, 9 * MS + 1000);
    add_unit(&m, (struct traced_unit){.index = 0, .holder = 2}, computes, 2);
    add_unit(&m, (struct traced_unit){.index = 1, .holder = 2}, sleeps, 4);
    add_unit(&m, (struct traced_unit){.index = 2, .holder = 2}, loop, 3);
    read_it(&m, &t, true, false);
    const struct trace_part *p = &t.parts.items[0];
    CHECK_EQ(p->lanes.count, 3);
    CHECK_EQ(p->lanes.items[2], (char *)(uintptr_t)trace_loop_name);
    CHECK(has_span(p, 1, TRACE_SLEEPS, 1000, 3 * MS));
    CHECK(has_span(p, 1, TRACE_QUEUES, 3 * MS, 8 * MS));
    CHECK(has_span(p, 0, TRACE_RUNS, 1000, 8 * MS));
    CHECK(has_span(p, 2, TRACE_RUNS, 200, 9 * MS));
    CHECK_EQ(p->holds.count, 1);
    check_nesting(p);
    trace_release(&t);
}

/* Expected: nothing is drawn of the time whose events are gone, in any lane. */
static void a_ring_that_ran_over_shortens_the_picture(void)
{
    static const struct traced_event whole[] = {
        {1000, 0, 0, TRACED_BEGIN},
        {9 * MS, 0, 0, TRACED_END},
    };
    static const struct traced_event rest[] = {
        {6 * MS, 0, 0, TRACED_AWAKE},
        {8 * MS, 0, 0, TRACED_END},
    };
    struct made m;
    struct trace t;
    begin(&m, 3, 9 * MS);
    add_unit(&m, (struct traced_unit){.index = 0, .holder = 0}, whole, 2);
    add_unit(&m, (struct traced_unit){.index = 1, .holder = 1, .recorded = 40}, rest, 2);
    add_unit(&m, (struct traced_unit){.index = 2, .holder = 2}, NULL, 0);
    read_it(&m, &t, false, false);
    const struct trace_part *p = &t.parts.items[0];
    CHECK_EQ(p->lost, 40);
    CHECK_EQ(p->recorded, 44);
    CHECK_EQ(p->begin_ns, 6 * MS);
    for (size_t i = 0; i < p->spans.count; i++)
        CHECK(p->spans.items[i].begin_ns >= 6 * MS);
    CHECK(has_span(p, 1, TRACE_RUNS, 6 * MS, 8 * MS));
    trace_release(&t);
}

static void tasks_of_a_pool_lie_in_their_workers_lane(void)
{
    static const struct traced_event one[] = {{1 * MS, 0, 0, TRACED_BEGIN},
                                              {2 * MS, 0, 0, TRACED_END}};
    static const struct traced_event two[] = {{3 * MS, 0, 0, TRACED_BEGIN},
                                              {4 * MS, 0, 0, TRACED_END}};
    static const struct traced_event other[] = {{2 * MS, 0, 0, TRACED_BEGIN},
                                                {5 * MS, 0, 0, TRACED_END}};
    struct made m;
    struct trace t;
    begin(&m, 4, 6 * MS);
    add_unit(&m,
             (struct traced_unit){.index = 0, .holder = 0, .os_id = 7, .first_ns = ORIGIN + 3 * MS},
             two, 2);
    add_unit(&m,
             (struct traced_unit){.index = 1, .holder = 1, .os_id = 9, .first_ns = ORIGIN + 2 * MS},
             other, 2);
    add_unit(&m,
             (struct traced_unit){.index = 2, .holder = 2, .os_id = 7, .first_ns = ORIGIN + 1 * MS},
             one, 2);
    add_unit(&m, (struct traced_unit){.index = 3, .holder = 3}, NULL, 0);
    read_it(&m, &t, false, true);
    const struct trace_part *p = &t.parts.items[0];
    CHECK_EQ(p->lanes.count, 2);
    CHECK(has_span(p, 0, TRACE_SLEEPS, 0, 1 * MS));
    CHECK(has_span(p, 0, TRACE_RUNS, 1 * MS, 2 * MS));
    CHECK(has_span(p, 0, TRACE_SLEEPS, 2 * MS, 3 * MS));
    CHECK(has_span(p, 0, TRACE_RUNS, 3 * MS, 4 * MS));
    CHECK(has_span(p, 1, TRACE_RUNS, 2 * MS, 5 * MS));
    check_nesting(p);
    trace_release(&t);
}

static const struct test tests[] = {
    {"a_holder_that_is_put_out_lets_the_waiter_in", a_holder_that_is_put_out_lets_the_waiter_in},
    {"work_goes_on_where_a_unit_does", work_goes_on_where_a_unit_does},
    {"what_a_waiter_queued_for_lies_around_the_release",
     what_a_waiter_queued_for_lies_around_the_release},
    {"a_coroutine_that_is_due_waits_for_its_turn", a_coroutine_that_is_due_waits_for_its_turn},
    {"a_ring_that_ran_over_shortens_the_picture", a_ring_that_ran_over_shortens_the_picture},
    {"tasks_of_a_pool_lie_in_their_workers_lane", tasks_of_a_pool_lie_in_their_workers_lane},
    {0},
};

TEST_MAIN(tests)
