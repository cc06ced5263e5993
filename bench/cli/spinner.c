#include "bench/cli/spinner.h"

#include "bench/core/clock.h"
#include "bench/coro/coro.h"
#include "bench/registry.h"
#include "bench/run/launch.h"
#include "bench/run/plan.h"
#include "bench/run/worker.h"
#include "bench/stats/summary.h"
#include "workloads/spinner_roles.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { INTERVAL_NS = 100000000, OBJECT_MAX = 96 };

const char *const spinner_models[] = {"thread", "process", "coroutine", NULL};
const char *const spinner_works[] = SLOW_KINDS;

/* Shared by the worker, its units, and the process that draws. */
struct stage {
    struct spinner_board board;
    struct spinner spinner;
    struct latency_ring lateness;
    _Atomic bool has_object;
    char object[OBJECT_MAX];
    uint64_t answer;
    bool is_done; /* the worker came to its end */
    struct err err;
};

/* The workload of one request: its hooks find the stage behind the descriptor. */
struct staged {
    struct workload workload; /* first: a launch knows its address */
    struct stage *stage;
    const struct spinner_request *request;
};

static const struct staged *staged_of(const struct launch *l)
{
    return (const struct staged *)(const void *)l->workload;
}

static void announce(struct stage *s)
{
    atomic_store_explicit(&s->has_object, true, memory_order_release);
}

/* ---- Threads and processes: an event ends the spinner ------------------------------- */

static uint64_t run_pair(struct task *t, uint64_t op_count)
{
    struct stage *s = staged_of(t->launch)->stage;
    if (t->index == 0)
        s->answer = spinner_supervise(t, &s->board);
    else
        spinner_spin(t, &s->board, &s->spinner);
    return op_count;
}

/* ---- Coroutines: cancelling ends it ------------------------------------------------- */

struct scene {
    struct task *task; /* in whose name all three run: the supervisor's */
    struct stage *stage;
};

/* The spinner: turns until its sleep is cancelled, cleans up, and passes the cancelling on. */
static int spin(void *arg, uint64_t *value)
{
    const struct scene *scene = arg;
    struct stage *s = scene->stage;
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

static int describe(struct stage *s, struct coro *spinner)
{
    struct coro_info info;
    int error = coro_task_info(coro_loop_self(), spinner, &info);
    if (error == CORO_OK)
        snprintf(s->object, sizeof s->object, "<task pending spinner id=%u>", info.id);
    announce(s);
    return error;
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
    if (error == CORO_OK)
        error = describe(scene->stage, spinner);
    if (error == CORO_OK)
        error = coro_spawn(loop, slow, scene, CORO_EAGER, &work);
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
    struct stage *s = staged->stage;
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

static void perform(struct stage *s, const struct spinner_request *r)
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
    char *reason = plan_skip_reason(&c);
    if (reason)
        err_set(&s->err, ERR_USAGE, "--lock %s with %s: %s", r->lock->name, x->name, reason);
    else if (!launch_open(&c, c.tasks, NULL, 0, &l, &s->err)) {
        launch_run(l, &s->err);
        launch_close(l);
    }
    free(reason);
    cell_release(&c);
}

static _Noreturn void work(struct stage *s, const struct spinner_request *r, pid_t parent)
{
    worker_begin(parent);
    perform(s, r);
    s->is_done = true;
    _exit(0);
}

/* ---- The side that draws ------------------------------------------------------------ */

struct drawing {
    const struct spinner_screen *screen;
    struct stage *stage;
    uint64_t begin_ns;
    uint32_t drawn; /* frames */
    bool has_object;
    bool is_clear;
};

/* Whatever is new. */
static int draw(struct drawing *d, struct err *err)
{
    const struct spinner_screen *screen = d->screen;
    struct stage *s = d->stage;
    if (!screen)
        return 0;
    if (!d->has_object && atomic_load_explicit(&s->has_object, memory_order_acquire)) {
        d->has_object = true;
        if (screen->object(screen->context, s->object, err))
            return -1;
    }
    uint32_t shown = atomic_load_explicit(&s->spinner.shown, memory_order_acquire);
    if (shown - d->drawn > SPINNER_RECENT)
        d->drawn = shown - SPINNER_RECENT;
    for (; d->drawn < shown; d->drawn++) {
        uint64_t at_ns = atomic_load_explicit(&s->spinner.shown_ns[d->drawn % SPINNER_RECENT],
                                              memory_order_relaxed);
        if (screen->frame(screen->context, d->drawn, at_ns - s->board.begin_ns, err))
            return -1;
    }
    if (!d->is_clear && atomic_load_explicit(&s->spinner.is_over, memory_order_acquire)) {
        d->is_clear = true;
        return screen->clear(screen->context, err);
    }
    return screen->check(screen->context, err);
}

static bool has_ended(pid_t pid)
{
    siginfo_t info = {0};
    return !waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid;
}

/* Draws until the worker has ended, has hung, or is not wanted any more. */
static int watch(struct drawing *d, pid_t pid, uint64_t deadline_ns,
                 const volatile sig_atomic_t *stop_signal, struct err *err)
{
    enum { LOOK_EVERY_NS = 10000000 };
    while (!*stop_signal && clock_now_ns() < deadline_ns) {
        if (has_ended(pid))
            return draw(d, err);
        if (draw(d, err))
            return -1;
        struct timespec pause = {.tv_nsec = LOOK_EVERY_NS};
        nanosleep(&pause, NULL);
    }
    return 0;
}

static uint64_t median_lateness(const struct latency_ring *r)
{
    double values[LATENCY_RING_SIZE];
    for (uint32_t i = 0; i < r->kept; i++)
        values[i] = (double)r->values[i];
    samples_sort(values, r->kept);
    return r->kept ? (uint64_t)median_of_sorted(values, r->kept) : 0;
}

static void read_outcome(const struct stage *s, struct spinner_outcome *out)
{
    *out = (struct spinner_outcome){
        .answer = s->answer,
        .work_ns = s->board.end_ns - s->board.begin_ns,
        .shown = s->spinner.in_time,
        .due = s->spinner.due,
        .frames = atomic_load(&s->spinner.shown),
        .worst_ns = s->spinner.worst_ns,
        .median_ns = median_lateness(&s->lateness),
    };
}

/* What became of the worker, in words. */
static int judge(const struct stage *s, bool in_time, int status, struct err *err)
{
    if (s->err.code != ERR_NONE)
        return err_set(err, s->err.code, "%s", s->err.text);
    if (!in_time)
        return err_set(err, ERR_FAILED, "the spinner did not end in time and was stopped");
    if (WIFSIGNALED(status))
        return err_set(err, ERR_FAILED, "the spinner's process was killed by signal %d",
                       WTERMSIG(status));
    if (!s->is_done)
        return err_set(err, ERR_FAILED, "the spinner's process ended early with status %d",
                       WEXITSTATUS(status));
    return 0;
}

static int perform_and_watch(const struct spinner_request *r, struct stage *s,
                             const struct spinner_screen *screen,
                             const volatile sig_atomic_t *stop_signal, struct err *err)
{
    /* Computing takes longer where others compute too: ten times, and a minute. */
    uint64_t deadline_ns = clock_now_ns() + 10 * r->duration_ns + UINT64_C(60000000000);
    struct drawing d = {.screen = screen, .stage = s};
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        work(s, r, parent);
    if (pid < 0)
        return err_set_sys(err, errno, "fork of the spinner's process");
    int failed = watch(&d, pid, deadline_ns, stop_signal, err);
    bool in_time = has_ended(pid);
    /* The deadline has come: what is left is killed, with all it made. */
    static const volatile bool never = false;
    struct worker_end end = worker_wait(pid, 0, &never);
    if (*stop_signal)
        return 1;
    return failed ? -1 : judge(s, in_time, end.status, err);
}

int spinner_run(const struct spinner_request *r, const struct spinner_screen *screen,
                const volatile sig_atomic_t *stop_signal, struct spinner_outcome *outcome,
                struct err *err)
{
    struct stage *s =
        mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED)
        return err_set_sys(err, errno, "mapping what the spinner shows");
    int rc = perform_and_watch(r, s, screen, stop_signal, err);
    if (rc == 0)
        read_outcome(s, outcome);
    munmap(s, sizeof *s);
    return rc;
}
