/* Tasks: spawning, awaiting, sleeping, cancelling, and what embeds a loop. */
#include "bench/coro/coro.h"

#include <string.h>

#include "tests/test.h"
#include "tests/unit/coro_alone.h"

enum { MS = 1000000 };

static struct coro_loop *new_loop(void)
{
    int error;
    struct coro_loop *loop = coro_loop_new(NULL, &error);
    CHECK_EQ(error, 0);
    return loop;
}

/* ---- order ---- */

struct trace {
    char text[64];
    size_t length;
};

static void note(struct trace *trace, char c)
{
    trace->text[trace->length++] = c;
}

struct letter {
    struct trace *trace;
    char c;
};

static int three_times(void *arg, uint64_t *value)
{
    struct letter *letter = arg;
    for (int i = 0; i < 3; i++) {
        note(letter->trace, letter->c);
        int error = coro_yield();
        if (error != 0)
            return error;
    }
    *value = (uint64_t)letter->c;
    return 0;
}

static void tasks_take_turns_in_the_order_of_spawning(void)
{
    struct coro_loop *loop = new_loop();
    struct trace trace = {{0}, 0};
    struct letter letters[] = {{&trace, 'a'}, {&trace, 'b'}, {&trace, 'c'}};
    for (int i = 0; i < 3; i++)
        CHECK_EQ(coro_spawn(loop, three_times, &letters[i], 0, NULL), 0);
    CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_FINISHED);
    CHECK_EQ(trace.text, "abcabcabc");
    coro_loop_free(loop);
}

static int parent_of_each_kind(void *arg, uint64_t *value)
{
    struct trace *trace = arg;
    struct letter eager = {trace, 'e'}, deferred = {trace, 'd'};
    struct coro *first, *second;
    CHECK_EQ(coro_spawn(coro_loop_self(), three_times, &eager, CORO_EAGER, &first), 0);
    note(trace, '1');
    CHECK_EQ(coro_spawn(coro_loop_self(), three_times, &deferred, 0, &second), 0);
    note(trace, '2');
    struct coro_result result;
    CHECK_EQ(coro_await(second, &result), 0);
    *value = result.value;
    CHECK_EQ(coro_await(first, &result), 0);
    CHECK_EQ(result.value, 'e');
    return 0;
}

static void an_eager_child_runs_before_its_spawner_goes_on(void)
{
    struct trace trace = {{0}, 0};
    uint64_t value;
    CHECK_EQ(coro_alone(NULL, parent_of_each_kind, &trace, &value), 0);
    CHECK_EQ(trace.text, "e12ededd");
    CHECK_EQ(value, 'd');
}

/* ---- results ---- */

static int fails_with_7(void *arg, uint64_t *value)
{
    (void)arg;
    *value = 99;
    return 7;
}

static int awaits_failures(void *arg, uint64_t *value)
{
    (void)arg, (void)value;
    struct coro_loop *loop = coro_loop_self();
    for (unsigned flags = 0; flags <= CORO_EAGER; flags++) {
        struct coro *task;
        struct coro_result result = {0};
        CHECK_EQ(coro_spawn(loop, fails_with_7, NULL, flags, &task), 0);
        CHECK_EQ(coro_await(task, &result), 0);
        CHECK_EQ(result.error, 7);
        CHECK_EQ(result.value, 99);
    }
    return 3;
}

static void an_error_reaches_whoever_awaits(void)
{
    CHECK_EQ(coro_alone(NULL, awaits_failures, NULL, NULL), 3);
}

struct crowd {
    struct coro *target;
    uint64_t sum;
};

static int awaits_target(void *arg, uint64_t *value)
{
    (void)value;
    struct crowd *crowd = arg;
    struct coro_result result;
    int error = coro_await(crowd->target, &result);
    crowd->sum += result.value;
    return error;
}

static int sleeps_then_5(void *arg, uint64_t *value)
{
    *value = 5;
    return coro_sleep(*(uint64_t *)arg);
}

static void several_may_await_one_task(void)
{
    struct coro_loop *loop = new_loop();
    struct crowd crowd = {0};
    uint64_t ns = MS;
    CHECK_EQ(coro_spawn(loop, sleeps_then_5, &ns, 0, &crowd.target), 0);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(coro_spawn(loop, awaits_target, &crowd, 0, NULL), 0);
    CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_FINISHED);
    CHECK_EQ(crowd.sum, 20);
    coro_loop_free(loop);
}

/* ---- time ---- */

struct nap {
    uint64_t ns;
    uint64_t woke_ns;
    uint64_t began_ns;
};

static int nap(void *arg, uint64_t *value)
{
    (void)value;
    struct nap *n = arg;
    n->began_ns = coro_now();
    int error = coro_sleep(n->ns);
    n->woke_ns = coro_now();
    return error;
}

static void sleepers_never_wake_early(void)
{
    for (int mode = CORO_DEFAULT; mode <= CORO_PRECISE; mode++) {
        struct coro_config config = {.lateness = (enum coro_lateness)mode};
        struct coro_loop *loop = coro_loop_new(&config, NULL);
        static struct nap naps[500];
        for (int i = 0; i < 500; i++) {
            naps[i] = (struct nap){.ns = (uint64_t)(i * 7919 % 5000) * 1000 + 1};
            CHECK_EQ(coro_spawn(loop, nap, &naps[i], 0, NULL), 0);
        }
        CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_FINISHED);
        int early = 0;
        for (int i = 0; i < 500; i++)
            early += naps[i].woke_ns < naps[i].began_ns + naps[i].ns;
        CHECK_EQ(early, 0);
        coro_loop_free(loop);
    }
}

struct appointment {
    const uint64_t *start_ns;
    uint64_t after_ns;
    int *order;
    int *count;
    int number;
};

static int keeps_appointment(void *arg, uint64_t *value)
{
    (void)value;
    struct appointment *a = arg;
    int error = coro_sleep_until(*a->start_ns + a->after_ns);
    a->order[(*a->count)++] = a->number;
    return error;
}

static void sleepers_wake_in_the_order_of_their_deadlines(void)
{
    struct coro_loop *loop = new_loop();
    enum { N = 1000 };
    static struct appointment list[N];
    static int order[N];
    int count = 0;
    uint64_t start_ns;
    for (int i = 0; i < N; i++) {
        list[i] =
            (struct appointment){&start_ns, (uint64_t)(i * 617 % N), order, &count, i * 617 % N};
        CHECK_EQ(coro_spawn(loop, keeps_appointment, &list[i], 0, NULL), 0);
    }
    start_ns = coro_now() + 200 * MS;
    CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_FINISHED);
    CHECK_EQ(count, N);
    int out_of_order = 0;
    for (int i = 0; i < N; i++)
        out_of_order += order[i] != i;
    CHECK_EQ(out_of_order, 0);
    coro_loop_free(loop);
}

/* ---- cancelling ---- */

static int cleans_up(void *arg, uint64_t *value)
{
    int *cleaned = arg;
    int error = coro_sleep(3600ULL * 1000 * MS);
    *value = 1;
    if (error == CORO_CANCELLED && coro_yield() == 0) /* one delivery a cancel: clean-up may wait */
        (*cleaned)++;
    return error;
}

static int cancels(void *arg, uint64_t *value)
{
    (void)value;
    int *cleaned = arg;
    struct coro_loop *loop = coro_loop_self();
    for (unsigned flags = 0; flags <= CORO_EAGER; flags++) {
        struct coro *task;
        struct coro_result result;
        CHECK_EQ(coro_spawn(loop, cleans_up, cleaned, flags, &task), 0);
        CHECK_EQ(coro_cancel(loop, task), 0); /* asleep, or not even begun */
        CHECK_EQ(coro_await(task, &result), 0);
        CHECK_EQ(result.error, CORO_CANCELLED);
        CHECK_EQ(result.value, 1);
    }
    return 0;
}

static void a_cancelled_task_wakes_at_once_and_cleans_up(void)
{
    int cleaned = 0;
    CHECK_EQ(coro_alone(NULL, cancels, &cleaned, NULL), 0);
    CHECK_EQ(cleaned, 2);
}

static int cancels_self(void *arg, uint64_t *value)
{
    (void)arg, (void)value;
    CHECK_EQ(coro_cancel(coro_loop_self(), coro_self()), 0);
    return coro_yield();
}

static void a_task_may_cancel_itself(void)
{
    CHECK_EQ(coro_alone(NULL, cancels_self, NULL, NULL), CORO_CANCELLED);
}

/* ---- cancelled while it could run ---- */

enum { CROWD = 4, TURNS_EACH = 3 };

static struct {
    int order[CROWD * TURNS_EACH], served, cancelled;
} crowd;

/* Says each of its turns; ends at its cancellation. */
static int takes_turns(void *arg, uint64_t *value)
{
    (void)value;
    for (int turn = 0; turn < TURNS_EACH; turn++) {
        crowd.order[crowd.served++] = (int)(intptr_t)arg;
        if (coro_yield() == CORO_CANCELLED) {
            crowd.cancelled++;
            return CORO_CANCELLED;
        }
    }
    return 0;
}

/* Never suspends, so it never learns. */
static int suspends_never(void *arg, uint64_t *value)
{
    (void)arg, (void)value;
    return 0;
}

static int cancels_one_of_a_crowd(void *arg, uint64_t *value)
{
    (void)arg, (void)value;
    struct coro_loop *loop = coro_loop_self();
    struct coro *tasks[CROWD], *deaf;
    for (intptr_t i = 0; i < CROWD; i++)
        CHECK_EQ(coro_spawn(loop, takes_turns, (void *)i, 0, &tasks[i]), 0);
    CHECK_EQ(coro_spawn(loop, suspends_never, NULL, 0, &deaf), 0);
    coro_yield(); /* all have had a turn and can run, but the deaf one, which has ended */
    CHECK_EQ(coro_cancel(loop, tasks[1]), 0);
    CHECK_EQ(coro_cancel(loop, tasks[1]), 0); /* twice is once */
    CHECK_EQ(coro_cancel(loop, deaf), CORO_FINISHED);
    CHECK_EQ(coro_release(loop, deaf), 0);
    CHECK_EQ(coro_spawn(loop, suspends_never, NULL, 0, &deaf), 0);
    CHECK_EQ(coro_cancel(loop, deaf), 0);
    for (int i = 0; i < CROWD; i++) {
        struct coro_result result;
        CHECK_EQ(coro_await(tasks[i], &result), 0);
        CHECK_EQ(result.error, i == 1 ? CORO_CANCELLED : 0);
    }
    struct coro_result result;
    CHECK_EQ(coro_await(deaf, &result), 0);
    CHECK_EQ(result.error, 0);
    CHECK_EQ(loop->cancels, 0); /* nobody has to look for one any more */
    return 0;
}

static void a_cancellation_is_one_tasks_alone(void)
{
    /* The yield it was cancelled in is over; its next one is the suspension that says so. */
    static const int expected[] = {0, 1, 2, 3, 0, 1, 2, 3, 0, 2, 3};
    enum { TURNS_TAKEN = sizeof expected / sizeof *expected };
    for (int kind = CORO_GUARDED; kind <= CORO_COMPACT; kind++) {
        struct coro_config config = {.stack = (enum coro_stack)kind};
        memset(&crowd, 0, sizeof crowd);
        CHECK_EQ(coro_alone(&config, cancels_one_of_a_crowd, NULL, NULL), 0);
        CHECK_EQ(crowd.cancelled, 1);
        CHECK_EQ(crowd.served, TURNS_TAKEN);
        for (int i = 0; i < TURNS_TAKEN; i++)
            CHECK_MSG(crowd.order[i] == expected[i], "kind %d: turn %d was of %d", kind, i,
                      crowd.order[i]);
    }
}

static const struct test tests[] = {
    {"tasks_take_turns_in_the_order_of_spawning", tasks_take_turns_in_the_order_of_spawning},
    {"an_eager_child_runs_before_its_spawner_goes_on",
     an_eager_child_runs_before_its_spawner_goes_on},
    {"an_error_reaches_whoever_awaits", an_error_reaches_whoever_awaits},
    {"several_may_await_one_task", several_may_await_one_task},
    {"sleepers_never_wake_early", sleepers_never_wake_early},
    {"sleepers_wake_in_the_order_of_their_deadlines",
     sleepers_wake_in_the_order_of_their_deadlines},
    {"a_cancelled_task_wakes_at_once_and_cleans_up", a_cancelled_task_wakes_at_once_and_cleans_up},
    {"a_task_may_cancel_itself", a_task_may_cancel_itself},
    {"a_cancellation_is_one_tasks_alone", a_cancellation_is_one_tasks_alone},
    {0}};
TEST_MAIN(tests)
