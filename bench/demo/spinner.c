#include "bench/demo/spinner.h"

#include "bench/base/clock.h"
#include "bench/child/child.h"
#include "bench/demo/spinner_stage.h"
#include "bench/stats/summary.h"

#include <errno.h>
#include <sys/mman.h>

const char *const spinner_models[] = {"thread", "process", "coroutine", NULL};
const char *const spinner_works[] = SLOW_KINDS;

/* What the worker is given. */
struct play {
    struct spinner_stage *stage;
    const struct spinner_request *request;
};

static int work(void *play)
{
    const struct play *p = play;
    spinner_perform(p->stage, p->request);
    p->stage->is_done = true;
    return 0;
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

/* Draws until the worker has ended, has hung, or is not wanted any more. */
static int watch(struct drawing *d, struct child *c, uint64_t deadline_ns,
                 const volatile bool *interrupted, struct err *err)
{
    enum { LOOK_EVERY_NS = 10000000 };
    struct child *const children[] = {c};
    for (uint64_t now_ns; !*interrupted && (now_ns = clock_now_ns()) < deadline_ns;) {
        if (c->has_ended)
            return draw(d, err);
        if (draw(d, err))
            return -1;
        child_await(children, 1, NULL, now_ns + LOOK_EVERY_NS, interrupted);
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
static int judge(const struct spinner_stage *s, const struct child_end *end, struct err *err)
{
    char words[160];
    if (s->err.code != ERR_NONE)
        return err_set(err, s->err.code, "%s", s->err.text);
    if (!end->in_time)
        return err_set(err, ERR_FAILED, "the spinner did not end in time and was stopped");
    if (!s->is_done || !child_is_fine(end))
        return err_set(err, ERR_FAILED, "the spinner's process %s",
                       child_words(end, words, sizeof words));
    return 0;
}

static int perform_and_watch(const struct spinner_request *r, struct spinner_stage *s,
                             const struct spinner_screen *screen, const volatile bool *interrupted,
                             struct err *err)
{
    /* Computing takes longer where others compute too: ten times, and a minute. */
    uint64_t deadline_ns = clock_now_ns() + 10 * r->duration_ns + UINT64_C(60000000000);
    struct drawing d = {.screen = screen, .stage = s};
    struct play play = {s, r};
    const struct child_request request = {
        .what = "the spinner's process",
        .body = work,
        .context = &play,
        .in = CHILD_OURS,
        .out = CHILD_OURS,
        .errors = CHILD_OURS,
    };
    struct child c;
    struct child_end end;
    if (child_start(&c, &request, err))
        return -1;
    int failed = watch(&d, &c, deadline_ns, interrupted, err);
    failed |= child_end(&c, &end, err);
    if (*interrupted)
        return 1;
    return failed ? -1 : judge(s, &end, err);
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
