/*
 * Every exclusive lock excludes: under each executor that can share it, units take a counter up
 * ten and down ten under the lock and look at both ends (the check of Concurrency Kit's
 * validators).  A race shows as a wrong number.
 *
 * ctest: timeout 480
 */
#include "bench/registry.h"
#include "bench/run/launch/launch.h"
#include "bench/run/plan/cell_fit.h"
#include "bench/run/plan/plan.h"
#include "tests/test.h"

/* Waiters of a LOCK_PEER may never offer their CPU: there a turn may cost a time slice. */
enum { UNITS = 4, TURNS = 400, PEER_UNITS = 2, PEER_TURNS = 40, MANY_UNITS = 17, MANY_TURNS = 40 };

/* What all units share; plain on purpose: only the lock keeps it right. */
struct shared {
    uint64_t counter;
    uint64_t total;
    uint64_t wrong;
};

static size_t shared_bytes(const int64_t *params, uint32_t task_count)
{
    (void)params;
    (void)task_count;
    return sizeof(struct shared);
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    struct shared *s = t->launch->workload_shared;
    for (uint64_t i = 0; i < op_count; i++) {
        uint64_t before = s->counter;
        for (int n = 0; n < 10; n++) {
            s->counter++;
            task_consume(t, s->counter);
        }
        for (int n = 0; n < 10; n++) {
            s->counter--;
            task_consume(t, s->counter);
        }
        s->wrong += before != 0 || s->counter != 0;
        s->total++;
        task_release(t);
        task_acquire(t);
        task_checkpoint(t);
    }
    return op_count;
}

static const struct workload up_ten_down_ten = {
    .name = "up_ten_down_ten",
    .summary = "validates a lock",
    .kind = WORKLOAD_SYNC,
    .shared_bytes = shared_bytes,
    .run = run,
};

/* What differs from the lock as it is. */
struct variant {
    uint32_t units;
    uint64_t turns;
    size_t param;
    int64_t value; /* of that parameter */
};

static struct variant as_it_is(const struct lock *k)
{
    bool is_peer = k->traits & LOCK_PEER;
    return (struct variant){is_peer ? PEER_UNITS : UNITS, is_peer ? PEER_TURNS : TURNS, 0,
                            param_count(k->params) ? k->params[0].value : 0};
}

static void validate(const struct lock *k, const struct executor *x, struct variant v)
{
    struct cell c;
    struct launch *l;
    struct err err = {0};
    bool is_peer = k->traits & LOCK_PEER;
    uint32_t units = v.units;
    uint64_t turns = v.turns;
    cell_init(&c, &up_ten_down_ten, k, x);
    c.lock_params[v.param] = v.value;
    c.tasks = units;
    c.workers = x->traits & EXECUTOR_POOLED ? 2 : 0;
    c.batch_count = 4;
    c.batch_ops = turns / 4;
    c.lock_is_shared = true;
    cell_make_id(&c);
    char *reason = cell_skip_reason(&c);
    if (!reason && !launch_open(&c, units, NULL, 0, &l, &err)) {
        CHECK_MSG(!launch_run(l, &err), "%s: %s", c.id, err.text);
        const struct shared *s = l->workload_shared;
        CHECK_MSG(s->wrong == 0 && s->counter == 0, "%s: %llu of %llu turns were interrupted", c.id,
                  (unsigned long long)s->wrong, (unsigned long long)s->total);
        CHECK_MSG(s->total == units * turns, "%s: %llu turns were counted", c.id,
                  (unsigned long long)s->total);
        uint64_t acquired = 0, seen = 0;
        for (uint32_t i = 0; i <= l->task_count + launch_holders(l); i++) {
            acquired += l->tasks[i].acquire_count;
            seen += l->tasks[i].contended_count + l->tasks[i].handoff_count;
        }
        CHECK_MSG(acquired >= units * turns, "%s: its ledger lacks acquisitions", c.id);
        /* Nobody looks at what somebody else's lock does with its waiters. */
        CHECK_MSG(!is_peer || !seen, "%s: waits were booked", c.id);
        launch_close(l);
    }
    free(reason);
    cell_release(&c);
}

/* What a program of this kind would use: private futexes where one address space has all users. */
static void is_private_where_one_process_has_it(void)
{
    static const struct {
        const char *lock, *executor;
        bool is_shared, is_private;
    } cases[] = {
        {"mutex", "thread", false, true},   {"futex", "coroutine", false, true},
        {"mutex", "process", false, false}, {"gil", "process", false, true},
        {"gil", "process", true, false},    {"gil", "process_thread", false, true},
        {"gil", "thread", true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cell c;
        struct launch *l;
        struct err err = {0};
        cell_init(&c, &up_ten_down_ten, registry_find_lock(cases[i].lock, NULL),
                  registry_find_executor(cases[i].executor, NULL));
        c.tasks = 2;
        c.batch_count = 1;
        c.batch_ops = 1;
        c.lock_is_shared = cases[i].is_shared;
        cell_make_id(&c);
        if (CHECK_MSG(!launch_open(&c, c.tasks, NULL, 0, &l, &err), "%s: %s", c.id, err.text)) {
            CHECK_MSG(lock_is_private(l->tasks[1].lock_state) == cases[i].is_private, "%s", c.id);
            launch_close(l);
        }
        cell_release(&c);
    }
}

static void every_exclusive_lock_excludes(void)
{
    const struct lock *k;
    const struct executor *x;
    for (size_t i = 0; (k = registry_lock(i)) != NULL; i++)
        for (size_t j = 0; (x = registry_executor(j)) != NULL && k->traits & LOCK_EXCLUSIVE; j++)
            validate(k, x, as_it_is(k));
}

/* The shortest turns, each policy, and more units than any machine at hand has CPUs. */
static void they_do_so_at_the_ends_of_their_parameters(void)
{
    static const char *const executors[] = {"thread", "process"};
    const struct lock *k;
    for (size_t i = 0; (k = registry_lock(i)) != NULL; i++)
        for (size_t p = 0; p < param_count(k->params) && k->traits & LOCK_EXCLUSIVE; p++) {
            const struct param *own = &k->params[p];
            int64_t last = own->choices ? own->max : own->min;
            for (int64_t value = own->min; value <= last; value++)
                for (size_t x = 0; x < sizeof executors / sizeof *executors; x++)
                    validate(k, registry_find_executor(executors[x], NULL),
                             (struct variant){MANY_UNITS, MANY_TURNS, p, value});
        }
}

static void a_peer_that_is_not_there_names_its_package(void)
{
    const struct lock *k;
    size_t peers = 0;
    for (size_t i = 0; (k = registry_lock(i)) != NULL; i++) {
        const char *reason = k->unavailable ? k->unavailable() : NULL;
        peers += (k->traits & LOCK_PEER) != 0;
        if ((k->traits & LOCK_PEER) && reason && !strstr(reason, "anitizer"))
            CHECK_CONTAINS(reason, "install lib");
    }
    CHECK(peers > 0);
}

static const struct test tests[] = {
    {"a_peer_that_is_not_there_names_its_package", a_peer_that_is_not_there_names_its_package},
    {"every_exclusive_lock_excludes", every_exclusive_lock_excludes},
    {"they_do_so_at_the_ends_of_their_parameters", they_do_so_at_the_ends_of_their_parameters},
    {"is_private_where_one_process_has_it", is_private_where_one_process_has_it},
    {0},
};
TEST_MAIN(tests)
