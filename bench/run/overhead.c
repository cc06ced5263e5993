#include "bench/run/overhead.h"

#include "bench/core/clock.h"
#include "bench/core/json.h"
#include "bench/core/units.h"
#include "bench/run/worker.h"
#include "bench/stats/summary.h"

#include <jansson.h>

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

static void add_row(const struct row_names *names, struct overhead_pair *p, struct buf *out,
                    json_t *list)
{
    double ratios[OVERHEAD_ROUNDS], differences[OVERHEAD_ROUNDS];
    for (int r = 0; r < OVERHEAD_ROUNDS; r++) {
        ratios[r] = p->harness_ns[r] / p->bare_ns[r];
        differences[r] = p->harness_ns[r] - p->bare_ns[r];
    }
    double ratio = median(ratios), difference = median(differences);
    double bare = median(p->bare_ns), harness = median(p->harness_ns);
    if (list) {
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:f, s:f, s:f, s:f}", "what", names->what,
                                        "bare", names->bare_is, "bare_ns", bare, "harness_ns",
                                        harness, "difference_ns", difference, "ratio", ratio));
        return;
    }
    char a[32], b[32], d[32];
    buf_printf(out, "  %-20s %-30s %10s %10s %10s   %.3f\n", names->what, names->bare_is,
               units_format(a, sizeof a, bare, "ns", 3),
               units_format(b, sizeof b, harness, "ns", 3),
               units_format(d, sizeof d, difference, "ns", 3), ratio);
}

static void show(struct overhead *o, bool json, struct buf *out)
{
    json_t *list = json ? json_array() : NULL;
    if (!json)
        buf_printf(out,
                   "harness overhead, one CPU, medians of %d interleaved rounds\n"
                   "  %-20s %-30s %10s %10s %10s   %s\n",
                   OVERHEAD_ROUNDS, "", "bare", "bare", "harness", "difference", "ratio");
    for (int i = 0; i < OVERHEAD_ROWS; i++)
        add_row(&rows[i], &o->pairs[i], out, list);
    if (json)
        json_add_text(out, json_pack("{s:i, s:o}", "rounds", OVERHEAD_ROUNDS, "overhead", list),
                      JSON_INDENT(1));
}

int overhead_measure(struct buf *out, bool json, struct err *err)
{
    enum { MOST_S = 60 };
    static const volatile bool never = false; /* an interrupt ends this process as any other */
    struct mailbox *m = mailbox_new(err);
    if (!m)
        return -1;
    mailbox_clear(m);
    assignment_init(&m->job, ASSIGN_OVERHEAD);
    int failed = worker_run(m, clock_now_ns() + MOST_S * UINT64_C(1000000000), &never, err);
    if (!failed && m->err.code != ERR_NONE)
        failed = err_set(err, m->err.code, "%s", m->err.text);
    if (!failed)
        show(&m->overhead, json, out);
    mailbox_free(m);
    return failed;
}
