/*
 * The page of a watched program: what it means, its locks, its threads.  At a terminal those that
 * cost something; a reader with room gets all.
 */
#include "bench/judge/ledger/ledger_view.h"

#include "bench/base/units.h"
#include "bench/base/utf8.h"
#include "bench/page/state_looks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum {
    LOCKS_ON_A_SCREEN = 6,
    THREADS_ON_A_SCREEN = 8,
    NAME_ON_A_SCREEN = 26,
    COMMAND_ON_A_SCREEN = 60,
    DIGITS = 3,
    INDENT = 4
};

static char *duration(char *out, size_t size, double ns)
{
    return units_format(out, size, ns, "ns", DIGITS);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* ---- The head ---------------------------------------------------------------------------------
 */

static void add_end(int status, struct buf *out)
{
    if (WIFSIGNALED(status))
        buf_printf(out, "killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        buf_printf(out, "status %d", WEXITSTATUS(status));
}

static void say_source(struct page *p, const struct ledger_view *v)
{
    const struct ledger *l = v->ledger;
    struct buf line = {0};
    char life[40];
    size_t threads = 0;
    for (size_t i = 0; i < l->processes.count; i++)
        threads += l->processes.items[i].threads;
    for (size_t i = 0; v->argv[i]; i++)
        buf_printf(&line, "%s%s", i ? " " : "", v->argv[i]);
    if (line.len && utf8_columns(line.data) > COMMAND_ON_A_SCREEN) {
        line.len = utf8_fitting(line.data, COMMAND_ON_A_SCREEN);
        buf_add(&line, "..");
    }
    buf_printf(&line, ": %s, %zu process%s, %zu thread%s, ",
               duration(life, sizeof life, (double)l->life_ns), l->processes.count,
               l->processes.count == 1 ? "" : "es", threads, plural(threads));
    add_end(l->session->status, &line);
    page_say(p, PAGE_SOURCE, "%s", page_text_of(p, &line));
    buf_reset(&line);
    ledger_meaning(v, &line);
    if (line.len) {
        page_gap(p);
        page_say(p, PAGE_MEANING, "%s", page_text_of(p, &line));
    }
    page_settle(p, &line);
}

/* ---- Locks -------------------------------------------------------------------------------------
 */

static void add_time(struct page *p, double ns)
{
    if (isnan(ns))
        page_empty(p);
    else
        page_number(p, ns, NULL, DIGITS);
}

/* The longest is known exactly; none where nothing of the kind was seen. */
static double longest(const struct ledger_longest *l)
{
    return l->ns ? (double)l->ns : (double)NAN;
}

/* What does not fit into columns of a screen: hand-overs, who was put out, the longest. */
static void details(const struct ledger_view *v, const struct ledger_lock *l, struct buf *out)
{
    char time[40], name[120];
    double life_s = (double)v->ledger->processes.items[l->process].life_ns * 1e-9;
    double held = ledger_held(v, l);
    if (held < 1.005)
        buf_printf(out, "held %.0f %% of the time", 100 * held);
    else
        buf_printf(out, "held by %.3g at a time",
                   held); /* readers, a semaphore that lets in more */
    buf_printf(out, ", wanted by %.2g at a time", ledger_wanted(v, l));
    if (l->hand_overs && life_s > 0)
        buf_printf(out, "; handed over %.3g/s", (double)l->hand_overs / life_s);
    if (!isnan(l->fairness))
        buf_printf(out, "; fairness %.2f", l->fairness);
    if (l->kind == WATCH_GIL && l->asked + l->given_up)
        buf_printf(out, "; put out %llu times, given up %llu", (unsigned long long)l->asked,
                   (unsigned long long)l->given_up);
    if (l->kind == WATCH_GIL && l->blocks->count)
        buf_printf(out, "; while somebody waited a turn took %s (p50)",
                   duration(time, sizeof time, ledger_quantile(l->blocks, 0.5)));
    if (l->longest_block.ns) {
        ledger_thread_name(v, l->longest_block.thread, name, sizeof name);
        buf_printf(out, "; blocked others for %s at most (thread %s)",
                   duration(time, sizeof time, (double)l->longest_block.ns), name);
    }
}

static void add_screen_row(struct page *p, const struct ledger_view *v, const struct ledger_lock *l)
{
    struct buf more = {0};
    char name[240];
    ledger_lock_name(v, l, name, sizeof name);
    page_row(p);
    if (utf8_columns(name) > NAME_ON_A_SCREEN)
        page_text(p, "%.*s..", (int)utf8_fitting(name, NAME_ON_A_SCREEN - 2), name);
    else
        page_text(p, "%s", name);
    page_count(p, l->takes);
    page_count(p, l->contended);
    add_time(p, ledger_quantile(l->waits, 0.5));
    add_time(p, longest(&l->longest_wait));
    if (ledger_is_lock(l)) {
        add_time(p, ledger_quantile(l->holds, 0.5));
        add_time(p, longest(&l->longest_hold));
        buf_printf(&more, "%s: ", ledger_kind_name(l->kind));
        details(v, l, &more);
    } else {
        page_empty(p);
        page_empty(p);
        buf_printf(&more, "%s: waited for, not held%s", ledger_kind_name(l->kind),
                   l->kind == WATCH_SEMAPHORE ? ", for others give it back" : "");
    }
    page_text(p, "%s", page_text_of(p, &more));
    page_settle(p, &more);
}

enum { FRAMES_ON_A_SCREEN = 12 };

/* Of each lock that has one, where its longest blocking hold ended. */
static void add_stacks(struct page *p, const struct ledger_view *v)
{
    for (size_t i = 0; i < v->ledger->locks.count; i++) {
        const struct ledger_lock *l = &v->ledger->locks.items[i];
        char name[240], time[40];
        struct buf lines = {0};
        if (!l->stack.count)
            continue;
        ledger_lock_name(v, l, name, sizeof name);
        for (size_t k = 0; k < l->stack.count && k < FRAMES_ON_A_SCREEN; k++)
            buf_printf(&lines, "  %s\n", l->stack.items[k]);
        page_gap(p);
        page_say(p, PAGE_SENTENCE, "%s, where the hold that blocked others for %s ended:", name,
                 duration(time, sizeof time, (double)l->longest_block.ns));
        page_verbatim(p, page_text_of(p, &lines));
        page_settle(p, &lines);
    }
}

static void add_screen_locks(struct page *p, const struct ledger_view *v)
{
    static const struct page_column columns[] = {
        {.key = "lock", .width = 22},
        {.key = "takes"},
        {.key = "contended", .head = "waits"},
        {.key = "wait_p50_ns", .head = "p50", .group = "waited", .unit = "ns"},
        {.key = "wait_max_ns", .head = "most", .group = "waited", .unit = "ns"},
        {.key = "hold_p50_ns", .head = "p50", .group = "held", .unit = "ns"},
        {.key = "hold_max_ns", .head = "most", .group = "held", .unit = "ns"},
        {.key = "more", .flags = PAGE_BELOW},
        {0},
    };
    const struct ledger *l = v->ledger;
    size_t most = v->is_all ? l->locks.count : LOCKS_ON_A_SCREEN, shown = 0, told = 0;
    page_gap(p);
    if (!l->locks.count) {
        page_say(p, PAGE_SENTENCE, "No thread ever waited for a lock of the C library.");
        return;
    }
    page_grid(p, &(struct page_grid_form){.columns = columns, .below = INDENT});
    for (size_t i = 0; i < l->locks.count; i++) {
        /* What was still waited for at the end, and never got, is in the documents alone. */
        if (!l->locks.items[i].contended && !ledger_is_lock(&l->locks.items[i]))
            continue;
        told++;
        if (shown < most) {
            add_screen_row(p, v, &l->locks.items[i]);
            shown++;
        }
    }
    if (shown < told)
        page_say(p, PAGE_NOTE, "%zu more that were waited for: --all", told - shown);
}

/* All there is of a lock, for documents and programs. */
static void add_full_row(struct page *p, const struct ledger_view *v, const struct ledger_lock *l)
{
    static const double quantiles[] = {0.5, 0.99};
    const struct ledger_process *process = &v->ledger->processes.items[l->process];
    bool is_lock = ledger_is_lock(l);
    page_row(p);
    page_count(p, (uint64_t)process->pid);
    page_texts(p, l->name, ledger_kind_name(l->kind), NULL);
    page_count(p, l->takes);
    page_count(p, l->contended);
    page_number(p, (double)l->wait_ns, NULL, DIGITS);
    for (size_t i = 0; i < 2; i++)
        add_time(p, ledger_quantile(l->waits, quantiles[i]));
    add_time(p, longest(&l->longest_wait));
    if (is_lock) {
        page_number(p, (double)l->hold_ns, NULL, DIGITS);
        for (size_t i = 0; i < 2; i++)
            add_time(p, ledger_quantile(l->holds, quantiles[i]));
        add_time(p, longest(&l->longest_hold));
        add_time(p, longest(&l->longest_block));
        page_number(p, (double)l->hand_overs * 1e9 / fmax((double)process->life_ns, 1), NULL,
                    DIGITS);
        if (isnan(l->fairness))
            page_missing(p, "it had one taker");
        else
            page_number(p, l->fairness, NULL, DIGITS);
    } else {
        for (size_t i = 0; i < 7; i++)
            page_empty(p);
    }
    if (l->kind == WATCH_GIL) {
        page_count(p, l->asked);
        page_count(p, l->given_up);
    } else {
        page_empty(p);
        page_empty(p);
    }
    page_text(p, "%s", l->site);
}

static void add_full_locks(struct page *p, const struct ledger_view *v)
{
    static const struct page_column columns[] = {
        {.key = "process", .flags = PAGE_LABEL},
        {.key = "lock", .flags = PAGE_LABEL | PAGE_CODE},
        {.key = "kind"},
        {.key = "takes"},
        {.key = "contended", .head = "waits"},
        {.key = "wait_ns", .head = "in all", .group = "waited", .unit = "ns"},
        {.key = "wait_p50_ns", .head = "p50", .group = "waited", .unit = "ns"},
        {.key = "wait_p99_ns", .head = "p99", .group = "waited", .unit = "ns"},
        {.key = "wait_max_ns", .head = "most", .group = "waited", .unit = "ns"},
        {.key = "hold_ns", .head = "in all", .group = "held", .unit = "ns"},
        {.key = "hold_p50_ns", .head = "p50", .group = "held", .unit = "ns"},
        {.key = "hold_p99_ns", .head = "p99", .group = "held", .unit = "ns"},
        {.key = "hold_max_ns", .head = "most", .group = "held", .unit = "ns"},
        {.key = "blocking_hold_max_ns", .head = "blocking, most", .group = "held", .unit = "ns"},
        {.key = "hand_overs_per_s", .head = "handed over", .unit = "per_s"},
        {.key = "fairness_ratio", .head = "fairness", .unit = "ratio"},
        {.key = "put_out", .head = "put out"},
        {.key = "given_up", .head = "given up"},
        {.key = "site", .head = "first waited for at", .flags = PAGE_CODE},
        {0},
    };
    page_heading(p, 2, "Locks that were waited for");
    if (!v->ledger->locks.count)
        page_say(p, PAGE_SENTENCE, "No thread ever waited for a lock of the C library.");
    page_grid(p, &(struct page_grid_form){.key = "locks", .columns = columns});
    for (size_t i = 0; i < v->ledger->locks.count; i++)
        add_full_row(p, v, &v->ledger->locks.items[i]);
}

/* ---- Threads ------------------------------------------------------------------------------------
 */

static void add_share(struct page *p, uint64_t part_ns, uint64_t life_ns)
{
    double share = life_ns ? (double)part_ns / (double)life_ns : 0;
    page_shown(p, page_exactly(share), "%.1f %%", 100 * share);
}

static void add_thread(struct page *p, const struct ledger_view *v, size_t i)
{
    const struct ledger_thread *t = &v->ledger->threads.items[i];
    char name[120];
    ledger_thread_name(v, (int)i, name, sizeof name);
    page_row(p);
    page_text(p, "%s", name);
    page_number(p, (double)t->life_ns, NULL, DIGITS);
    if (t->has_split) {
        add_share(p, t->runs_ns, t->life_ns);
        add_share(p, t->wants_ns, t->life_ns);
        add_share(p, t->runnable_ns, t->life_ns);
        add_share(p, t->sleeps_ns, t->life_ns);
    } else {
        page_missing(p, "it ended before it was looked at");
        add_share(p, t->wants_ns, t->life_ns);
        page_missing(p, NULL);
        page_missing(p, NULL);
    }
    page_count(p, t->takes);
}

/* Whether no more than `most` waited for locks longer, or did as long and ran longer. */
static bool is_among_first(const struct ledger *l, size_t i, size_t most)
{
    const struct ledger_thread *t = &l->threads.items[i];
    size_t before = 0;
    for (size_t k = 0; k < l->threads.count && before < most; k++) {
        const struct ledger_thread *o = &l->threads.items[k];
        bool is_more = o->wants_ns != t->wants_ns ? o->wants_ns > t->wants_ns
                       : o->runs_ns != t->runs_ns ? o->runs_ns > t->runs_ns
                                                  : k < i;
        before += is_more;
    }
    return before < most;
}

static void add_threads(struct page *p, const struct ledger_view *v, size_t most)
{
    static const struct page_column columns[] = {
        {.key = "thread", .flags = PAGE_LABEL},
        {.key = "life_ns", .head = "lived", .unit = "ns"},
        {.key = "runs_ratio", .head = "runs", .unit = "ratio"},
        {.key = "wants_ratio", .head = "wants a lock", .unit = "ratio"},
        {.key = "waits_for_cpu_ratio", .head = "waits for a CPU", .unit = "ratio"},
        {.key = "sleeps_ratio", .head = "sleeps", .unit = "ratio"},
        {.key = "takes"},
        {0},
    };
    size_t count = v->ledger->threads.count, shown = count < most ? count : most;
    page_grid(p, &(struct page_grid_form){.key = "threads", .columns = columns});
    for (size_t i = 0; i < count; i++)
        if (shown == count || is_among_first(v->ledger, i, most))
            add_thread(p, v, i);
    if (shown < count)
        page_say(p, PAGE_NOTE, "%zu more threads: --all", count - shown);
}

enum { THREADS_IN_A_CHART = 32 };

/*
 * The four parts of each thread's life behind each other; of many threads those that wanted locks
 * longest.
 */
static void add_split_chart(struct page *p, const struct ledger_view *v)
{
    static const char *const parts[STATE_LOOKS] = {
        [STATE_RUNS] = "runs",
        [STATE_WANTS] = "wants a lock",
        [STATE_QUEUES] = "waits for a CPU",
        [STATE_SLEEPS] = "sleeps",
    };
    const struct ledger *l = v->ledger;
    size_t split = 0;
    for (size_t i = 0; i < l->threads.count; i++)
        split += l->threads.items[i].has_split && l->threads.items[i].life_ns;
    if (!split)
        return;
    page_chart(p, &(struct page_chart_form){
                      .key = "split",
                      .title = "What each thread did with its time",
                      .note = split > THREADS_IN_A_CHART
                                  ? "Those that wanted locks longest; the table has all."
                                  : NULL,
                      .kind = PAGE_STACKS,
                      .y = {.name = "share of its life", .is_percent = true, .from = 0, .to = 1},
                  });
    for (size_t k = 0; k < STATE_LOOKS; k++) {
        page_series(p, &(struct page_series_form){.name = parts[k],
                                                  .tint = state_looks[k].tint,
                                                  .body = state_looks[k].body});
        for (size_t i = 0; i < l->threads.count; i++) {
            const struct ledger_thread *t = &l->threads.items[i];
            const uint64_t ns[] = {t->runs_ns, t->wants_ns, t->runnable_ns, t->sleeps_ns};
            char name[120];
            if (!t->has_split || !t->life_ns || !is_among_first(l, i, THREADS_IN_A_CHART))
                continue;
            ledger_thread_name(v, (int)i, name, sizeof name);
            page_row_point(p, name, page_exactly((double)ns[k] / (double)t->life_ns), 0);
        }
    }
}

/* ---- The gate ----------------------------------------------------------------------------- */

static void add_verdict(struct page *p, const struct ledger_view *v, const struct ledger_lock *l,
                        const char *what, const struct ledger_longest *longest, uint64_t most_ns)
{
    char time[40], limit[40], thread[120], name[240], text[420];
    bool is_over = longest->ns > most_ns;
    ledger_thread_name(v, longest->thread, thread, sizeof thread);
    ledger_lock_name(v, l, name, sizeof name);
    snprintf(text, sizeof text, "%s by thread %.60s, %s s after the begin; %s may be",
             duration(time, sizeof time, (double)longest->ns), thread,
             units_format((char[40]){0}, 40, (double)longest->at_ns * 1e-9, "count", DIGITS),
             duration(limit, sizeof limit, (double)most_ns));
    page_verdict(p, &(struct page_verdict){.id = name,
                                           .name = what,
                                           .word = is_over ? "too long" : "fine",
                                           .severity = is_over ? PAGE_FAIL : PAGE_PASS,
                                           .text = text});
    if (!is_over)
        return;
    page_to(p, PAGE_READERS);
    page_say(p, PAGE_WARNING, "%s: %s %s: %s", what, name, "took too long", text);
    page_to(p, PAGE_GATE);
}

static void add_gate(struct page *p, const struct ledger_view *v)
{
    page_to(p, PAGE_GATE);
    for (size_t i = 0; i < v->ledger->locks.count; i++) {
        const struct ledger_lock *l = &v->ledger->locks.items[i];
        if (!ledger_is_lock(l))
            continue;
        if (v->max_hold_ns)
            add_verdict(p, v, l, "longest blocking hold", &l->longest_block, v->max_hold_ns);
        if (v->max_wait_ns)
            add_verdict(p, v, l, "longest wait", &l->longest_wait, v->max_wait_ns);
    }
}

/* Whether there is one that was waited for: each of those has a verdict of its own. */
static bool is_judged(const struct ledger *l)
{
    bool is_any = false;
    for (size_t i = 0; i < l->locks.count; i++)
        is_any |= ledger_is_lock(&l->locks.items[i]);
    return is_any;
}

static void add_summary(struct page *p, const struct ledger_view *v, bool is_unseen)
{
    if (!v->max_hold_ns && !v->max_wait_ns)
        return;
    page_to(p, PAGE_GATE);
    if (is_unseen || !is_judged(v->ledger))
        page_verdict(p, &(struct page_verdict){.id = "all locks",
                                               .name = "longest hold and wait",
                                               .word = is_unseen ? "not seen" : "fine",
                                               .severity = is_unseen ? PAGE_SKIP : PAGE_PASS,
                                               .text = is_unseen ? "no lock was seen"
                                                                 : "no lock was waited for"});
    page_to(p, PAGE_READERS | PAGE_GATE);
    page_gap(p);
    page_say(p, PAGE_SUMMARY, "%s",
             is_unseen           ? "no lock was seen, and none is judged"
             : ledger_is_over(v) ? "a lock was held or waited for too long"
                                 : "no lock was held or waited for too long");
}

/* ---- All of it ----------------------------------------------------------------------------------
 */

static void say_remark(void *page, const char *text)
{
    page_say(page, PAGE_NOTE, "%s", text);
}

void ledger_page(struct page *p, const struct ledger_view *v)
{
    struct buf why = {0};
    bool is_unseen = ledger_saw_nothing(v, &why);
    page_init(p, "contend watch");
    page_to(p, PAGE_READERS);
    say_source(p, v);
    if (is_unseen) {
        page_to(p, PAGE_DOCUMENT);
        page_say(p, PAGE_WARNING, "%s", page_text_of(p, &why));
    }
    page_to(p, PAGE_TERMINAL);
    if (!is_unseen)
        add_screen_locks(p, v);
    page_gap(p);
    add_threads(p, v, v->is_all ? SIZE_MAX : THREADS_ON_A_SCREEN);
    page_to(p, PAGE_DOCUMENT | PAGE_DATA);
    add_full_locks(p, v);
    page_heading(p, 2, "Threads");
    page_to(p, PAGE_DOCUMENT);
    add_split_chart(p, v);
    page_to(p, PAGE_DOCUMENT | PAGE_DATA);
    add_threads(p, v, SIZE_MAX);
    page_to(p, PAGE_READERS);
    add_stacks(p, v);
    ledger_remarks(v, say_remark, p);
    add_gate(p, v);
    add_summary(p, v, is_unseen);
    page_settle(p, &why);
    page_document(p, ledger_document(v), JSON_INDENT(1) | JSON_REAL_PRECISION(15));
}
