#include "bench/run/overhead.h"

#include "bench/base/clock.h"
#include "bench/run/worker.h"
#include "bench/stats/summary.h"

/* One comparison: the bare thing, and the same through the harness. */
static const struct row_names {
    const char *what, *bare_is;
} rows[OVERHEAD_ROWS] = {
    [OVERHEAD_OPERATION] = {"operation", "empty loop"},
    [OVERHEAD_THREAD] = {"thread lifecycle", "pthread_create + join"},
    [OVERHEAD_PROCESS] = {"process lifecycle", "fork + wait"},
    [OVERHEAD_PROCESS_ALONE] = {"process lifecycle", "fork + wait, its own program"},
};

static double median(double *values)
{
    samples_sort(values, OVERHEAD_ROUNDS);
    return median_of_sorted(values, OVERHEAD_ROUNDS);
}

static struct overhead_line line_of(const struct row_names *names, struct overhead_pair *p)
{
    double ratios[OVERHEAD_ROUNDS], differences[OVERHEAD_ROUNDS];
    for (int r = 0; r < OVERHEAD_ROUNDS; r++) {
        ratios[r] = p->harness_ns[r] / p->bare_ns[r];
        differences[r] = p->harness_ns[r] - p->bare_ns[r];
    }
    return (struct overhead_line){
        .what = names->what,
        .bare = names->bare_is,
        .bare_ns = median(p->bare_ns),
        .harness_ns = median(p->harness_ns),
        .difference_ns = median(differences),
        .ratio = median(ratios),
    };
}

int overhead_measure(struct overhead_table *out, struct err *err)
{
    enum { MOST_S = 60 };
    static const volatile bool never = false; /* an interrupt ends this process as any other */
    *out = (struct overhead_table){.rounds = OVERHEAD_ROUNDS};
    struct mailbox *m = mailbox_new(err);
    if (!m)
        return -1;
    mailbox_clear(m);
    assignment_init(&m->job, ASSIGN_OVERHEAD);
    int failed = worker_run(m, clock_now_ns() + MOST_S * UINT64_C(1000000000), &never, err);
    if (!failed && m->err.code != ERR_NONE)
        failed = err_set(err, m->err.code, "%s", m->err.text);
    for (int i = 0; i < OVERHEAD_ROWS && !failed; i++)
        out->rows[i] = line_of(&rows[i], &m->overhead.pairs[i]);
    mailbox_free(m);
    return failed;
}
