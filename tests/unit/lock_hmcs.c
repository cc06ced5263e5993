/*
 * The queues of hmcs with callers that are where the test says, so that a machine of one NUMA node
 * shows what it does on several: who is next, for how long a node keeps it, and that it excludes
 * all the while.
 */
#include "bench/locks/hmcs_queue.h"
#include "tests/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { UNITS = 5, PATIENCE_S = 100, FOR_EVER = 1 << 30 };

static _Thread_local uint32_t here;
static _Atomic uint32_t asked; /* how often somebody was asked where it is */

static uint32_t where(void)
{
    atomic_fetch_add(&asked, 1);
    return here;
}

/* As the harness places it: with a line in front of the state. */
struct stage {
    _Alignas(CONTEND_LINE_BYTES) struct lock_front front;
    struct hmcs lock;
    struct {
        _Alignas(CONTEND_LINE_BYTES) struct hmcs_unit u;
    } units[UNITS];
    _Atomic uint32_t served;
    int order[UNITS];
};

static void stage_begin(struct stage *g, uint32_t turns)
{
    memset(g, 0, sizeof *g);
    g->lock.turns = turns;
    atomic_store(&asked, 0);
}

static uint64_t take(struct stage *g, int unit)
{
    return hmcs_acquire(&g->lock, &g->units[unit].u, where);
}

static void let_go(struct stage *g, int unit)
{
    hmcs_release(&g->lock, &g->units[unit].u);
}

/* Nobody is left in any queue. */
static bool is_free(const struct stage *g)
{
    bool is_empty = !atomic_load(&g->lock.top.tail);
    for (int i = 0; i < HMCS_LEAVES; i++)
        is_empty = is_empty && !atomic_load(&g->lock.leaves[i].tail);
    return is_empty;
}

/* ---- In which order -------------------------------------------------------------------- */

struct waiter {
    struct stage *stage;
    int unit;
    uint32_t node;
    pthread_t thread;
};

static void *wait_once(void *arg)
{
    struct waiter *w = arg;
    struct stage *g = w->stage;
    here = w->node;
    CHECK(take(g, w->unit) & LOCK_CHANGED);
    g->order[atomic_fetch_add(&g->served, 1)] = w->unit;
    let_go(g, w->unit);
    return NULL;
}

static const struct hmcs_place *tail_of(const struct hmcs_queue *q)
{
    return atomic_load(&q->tail);
}

/* Until unit i stands last in its leaf, or the top, and if it is its leaf's first, in the top, too.
 */
static void until_it_has_joined(struct stage *g, int i, uint32_t node, bool is_first)
{
    const struct hmcs_queue *leaf = &g->lock.leaves[node % HMCS_LEAVES];
    const struct hmcs_queue *own = g->lock.turns ? leaf : &g->lock.top;
    while (tail_of(own) != &g->units[i].u.place)
        usleep(100);
    while (g->lock.turns && is_first && tail_of(&g->lock.top) != &leaf->own)
        usleep(100);
}

/* Unit 0 holds it on its node; the others come one after the other, from the nodes given. */
static void serve(struct stage *g, const uint32_t nodes[UNITS])
{
    struct waiter waiters[UNITS];
    here = nodes[0];
    CHECK_EQ(take(g, 0), 0);
    CHECK(!hmcs_hear(&g->lock, &g->units[0].u));
    for (int i = 1; i < UNITS; i++) {
        bool is_first = true;
        for (int k = 0; k < i; k++)
            is_first = is_first && nodes[k] % HMCS_LEAVES != nodes[i] % HMCS_LEAVES;
        waiters[i] = (struct waiter){.stage = g, .unit = i, .node = nodes[i]};
        pthread_create(&waiters[i].thread, NULL, wait_once, &waiters[i]);
        until_it_has_joined(g, i, nodes[i], is_first);
        CHECK(hmcs_hear(&g->lock, &g->units[0].u));
    }
    let_go(g, 0);
    for (int i = 1; i < UNITS; i++)
        pthread_join(waiters[i].thread, NULL);
    CHECK_EQ(atomic_load(&g->served), UNITS - 1);
    CHECK(is_free(g));
}

static void check_order(uint32_t turns, const uint32_t nodes[UNITS], const int expected[UNITS - 1])
{
    static struct stage g;
    stage_begin(&g, turns);
    serve(&g, nodes);
    for (int i = 0; i < UNITS - 1; i++)
        CHECK_MSG(g.order[i] == expected[i], "turns %u: unit %d was served as number %d", turns,
                  g.order[i], i + 1);
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
        atomic_store(&g.lock.wanted, 1);
        CHECK(!hmcs_hear(&g.lock, &g.units[0].u));
        CHECK_EQ(atomic_load(&g.lock.wanted), 0);
        let_go(&g, 0);
        CHECK_EQ(take(&g, 0), 0);
        let_go(&g, 0);
        here = 1; /* who had it last is known whichever queue it came through */
        CHECK_EQ(take(&g, 1), LOCK_CHANGED);
        let_go(&g, 1);
        CHECK(is_free(&g));
    }
}

/* ---- Without end, and from everywhere ---------------------------------------------------- */

struct worker {
    struct stage *stage;
    int unit;
    pthread_t thread;
};

static _Atomic uint32_t far_one_served;

/* Of the holder's node, and back in the queue at once. */
static void *come_again(void *arg)
{
    struct worker *w = arg;
    here = 0;
    while (!atomic_load(&far_one_served)) {
        take(w->stage, w->unit);
        let_go(w->stage, w->unit);
    }
    return NULL;
}

/* It comes to an end: a node's turns in a row do, although somebody near is always there. */
static void who_is_far_does_not_starve(void)
{
    static struct stage g;
    enum { NEAR = 3, FAR = 0 };
    struct worker near[NEAR + 1];
    stage_begin(&g, 8);
    for (int i = 1; i <= NEAR; i++) {
        near[i] = (struct worker){.stage = &g, .unit = i};
        pthread_create(&near[i].thread, NULL, come_again, &near[i]);
    }
    here = 1;
    for (int i = 0; i < 20; i++) {
        take(&g, FAR);
        let_go(&g, FAR);
    }
    atomic_store(&far_one_served, 1);
    for (int i = 1; i <= NEAR; i++)
        pthread_join(near[i].thread, NULL);
    CHECK(is_free(&g));
}

enum { TURNS = 4000 };

static uint64_t counter; /* plain: only the lock keeps it right */

/* From another node each time. */
static void *count(void *arg)
{
    struct worker *w = arg;
    for (uint32_t i = 0; i < TURNS; i++) {
        here = (i * 7 + (uint32_t)w->unit) % 3;
        take(w->stage, w->unit);
        counter++;
        if (i % 5 == 0 && hmcs_hear(&w->stage->lock, &w->stage->units[w->unit].u)) {
            let_go(w->stage, w->unit);
            here = (here + 1) % 3; /* moved meanwhile */
            take(w->stage, w->unit);
        }
        counter++;
        let_go(w->stage, w->unit);
    }
    return NULL;
}

static void it_excludes_wherever_its_callers_are(void)
{
    static const uint32_t turns[] = {0, 1, 2, 16, FOR_EVER};
    static struct stage g;
    for (size_t k = 0; k < sizeof turns / sizeof *turns; k++) {
        struct worker workers[UNITS];
        stage_begin(&g, turns[k]);
        counter = 0;
        for (int i = 0; i < UNITS; i++) {
            workers[i] = (struct worker){.stage = &g, .unit = i};
            pthread_create(&workers[i].thread, NULL, count, &workers[i]);
        }
        for (int i = 0; i < UNITS; i++)
            pthread_join(workers[i].thread, NULL);
        CHECK_MSG(counter == 2 * UNITS * TURNS, "turns %u: counted to %llu", turns[k],
                  (unsigned long long)counter);
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
