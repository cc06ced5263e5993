/*
 * The emulated global locks, by order and counts: who is let in after whom, and after how much.
 *
 * Waiters are made to wait one after the other: each is known to be in the queue before the next
 * one comes, so that order is no matter of luck.
 */
#include "bench/machine/numa.h"
#include "bench/registry.h"
#include "tests/test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { UNITS = 5, PATIENCE_S = 100 };

struct stage {
    const struct lock *lock;
    char *memory;
    void *state, *units[UNITS];
    _Atomic uint32_t served;
    int order[UNITS];
};

static size_t lines(size_t bytes)
{
    return (bytes / CONTEND_LINE_BYTES + 1) * CONTEND_LINE_BYTES;
}

static const struct lock *lock_named(const char *name)
{
    const struct lock *k;
    for (size_t i = 0; (k = registry_lock(i)) != NULL; i++)
        if (!strcmp(k->name, name))
            return k;
    CHECK_MSG(false, "there is no lock %s", name);
    return NULL;
}

/* `changed` is the value of the parameter called `name`, where one is given. */
static struct stage stage_open(const char *lock, const char *name, int64_t changed)
{
    struct stage g = {.lock = lock_named(lock)};
    int64_t values[CONTEND_PARAM_MAX] = {0};
    for (size_t i = 0; g.lock->params && g.lock->params[i].name; i++)
        values[i] =
            name && !strcmp(g.lock->params[i].name, name) ? changed : g.lock->params[i].value;
    /* Where who is next is the question, nobody asks by the clock. */
    if (name && !strcmp(name, "policy"))
        values[0] = INT64_C(60000000000);
    size_t front = sizeof(struct lock_front), state = lines(g.lock->state_bytes);
    size_t unit = lines(g.lock->unit_bytes), bytes = front + state + UNITS * unit;
    g.memory = aligned_alloc(CONTEND_LINE_BYTES, bytes);
    memset(g.memory, 0, bytes);
    g.state = g.memory + front;
    for (size_t i = 0; i < UNITS; i++)
        g.units[i] = g.memory + front + state + i * unit;
    struct err err = {0};
    CHECK_MSG(!g.lock->init || !g.lock->init(g.state, values, &err), "%s: %s", lock, err.text);
    return g;
}

static void stage_close(struct stage *g)
{
    if (g->lock->destroy)
        g->lock->destroy(g->state);
    free(g->memory);
}

static uint64_t take(struct stage *g, int unit)
{
    return g->lock->acquire(g->state, g->units[unit]);
}

static void let_go(struct stage *g, int unit)
{
    g->lock->release(g->state, g->units[unit]);
}

/* What a checkpoint does. */
static uint64_t hand_over(struct stage *g, int unit)
{
    if (g->lock->handoff)
        return g->lock->handoff(g->state, g->units[unit]);
    let_go(g, unit);
    return take(g, unit);
}

static bool is_wanted(const struct stage *g, int unit)
{
    return atomic_load_explicit(g->lock->wanted(g->state, g->units[unit]), memory_order_relaxed);
}

/* ---- Waiters, one after the other ------------------------------------------------------ */

struct waiter {
    struct stage *stage;
    int unit;
    pthread_t thread;
    _Atomic int32_t id; /* of its thread, once it is about to wait */
};

static void *wait_once(void *arg)
{
    struct waiter *w = arg;
    struct stage *g = w->stage;
    atomic_store(&w->id, gettid());
    take(g, w->unit);
    g->order[atomic_fetch_add(&g->served, 1)] = w->unit;
    let_go(g, w->unit);
    return NULL;
}

static uint64_t cpu_ns(pthread_t thread)
{
    clockid_t clock;
    struct timespec ts = {0};
    if (!pthread_getcpuclockid(thread, &clock))
        clock_gettime(clock, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* 'S' while a thread sleeps; 'R' while it runs, or would if it had a CPU. */
static char state_of(pid_t thread)
{
    char path[64], text[256] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)thread);
    FILE *file = fopen(path, "r");
    size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    text[length] = '\0';
    const char *end = strrchr(text, ')');
    return end && end[1] ? end[2] : '?';
}

/* Until it has joined the queue: it sleeps, or it spins, and uses a lot of CPU. */
static void until_it_waits(pthread_t thread, const _Atomic int32_t *id)
{
    enum { SPUN_NS = 2000000, LOOK_US = 500, LOOKS = 4 };
    while (!atomic_load(id))
        usleep(LOOK_US);
    uint64_t begin_ns = cpu_ns(thread);
    for (int asleep = 0; asleep < LOOKS && cpu_ns(thread) - begin_ns < SPUN_NS;) {
        usleep(LOOK_US);
        asleep = state_of(atomic_load(id)) == 'S' ? asleep + 1 : 0;
    }
}

static void start_and_wait(struct waiter *w, struct stage *g, int unit)
{
    *w = (struct waiter){.stage = g, .unit = unit};
    pthread_create(&w->thread, NULL, wait_once, w);
    until_it_waits(w->thread, &w->id);
}

/* The first `count` that are served. */
static void check_order_of_arrival(const char *lock, const char *name, int64_t changed, int count)
{
    struct stage g = stage_open(lock, name, changed);
    struct waiter waiters[UNITS];
    take(&g, 0);
    for (int i = 1; i < UNITS; i++)
        start_and_wait(&waiters[i], &g, i);
    CHECK_EQ(atomic_load(&g.served), 0);
    let_go(&g, 0);
    for (int i = 1; i < UNITS; i++)
        pthread_join(waiters[i].thread, NULL);
    for (int i = 1; i <= count; i++)
        CHECK_MSG(g.order[i - 1] == i, "%s: %d was served as number %d", lock, g.order[i - 1], i);
    stage_close(&g);
}

static void who_came_first_is_served_first(void)
{
    static const char *const fair[] = {"ticket", "mcs", "clh", "hemlock", "twa", "ocaml_master"};
    for (size_t i = 0; i < sizeof fair / sizeof *fair; i++)
        check_order_of_arrival(fair[i], NULL, 0, UNITS - 1);
    check_order_of_arrival("cna", "turns", 1, UNITS - 1); /* wherever the threads run */
    if (numa_node_count() == 1)                           /* else nodes take turns */
        check_order_of_arrival("hmcs", NULL, 0, UNITS - 1);
    check_order_of_arrival("gil", "policy", 1, UNITS - 1);
    /* Ruby's wakes its last waiter to be the timer, which takes the lock if it is free by then. */
    check_order_of_arrival("gvl", NULL, 0, 1);
}

/* The first to come makes a segment of its own; those behind it are one, from the newest on. */
static void a_reciprocating_lock_serves_a_segment_backwards(void)
{
    struct stage g = stage_open("reciprocating", NULL, 0);
    struct waiter waiters[UNITS];
    take(&g, 0);
    for (int i = 1; i < UNITS; i++)
        start_and_wait(&waiters[i], &g, i);
    let_go(&g, 0);
    for (int i = 1; i < UNITS; i++)
        pthread_join(waiters[i].thread, NULL);
    for (int i = 1; i < UNITS; i++)
        CHECK_EQ(g.order[i - 1], UNITS - i);
    stage_close(&g);
}

/* ---- Ends of turns --------------------------------------------------------------------- */

static uint64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* The holder is asked after a quantum and not before; then the other has had its turn. */
static void a_holder_is_asked_when_its_time_is_over(void)
{
    enum { QUANTUM_NS = 20000000 };
    static const char *const locks[][2] = {
        {"gvl", "quantum"}, {"gil", "interval"}, {"gil_313", "interval"}};
    for (size_t i = 0; i < sizeof locks / sizeof *locks; i++) {
        struct stage g = stage_open(locks[i][0], locks[i][1], QUANTUM_NS);
        struct waiter w;
        take(&g, 0);
        CHECK(!is_wanted(&g, 0));
        uint64_t begin_ns = now_ns();
        w = (struct waiter){.stage = &g, .unit = 1};
        pthread_create(&w.thread, NULL, wait_once, &w);
        while (!is_wanted(&g, 0))
            usleep(100);
        CHECK_MSG(now_ns() - begin_ns >= QUANTUM_NS, "%s", locks[i][0]);
        uint64_t told = hand_over(&g, 0);
        CHECK_MSG(atomic_load(&g.served) == 1 && told != LOCK_KEPT, "%s", locks[i][0]);
        let_go(&g, 0);
        pthread_join(w.thread, NULL);
        stage_close(&g);
    }
}

/* Of 3.13 the one who has the lock is asked; up to 3.12 a word is read by all. */
static void a_request_of_3_13_is_the_holders_alone(void)
{
    enum { INTERVAL_NS = 1000000 };
    static const char *const locks[] = {"gil_313", "gil"};
    for (size_t i = 0; i < sizeof locks / sizeof *locks; i++) {
        struct stage g = stage_open(locks[i], "interval", INTERVAL_NS);
        struct waiter w = {.stage = &g, .unit = 1};
        take(&g, 0);
        pthread_create(&w.thread, NULL, wait_once, &w);
        while (!is_wanted(&g, 0))
            usleep(100);
        CHECK_MSG(is_wanted(&g, 2) == (i == 1), "%s", locks[i]);
        let_go(&g, 0); /* asked, so it waits until the other has it */
        pthread_join(w.thread, NULL);
        CHECK_EQ(atomic_load(&g.served), 1);
        take(&g, 0); /* a taker that was quicker than the release leaves 3.13's word until now */
        CHECK_MSG(!is_wanted(&g, 0), "%s", locks[i]);
        let_go(&g, 0);
        stage_close(&g);
    }
}

/* A tick comes whoever has the lock; with nobody there it is kept, with a waiter it is not. */
static void a_tick_hands_over_only_if_somebody_waits(void)
{
    struct stage g = stage_open("ocaml_master", "tick", 5000000);
    struct waiter w = {.stage = &g, .unit = 1};
    take(&g, 0);
    CHECK_EQ(g.lock->handoff(g.state, g.units[0]), LOCK_KEPT);
    pthread_create(&w.thread, NULL, wait_once, &w);
    while (!is_wanted(&g, 0))
        usleep(100);
    uint64_t told = g.lock->handoff(g.state, g.units[0]);
    CHECK(told != LOCK_KEPT && told > 0);
    CHECK_EQ(atomic_load(&g.served), 1);
    let_go(&g, 0);
    pthread_join(w.thread, NULL);
    stage_close(&g);
}

/* So many checkpoints and no clock: the last of them hands over, if somebody waits. */
static void pypys_turns_are_counted(void)
{
    enum { TURN = 1000 };
    struct stage g = stage_open("pypy_gil", "turn", TURN);
    struct waiter w;
    take(&g, 0);
    for (int i = 0; i < 3 * TURN; i++)
        CHECK_EQ(g.lock->handoff(g.state, g.units[0]), LOCK_KEPT); /* nobody waits */
    start_and_wait(&w, &g, 1);
    int kept = 0;
    while (g.lock->handoff(g.state, g.units[0]) == LOCK_KEPT)
        kept++;
    CHECK_EQ(kept, TURN - 1);
    CHECK_EQ(atomic_load(&g.served), 1);
    let_go(&g, 0);
    pthread_join(w.thread, NULL);
    stage_close(&g);
}

/* ---- Without a lock -------------------------------------------------------------------- */

struct mutator {
    struct stage *stage;
    pthread_t thread;
    _Atomic uint64_t checkpoints;
    _Atomic uint32_t stop;
};

static void *compute(void *arg)
{
    struct mutator *m = arg;
    take(m->stage, 1);
    while (!atomic_load(&m->stop)) {
        m->stage->lock->handoff(m->stage->state, m->stage->units[1]);
        atomic_fetch_add(&m->checkpoints, 1);
    }
    let_go(m->stage, 1);
    return NULL;
}

/* Both are in at once, and a collection of one comes to its end although the other never lets go.
 */
static void the_world_stops_at_checkpoints_and_goes_on(void)
{
    enum { EVERY = 100, COLLECTIONS = 5 };
    struct stage g = stage_open("free_threading", "every", EVERY);
    struct mutator m = {.stage = &g};
    CHECK_EQ(take(&g, 0), 0);
    pthread_create(&m.thread, NULL, compute, &m);
    while (!atomic_load(&m.checkpoints))
        usleep(100);
    uint64_t begin_ns = now_ns();
    for (int i = 0; i < EVERY * COLLECTIONS; i++)
        CHECK_EQ(g.lock->handoff(g.state, g.units[0]), LOCK_KEPT);
    CHECK(now_ns() - begin_ns >= COLLECTIONS * UINT64_C(1000000)); /* 1 ms each */
    let_go(&g, 0);
    uint64_t before = atomic_load(&m.checkpoints);
    while (atomic_load(&m.checkpoints) < before + 2 * EVERY)
        usleep(100); /* alone it collects, too, and waits for nobody */
    atomic_store(&m.stop, 1);
    pthread_join(m.thread, NULL);
    stage_close(&g);
}

/* ---- What proposals had it be ------------------------------------------------------------ */

/* A unit that keeps the lock until it is told; one that computes hands it over before. */
struct keeper {
    struct stage *stage;
    int unit;
    pthread_t thread;
    _Atomic int32_t id;
    _Atomic uint32_t has_it, hand_over, let_go;
};

static void wait_for(const _Atomic uint32_t *word)
{
    while (!atomic_load(word))
        usleep(200);
}

static void *keep(void *arg)
{
    struct keeper *k = arg;
    struct stage *g = k->stage;
    if (k->unit != 1)
        atomic_store(&k->id, gettid());
    take(g, k->unit);
    atomic_store(&k->has_it, 1);
    if (k->unit == 1) {
        wait_for(&k->hand_over);
        atomic_store(&k->id, gettid());
        g->lock->handoff(g->state, g->units[1]);
        g->order[atomic_fetch_add(&g->served, 1)] = 1;
    }
    wait_for(&k->let_go);
    let_go(g, k->unit);
    return NULL;
}

/* Unit 0 has the lock, 1 wants it back behind a request, then 2 comes from a call that blocked. */
static void check_policy(int64_t policy, bool is_io_first, bool is_asked_at_once)
{
    struct stage g = stage_open("gil", "policy", policy);
    struct keeper computing = {.stage = &g, .unit = 1}, other = {.stage = &g, .unit = 0};
    struct waiter second, third;
    pthread_create(&computing.thread, NULL, keep, &computing);
    wait_for(&computing.has_it);
    pthread_create(&other.thread, NULL, keep, &other);
    until_it_waits(other.thread, &other.id);
    atomic_store(&computing.hand_over, 1);
    wait_for(&other.has_it);
    until_it_waits(computing.thread, &computing.id);
    start_and_wait(&second, &g, 2);
    CHECK(!is_wanted(&g, 0)); /* it has not computed so far, and a minute is not over */
    atomic_store(&other.let_go, 1);
    while (atomic_load(&g.served) < (is_io_first ? 2 : 1))
        usleep(200);
    /* Now 1 has it, a unit that computes. */
    start_and_wait(&third, &g, 3);
    CHECK_EQ(is_wanted(&g, 1), is_asked_at_once);
    atomic_store(&computing.let_go, 1);
    pthread_join(computing.thread, NULL);
    pthread_join(other.thread, NULL);
    pthread_join(second.thread, NULL);
    pthread_join(third.thread, NULL);
    CHECK_EQ(g.order[0], is_io_first ? 2 : 1);
    CHECK_EQ(atomic_load(&g.served), 3);
    stage_close(&g);
}

static void policies_differ_in_who_is_next_and_who_is_asked(void)
{
    check_policy(1, false, false);
    check_policy(2, true, true);
    check_policy(3, true, false);
}

static const struct test tests[] = {
    {"who_came_first_is_served_first", who_came_first_is_served_first},
    {"a_reciprocating_lock_serves_a_segment_backwards",
     a_reciprocating_lock_serves_a_segment_backwards},
    {"a_holder_is_asked_when_its_time_is_over", a_holder_is_asked_when_its_time_is_over},
    {"a_request_of_3_13_is_the_holders_alone", a_request_of_3_13_is_the_holders_alone},
    {"a_tick_hands_over_only_if_somebody_waits", a_tick_hands_over_only_if_somebody_waits},
    {"pypys_turns_are_counted", pypys_turns_are_counted},
    {"the_world_stops_at_checkpoints_and_goes_on", the_world_stops_at_checkpoints_and_goes_on},
    {"policies_differ_in_who_is_next_and_who_is_asked",
     policies_differ_in_who_is_next_and_who_is_asked},
    {0},
};

int main(int argc, char **argv)
{
    alarm(PATIENCE_S); /* a wait that never ends is a failure that need not take minutes */
    return test_main(tests, argc, argv);
}
