#include "bench/cli/spinner.h"

#include "bench/cli/spinner_stage.h"
#include "bench/core/clock.h"
#include "bench/run/worker.h"
#include "bench/stats/summary.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

const char *const spinner_models[] = {"thread", "process", "coroutine", NULL};
const char *const spinner_works[] = SLOW_KINDS;

static _Noreturn void work(struct spinner_stage *s, const struct spinner_request *r, pid_t parent)
{
    worker_begin(parent);
    spinner_perform(s, r);
    s->is_done = true;
    _exit(0);
}

struct drawing {
    const struct spinner_screen *screen;
    struct spinner_stage *stage;
    uint64_t begin_ns;
    uint32_t drawn; /* frames */
    bool has_object;
    bool is_clear;
};

/* Whatever is new. */
static int draw(struct drawing *d, struct err *err)
{
    const struct spinner_screen *screen = d->screen;
    struct spinner_stage *s = d->stage;
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
                 const volatile bool *interrupted, struct err *err)
{
    enum { LOOK_EVERY_NS = 10000000 };
    while (!*interrupted && clock_now_ns() < deadline_ns) {
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

static void read_outcome(const struct spinner_stage *s, struct spinner_outcome *out)
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
static int judge(const struct spinner_stage *s, bool in_time, int status, struct err *err)
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

static int perform_and_watch(const struct spinner_request *r, struct spinner_stage *s,
                             const struct spinner_screen *screen, const volatile bool *interrupted,
                             struct err *err)
{
    /* Computing takes longer where others compute too: ten times, and a minute. */
    uint64_t deadline_ns = clock_now_ns() + 10 * r->duration_ns + UINT64_C(60000000000);
    struct drawing d = {.screen = screen, .stage = s};
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        work(s, r, parent);
    if (pid < 0)
        return err_set_sys(err, errno, "fork of the spinner's process");
    int failed = watch(&d, pid, deadline_ns, interrupted, err);
    bool in_time = has_ended(pid);
    /* The deadline has come: what is left is killed, with all it made. */
    static const volatile bool never = false;
    struct worker_end end = worker_wait(pid, 0, &never);
    if (*interrupted)
        return 1;
    return failed ? -1 : judge(s, in_time, end.status, err);
}

int spinner_run(const struct spinner_request *r, const struct spinner_screen *screen,
                const volatile bool *interrupted, struct spinner_outcome *outcome, struct err *err)
{
    struct spinner_stage *s =
        mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED)
        return err_set_sys(err, errno, "mapping what the spinner shows");
    int rc = perform_and_watch(r, s, screen, interrupted, err);
    if (rc == 0)
        read_outcome(s, outcome);
    munmap(s, sizeof *s);
    return rc;
}
