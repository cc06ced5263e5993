/*
 * A lock that knows NUMA nodes, with callers that are where the test says, so that a machine of one
 * node shows what it does on several: the scenes that every such lock has to go through.
 *
 * Before it is included a test defines UNITS and struct stage_lock, the lock and its units' parts;
 * after it, the functions that are declared here and not defined. where() is what the lock asks.
 */
#ifndef CONTEND_TESTS_LOCK_STAGE_H
#define CONTEND_TESTS_LOCK_STAGE_H

#include "tests/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_S = 100, FOR_EVER = 1 << 30 };

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
    struct stage_lock own;
    _Atomic uint32_t served;
    int order[UNITS];
};

static void set_turns(struct stage *g, uint32_t turns);
static uint64_t take(struct stage *g, int unit);
static void let_go(struct stage *g, int unit);
static bool hear(struct stage *g, int unit);
static bool is_free(const struct stage *g); /* nobody is left in any queue */
/* Whether unit i, the last to come so far, stands where it has to. */
static bool has_joined(struct stage *g, int i, const uint32_t nodes[UNITS]);
static void see_served(struct stage *g, int unit); /* it has the lock */

static void stage_begin(struct stage *g, uint32_t turns)
{
    memset(g, 0, sizeof *g);
    set_turns(g, turns);
    atomic_store(&asked, 0);
}

struct caller {
    struct stage *stage;
    int unit;
    uint32_t node;
    pthread_t thread;
};

/* ---- In which order -------------------------------------------------------------------- */

static void *wait_once(void *arg)
{
    struct caller *w = arg;
    struct stage *g = w->stage;
    here = w->node;
    CHECK(take(g, w->unit) & LOCK_CHANGED);
    see_served(g, w->unit);
    g->order[atomic_fetch_add(&g->served, 1)] = w->unit;
    let_go(g, w->unit);
    return NULL;
}

/* Unit 0 holds it on its node; the others come one after the other, from the nodes given. */
static void serve(struct stage *g, const uint32_t nodes[UNITS])
{
    struct caller waiters[UNITS];
    here = nodes[0];
    CHECK_EQ(take(g, 0), 0);
    CHECK(!hear(g, 0));
    for (int i = 1; i < UNITS; i++) {
        waiters[i] = (struct caller){.stage = g, .unit = i, .node = nodes[i]};
        pthread_create(&waiters[i].thread, NULL, wait_once, &waiters[i]);
        while (!has_joined(g, i, nodes))
            usleep(100);
        CHECK(hear(g, 0));
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

/* ---- Without end, and from everywhere ---------------------------------------------------- */

static _Atomic uint32_t far_one_served;

/* Of the holder's node, and back in the queue at once. */
static void *come_again(void *arg)
{
    struct caller *w = arg;
    here = 0;
    while (!atomic_load(&far_one_served)) {
        take(w->stage, w->unit);
        let_go(w->stage, w->unit);
    }
    return NULL;
}

/* It comes to an end, although somebody near is always there. */
static void who_is_far_does_not_starve(void)
{
    static struct stage g;
    enum { NEAR = 3, FAR = 0 };
    struct caller near[NEAR + 1];
    stage_begin(&g, 8);
    for (int i = 1; i <= NEAR; i++) {
        near[i] = (struct caller){.stage = &g, .unit = i};
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
    struct caller *w = arg;
    for (uint32_t i = 0; i < TURNS; i++) {
        here = (i * 7 + (uint32_t)w->unit) % 3;
        take(w->stage, w->unit);
        counter++;
        if (i % 5 == 0 && hear(w->stage, w->unit)) {
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
        struct caller workers[UNITS];
        stage_begin(&g, turns[k]);
        counter = 0;
        for (int i = 0; i < UNITS; i++) {
            workers[i] = (struct caller){.stage = &g, .unit = i};
            pthread_create(&workers[i].thread, NULL, count, &workers[i]);
        }
        for (int i = 0; i < UNITS; i++)
            pthread_join(workers[i].thread, NULL);
        CHECK_MSG(counter == 2 * UNITS * TURNS, "turns %u: counted to %llu", turns[k],
                  (unsigned long long)counter);
        CHECK(is_free(&g));
    }
}

#endif
