#include "bench/demo/spinner_stage.h"

#include "bench/coro/coro.h"
#include "bench/registry.h"
#include "bench/run/launch/launch.h"
#include "bench/run/plan/cell_fit.h"
#include "bench/run/plan/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Ten frames a second, as the textbook has it. */
enum { INTERVAL_NS = 100000000 };

/* The workload of one request: its hooks find the stage behind the descriptor. */
struct staged {
    struct workload workload; /* first: a launch knows its address */
    struct spinner_stage *stage;
    const struct spinner_request *request;
};

static const struct staged *staged_of(const struct launch *l)
{
    return (const struct staged *)(const void *)l->workload;
}

static void announce(struct spinner_stage *s)
{
    atomic_store_explicit(&s->has_object, true, memory_order_release);
}

/* ---- Threads and processes: an event ends the spinner ------------------------------- */

static uint64_t run_pair(struct task *t, uint64_t op_count)
{
    struct spinner_stage *s = staged_of(t->launch)->stage;
    if (t->index == 0)
        s->answer = spinner_supervise(t, &s->board);
    else
        spinner_spin(t, &s->board, &s->spinner);
    return op_count;
}

/* ---- Coroutines: cancelling ends it ------------------------------------------------- */

struct scene {
    struct task *task; /* in whose name all three run: the supervisor's */
    struct spinner_stage *stage;
};

/* The spinner: turns until its sleep is cancelled, cleans up, and passes the cancelling on. */
static int spin(void *arg, uint64_t *value)
{
    const struct scene *scene = arg;
    struct spinner_stage *s = scene->stage;
    (void)value;
    /* One that is cancelled before it began shows nothing. */
    int error = coro_yield();
    uint64_t due_ns = s->board.begin_ns;
    while (error == CORO_OK || error == CORO_PAST) {
        due_ns = spinner_show(scene->task, &s->board, &s->spinner, due_ns);
        error = coro_sleep_until(due_ns);
    }
    spinner_settle(&s->board, &s->spinner, 0);
    return error;
}

static int slow(void *arg, uint64_t *value)
{
    const struct scene *scene = arg;
    *value = spinner_work(scene->task, &scene->stage->board);
    return CORO_OK;
}

static void describe(struct spinner_stage *s, const struct coro *spinner)
{
    snprintf(s->object, sizeof s->object, "<task pending spinner id=%u>", coro_id(spinner));
    announce(s);
}

/*
 * The supervisor: makes the spinner, which does not begin before somebody suspends; awaits the slow
 * function, which begins at once; then cancels the spinner and waits for it to have cleaned up.
 */
static int supervise(struct scene *scene)
{
    struct coro_loop *loop = coro_loop_self();
    struct coro *spinner, *work;
    struct coro_result result = {0}, end = {0};
    int error = coro_spawn(loop, spin, scene, 0, &spinner);
    if (error == CORO_OK) {
        describe(scene->stage, spinner);
        error = coro_spawn(loop, slow, scene, CORO_EAGER, &work);
    }
    if (error == CORO_OK)
        error = coro_await(work, &result);
    scene->stage->answer = result.value;
    if (error == CORO_OK)
        error = coro_cancel(loop, spinner);
    if (error == CORO_OK)
        error = coro_await(spinner, &end);
    return error == CORO_OK && end.error != CORO_CANCELLED ? CORO_BAD : error;
}

static uint64_t run_supervisor(struct task *t, uint64_t op_count)
{
    struct scene scene = {.task = t, .stage = staged_of(t->launch)->stage};
    int error = supervise(&scene);
    if (error == CORO_OK)
        return op_count;
    err_set(&scene.stage->err, ERR_FAILED, "coroutine: %s", coro_strerror(error));
    return 0;
}

/* ---- The worker -------------------------------------------------------------------- */

static uint64_t expect_all(const int64_t *values, uint64_t op_count)
{
    (void)values;
    return op_count;
}

static void prepare(struct launch *l)
{
    const struct staged *staged = staged_of(l);
    struct spinner_stage *s = staged->stage;
    const struct spinner_request *r = staged->request;
    s->board.interval_ns = INTERVAL_NS;
    s->board.work = slow_work_plan(l->coordinator, r->work, r->duration_ns);
    s->spinner.lateness = &s->lateness;
    if (r->model == SPINNER_THREAD)
        snprintf(s->object, sizeof s->object, "<thread spinner initial>");
    else if (r->model == SPINNER_PROCESS)
        snprintf(s->object, sizeof s->object, "<process spinner parent=%d initial>", getpid());
    if (r->model != SPINNER_COROUTINE)
        announce(s);
}

void spinner_perform(struct spinner_stage *s, const struct spinner_request *r)
{
    bool is_alone = r->model == SPINNER_COROUTINE;
    const struct staged staged = {
        .workload = {.name = "spinner",
                     .summary = "a spinner and its supervisor",
                     .kind = WORKLOAD_SYNC,
                     .prepare = prepare,
                     .run = is_alone ? run_supervisor : run_pair,
                     .expected = expect_all},
        .stage = s,
        .request = r,
    };
    const struct executor *x = registry_find_executor(spinner_models[r->model], &s->err);
    if (!x)
        return;
    struct cell c;
    struct launch *l;
    cell_init(&c, &staged.workload, r->lock, x);
    c.tasks = is_alone ? 1 : 2;
    c.batch_count = 1;
    c.batch_ops = 1;
    char *reason = cell_skip_reason(&c);
    if (reason)
        err_set(&s->err, ERR_USAGE, "--lock %s with %s: %s", r->lock->name, x->name, reason);
    else if (!launch_open(&c, c.tasks, NULL, 0, &l, &s->err)) {
        launch_run(l, &s->err);
        launch_close(l);
    }
    free(reason);
    cell_release(&c);
}
