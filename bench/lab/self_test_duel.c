/* Whether a duel finds what is there, and nothing where nothing is: a small doctor --inject. */
#include "bench/lab/self_test.h"

#include "bench/base/units.h"
#include "bench/lab/inject.h"

#include <stdlib.h>

#define BUDGET_NS UINT64_C(3000000000)
#define THRESHOLD 0.05

/* One duel of a loop against itself with so much more planted; NULL with the reason in c->seen. */
static struct injection *duel(struct self_test *t, struct self_check *c, const char *percents)
{
    const struct injection_options options = {
        .percents = percents,
        .trials = 1,
        .budget_ns = BUDGET_NS,
        .threshold = THRESHOLD,
        .seed = -1,
        .interrupted = t->interrupted,
    };
    struct err err = {0};
    struct injection *in = malloc(sizeof *in);
    if (in && !injection_init(in, &options, &err) && !injection_run(in, &err))
        return in;
    self_seen(c, SELF_FAILED, "no duel could be made: %s",
              in ? err.text : "no memory for an injection");
    free(in);
    return NULL;
}

static const char *verdict_in(const struct injection *in)
{
    for (int v = 0; v < VERDICT_NOT_COMPARABLE; v++)
        if (in->effects[0].verdicts[v])
            return verdict_name((enum verdict)v);
    return "no verdict";
}

/* What it was judged by is borrowed no longer. */
static void judge(struct self_check *c, struct injection *in, bool is_right)
{
    const struct injected *e = &in->effects[0];
    self_seen(c, is_right ? SELF_OK : SELF_FAILED,
              "\"%s\"%s, the estimate %.2f %% off, in %.1f s%s", verdict_in(in),
              e->fired ? ", and its control fired" : "", 100 * e->error_sum, e->seconds,
              is_right ? "" : " (contend doctor says what disturbs duels here)");
    free(in);
}

void self_test_planted(struct self_test *t, struct self_check *c)
{
    self_tried(c, "a duel of a loop of 20 ms against itself with 20 %% more work");
    struct injection *in = duel(t, c, "20");
    if (in)
        judge(c, in, in->effects[0].verdicts[VERDICT_SLOWER] > 0);
}

void self_test_equals(struct self_test *t, struct self_check *c)
{
    self_tried(c, "a duel of that loop against itself");
    struct injection *in = duel(t, c, "0");
    if (in)
        judge(c, in,
              !in->effects[0].verdicts[VERDICT_SLOWER] && !in->effects[0].verdicts[VERDICT_FASTER]);
}
