/* The ladder: which work stands in a column, which cell in a slot, and what programs get of it. */
#include "bench/judge/ladder/ladder.h"
#include "bench/result/read.h"

#include "tests/draft.h"

static void add(struct draft *d, const char *workload, const char *kind, const char *lock,
                const char *executor, int tasks, const char *metric, double value)
{
    buf_printf(&d->text,
               "%s{\"id\":\"%s/%s/%s/tasks=%d\",\"workload\":\"%s\",\"workload_kind\":\"%s\","
               "\"lock\":\"%s\",\"executor\":\"%s\",\"tasks\":%d,\"status\":\"ok\",\"metrics\":"
               "{\"%s\":{\"unit\":\"ns\",\"samples\":[%.9g,%.9g,%.9g,%.9g,%.9g,%.9g]}}}",
               d->cells ? "," : "", workload, lock, executor, tasks, workload, kind, lock, executor,
               tasks, metric, value, value, value, value, value, value);
    d->cells++;
}

/* The last cell's metric becomes its workload's own. */
static void own(struct draft *d, const char *workload)
{
    d->text.len -= 2; /* the ends of the metrics and of the cell */
    d->text.data[d->text.len - 1] = ',';
    buf_printf(&d->text, "\"source\":\"%s\",\"better\":\"lower\"}}}", workload);
}

/* The id of the cell that begins there gets a setting. */
static void set(struct draft *d, size_t from, const char *key, int value)
{
    struct buf rest = {0};
    size_t at = (size_t)(strstr(d->text.data + from, "\",\"workload\"") - d->text.data);
    buf_add(&rest, d->text.data + at);
    d->text.len = at;
    buf_printf(&d->text, ",%s=%d%s", key, value, buf_text(&rest));
    buf_release(&rest);
}

/* NULL where it is no result, which is a failure. */
static const struct ladder *end(struct draft *d, struct result *r, struct ladder *l)
{
    struct err err = {0};
    if (!draft_read(d, r))
        return NULL;
    const struct ladder_source source = {.results = r, .count = 1};
    CHECK_EQ(ladder_of(l, &source, &err), 0);
    return l;
}

static void release(struct draft *d, struct result *r, struct ladder *l)
{
    ladder_release(l);
    result_unload(r);
    buf_release(&d->text);
}

static const struct ladder_slot *slot(const struct ladder *l, const char *row,
                                      enum ladder_kind kind)
{
    size_t column = ladder_find(l, kind);
    for (size_t i = 0; i < l->rows.count && column < l->columns.count; i++)
        if (!strcmp(l->rows.items[i].name, row))
            return &l->rows.items[i].slots[column];
    return NULL;
}

static void a_switch_is_that_of_the_ring(void)
{
    struct draft d;
    struct result r;
    struct ladder l;
    draft_begin(&d, 2);
    add(&d, "pass", "sync", "none", "thread", 2, "switch_ns", 5000);
    add(&d, "pass", "sync", "none", "coroutine", 2, "switch_ns", 20);
    add(&d, "pass", "sync", "gil", "thread", 2, "switch_ns", 9000);
    add(&d, "back", "sync", "none", "thread", 2, "ping_pong_ns", 11000);
    if (end(&d, &r, &l)) {
        const struct ladder_slot *s = slot(&l, "thread", LADDER_SWITCH);
        if (CHECK(s && s->metric)) {
            CHECK_EQ(s->cell->lock, "none");
            CHECK_NEAR(s->metric->summary.center, 5000, 0);
        }
        CHECK_EQ(ladder_group(LADDER_SWITCH), "cost of a unit");
    }
    release(&d, &r, &l);
}

static void there_and_back_again_where_no_ring_was_run(void)
{
    struct draft d;
    struct result r;
    struct ladder l;
    draft_begin(&d, 2);
    add(&d, "back", "sync", "none", "thread", 2, "ping_pong_ns", 11000);
    add(&d, "back", "sync", "none", "process", 2, "ping_pong_ns", 12000);
    if (end(&d, &r, &l)) {
        const struct ladder_slot *s = slot(&l, "process", LADDER_SWITCH);
        CHECK(s && s->metric && s->metric->summary.center > 11999);
        CHECK_EQ(l.columns.items[ladder_find(&l, LADDER_SWITCH)].metric, "ping_pong_ns");
    }
    release(&d, &r, &l);
}

static void some_cells_make_a_ladder_of_their_own(void)
{
    struct draft d;
    struct result r;
    struct ladder l;
    draft_begin(&d, 2);
    add(&d, "nothing", "startup", "none", "thread", 1, "lifecycle_ns", 20000);
    add(&d, "nothing", "startup", "none", "process", 1, "lifecycle_ns", 90000);
    if (end(&d, &r, &l)) {
        struct ladder part;
        struct err err = {0};
        const struct entry only = {.result = &r, .cell = &r.cells[1]};
        const struct ladder_source source = {
            .results = &r, .count = 1, .entries = &only, .entry_count = 1};
        CHECK_EQ(l.rows.count, 2);
        CHECK_EQ(ladder_of(&part, &source, &err), 0);
        CHECK_EQ(part.rows.count, 1);
        CHECK(slot(&part, "process", LADDER_LIFECYCLE) != NULL);
        CHECK(slot(&part, "thread", LADDER_LIFECYCLE) == NULL);
        ladder_release(&part);
    }
    release(&d, &r, &l);
}

/* Buggy: of cells without throughput that differ in executor or tasks one stood for all. */
static void works_of_several_executors_have_a_row_each(void)
{
    struct draft d;
    struct result r;
    struct ladder l;
    draft_begin(&d, 2);
    add(&d, "orchard", "other", "fence", "gardener", 1, "apples_ns", 20);
    add(&d, "orchard", "other", "fence", "gardener", 2, "apples_ns", 10);
    add(&d, "orchard", "other", "fence", "robot", 2, "apples_ns", 5);
    if (end(&d, &r, &l)) {
        const struct ladder_slot *s = slot(&l, "orchard/fence/robot/tasks=2", LADDER_OTHER);
        CHECK_EQ(l.rows.count, 3);
        if (CHECK(s && s->metric))
            CHECK_NEAR(s->metric->summary.center, 5, 0);
    }
    release(&d, &r, &l);
}

/* Buggy: rows were locks as soon as there were two, and what a unit costs had no column. */
static void one_executor_has_a_row_that_holds_its_lock_and_none(void)
{
    struct draft d;
    struct result r;
    struct ladder l;
    draft_begin(&d, 2);
    add(&d, "nothing", "startup", "none", "coroutine", 1, "lifecycle_ns", 40);
    add(&d, "compute", "cpu", "none", "coroutine", 2, "throughput_per_s", 100);
    add(&d, "compute", "cpu", "gil", "coroutine", 2, "throughput_per_s", 90);
    if (end(&d, &r, &l)) {
        const struct ladder_slot *free = slot(&l, "coroutine", LADDER_COMPUTING);
        const struct ladder_slot *locked = slot(&l, "coroutine", LADDER_LOCKED);
        CHECK_EQ(l.rows.count, 1);
        CHECK(slot(&l, "coroutine", LADDER_LIFECYCLE) != NULL);
        CHECK(free && free->metric && free->metric->summary.center > 99);
        CHECK(locked && locked->metric && locked->metric->summary.center < 91);
    }
    release(&d, &r, &l);
}

static void more_locks_than_a_row_holds_are_rows(void)
{
    struct draft d;
    struct result r;
    struct ladder l;
    draft_begin(&d, 2);
    add(&d, "compute", "cpu", "mutex", "thread", 2, "throughput_per_s", 100);
    add(&d, "compute", "cpu", "ticket", "thread", 2, "throughput_per_s", 90);
    if (end(&d, &r, &l)) {
        CHECK_EQ(l.of, LADDER_OF_LOCKS);
        CHECK(slot(&l, "ticket", LADDER_LOCKED) != NULL);
    }
    release(&d, &r, &l);
}

/* Buggy: where rows were locks, one of two settings of their executor stood for both. */
static void settings_of_an_executor_have_a_row_each(void)
{
    static const char *const locks[] = {"none", "mutex", "ticket"};
    struct draft d;
    struct result r;
    struct ladder l;
    draft_begin(&d, 2);
    for (size_t i = 0; i < 3; i++)
        for (int stack = 1; stack <= 2; stack++) {
            size_t from = d.text.len;
            add(&d, "compute", "cpu", locks[i], "fiber", 2, "throughput_per_s", 100 * stack);
            set(&d, from, "fiber.stack", stack);
        }
    if (end(&d, &r, &l)) {
        CHECK_EQ(l.of, LADDER_OF_EXECUTORS);
        CHECK_EQ(l.rows.count, 2);
        CHECK(slot(&l, "fiber stack=2", LADDER_COMPUTING) != NULL);
    }
    release(&d, &r, &l);
}

/* Buggy: what a workload is there for was not shown where a unit of it had a cost. */
static void what_a_workload_measures_itself_is_shown(void)
{
    struct draft d;
    struct result r;
    struct ladder l;
    draft_begin(&d, 2);
    add(&d, "post", "sync", "none", "thread", 2, "letter_ns", 700);
    own(&d, "post");
    add(&d, "post", "sync", "none", "process", 2, "letter_ns", 900);
    own(&d, "post");
    if (end(&d, &r, &l)) {
        const struct ladder_slot *s = slot(&l, "process", LADDER_OWN);
        CHECK_EQ(l.of, LADDER_OF_EXECUTORS);
        if (CHECK(s && s->metric))
            CHECK_NEAR(s->metric->summary.center, 900, 0);
        CHECK_EQ(ladder_group(LADDER_OWN), "the workload's own");
    }
    release(&d, &r, &l);
}

static void programs_get_numbers_unrounded(void)
{
    struct draft d;
    struct result r;
    struct ladder l;
    draft_begin(&d, 2);
    add(&d, "nothing", "startup", "none", "thread", 1, "lifecycle_ns", 20123.5);
    add(&d, "nothing", "startup", "none", "process", 1, "memory_bytes", 4096);
    if (end(&d, &r, &l)) {
        json_t *o = ladder_json(&l);
        const json_t *columns = json_object_get(o, "columns"), *rows = json_object_get(o, "rows");
        CHECK_EQ(json_string_value(json_object_get(o, "rows_are")), "executors");
        CHECK_EQ(json_array_size(columns), 2);
        CHECK_EQ(json_string_value(json_object_get(json_array_get(columns, 0), "kind")),
                 "lifecycle");
        const json_t *slots = json_object_get(json_array_get(rows, 0), "slots");
        CHECK_NEAR(json_number_value(json_object_get(json_array_get(slots, 0), "center")), 20123.5,
                   0);
        CHECK(!json_object_get(json_array_get(slots, 1), "center"));
        json_decref(o);
    }
    release(&d, &r, &l);
}

static const struct test tests[] = {
    {"a_switch_is_that_of_the_ring", a_switch_is_that_of_the_ring},
    {"there_and_back_again_where_no_ring_was_run", there_and_back_again_where_no_ring_was_run},
    {"some_cells_make_a_ladder_of_their_own", some_cells_make_a_ladder_of_their_own},
    {"works_of_several_executors_have_a_row_each", works_of_several_executors_have_a_row_each},
    {"one_executor_has_a_row_that_holds_its_lock_and_none",
     one_executor_has_a_row_that_holds_its_lock_and_none},
    {"more_locks_than_a_row_holds_are_rows", more_locks_than_a_row_holds_are_rows},
    {"settings_of_an_executor_have_a_row_each", settings_of_an_executor_have_a_row_each},
    {"what_a_workload_measures_itself_is_shown", what_a_workload_measures_itself_is_shown},
    {"programs_get_numbers_unrounded", programs_get_numbers_unrounded},
    {0},
};

TEST_MAIN(tests)
