/* The loop as a program embeds it: gates, conditions to stop, reuse, memory, refusals. */
#include "bench/coro/coro.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/test.h"
#include "tests/unit/coro_alone.h"

enum { MS = 1000000 };
static const uint64_t an_hour_ns = 3600ULL * 1000 * MS;

struct gate {
    uint32_t word;
    uint32_t passed;
};

static int passes_gate(void *arg, uint64_t *value)
{
    (void)value;
    struct gate *gate = arg;
    while (__atomic_load_n(&gate->word, __ATOMIC_ACQUIRE) == 0) {
        int error = coro_wait(&gate->word, 0, CORO_FOREVER);
        if (error != 0 && error != CORO_CHANGED)
            return error;
    }
    gate->passed++;
    return coro_yield();
}

static void launch(struct coro_loop *loop, uint32_t tasks)
{
    struct gate gate = {0, 0};
    for (uint32_t i = 0; i < tasks; i++)
        CHECK_EQ(coro_spawn(loop, passes_gate, &gate, 0, NULL), 0);
    struct coro_until until_idle = {.idle = true};
    CHECK_EQ(coro_loop_run(loop, &until_idle), CORO_STOP_IDLE);
    CHECK_EQ(gate.passed, 0);
    gate.word = 1;
    CHECK_EQ(coro_wake(loop, &gate.word, UINT32_MAX), tasks);
    CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_FINISHED);
    CHECK_EQ(gate.passed, tasks);
}

static void a_gate_opens_for_all_and_the_loop_is_used_again(void)
{
    for (int kind = CORO_GUARDED; kind <= CORO_COMPACT; kind++) {
        struct coro_config config = {.stack = (enum coro_stack)kind};
        struct coro_loop *loop = coro_loop_new(&config, NULL);
        launch(loop, 1);
        launch(loop, 1000);
        launch(loop, 1000);
        launch(loop, 3000);
        launch(loop, 10);
        coro_loop_free(loop);
    }
}

/* ---- conditions ---- */

static int counts_down(void *arg, uint64_t *value)
{
    (void)value;
    uint32_t *left = arg;
    while (--*left > 0)
        coro_yield();
    return 0;
}

static int sets_word_after_a_ms(void *arg, uint64_t *value)
{
    (void)value;
    int error = coro_sleep(MS);
    *(uint32_t *)arg = 1;
    return error == 0 ? coro_sleep(an_hour_ns) : error;
}

static void running_stops_at_each_kind_of_condition(void)
{
    struct coro_loop *loop = coro_loop_new(NULL, NULL);
    uint32_t left = 100000, word = 0;
    CHECK_EQ(coro_spawn(loop, counts_down, &left, 0, NULL), 0);
    struct coro_until begun = {.word = &left, .value = 100000};
    CHECK_EQ(coro_loop_run(loop, &begun), CORO_STOP_ASKED);
    CHECK(left < 100000 && left > 0);

    struct coro *task;
    CHECK_EQ(coro_spawn(loop, sets_word_after_a_ms, &word, 0, &task), 0);
    struct coro_until changed = {.word = &word, .value = 0};
    CHECK_EQ(coro_loop_run(loop, &changed), CORO_STOP_ASKED);
    CHECK_EQ(word, 1);

    struct coro_until idle = {.idle = true};
    CHECK_EQ(coro_loop_run(loop, &idle), CORO_STOP_IDLE);

    CHECK_EQ(coro_cancel(loop, task), 0);
    struct coro_until finished = {.task = task};
    CHECK_EQ(coro_loop_run(loop, &finished), CORO_STOP_ASKED);
    CHECK_EQ(coro_cancel(loop, task), CORO_FINISHED);
    CHECK_EQ(coro_release(loop, task), 0);
    CHECK_EQ(coro_release(loop, task), CORO_BAD);
    CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_FINISHED);
    coro_loop_free(loop);
}

static int waits_for_ever(void *arg, uint64_t *value)
{
    (void)value;
    return coro_wait(arg, 0, CORO_FOREVER);
}

static void a_program_that_waits_for_nobody_is_told_so(void)
{
    uint32_t word = 0;
    CHECK_EQ(coro_alone(NULL, waits_for_ever, &word, NULL), ALONE_FOR_EVER);
}

/* ---- the kernel wait ---- */

struct pipes {
    int data[2], other[2];
    int first, second; /* what the two waits for data said */
};

static int waits_for_the_other_pipe(void *arg, uint64_t *value)
{
    (void)value;
    struct pipes *p = arg;
    return coro_wait_fd(p->other[0], CORO_READABLE, CORO_FOREVER);
}

/* Known to the kernel by a first wait; the byte comes while this task sleeps and another keeps the
 * loop asking. */
static int sleeps_while_a_byte_comes(void *arg, uint64_t *value)
{
    (void)value;
    struct pipes *p = arg;
    p->first = coro_wait_fd(p->data[0], CORO_READABLE, MS);
    bool is_written = write(p->data[1], "x", 1) == 1;
    coro_sleep(20 * MS);
    p->second = coro_wait_fd(p->data[0], CORO_READABLE, 20ULL * 1000 * MS);
    return is_written && write(p->other[1], "x", 1) == 1 ? 0 : 1;
}

/* The kernel tells of each change once: whoever waits later must not wait for the next. */
static void what_became_ready_while_nobody_waited_is_known(void)
{
    struct pipes p = {.first = -1, .second = -1};
    struct coro_loop *loop = coro_loop_new(NULL, NULL);
    if (!CHECK(!pipe2(p.data, O_CLOEXEC | O_NONBLOCK) && !pipe2(p.other, O_CLOEXEC | O_NONBLOCK)))
        return;
    CHECK_EQ(coro_spawn(loop, waits_for_the_other_pipe, &p, 0, NULL), 0);
    CHECK_EQ(coro_spawn(loop, sleeps_while_a_byte_comes, &p, 0, NULL), 0);
    CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_FINISHED);
    CHECK_EQ(p.first, CORO_TIMED_OUT);
    CHECK_EQ(p.second, CORO_OK);
    coro_loop_free(loop);
    for (int i = 0; i < 2; i++) {
        close(p.data[i]);
        close(p.other[i]);
    }
}

struct calls {
    unsigned before, after, nested_wrongly;
};

static void before(void *context)
{
    struct calls *calls = context;
    calls->before++;
}

static void after(void *context)
{
    struct calls *calls = context;
    calls->nested_wrongly += ++calls->after != calls->before;
}

static int naps(void *arg, uint64_t *value)
{
    (void)arg, (void)value;
    for (int i = 0; i < 10; i++)
        coro_sleep(5 * MS);
    return 0;
}

static void callbacks_surround_every_wait_in_the_kernel(void)
{
    struct calls calls = {0, 0, 0};
    struct coro_config config = {
        .before_wait = before, .after_wait = after, .wait_context = &calls};
    CHECK_EQ(coro_alone(&config, naps, NULL, NULL), 0);
    CHECK(calls.before > 0);
    CHECK_EQ(calls.before, calls.after);
    CHECK_EQ(calls.nested_wrongly, 0);
}

/* ---- fairness ---- */

struct storm {
    bool stop;
    uint64_t turns;
};

static int storms(void *arg, uint64_t *value)
{
    (void)value;
    struct storm *storm = arg;
    while (!storm->stop) {
        storm->turns++;
        coro_yield();
    }
    return 0;
}

static int stops_after_a_ms(void *arg, uint64_t *value)
{
    (void)value;
    int error = coro_sleep(MS);
    ((struct storm *)arg)->stop = true;
    return error;
}

static int does_nothing(void *arg, uint64_t *value)
{
    (void)arg, (void)value;
    return 0;
}

static int spawns_without_end(void *arg, uint64_t *value)
{
    (void)value;
    struct storm *storm = arg;
    for (; !storm->stop; storm->turns++) {
        unsigned flags = storm->turns % 2 != 0 ? CORO_EAGER : 0;
        int error = coro_spawn(coro_loop_self(), does_nothing, NULL, flags, NULL);
        if (error != 0)
            return error;
    }
    return 0;
}

struct slow_storm {
    uint64_t due_ns; /* when the sleeper wants to be woken; 0: it does not sleep yet */
    uint32_t turns_late;
    bool stop;
};

static int sleeps_once(void *arg, uint64_t *value)
{
    (void)value;
    struct slow_storm *storm = arg;
    storm->due_ns = coro_now() + 100000;
    int error = coro_sleep_until(storm->due_ns);
    storm->stop = true;
    return error;
}

/* Computes 20 us between two yields; somebody goes to sleep after a long time without timers. */
static int computes_between_yields(void *arg, uint64_t *value)
{
    (void)value;
    struct slow_storm *storm = arg;
    for (uint32_t turns = 0; !storm->stop && turns < 5000; turns++) {
        uint64_t end_ns = coro_now() + 20000;
        if (turns == 100 && coro_spawn(coro_loop_self(), sleeps_once, storm, 0, NULL) != 0)
            return CORO_NO_MEMORY;
        storm->turns_late += storm->due_ns != 0 && end_ns > storm->due_ns;
        while (coro_now() < end_ns)
            continue;
        coro_yield();
    }
    return 0;
}

/* Each turn is long, so that a tick as long as one without timers would be 20 ms of them. */
static void the_first_timer_shortens_the_tick(void)
{
    for (int kind = CORO_GUARDED; kind <= CORO_COMPACT; kind++) {
        struct coro_config config = {.stack = (enum coro_stack)kind};
        struct slow_storm storm = {0};
        CHECK_EQ(coro_alone(&config, computes_between_yields, &storm, NULL), 0);
        CHECK(storm.stop);
        CHECK_MSG(storm.turns_late < 200, "%u turns late", storm.turns_late);
    }
}

static void storms_of_yields_and_spawns_do_not_hold_up_timers(void)
{
    static coro_body *const bodies[] = {storms, spawns_without_end};
    for (int i = 0; i < 2; i++) {
        struct coro_loop *loop = coro_loop_new(NULL, NULL);
        struct storm storm = {false, 0};
        CHECK_EQ(coro_spawn(loop, stops_after_a_ms, &storm, 0, NULL), 0);
        CHECK_EQ(coro_spawn(loop, bodies[i], &storm, 0, NULL), 0);
        CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_FINISHED);
        CHECK(storm.stop);
        coro_loop_free(loop);
    }
}

/* ---- refusals ---- */

static int awaits_itself(void *arg, uint64_t *value)
{
    (void)arg, (void)value;
    return coro_await(coro_self(), NULL);
}

static int sleeps_until_the_past(void *arg, uint64_t *value)
{
    (void)arg, (void)value;
    return coro_sleep_until(coro_now() - 1);
}

static int runs_its_own_loop(void *arg, uint64_t *value)
{
    (void)arg, (void)value;
    return coro_loop_run(coro_loop_self(), NULL);
}

static int polls_a_word(void *arg, uint64_t *value)
{
    (void)value;
    CHECK_EQ(coro_wait(arg, 1, CORO_NO_WAIT), CORO_CHANGED);
    CHECK_EQ(coro_wait(NULL, 1, CORO_NO_WAIT), CORO_BAD);
    CHECK_EQ(coro_wait(arg, 0, MS), CORO_TIMED_OUT);
    return coro_wait(arg, 0, CORO_NO_WAIT);
}

static void every_misuse_has_its_error(void)
{
    uint32_t word = 0;
    static const struct {
        coro_body *body;
        int error;
    } rows[] = {{awaits_itself, CORO_SELF},
                {sleeps_until_the_past, CORO_PAST},
                {runs_its_own_loop, CORO_BUSY},
                {polls_a_word, CORO_TIMED_OUT},
                {NULL, CORO_BAD}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_EQ(coro_alone(NULL, rows[i].body, &word, NULL), rows[i].error);

    CHECK_EQ(coro_yield(), CORO_OUTSIDE);
    CHECK_EQ(coro_sleep(1), CORO_OUTSIDE);
    CHECK_EQ(coro_wait(&word, 0, 1), CORO_OUTSIDE);
    CHECK_EQ(coro_await(NULL, NULL), CORO_OUTSIDE);
    CHECK(coro_self() == NULL);
    CHECK(coro_loop_self() == NULL);

    int error;
    for (int kind = CORO_GUARDED; kind <= CORO_COMPACT; kind++) {
        struct coro_config config = {.stack = (enum coro_stack)kind};
        config.stack_bytes = coro_stack_least(config.stack) - 1;
        CHECK(coro_loop_new(&config, &error) == NULL);
        CHECK_EQ(error, CORO_SMALL);
        config.stack_bytes++;
        struct coro_loop *loop = coro_loop_new(&config, &error);
        CHECK_EQ(error, CORO_OK);
        CHECK_EQ(coro_spawn(loop, NULL, NULL, 0, NULL), CORO_BAD);
        CHECK_EQ(coro_spawn(loop, does_nothing, NULL, 1U << 20, NULL), CORO_BAD);
        CHECK_EQ(coro_cancel(loop, NULL), CORO_BAD);
        CHECK_EQ(coro_spawn(loop, does_nothing, NULL, 0, NULL), 0);
        CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_FINISHED);
        coro_loop_free(loop);
    }
    struct coro_config nonsense = {.stack = (enum coro_stack)9};
    CHECK(coro_loop_new(&nonsense, &error) == NULL);
    CHECK_EQ(error, CORO_BAD);
    coro_loop_free(NULL);
    for (int i = 1; i >= -20; i--)
        CHECK(coro_strerror(i) != NULL);
}

/* ---- alone, and still not for ever ---- */

static int sleeps_a_little(void *arg, uint64_t *value)
{
    (void)value;
    int error = coro_sleep(1000000);
    *(bool *)arg = true;
    return error;
}

/* Nobody else can run: each yield comes back at once, until the sleeper's time has come. */
static int yields_until_told(void *arg, uint64_t *value)
{
    for (; !*(volatile bool *)arg; ++*value)
        CHECK_EQ(coro_yield(), 0);
    return 0;
}

static void who_yields_to_nobody_lets_sleepers_wake_all_the_same(void)
{
    for (int kind = CORO_GUARDED; kind <= CORO_DENSE; kind++) {
        struct coro_config config = {.stack = (enum coro_stack)kind};
        int error;
        struct coro_loop *loop = coro_loop_new(&config, &error);
        bool is_over = false;
        CHECK_EQ(coro_spawn(loop, sleeps_a_little, &is_over, 0, NULL), 0);
        CHECK_EQ(coro_spawn(loop, yields_until_told, &is_over, 0, NULL), 0);
        CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_FINISHED);
        CHECK(is_over);
        coro_loop_free(loop);
    }
}

static const struct test tests[] = {
    {"a_gate_opens_for_all_and_the_loop_is_used_again",
     a_gate_opens_for_all_and_the_loop_is_used_again},
    {"running_stops_at_each_kind_of_condition", running_stops_at_each_kind_of_condition},
    {"a_program_that_waits_for_nobody_is_told_so", a_program_that_waits_for_nobody_is_told_so},
    {"what_became_ready_while_nobody_waited_is_known",
     what_became_ready_while_nobody_waited_is_known},
    {"callbacks_surround_every_wait_in_the_kernel", callbacks_surround_every_wait_in_the_kernel},
    {"the_first_timer_shortens_the_tick", the_first_timer_shortens_the_tick},
    {"storms_of_yields_and_spawns_do_not_hold_up_timers",
     storms_of_yields_and_spawns_do_not_hold_up_timers},
    {"every_misuse_has_its_error", every_misuse_has_its_error},
    {"who_yields_to_nobody_lets_sleepers_wake_all_the_same",
     who_yields_to_nobody_lets_sleepers_wake_all_the_same},
    {0}};
TEST_MAIN(tests)
