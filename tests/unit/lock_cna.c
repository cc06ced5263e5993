/*
 * The queue of cna with callers that are where the test says, so that a machine of one NUMA node
 * shows what it does on several: who is set aside, for how long, and that it excludes all the
 * while.
 */
#include "bench/locks/cna_queue.h"

enum { UNITS = 5 };

struct stage_lock {
    struct cna lock;
    _Alignas(CONTEND_LINE_BYTES) struct cna_node nodes[UNITS];
    bool saw_request[UNITS]; /* its `wanted`, when it had the lock */
};

#include "tests/unit/lock_stage.h"

static void set_turns(struct stage *g, uint32_t turns)
{
    g->own.lock.turns = turns;
}

static uint64_t take(struct stage *g, int unit)
{
    return cna_acquire(&g->own.lock, &g->own.nodes[unit], where);
}

static void let_go(struct stage *g, int unit)
{
    cna_release(&g->own.lock, &g->own.nodes[unit], where);
}

static bool hear(struct stage *g, int unit)
{
    return cna_hear(&g->own.lock, &g->own.nodes[unit]);
}

static bool is_free(const struct stage *g)
{
    return !atomic_load(&g->own.lock.tail);
}

static bool has_joined(struct stage *g, int i, const uint32_t nodes[UNITS])
{
    (void)nodes;
    return cna_after(&g->own.nodes[i - 1]) == &g->own.nodes[i];
}

static void see_served(struct stage *g, int unit)
{
    g->own.saw_request[unit] = atomic_load(&g->own.nodes[unit].wanted);
}

static void waiters_of_the_holders_node_go_first_and_the_others_in_their_order(void)
{
    check_order(FOR_EVER, (const uint32_t[]){0, 1, 0, 1, 0}, (const int[]){2, 4, 1, 3});
    check_order(FOR_EVER, (const uint32_t[]){0, 1, 1, 2, 0}, (const int[]){4, 1, 2, 3});
    /* Nobody is near: the first to come is, and takes those of its own node along. */
    check_order(FOR_EVER, (const uint32_t[]){0, 1, 2, 1, 2}, (const int[]){1, 3, 2, 4});
}

static void on_one_node_it_serves_as_mcs_does(void)
{
    check_order(FOR_EVER, (const uint32_t[]){3, 3, 3, 3, 3}, (const int[]){1, 2, 3, 4});
    CHECK(atomic_load(&asked) > 0);
    /* Of one node is the machine: nobody is asked. */
    check_order(0, (const uint32_t[]){0, 1, 0, 1, 0}, (const int[]){1, 2, 3, 4});
    CHECK_EQ(atomic_load(&asked), 0);
}

static void one_turn_for_those_near_is_the_order_of_arrival(void)
{
    check_order(1, (const uint32_t[]){0, 1, 0, 1, 0}, (const int[]){1, 2, 3, 4});
}

/* Who has the lock is told of those set aside, though nobody stands behind it in its queue. */
static void a_holder_is_told_of_those_set_aside(void)
{
    static struct stage g;
    stage_begin(&g, FOR_EVER);
    serve(&g, (const uint32_t[]){0, 1, 1, 1, 0});
    CHECK_EQ(g.order[0], 4);
    CHECK(g.own.saw_request[4]);
    CHECK_EQ(g.order[3], 3);
}

static void a_request_that_is_out_of_date_is_seen_to_be_that(void)
{
    static struct stage g;
    stage_begin(&g, FOR_EVER);
    take(&g, 0);
    atomic_store(&g.own.nodes[0].wanted, 1);
    CHECK(!hear(&g, 0));
    CHECK_EQ(atomic_load(&g.own.nodes[0].wanted), 0);
    let_go(&g, 0);
    CHECK_EQ(take(&g, 0), 0);
    let_go(&g, 0);
    CHECK_EQ(take(&g, 1), LOCK_CHANGED);
    let_go(&g, 1);
}

static const struct test tests[] = {
    {"waiters_of_the_holders_node_go_first_and_the_others_in_their_order",
     waiters_of_the_holders_node_go_first_and_the_others_in_their_order},
    {"on_one_node_it_serves_as_mcs_does", on_one_node_it_serves_as_mcs_does},
    {"one_turn_for_those_near_is_the_order_of_arrival",
     one_turn_for_those_near_is_the_order_of_arrival},
    {"a_holder_is_told_of_those_set_aside", a_holder_is_told_of_those_set_aside},
    {"a_request_that_is_out_of_date_is_seen_to_be_that",
     a_request_that_is_out_of_date_is_seen_to_be_that},
    {"who_is_far_does_not_starve", who_is_far_does_not_starve},
    {"it_excludes_wherever_its_callers_are", it_excludes_wherever_its_callers_are},
    {0},
};

int main(int argc, char **argv)
{
    alarm(PATIENCE_S); /* a wait that never ends is a failure that need not take minutes */
    return test_main(tests, argc, argv);
}
