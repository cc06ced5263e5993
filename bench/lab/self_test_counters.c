/*
 * Whether counters count: the canary, known work that must be seen (machine/counters), made twice.
 * What counts at one time and not at another would be believed for the first.
 */
#include "bench/lab/self_test.h"

#include "bench/base/buf.h"
#include "bench/machine/counters/counters.h"

#include <stdio.h>
#include <string.h>

#define MOST_NS UINT64_C(3000000000)

static void add_name(struct buf *list, int counter)
{
    buf_printf(list, "%s%s", list->len ? ", " : "", counter_name((enum counter)counter));
}

void self_test_counters(struct self_test *t, struct self_check *c)
{
    static const struct counter_provider *const providers[] = {&counter_provider_perf, NULL};
    static struct counter_verdict verdicts[2]; /* some kilobytes each */
    struct buf counting = {0}, unsteady = {0};
    (void)t;
    self_tried(c, "work whose events are known, counted twice, in a thread and in all it starts");
    for (int i = 0; i < 2; i++)
        counters_judge(providers, MOST_NS, &verdicts[i]);
    for (int counter = 0; counter < COUNTER_COUNT; counter++) {
        unsigned seen = 0;
        for (int i = 0; i < 2; i++)
            for (int scope = 0; scope < COUNTER_SCOPES; scope++)
                seen += verdicts[i].choices[scope][counter].provider != NULL;
        if (seen == 2 * COUNTER_SCOPES)
            add_name(&counting, counter);
        else if (seen && (!verdicts[0].choices[COUNTER_THREAD][counter].provider !=
                          !verdicts[1].choices[COUNTER_THREAD][counter].provider))
            add_name(&unsteady, counter);
    }
    const char *why_none = verdicts[1].choices[COUNTER_TREE][COUNTER_CONTEXT_SWITCHES].reason;
    if (unsteady.len)
        self_seen(c, SELF_FAILED, "seen at one time and not at another: %s", buf_text(&unsteady));
    else if (counting.len)
        self_seen(c, SELF_OK, "all of it was counted, both times: %s", buf_text(&counting));
    else
        self_seen(c, SELF_SKIPPED, "there are none for this user here: %s", why_none);
    buf_release(&counting);
    buf_release(&unsteady);
}
