/*
 * Shards of a plan: together they are the plan, they take about as long as each other, and each has
 * the ceilings that its cells refer to and no other.
 */
#include "bench/run/plan/outlook.h"
#include "bench/run/plan/plan.h"
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

enum { SHARDS = 1000, COUNTS = 520, CPUS = 4 };

/* Two locks, and so many counts of tasks that differ in what they take. */
static void make_request(struct plan_request *r, char *tasks, size_t size)
{
    size_t used = 0;
    plan_request_init(r);
    for (int i = 1; i <= COUNTS; i++)
        used += (size_t)snprintf(tasks + used, size - used, "%s%d", i > 1 ? "," : "", i);
    r->seed = 1;
    CHECK_EQ(opt_list_add(&r->workloads, "noop,spin", NULL), 0);
    CHECK_EQ(opt_list_add(&r->locks, "none", NULL), 0);
    CHECK_EQ(opt_list_add(&r->executors, "fake", NULL), 0);
    CHECK_EQ(opt_list_add(&r->tasks, tasks, NULL), 0);
}

static void release_request(struct plan_request *r)
{
    vec_release(&r->workloads);
    vec_release(&r->locks);
    vec_release(&r->executors);
    vec_release(&r->tasks);
}

/* Counts the cells of a shard into `seen`, and checks its ceilings. Returns what it takes. */
static double look_at(const struct plan *p, const struct plan *whole, int *seen)
{
    double ns = 0;
    for (size_t i = 0; i < p->cell_count; i++) {
        const struct cell *c = &p->cells[i];
        bool is_there = c->place < whole->cell_count;
        CHECK_MSG(is_there && !strcmp(c->id, whole->cells[c->place].id), "%s is elsewhere", c->id);
        CHECK_MSG(!i || c->place > p->cells[i - 1].place, "%s is out of order", c->id);
        if (c->is_control) {
            bool is_needed = false;
            for (size_t j = 0; j < p->cell_count; j++)
                is_needed |= !p->cells[j].is_control && p->cells[j].control == (int)i;
            CHECK_MSG(is_needed, "shard %u: nobody needs %s", p->share.index, c->id);
            continue;
        }
        seen[c->place]++;
        ns += outlook_visit_ns(c, p, CPUS);
        CHECK(c->control >= 0 && c->control < (int)p->cell_count);
    }
    return ns;
}

static void a_thousand_shards_are_the_plan_and_alike(void)
{
    static char tasks[8 * COUNTS];
    static int seen[2 * COUNTS + 8];
    struct plan_request request;
    struct plan whole, part;
    struct err err = {0};
    make_request(&request, tasks, sizeof tasks);
    CHECK_EQ(plan_build(&request, &whole, &err), 0);
    CHECK(whole.cell_count <= sizeof seen / sizeof *seen);
    double sum_ns = 0, most_ns = 0, longest_ns = 0;
    for (size_t i = 0; i < whole.cell_count; i++) {
        double ns = outlook_visit_ns(&whole.cells[i], &whole, CPUS);
        sum_ns += whole.cells[i].is_control ? 0 : ns;
        longest_ns = ns > longest_ns ? ns : longest_ns;
    }
    uint64_t plan = 0;
    request.shard_count = SHARDS;
    for (request.shard_index = 1; request.shard_index <= SHARDS; request.shard_index++) {
        CHECK_EQ(plan_build(&request, &part, &err), 0);
        double ns = look_at(&part, &whole, seen);
        most_ns = ns > most_ns ? ns : most_ns;
        CHECK(request.shard_index == 1 || part.share.plan == plan);
        plan = part.share.plan;
        plan_release(&part);
    }
    for (size_t i = 0; i < whole.cell_count; i++)
        CHECK_MSG(seen[i] == !whole.cells[i].is_control, "%s is in %d shards", whole.cells[i].id,
                  seen[i]);
    /* Graham's bound of any list: the average, and one cell more. */
    CHECK_MSG(most_ns <= sum_ns / SHARDS + longest_ns, "%g of %g", most_ns, sum_ns / SHARDS);
    plan_release(&whole);
    release_request(&request);
}

static const struct test tests[] = {
    {"a_thousand_shards_are_the_plan_and_alike", a_thousand_shards_are_the_plan_and_alike},
    {0},
};

TEST_MAIN(tests)
