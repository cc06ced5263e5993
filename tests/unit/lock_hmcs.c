/*
 * The queues of hmcs with callers that are where the test says, so that a machine of one NUMA node
 * shows what it does on several: who is next, for how long a node keeps it, and that it excludes
 * all the while.
 */
#include "bench/locks/hmcs_queue.h"

enum { UNITS = 5 };

struct stage_lock {
    struct hmcs lock;
    struct {
        _Alignas(CONTEND_LINE_BYTES) struct hmcs_unit u;
    } units[UNITS];
};

#include "tests/unit/lock_stage.h"

static void set_turns(struct stage *g, uint32_t turns)
{
    g->own.lock.turns = turns;
}

static uint64_t take(struct stage *g, int unit)
{
    return hmcs_acquire(&g->own.lock, &g->own.units[unit].u, where);
}

static void let_go(struct stage *g, int unit)
{
    hmcs_release(&g->own.lock, &g->own.units[unit].u);
}

static bool hear(struct stage *g, int unit)
{
    return hmcs_hear(&g->own.lock, &g->own.units[unit].u);
}

static bool is_free(const struct stage *g)
{
    bool is_empty = !atomic_load(&g->own.lock.top.tail);
    for (int i = 0; i < HMCS_LEAVES; i++)
        is_empty = is_empty && !atomic_load(&g->own.lock.leaves[i].tail);
    return is_empty;
}

static const struct hmcs_place *tail_of(const struct hmcs_queue *q)
{
    return atomic_load(&q->tail);
}

/* Last in its leaf, or the top, and if it is its leaf's first, in the top, too. */
static bool has_joined(struct stage *g, int i, const uint32_t nodes[UNITS])
{
    const struct hmcs *lock = &g->own.lock;
    const struct hmcs_queue *leaf = &lock->leaves[nodes[i] % HMCS_LEAVES];
    bool is_first = lock->turns;
    for (int k = 0; k < i; k++)
        is_first = is_first && nodes[k] % HMCS_LEAVES != nodes[i] % HMCS_LEAVES;
    return tail_of(lock->turns ? leaf : &lock->top) == &g->own.units[i].u.place &&
           (!is_first || tail_of(&lock->top) == &leaf->own);
}

static void see_served(struct stage *g, int unit)
{
    (void)g;
    (void)unit;
}

static void a_nodes_waiters_go_before_those_of_others(void)
{
    check_order(FOR_EVER, (const uint32_t[]){0, 1, 0, 1, 0}, (const int[]){2, 4, 1, 3});
    check_order(FOR_EVER, (const uint32_t[]){0, 1, 1, 2, 0}, (const int[]){4, 1, 2, 3});
    check_order(FOR_EVER, (const uint32_t[]){0, 1, 2, 1, 2}, (const int[]){1, 3, 2, 4});
}

/* The holder was its node's first in a row; two is one more of them, then the other's, two again.
 */
static void a_node_keeps_it_for_so_many_turns(void)
{
    check_order(2, (const uint32_t[]){0, 1, 0, 0, 1}, (const int[]){2, 1, 4, 3});
    check_order(1, (const uint32_t[]){0, 1, 0, 2, 3}, (const int[]){1, 3, 4, 2});
    check_order(3, (const uint32_t[]){0, 0, 0, 0, 1}, (const int[]){1, 2, 4, 3});
}

static void on_one_node_it_serves_as_mcs_does(void)
{
    check_order(FOR_EVER, (const uint32_t[]){3, 3, 3, 3, 3}, (const int[]){1, 2, 3, 4});
    check_order(2, (const uint32_t[]){3, 3, 3, 3, 3}, (const int[]){1, 2, 3, 4});
    CHECK(atomic_load(&asked) > 0);
    /* Of one node is the machine: nobody is asked. */
    check_order(0, (const uint32_t[]){0, 1, 0, 1, 0}, (const int[]){1, 2, 3, 4});
    CHECK_EQ(atomic_load(&asked), 0);
}

static void nodes_beyond_the_leaves_share_them(void)
{
    check_order(FOR_EVER, (const uint32_t[]){0, 1, HMCS_LEAVES, 1, 0}, (const int[]){2, 4, 1, 3});
}

static void a_request_that_is_out_of_date_is_seen_to_be_that(void)
{
    static struct stage g;
    for (uint32_t turns = 0; turns <= 2; turns++) {
        stage_begin(&g, turns);
        here = 0;
        take(&g, 0);
        atomic_store(&g.own.lock.wanted, 1);
        CHECK(!hear(&g, 0));
        CHECK_EQ(atomic_load(&g.own.lock.wanted), 0);
        let_go(&g, 0);
        CHECK_EQ(take(&g, 0), 0);
        let_go(&g, 0);
        here = 1; /* who had it last is known whichever queue it came through */
        CHECK_EQ(take(&g, 1), LOCK_CHANGED);
        let_go(&g, 1);
        CHECK(is_free(&g));
    }
}

static const struct test tests[] = {
    {"a_nodes_waiters_go_before_those_of_others", a_nodes_waiters_go_before_those_of_others},
    {"a_node_keeps_it_for_so_many_turns", a_node_keeps_it_for_so_many_turns},
    {"on_one_node_it_serves_as_mcs_does", on_one_node_it_serves_as_mcs_does},
    {"nodes_beyond_the_leaves_share_them", nodes_beyond_the_leaves_share_them},
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
