/* What is made of a request: which cells, each with the ceiling of its own work, and what a part of
 * them is. */
#include "bench/registry.h"
#include "bench/run/plan/plan.h"
#include "tests/test.h"

#include <stdlib.h>

static void ask_for(struct plan_request *r, const char *workload, const char *param)
{
    plan_request_init(r);
    CHECK(vec_add(&r->workloads, workload));
    CHECK(vec_add(&r->executors, "serial,thread"));
    CHECK(vec_add(&r->locks, "none,gil"));
    CHECK(vec_add(&r->tasks, "1,2,4"));
    if (param)
        CHECK(vec_add(&r->params, param));
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

static bool built(struct plan_request *r, struct plan *out)
{
    struct err err = {0};
    bool ok = !plan_build(r, out, &err);
    release(r);
    return CHECK_MSG(ok, "%s", err.text);
}

/* An efficiency is of the same work: a ceiling of another number of primes would say nothing. */
static void a_ceiling_does_the_work_of_its_cells(void)
{
    static const char *const params[] = {NULL, "prime.number=1000003"};
    int64_t numbers[2] = {0, 0};
    for (size_t i = 0; i < 2; i++) {
        struct plan_request r;
        struct plan p;
        ask_for(&r, "prime", params[i]);
        if (!built(&r, &p))
            return;
        size_t with_ceiling = 0;
        for (size_t k = 0; k < p.cell_count; k++) {
            const struct cell *c = &p.cells[k];
            if (c->is_control || c->control == NO_CONTROL)
                continue;
            const struct cell *ceiling = &p.cells[c->control];
            int number = param_find(c->workload->params, "number");
            CHECK_MSG(ceiling->workload == c->workload && ceiling->tasks == 1 &&
                          !strcmp(ceiling->lock->name, "none"),
                      "%s: its ceiling is %s", c->id, ceiling->id);
            CHECK_MSG(
                !memcmp(ceiling->workload_params, c->workload_params, sizeof c->workload_params),
                "%s: its ceiling does other work", c->id);
            if (CHECK(number >= 0))
                numbers[i] = ceiling->workload_params[number];
            with_ceiling++;
        }
        CHECK(with_ceiling > 4);
        plan_release(&p);
    }
    CHECK(numbers[0] != 1000003);
    CHECK_EQ(numbers[1], 1000003);
}

static size_t measured(const struct plan *p)
{
    size_t count = 0;
    for (size_t i = 0; i < p->cell_count; i++)
        count += !p->cells[i].is_control;
    return count;
}

static bool has_cell(const struct plan *p, const char *id)
{
    for (size_t i = 0; i < p->cell_count; i++)
        if (!p->cells[i].is_control && !strcmp(p->cells[i].id, id))
            return true;
    return false;
}

/* No part is empty, nothing is in two of them, and together they are the whole. */
static void the_parts_of_a_plan_are_the_plan(void)
{
    enum { PARTS = 5 };
    struct plan_request r;
    struct plan whole, parts[PARTS];
    struct err err = {0};
    ask_for(&r, "noop,spin,prime", NULL);
    if (!built(&r, &whole))
        return;
    for (int i = 0; i < PARTS; i++) {
        char text[20];
        snprintf(text, sizeof text, "%d/%d", i + 1, PARTS);
        ask_for(&r, "noop,spin,prime", NULL);
        CHECK_EQ(plan_request_shard(&r, text, &err), 0);
        if (!built(&r, &parts[i]))
            return;
        CHECK_MSG(measured(&parts[i]) > 0, "part %d is empty", i + 1);
        for (size_t k = 0; k < parts[i].cell_count; k++) {
            const struct cell *c = &parts[i].cells[k];
            CHECK_MSG(c->control == NO_CONTROL ||
                          parts[i].cells[c->control].workload == c->workload,
                      "part %d: %s has a ceiling of other work", i + 1, c->id);
        }
    }
    CHECK(measured(&whole) >= 3 * PARTS);
    for (size_t k = 0; k < whole.cell_count; k++) {
        int seen = 0;
        for (int i = 0; i < PARTS; i++)
            seen += has_cell(&parts[i], whole.cells[k].id);
        CHECK_MSG(whole.cells[k].is_control || seen == 1, "%s is in %d parts", whole.cells[k].id,
                  seen);
    }
    for (int i = 0; i < PARTS; i++)
        plan_release(&parts[i]);
    plan_release(&whole);
}

static void a_part_that_there_is_not_is_refused(void)
{
    static const char *const texts[] = {"0/3", "4/3", "1", "1/0", "-1/3", "a/3", "1/3x", ""};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct plan_request r;
        struct err err = {0};
        plan_request_init(&r);
        CHECK_MSG(plan_request_shard(&r, texts[i], &err) == -1, "\"%s\" is taken", texts[i]);
        CHECK_EQ(err.code, ERR_USAGE);
        CHECK_CONTAINS(err.text, texts[i]);
    }
}

static const struct test tests[] = {
    {"a_ceiling_does_the_work_of_its_cells", a_ceiling_does_the_work_of_its_cells},
    {"the_parts_of_a_plan_are_the_plan", the_parts_of_a_plan_are_the_plan},
    {"a_part_that_there_is_not_is_refused", a_part_that_there_is_not_is_refused},
    {0},
};
TEST_MAIN(tests)
