#include "bench/lab/doctor_session.h"

#include "bench/base/interrupt.h"
#include "bench/child/child.h"
#include "bench/lab/ahead.h"
#include "bench/lab/moments.h"
#include "bench/lab/self_test.h"

#include <stdio.h>

#define SECOND_NS INT64_C(1000000000)

/* What is measured in a child, ahead of others, and shown there. */
struct work {
    int (*measure)(struct doctor_session *s, const char *priority, struct err *err);
    void (*show)(struct doctor_found *out); /* begins the page */
};

static int run_ahead(struct doctor_session *s, const struct work *w, struct doctor_found *out,
                     struct err *err)
{
    char priority[AHEAD_NOTE];
    switch (ahead_go(true, priority, err)) {
    case AHEAD_FAILED:
        return -1;
    case AHEAD_PARENT:
        out->status = ahead_await(err);
        return out->status < 0 ? -1 : 0;
    case AHEAD_CHILD:
        break;
    }
    int failed = w->measure(s, priority, err);
    if (interrupt_came) {
        *err = (struct err){0};
        failed = 0;
    }
    out->has_page = !failed && !ahead_is_alone();
    if (!failed)
        w->show(out);
    if (interrupt_came)
        out->status = EXIT_INTERRUPTED;
    if (!failed && !out->has_page)
        page_release(&out->page);
    return failed;
}

/* ---- Injections ------------------------------------------------------------------------------ */

static struct injection injection; /* some kilobytes, and this is done once */

static void show_trial(void *context, int64_t trial, double planted)
{
    const struct doctor_session *s = context;
    char text[80];
    snprintf(text, sizeof text, "round %lld of %lld: %.3g %% planted", (long long)trial,
             (long long)s->inject.trials, 100 * planted);
    s->on_progress(NULL, text);
}

static int inject(struct doctor_session *s, const char *priority, struct err *err)
{
    s->inject.priority_note = priority;
    s->inject.interrupted = &interrupt_came;
    s->inject.on_progress = show_trial;
    s->inject.context = s;
    return injection_run(&injection, err);
}

static void show_injections(struct doctor_found *out)
{
    injection_page(&out->page, &injection);
}

/* ---- The self-test --------------------------------------------------------------------------- */

static struct self_test test; /* likewise */

static int test_itself(struct doctor_session *s, const char *priority, struct err *err)
{
    (void)priority;
    test = (struct self_test){.interrupted = &interrupt_came, .on_progress = s->on_progress};
    child_adopt(); /* what a killed run leaves is counted */
    return self_test_run(&test, err);
}

static void show_test(struct doctor_found *out)
{
    out->status = self_test_is_fine(&test) ? EXIT_FINE : EXIT_RUN_FAILED;
    self_test_page(&out->page, &test);
}

/* ---- All of it ------------------------------------------------------------------------------- */

static int find_moments(const struct doctor_session *s, struct doctor_found *out, struct err *err)
{
    const struct moments_options options = {s->budget_ns ? s->budget_ns : 60 * SECOND_NS,
                                            &interrupt_came};
    int outcome = moments_page(&out->page, &options, err);
    out->has_page = outcome == 0;
    if (interrupt_came)
        out->status = EXIT_INTERRUPTED;
    return outcome < 0 ? -1 : 0;
}

static void examine(struct doctor_found *out)
{
    static struct doctor_facts facts;
    static struct findings findings;
    doctor_gather(&facts);
    doctor_examine(&facts, &findings);
    doctor_page(&out->page, &facts, &findings);
    out->has_page = true;
}

bool doctor_session_measures(const struct doctor_session *s)
{
    return s->overhead || s->moments || s->tests_itself || s->inject.percents;
}

int doctor_session_run(struct doctor_session *s, struct doctor_found *out, struct err *err)
{
    static const struct work injecting = {inject, show_injections},
                             testing = {test_itself, show_test};
    *out = (struct doctor_found){0};
    if (s->tests_itself)
        return run_ahead(s, &testing, out, err);
    if (s->moments)
        return find_moments(s, out, err);
    if (s->inject.percents) {
        s->inject.budget_ns = s->budget_ns ? s->budget_ns : 5 * SECOND_NS;
        return injection_init(&injection, &s->inject, err) ? -1
                                                           : run_ahead(s, &injecting, out, err);
    }
    if (s->overhead) {
        out->has_page = !overhead_page(&out->page, err);
        return out->has_page ? 0 : -1;
    }
    examine(out);
    return 0;
}
