/*
 * The queue of cna with callers that are where the test says, so that a machine of one NUMA node
 * shows what it does on several: who is set aside, for how long, and that it excludes all the
 * while.
 */
#include "bench/locks/cna_queue.h"
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
    struct cna lock;
    _Alignas(CONTEND_LINE_BYTES) struct cna_node nodes[UNITS];
    _Atomic uint32_t served;
    int order[UNITS];
    bool saw_request[UNITS]; /* its `wanted`, when it had the lock */
};

static void stage_begin(struct stage *g, uint32_t turns)
{
    memset(g, 0, sizeof *g);
    g->lock.turns = turns;
    atomic_store(&asked, 0);
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
    cna_acquire(&g->lock, &g->nodes[w->unit], where);
    g->saw_request[w->unit] = atomic_load(&g->nodes[w->unit].wanted);
    g->order[atomic_fetch_add(&g->served, 1)] = w->unit;
    cna_release(&g->lock, &g->nodes[w->unit], where);
    return NULL;
}

/* Unit 0 holds it on node 0; the others come one after the other, from the nodes given. */
static void serve(struct stage *g, const uint32_t nodes[UNITS])
{
    struct waiter waiters[UNITS];
    here = nodes[0];
    CHECK_EQ(cna_acquire(&g->lock, &g->nodes[0], where), 0);
    for (int i = 1; i < UNITS; i++) {
        waiters[i] = (struct waiter){.stage = g, .unit = i, .node = nodes[i]};
        pthread_create(&waiters[i].thread, NULL, wait_once, &waiters[i]);
        while (cna_after(&g->nodes[i - 1]) != &g->nodes[i])
            usleep(100);
    }
    CHECK(cna_hear(&g->lock, &g->nodes[0]));
    cna_release(&g->lock, &g->nodes[0], where);
    for (int i = 1; i < UNITS; i++)
        pthread_join(waiters[i].thread, NULL);
    CHECK_EQ(atomic_load(&g->served), UNITS - 1);
    CHECK(!atomic_load(&g->lock.tail));
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
    CHECK(g.saw_request[4]);
    CHECK_EQ(g.order[3], 3);
}

static void a_request_that_is_out_of_date_is_seen_to_be_that(void)
{
    static struct stage g;
    stage_begin(&g, FOR_EVER);
    cna_acquire(&g.lock, &g.nodes[0], where);
    atomic_store(&g.nodes[0].wanted, 1);
    CHECK(!cna_hear(&g.lock, &g.nodes[0]));
    CHECK_EQ(atomic_load(&g.nodes[0].wanted), 0);
    cna_release(&g.lock, &g.nodes[0], where);
    CHECK_EQ(cna_acquire(&g.lock, &g.nodes[0], where), 0);
    cna_release(&g.lock, &g.nodes[0], where);
    CHECK_EQ(cna_acquire(&g.lock, &g.nodes[1], where), LOCK_CHANGED);
    cna_release(&g.lock, &g.nodes[1], where);
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
        cna_acquire(&w->stage->lock, &w->stage->nodes[w->unit], where);
        cna_release(&w->stage->lock, &w->stage->nodes[w->unit], where);
    }
    return NULL;
}

/* It comes to an end: chance lets the far one in although somebody near is always there. */
static void who_is_set_aside_does_not_starve(void)
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
        cna_acquire(&g.lock, &g.nodes[FAR], where);
        cna_release(&g.lock, &g.nodes[FAR], where);
    }
    atomic_store(&far_one_served, 1);
    for (int i = 1; i <= NEAR; i++)
        pthread_join(near[i].thread, NULL);
    CHECK(!atomic_load(&g.lock.tail));
}

enum { TURNS = 4000 };

static uint64_t counter; /* plain: only the lock keeps it right */

/* From another node each time. */
static void *count(void *arg)
{
    struct worker *w = arg;
    struct cna_node *n = &w->stage->nodes[w->unit];
    for (uint32_t i = 0; i < TURNS; i++) {
        here = (i * 7 + (uint32_t)w->unit) % 3;
        cna_acquire(&w->stage->lock, n, where);
        counter++;
        if (i % 5 == 0 && cna_hear(&w->stage->lock, n)) {
            cna_release(&w->stage->lock, n, where);
            cna_acquire(&w->stage->lock, n, where);
        }
        counter++;
        cna_release(&w->stage->lock, n, where);
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
        CHECK(!atomic_load(&g.lock.tail));
    }
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
    {"who_is_set_aside_does_not_starve", who_is_set_aside_does_not_starve},
    {"it_excludes_wherever_its_callers_are", it_excludes_wherever_its_callers_are},
    {0},
};

int main(int argc, char **argv)
{
    alarm(PATIENCE_S); /* a wait that never ends is a failure that need not take minutes */
    return test_main(tests, argc, argv);
}
