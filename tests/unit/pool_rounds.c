/*
 * The pool by itself: every item runs exactly once whatever the number of items, workers and CPUs,
 * parked or spinning, in threads and in processes; a lost worker is noticed.
 *
 * ctest: serial
 */
#include "bench/base/clock.h"
#include "bench/executors/pool.h"
#include "tests/test.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ITEMS_MAX = 100000, WORKERS_MAX = 8 };

/* Shared with processes. */
static struct counts {
    _Atomic uint32_t runs[ITEMS_MAX];
    _Atomic uint32_t met;
    _Atomic uint32_t target;
} * counts;

static void count_run(void *context, uint32_t item)
{
    (void)context;
    atomic_fetch_add_explicit(&counts->runs[item], 1, memory_order_relaxed);
}

/* Ends when `target` items run at the same time. */
static void meet(void *context, uint32_t item)
{
    count_run(context, item);
    atomic_fetch_add(&counts->met, 1);
    while (atomic_load(&counts->met) < atomic_load(&counts->target))
        clock_sleep_until_ns(clock_now_ns() + 100000);
}

static void die(void *context, uint32_t item)
{
    (void)context;
    if (item == 3)
        raise(SIGKILL);
}

struct crew {
    struct pool *pool;
    pthread_t threads[WORKERS_MAX];
    pid_t children[WORKERS_MAX];
};

struct seat {
    struct pool *pool;
    uint32_t index;
};

static struct seat seats[WORKERS_MAX];

static void *work(void *arg)
{
    const struct seat *seat = arg;
    pool_work(seat->pool, seat->index);
    return NULL;
}

/* Whether one of the crew has ended. */
static int check_children(void *context, struct err *err)
{
    struct crew *crew = context;
    for (uint32_t i = 0; i < crew->pool->config.workers; i++)
        if (waitpid(crew->children[i], NULL, WNOHANG) == crew->children[i]) {
            crew->children[i] = 0;
            return err_set(err, ERR_FAILED, "worker %u is gone", i);
        }
    return 0;
}

static bool hire(struct crew *crew, struct pool_config config)
{
    struct err err = {0};
    config.items = ITEMS_MAX;
    config.context = crew;
    crew->pool = pool_new(&config, &err);
    if (!CHECK_MSG(crew->pool != NULL, "%s", err.text))
        return false;
    fflush(stdout);
    for (uint32_t i = 0; i < config.workers; i++) {
        seats[i] = (struct seat){crew->pool, i};
        if (!config.is_shared) {
            pthread_create(&crew->threads[i], NULL, work, &seats[i]);
            continue;
        }
        crew->children[i] = fork();
        if (crew->children[i] == 0) {
            pool_work(crew->pool, i);
            _exit(0);
        }
    }
    return CHECK_EQ(pool_wait_ready(crew->pool, config.workers, &err), 0);
}

static void dismiss(struct crew *crew)
{
    pool_stop(crew->pool);
    for (uint32_t i = 0; i < crew->pool->config.workers; i++) {
        if (!crew->pool->config.is_shared)
            pthread_join(crew->threads[i], NULL);
        else if (crew->children[i])
            waitpid(crew->children[i], NULL, 0);
    }
    pool_free(crew->pool);
}

static void clear_counts(void)
{
    for (uint32_t i = 0; i < ITEMS_MAX; i++)
        atomic_store_explicit(&counts->runs[i], 0, memory_order_relaxed);
    atomic_store(&counts->met, 0);
}

static void check_counts(uint32_t items, const char *what)
{
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < ITEMS_MAX; i++)
        wrong += atomic_load_explicit(&counts->runs[i], memory_order_relaxed) != (i < items);
    CHECK_MSG(wrong == 0, "%s, %u items: %u did not run exactly once", what, items, wrong);
}

static void run_round(struct pool *p, uint32_t items, bool is_tracked)
{
    struct err err = {0};
    pool_begin(p, is_tracked);
    for (uint32_t i = 0; i < items; i++)
        CHECK_EQ(pool_put(p, i, &err), 0);
    pool_flush(p);
    for (uint32_t i = 0; is_tracked && i < items; i++) {
        CHECK_EQ(pool_wait_item(p, i, &err), 0);
        CHECK_MSG(atomic_load(&counts->runs[i]) == 1, "item %u was not done when it was given back",
                  i);
    }
    CHECK_EQ(pool_wait_all(p, &err), 0);
}

static void try_rounds(struct pool_config config)
{
    static const uint32_t items[] = {1, 2, 3, 700, 5000, ITEMS_MAX, 1};
    struct crew crew = {0};
    char what[120];
    snprintf(what, sizeof what, "%s: %u workers, batch %u, %u CPUs, spin %llu",
             config.is_shared ? "processes" : "threads", config.workers, config.batch, config.cpus,
             (unsigned long long)config.spin_ns);
    config.run = count_run;
    if (!hire(&crew, config))
        return;
    for (size_t i = 0; i < sizeof items / sizeof *items; i++)
        for (int is_tracked = 0; is_tracked < 2; is_tracked++) {
            clear_counts();
            run_round(crew.pool, items[i], is_tracked);
            check_counts(items[i], what);
        }
    dismiss(&crew);
}

static void every_item_runs_exactly_once(void)
{
    static const struct pool_config configs[] = {
        {.workers = 1, .batch = 128, .cpus = 2, .spin_ns = 20000},
        {.workers = 1, .batch = 128, .cpus = 1, .spin_ns = 20000},
        {.workers = 2, .batch = 128, .cpus = 2, .spin_ns = 20000},
        {.workers = 2, .batch = 32, .cpus = 2, .spin_ns = 0},
        {.workers = 5, .batch = POOL_BATCH_MAX, .cpus = 4, .spin_ns = 5000},
        {.workers = 3, .batch = 1, .cpus = 2, .spin_ns = 1000},
        {.workers = 8, .batch = 7, .cpus = 1, .spin_ns = 0},
    };
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++)
        for (int is_shared = 0; is_shared < 2; is_shared++) {
            struct pool_config config = configs[i];
            config.is_shared = is_shared;
            try_rounds(config);
        }
}

/* Each waits for the other: taken by one worker together they would never end. */
static void items_that_wait_for_each_other_get_a_worker_each(void)
{
    struct crew crew = {0};
    if (!hire(&crew, (struct pool_config){
                         .workers = 4, .batch = 128, .cpus = 2, .spin_ns = 20000, .run = meet}))
        return;
    for (uint32_t items = 4; items >= 1; items--) {
        clear_counts();
        atomic_store(&counts->target, items);
        run_round(crew.pool, items, true);
        check_counts(items, "meeting");
    }
    dismiss(&crew);
}

static void many_short_rounds_lose_nobody(void)
{
    struct crew crew = {0};
    struct err err = {0};
    if (!hire(&crew, (struct pool_config){
                         .workers = 2, .batch = 128, .cpus = 2, .spin_ns = 500, .run = count_run}))
        return;
    clear_counts();
    for (uint32_t i = 0; i < 20000; i++) {
        pool_begin(crew.pool, false);
        pool_put(crew.pool, i, &err);
        pool_flush(crew.pool);
        pool_wait_all(crew.pool, &err);
    }
    check_counts(20000, "one at a time");
    dismiss(&crew);
}

static void a_lost_worker_is_noticed(void)
{
    struct crew crew = {0};
    struct err err = {0};
    if (!hire(&crew, (struct pool_config){.workers = 2,
                                          .batch = 1,
                                          .cpus = 1,
                                          .is_shared = true,
                                          .run = die,
                                          .check = check_children}))
        return;
    pool_begin(crew.pool, false);
    for (uint32_t i = 0; i < 8; i++)
        pool_put(crew.pool, i, &err);
    pool_flush(crew.pool);
    CHECK_EQ(pool_wait_all(crew.pool, &err), -1);
    CHECK_CONTAINS(err.text, "is gone");
    dismiss(&crew);
}

static const struct test tests[] = {
    {"every_item_runs_exactly_once", every_item_runs_exactly_once},
    {"items_that_wait_for_each_other_get_a_worker_each",
     items_that_wait_for_each_other_get_a_worker_each},
    {"many_short_rounds_lose_nobody", many_short_rounds_lose_nobody},
    {"a_lost_worker_is_noticed", a_lost_worker_is_noticed},
    {0},
};

int main(int argc, char **argv)
{
    counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return counts == MAP_FAILED ? 1 : test_main(tests, argc, argv);
}
