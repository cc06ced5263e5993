/*
 * Which cells a round visits, in which order, and what ends a run.  Whole runs are made with the
 * fake executor, whose clock is a counter: their budget is counted on it, so that nothing here
 * depends on how fast the machine is.
 *
 */
#include "bench/base/buf.h"
#include "bench/base/file.h"
#include "bench/run/run.h"
#include "bench/run/schedule.h"
#include "tests/test.h"

#include <stdlib.h>
#include <unistd.h>

enum { SEEN_MAX = 256 };

/* The visits of a run as it announced them. */
struct seen {
    uint32_t rounds[SEEN_MAX];
    char ids[SEEN_MAX][64];
    size_t count;
    size_t stop_after; /* visits, 0: never */
    bool interrupted;
    char directory[40], path[80];
};

static void note(void *context, const struct progress *p)
{
    struct seen *s = context;
    if (s->stop_after && s->count == s->stop_after) {
        s->interrupted = true; /* the visit that comes now is dropped */
        return;
    }
    if (!CHECK(s->count < SEEN_MAX))
        return;
    s->rounds[s->count] = p->round;
    snprintf(s->ids[s->count++], sizeof s->ids[0], "%s", p->id);
}

static struct seen *seen_new(const char *name)
{
    struct seen *s = calloc(1, sizeof *s);
    snprintf(s->directory, sizeof s->directory, "/tmp/contend-schedule-XXXXXX");
    CHECK_MSG(mkdtemp(s->directory) != NULL, "%s", s->directory);
    snprintf(s->path, sizeof s->path, "%s/%s.json", s->directory, name);
    return s;
}

static void seen_free(struct seen *s)
{
    char journal[100];
    snprintf(journal, sizeof journal, "%s.journal", s->path);
    unlink(s->path);
    unlink(journal);
    rmdir(s->directory);
    free(s);
}

static void ask_for(struct plan_request *r, const char *workload, const char *tasks)
{
    plan_request_init(r);
    CHECK(vec_add(&r->workloads, workload));
    CHECK(vec_add(&r->executors, "fake"));
    CHECK(vec_add(&r->locks, "none"));
    CHECK(vec_add(&r->tasks, tasks));
    r->task_time_ns = 100000;
    r->seed = 7;
}

static void release(struct plan_request *r)
{
    vec_release(&r->workloads);
    vec_release(&r->executors);
    vec_release(&r->locks);
    vec_release(&r->tasks);
    vec_release(&r->params);
}

static struct run_report do_run(struct seen *s, const struct plan_request *request, bool resume)
{
    struct run_options o = {.plan = *request,
                            .path = s->path,
                            .resume = resume,
                            .on_progress = note,
                            .context = s,
                            .interrupted = &s->interrupted};
    struct run_report report;
    struct err err = {0};
    CHECK_MSG(!run_do(&o, &report, &err), "%s", err.text);
    return report;
}

/* ---- Order ------------------------------------------------------------------------- */

enum { CELLS = 8, ROUNDS = 4 };

static void run_of_eight(struct seen *s, int64_t seed)
{
    struct plan_request r;
    ask_for(&r, "spin", "1,2,3,4,5,6,7,8");
    r.rounds = ROUNDS;
    r.seed = seed;
    do_run(s, &r, false);
    release(&r);
    CHECK_EQ(s->count, (size_t)CELLS * ROUNDS);
}

static bool same_order(const struct seen *a, size_t a_round, const struct seen *b, size_t b_round)
{
    for (size_t i = 0; i < CELLS; i++)
        if (strcmp(a->ids[a_round * CELLS + i], b->ids[b_round * CELLS + i]))
            return false;
    return true;
}

static void each_round_visits_each_cell_once(void)
{
    struct seen *s = seen_new("each");
    run_of_eight(s, 7);
    for (size_t round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < CELLS; i++) {
            const char *id = s->ids[round * CELLS + i];
            CHECK_EQ(s->rounds[round * CELLS + i], (uint32_t)round + 1);
            for (size_t j = 0; j < i; j++)
                CHECK_MSG(strcmp(id, s->ids[round * CELLS + j]), "%s came twice", id);
        }
    seen_free(s);
}

static void the_order_is_another_in_each_round(void)
{
    struct seen *s = seen_new("order");
    run_of_eight(s, 7);
    for (size_t a = 0; a < ROUNDS; a++)
        for (size_t b = 0; b < a; b++)
            CHECK_MSG(!same_order(s, a, s, b), "rounds %zu and %zu", b + 1, a + 1);
    seen_free(s);
}

static void a_seed_gives_the_same_orders_again_and_another_gives_others(void)
{
    struct seen *one = seen_new("one"), *again = seen_new("again"), *other = seen_new("other");
    run_of_eight(one, 7);
    run_of_eight(again, 7);
    run_of_eight(other, 8);
    for (size_t round = 0; round < ROUNDS; round++) {
        CHECK(same_order(one, round, again, round));
        CHECK(!same_order(one, round, other, round));
    }
    seen_free(one);
    seen_free(again);
    seen_free(other);
}

/* ---- Budget ------------------------------------------------------------------------ */

static uint32_t rounds_within(int64_t budget_ns, int64_t rounds)
{
    struct seen *s = seen_new("budget");
    struct plan_request r;
    ask_for(&r, "sleep", "1"); /* its own ceiling: one cell, a visit of 10 ms */
    CHECK(vec_add(&r.params, "sleep.duration=10ms"));
    r.rounds = rounds;
    r.budget_ns = budget_ns;
    struct run_report report = do_run(s, &r, false);
    release(&r);
    CHECK_EQ((size_t)report.rounds, s->count);
    CHECK_EQ(report.rounds_planned, (uint32_t)rounds);
    seen_free(s);
    return report.rounds;
}

static void a_budget_ends_a_run(void)
{
    CHECK_EQ(rounds_within(35000000, 20), 3u);
    CHECK_EQ(rounds_within(105000000, 20), 10u);
}

static void the_first_round_is_done_whatever_the_budget(void)
{
    CHECK_EQ(rounds_within(1000000, 20), 1u);
}

static void rounds_end_a_run_within_its_budget(void)
{
    CHECK_EQ(rounds_within(1000000000, 4), 4u);
}

/* ---- Going on ---------------------------------------------------------------------- */

static char *text_of(const struct seen *s)
{
    struct err err = {0};
    size_t length;
    char *text = file_read(s->path, &length, &err);
    CHECK_MSG(text != NULL, "%s", err.text);
    return text;
}

/* Stopped after so many visits and gone on with, it is the run that was not stopped. */
static void check_resume(size_t stop_after, int64_t budget_ns)
{
    struct seen *whole = seen_new("whole"), *cut = seen_new("cut");
    struct plan_request r;
    ask_for(&r, "sleep", "1,2,3,4,5");
    CHECK(vec_add(&r.params, "sleep.duration=10ms"));
    r.rounds = 6;
    r.budget_ns = budget_ns;
    do_run(whole, &r, false);
    cut->stop_after = stop_after;
    CHECK(do_run(cut, &r, false).is_interrupted);
    cut->stop_after = 0;
    cut->interrupted = false;
    CHECK(!do_run(cut, &r, true).is_interrupted);
    release(&r);
    CHECK_EQ(cut->count, whole->count);
    for (size_t i = 0; i < whole->count; i++) {
        CHECK_EQ(cut->ids[i], whole->ids[i]);
        CHECK_EQ(cut->rounds[i], whole->rounds[i]);
    }
    char *one = text_of(whole), *other = text_of(cut);
    CHECK_EQ(one, other);
    free(one);
    free(other);
    seen_free(whole);
    seen_free(cut);
}

static void a_run_goes_on_with_the_visit_it_was_stopped_at(void)
{
    check_resume(2, 10000000000);  /* in the first round */
    check_resume(10, 10000000000); /* between two */
    check_resume(18, 10000000000); /* in the fourth */
}

static void a_run_that_goes_on_has_what_is_left_of_the_budget(void)
{
    check_resume(7, 175000000); /* room for three rounds of 50 ms */
}

/* ---- Wide intervals ---------------------------------------------------------------- */

/* Six cells with a figure each for four rounds; the reading swings by `swing` of its value. */
struct made {
    struct plan plan;
    struct record *records;
};

static void add_visit(struct made *m, size_t cell, uint32_t round, double per_s)
{
    struct err err = {0};
    json_t *visit = json_pack(
        "{s:I, s:I, s:s, s:I, s:[{s:I}], s:{s:{s:[f]}}}", "cell", (json_int_t)cell, "round",
        (json_int_t)round, "id", m->plan.cells[cell].id, "spent_ns", (json_int_t)1000, "launches",
        "duration_ns", (json_int_t)1000, "metrics", "throughput_per_s", "v", per_s);
    CHECK_MSG(!records_add(m->records, m->plan.cell_count, visit, &err), "%s", err.text);
    json_decref(visit);
}

static void make(struct made *m, const double *swings)
{
    struct plan_request r;
    struct err err = {0};
    ask_for(&r, "spin", "1,2,3,4,5,6");
    r.rounds = 4;
    r.rounds_most = 20;
    CHECK_MSG(!plan_build(&r, &m->plan, &err), "%s", err.text);
    release(&r);
    CHECK_EQ(m->plan.cell_count, (size_t)6);
    m->records = records_new(&m->plan, &err);
    for (uint32_t round = 0; round < 4; round++)
        for (size_t i = 0; i < 6; i++)
            add_visit(m, i, round, 1000 * (1 + (round % 2 ? swings[i] : 0)));
}

static void unmake(struct made *m)
{
    records_free(m->records, m->plan.cell_count);
    plan_release(&m->plan);
}

static bool has(const uint32_t *order, size_t count, uint32_t cell)
{
    for (size_t i = 0; i < count; i++)
        if (order[i] == cell)
            return true;
    return false;
}

static void later_rounds_go_to_the_widest_intervals_and_their_ceiling(void)
{
    static const double swings[] = {0, 0.03, 0.5, 0.04, 0.3, 0.05};
    struct made m;
    uint32_t order[8];
    make(&m, swings);
    CHECK_EQ(schedule_round(&m.plan, m.records, 3, order), (size_t)6);
    /* A third of six are two; both have the cell with one task as their ceiling. */
    CHECK_EQ(schedule_round(&m.plan, m.records, 4, order), (size_t)3);
    CHECK(has(order, 3, 2) && has(order, 3, 4) && has(order, 3, 0));
    unmake(&m);
}

static void what_a_round_found_does_not_change_that_round(void)
{
    static const double swings[] = {0, 0.03, 0.5, 0.04, 0.3, 0.05};
    struct made m;
    uint32_t before[8], after[8];
    make(&m, swings);
    size_t count = schedule_round(&m.plan, m.records, 4, before);
    for (size_t i = 0; i < count - 1; i++)
        add_visit(&m, before[i], 4, 5000);
    CHECK_EQ(schedule_latest(m.records, 6), 4u);
    CHECK_EQ(schedule_round(&m.plan, m.records, 4, after), count);
    for (size_t i = 0; i < count; i++)
        CHECK_EQ(after[i], before[i]);
    unmake(&m);
}

static void a_visited_cell_stands_back_behind_others_as_wide(void)
{
    static const double swings[] = {0, 0.3, 0.3, 0.3, 0.3, 0.3};
    struct made m;
    uint32_t order[8];
    bool came[6] = {0};
    make(&m, swings);
    for (uint32_t round = 4; round < 7; round++) {
        size_t count = schedule_round(&m.plan, m.records, round, order);
        for (size_t i = 0; i < count; i++) {
            came[order[i]] = true;
            add_visit(&m, order[i], round, 1000 * (round % 2 ? 1.3 : 1.0));
        }
    }
    for (size_t i = 1; i < 6; i++)
        CHECK_MSG(came[i], "cell %zu never came", i);
    unmake(&m);
}

static void narrow_intervals_end_the_run(void)
{
    static const double swings[] = {0, 0.001, 0.01, 0.005, 0.019, 0};
    struct made m;
    uint32_t order[8];
    make(&m, swings);
    CHECK_EQ(schedule_round(&m.plan, m.records, 4, order), (size_t)0);
    unmake(&m);
}

static void a_failed_cell_is_in_the_round_it_failed_in_and_in_none_after(void)
{
    static const double swings[] = {0, 0.9, 0.5, 0.04, 0.3, 0.05};
    struct made m;
    uint32_t order[8];
    make(&m, swings);
    m.records[1].failed = ERR_FAILED;
    CHECK_EQ(schedule_round(&m.plan, m.records, 3, order), (size_t)6);
    CHECK(!has(order, schedule_round(&m.plan, m.records, 4, order), 1));
    unmake(&m);
}

static void rounds_asked_for_by_number_are_all_there_are(void)
{
    struct plan_request r;
    struct plan p;
    struct err err = {0};
    plan_request_init(&r);
    r.suite = "standard";
    CHECK(!plan_build(&r, &p, &err));
    CHECK(p.rounds >= 7 && p.rounds_most > p.rounds);
    plan_release(&p);
    r.rounds = 3;
    CHECK(!plan_build(&r, &p, &err));
    CHECK_EQ(p.rounds, 3u);
    CHECK_EQ(p.rounds_most, 3u);
    plan_release(&p);
}

static const struct test tests[] = {
    {"each_round_visits_each_cell_once", each_round_visits_each_cell_once},
    {"the_order_is_another_in_each_round", the_order_is_another_in_each_round},
    {"a_seed_gives_the_same_orders_again_and_another_gives_others",
     a_seed_gives_the_same_orders_again_and_another_gives_others},
    {"a_budget_ends_a_run", a_budget_ends_a_run},
    {"the_first_round_is_done_whatever_the_budget", the_first_round_is_done_whatever_the_budget},
    {"rounds_end_a_run_within_its_budget", rounds_end_a_run_within_its_budget},
    {"a_run_goes_on_with_the_visit_it_was_stopped_at",
     a_run_goes_on_with_the_visit_it_was_stopped_at},
    {"a_run_that_goes_on_has_what_is_left_of_the_budget",
     a_run_that_goes_on_has_what_is_left_of_the_budget},
    {"later_rounds_go_to_the_widest_intervals_and_their_ceiling",
     later_rounds_go_to_the_widest_intervals_and_their_ceiling},
    {"what_a_round_found_does_not_change_that_round",
     what_a_round_found_does_not_change_that_round},
    {"a_visited_cell_stands_back_behind_others_as_wide",
     a_visited_cell_stands_back_behind_others_as_wide},
    {"narrow_intervals_end_the_run", narrow_intervals_end_the_run},
    {"a_failed_cell_is_in_the_round_it_failed_in_and_in_none_after",
     a_failed_cell_is_in_the_round_it_failed_in_and_in_none_after},
    {"rounds_asked_for_by_number_are_all_there_are", rounds_asked_for_by_number_are_all_there_are},
    {0},
};

TEST_MAIN(tests)
