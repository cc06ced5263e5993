/*
 * What stops a program (docs/decisions/0059).  Thread time for one operation, with one thread and
 * with more: what has grown is what stops it, and where the same growth has several causes, a run
 * with one thing changed tells them apart.  Nothing is named without evidence for it: what is left
 * is "cannot tell", with what is known.
 */
#include "bench/judge/scale/scale.h"

#include "bench/base/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Growth of thread time for an operation that counts, in what one thread needs for it. */
#define GROWTH 0.2
/* A changed run that takes this share of the growth away, or shows it, is what it is about. */
#define SHARE 0.5
/* Likewise of one with another allocator, which differs in more than one thing. */
#define ALLOCATOR 0.6
/* Of the speed-up there could be, that is one. */
#define FULL 0.75
/* Of looks at where threads are, at atomic instructions. */
#define ATOMIC 0.2
/* Of all thread time, for one lock. */
#define LOCK_WAIT 0.1
/* Voluntary switches a second of thread time from which on they are what a thread does. */
#define SWITCHES 2000.0

/* Thread time of an operation, ns. */
struct cost {
    double run, system, delay, waits[SCALE_WAITS];
    double total; /* without delay: what it costs wherever there are CPUs enough */
};

static struct cost cost_of(const struct scale_run *r, double operations)
{
    struct cost c = {.run = (double)(r->user_ns + r->system_ns) / operations,
                     .system = (double)r->system_ns / operations,
                     .delay = (double)r->delay_ns / operations};
    c.total = c.run;
    for (int w = 0; w < SCALE_WAITS; w++) {
        c.waits[w] = (double)r->waits_ns[w] / operations;
        c.total += c.waits[w];
    }
    return c;
}

/* What is being judged: the first number of threads against another. */
struct growth {
    const struct scale *s;
    struct scale_verdict *v;
    const struct scale_point *one, *at;
    struct cost first, now;
    double run, waits[SCALE_WAITS]; /* growth of each, in the whole cost with one */
    int largest;                    /* the wait that grew most */
};

static void growth_of(const struct scale *s, struct scale_verdict *v, const struct scale_point *at,
                      struct growth *g)
{
    *g = (struct growth){.s = s, .v = v, .one = &v->threads.items[0], .at = at};
    g->first = cost_of(&g->one->typical, g->one->operations);
    g->now = cost_of(&at->typical, at->operations);
    double control = isfinite(s->control_ratio) && s->control_ratio > 1 ? s->control_ratio : 1;
    g->run = (g->now.run / control - g->first.run) / g->first.total;
    for (int w = 0; w < SCALE_WAITS; w++) {
        g->waits[w] = (g->now.waits[w] - g->first.waits[w]) / g->first.total;
        g->largest = g->waits[w] > g->waits[g->largest] ? w : g->largest;
    }
}

/* ---- The words ---------------------------------------------------------------------------- */

static void conclude(const struct growth *g, enum scale_cause cause, const char *words)
{
    g->v->cause = cause;
    snprintf(g->v->sentence, sizeof g->v->sentence, "%s%s%s", scale_cause_name(cause),
             *words ? ": " : "", words);
}

static void unknown(const struct growth *g, const char *words)
{
    conclude(g, SCALE_UNKNOWN, words);
}

static const char *time_words(char out[40], double ns)
{
    return units_format(out, 40, ns, "ns", 3);
}

/* What grew, as the first lines of every evidence. */
static void say_growth(const struct growth *g)
{
    char before[40], after[40];
    scale_evidence(g->v, "CPU time of an operation: %s with %u thread%s, %s with %u",
                   time_words(before, g->first.run), g->one->n, g->one->n == 1 ? "" : "s",
                   time_words(after, g->now.run), g->at->n);
    for (int w = 0; w < SCALE_WAITS; w++)
        if (fabs(g->waits[w]) >= GROWTH / 2)
            scale_evidence(g->v, "waiting of an operation (%s): %s, then %s",
                           scale_wait_name((enum scale_wait)w),
                           time_words(before, g->first.waits[w]),
                           time_words(after, g->now.waits[w]));
}

/* ---- Causes, each with what shows it; true: it is this one --------------------------------------
 */

static double switches_per_s(const struct scale_run *r)
{
    double busy_ns = (double)(r->life_ns ? r->life_ns : r->wall_ns);
    return (double)r->switches * 1e9 / busy_ns;
}

static bool is_quota(const struct growth *g)
{
    const struct scale_run *r = &g->at->typical;
    char words[256];
    double lost = (double)r->throttled_ns / (double)r->wall_ns;
    if (!r->has_throttled || r->quota_cpus <= 0 || lost < 0.1 || g->at->gain >= FULL * g->at->n)
        return false;
    snprintf(
        words, sizeof words,
        "its control group may use %.3g CPUs, and was held back for %.0f %% of the time with %u "
        "threads",
        r->quota_cpus, 100 * fmin(lost, 1), g->at->n);
    conclude(g, SCALE_BY_QUOTA, words);
    scale_evidence(g->v, "throttled: %.0f ms of %.0f ms", (double)r->throttled_ns / 1e6,
                   (double)r->wall_ns / 1e6);
    scale_evidence(g->v, "CPUs used: %.2f",
                   (double)(r->user_ns + r->system_ns) / (double)r->wall_ns);
    return true;
}

static bool is_lock(const struct growth *g)
{
    char words[400];
    for (size_t i = 0; i < g->s->locks.count; i++) {
        const struct scale_lock *l = &g->s->locks.items[i];
        if (!l->is_lock || l->wait_ratio < LOCK_WAIT)
            continue;
        snprintf(words, sizeof words, "%s: %u threads wait for it %.0f %% of their time", l->name,
                 g->s->at, 100 * l->wait_ratio);
        conclude(g, SCALE_BY_LOCK, words);
        scale_evidence(g->v, "of its takes %.0f %% had to wait (contend watch)",
                       100 * l->contended_ratio);
        return true;
    }
    return false;
}

/*
 * Whether the runs of `less` cost less than those of `more`, one by one: their medians differ on a
 * busy machine even where nothing else does.
 */
static bool is_less(const struct growth *g, enum scale_change less, unsigned less_n,
                    enum scale_change more, double control, bool is_whole)
{
    double least, most, unused;
    return scale_range(g->s, less, less_n, is_whole, &unused, &most) &&
           scale_range(g->s, more, g->s->at, is_whole, &least, &unused) && most < least / control;
}

/* Threads that wait for each other all the time still do with another allocator: it is not that one
 * they wait for, and what they took less time for is where they happened to run. */
static bool still_switches(const struct growth *g, const struct scale_run *other, double operations)
{
    const struct scale_run *r = &g->at->typical;
    return switches_per_s(r) >= SWITCHES &&
           (double)other->switches / operations > SHARE * (double)r->switches / g->at->operations;
}

/* With another allocator most of the growth is gone; and it is what an allocator could cause. */
static bool is_allocator(const struct growth *g)
{
    struct scale_run r;
    char words[256], before[40], after[40];
    if (!scale_typical(g->s, SCALE_ALLOCATOR, g->s->at, &r))
        return false;
    double operations = scale_operations(g->s, &r), grown = g->now.total - g->first.total;
    struct cost other = cost_of(&r, operations);
    double kernel = g->now.system - g->first.system + g->now.waits[SCALE_FUTEX] -
                    g->first.waits[SCALE_FUTEX] + g->now.waits[SCALE_MAP] -
                    g->first.waits[SCALE_MAP];
    /* A lock that was not seen, and happened to be met less often, is no allocator. */
    bool is_seen = g->s->is_watched || g->s->locks.count;
    double fewer =
        (double)g->at->typical.faults / g->at->operations - (double)r.faults / operations;
    bool takes_pages = fewer > 0.5 * (double)g->at->typical.faults / g->at->operations;
    /* The kernel's time and waits are an allocator's, or atomic instructions: its locks. */
    bool is_its = kernel >= grown / 4 || g->s->places.atomic_ratio > ATOMIC;
    /* Nor is it one of the C library's other locks, where neither pages nor much else is gone. */
    bool is_much = takes_pages || grown >= g->first.total;
    if (grown <= 0 || g->now.total - other.total < ALLOCATOR * grown || !is_its || !is_much ||
        (!is_seen && !takes_pages && !*g->s->unwatched) || still_switches(g, &r, operations) ||
        !is_less(g, SCALE_ALLOCATOR, g->s->at, SCALE_PLAIN, 1, true))
        return false;
    snprintf(
        words, sizeof words,
        "with another one an operation takes %s of thread time in place of %s, with %u threads",
        time_words(after, other.total), time_words(before, g->now.total), g->s->at);
    conclude(g, SCALE_BY_ALLOCATOR, words);
    scale_evidence(
        g->v, "pages that were new to it, an operation: %.3g, with the other allocator %.3g",
        (double)g->at->typical.faults / g->at->operations, (double)r.faults / operations);
    return true;
}

/* The programs share no memory, and still are in each other's way. */
static bool is_memory(const struct growth *g)
{
    struct scale_run r;
    char words[256];
    if (!scale_typical(g->s, SCALE_COPIES, g->s->at, &r))
        return false;
    struct cost copies = cost_of(&r, scale_operations(g->s, &r));
    double control =
        isfinite(g->s->control_ratio) && g->s->control_ratio > 1 ? g->s->control_ratio : 1;
    double grown = copies.run / control / g->first.run - 1;
    double plain = g->now.run / control / g->first.run - 1;
    scale_evidence(g->v,
                   "%u copies with one thread each, which share nothing: %+.0f %% CPU time; as "
                   "threads %+.0f %%; a loop of ours that only computes %+.0f %%",
                   g->s->at, 100 * (copies.run / g->first.run - 1),
                   100 * (g->now.run / g->first.run - 1), 100 * (control - 1));
    if (grown < SHARE * plain)
        return false;
    if (!is_less(g, SCALE_PLAIN, g->one->n, SCALE_COPIES, control, false)) {
        unknown(g, "copies that share nothing take more CPU time as well, but not in each round: "
                   "memory bandwidth, or other programs");
        return true;
    }
    snprintf(words, sizeof words,
             "an operation takes %.0f %% more CPU time beside others, whether they share memory or "
             "not",
             100 * grown);
    conclude(g, SCALE_BY_MEMORY, words);
    return true;
}

static bool is_sharing(const struct growth *g)
{
    struct scale_run r;
    char words[320];
    if (!scale_typical(g->s, SCALE_PINNED, g->s->at, &r))
        return false;
    struct cost pinned = cost_of(&r, scale_operations(g->s, &r));
    double left = (pinned.run - g->first.run) / (g->now.run - g->first.run);
    scale_evidence(g->v,
                   "all threads on one CPU: %+.0f %% CPU time of an operation, against %+.0f %% "
                   "on all CPUs",
                   100 * (pinned.run / g->first.run - 1), 100 * (g->now.run / g->first.run - 1));
    if (left > 1 - SHARE)
        return false;
    if (!is_less(g, SCALE_PINNED, g->s->at, SCALE_PLAIN, 1, false)) {
        unknown(g, "threads take less CPU time on one CPU, but not in each round: lines of memory "
                   "that they share, or other programs");
        return true;
    }
    if (!g->s->places.samples) {
        unknown(g, "threads on different CPUs write to the same lines of memory; whether that is "
                   "false sharing, a counter or a lock that spins is not to be had without samples "
                   "of where they are (perf_event_open)");
        return true;
    }
    scale_evidence(
        g->v,
        "%u looks at where they are: %.0f %% at atomic instructions, a pause, or waiting "
        "for another value",
        g->s->places.samples, 100 * g->s->places.atomic_ratio);
    if (g->s->places.atomic_ratio > ATOMIC) {
        unknown(g, "threads on different CPUs change the same lines of memory by atomic "
                   "instructions: a counter or a flag they share, or a lock that spins");
        return true;
    }
    /* Who meets at a lock writes to its line as well; short runs see neither it nor the kernel's
     * part. */
    if (g->waits[SCALE_FUTEX] >= GROWTH / 2) {
        unknown(g, "threads on different CPUs write to the same lines of memory, and wait for each "
                   "other as well: false sharing, or a lock that was not seen");
        return true;
    }
    snprintf(
        words, sizeof words,
        "plain writes of %u threads to the same lines of memory cost %.1f times the CPU time, on "
        "one CPU %.1f times",
        g->at->n, g->now.run / g->first.run, pinned.run / g->first.run);
    conclude(g, SCALE_BY_SHARING, words);
    return true;
}

/*
 * Whether it is seen what threads give up their CPU for: a condition or a semaphore, by which they
 * take turns, or what others send them.  Waiting for what is not seen may be for a lock of the
 * language's own (Rust, OpenMP), which wakes as often.
 */
static bool take_turns(const struct growth *g)
{
    double waited = 0;
    for (size_t i = 0; i < g->s->locks.count; i++)
        waited += g->s->locks.items[i].is_turn ? g->s->locks.items[i].wait_ratio : 0;
    return waited >= LOCK_WAIT || g->now.waits[SCALE_TALK] > g->now.waits[SCALE_FUTEX];
}

static bool is_switching(const struct growth *g)
{
    char words[256];
    const struct scale_run *r = &g->at->typical;
    double rate = switches_per_s(r);
    if (rate < SWITCHES || rate < 2 * switches_per_s(&g->one->typical))
        return false;
    if (!take_turns(g)) {
        snprintf(words, sizeof words,
                 "%u threads wait to be woken by each other %.0f times in each second of theirs, "
                 "and for what is not seen: a lock of the language's own, or turns they take",
                 g->at->n, rate);
        unknown(g, words);
        return true;
    }
    snprintf(
        words, sizeof words,
        "%u threads give up their CPU and wait to be woken %.0f times in each second of theirs",
        g->at->n, rate);
    conclude(g, SCALE_BY_SCHEDULER, words);
    scale_evidence(g->v, "switches for an operation: %.3g, with %u thread%s %.3g",
                   (double)r->switches / g->at->operations, g->one->n, g->one->n == 1 ? "" : "s",
                   (double)g->one->typical.switches / g->one->operations);
    scale_evidence(g->v, "of its CPU time the kernel had %.0f %%",
                   100 * (double)r->system_ns / (double)(r->user_ns + r->system_ns));
    return true;
}

static bool is_file(const struct growth *g)
{
    char words[256], before[40], after[40];
    snprintf(words, sizeof words,
             "reading, writing and confirming files takes an operation %s with %u threads, %s with "
             "%u: the device does them one after another",
             time_words(after, g->now.waits[SCALE_FILE]), g->at->n,
             time_words(before, g->first.waits[SCALE_FILE]), g->one->n);
    conclude(g, SCALE_BY_IO, words);
    return true;
}

/* ---- Which of them to ask, by what grew ---------------------------------------------------------
 */

static void judge_waits(const struct growth *g)
{
    char words[256];
    switch (g->largest) {
    case SCALE_FUTEX:
        if (is_lock(g) || is_allocator(g) || is_switching(g))
            return;
        unknown(g, g->s->is_watched
                       ? "threads wait for each other, and not for a lock of the C library: a "
                         "condition, a queue, or a lock of the language's own"
                       : "threads wait for each other, and the program's locks cannot be seen");
        return;
    case SCALE_FILE:
        is_file(g);
        return;
    case SCALE_MAP:
        if (is_allocator(g))
            return;
        unknown(g, "threads wait for the map of the program's memory: pages taken and given back");
        return;
    default:
        if (is_lock(g) || is_switching(g))
            return;
        snprintf(words, sizeof words,
                 "what grows is waiting (%s), and not for a lock, a file or a CPU",
                 scale_wait_name((enum scale_wait)g->largest));
        unknown(g, words);
    }
}

static void judge_run(const struct growth *g)
{
    if (is_lock(g) || is_allocator(g))
        return;
    bool is_kernel = g->now.system - g->first.system > SHARE * (g->now.run - g->first.run);
    if (is_kernel && is_switching(g))
        return;
    if (is_kernel) {
        unknown(g, "an operation takes more of the kernel's CPU time, and no run with one thing "
                   "changed took that away");
        return;
    }
    if (is_memory(g) || is_sharing(g))
        return;
    unknown(g, "an operation takes more CPU time, on one CPU as well, and in copies that share "
               "nothing it does not: the program does more with more threads");
}

/* True where thread time of an operation has grown. */
static bool judge_growth(const struct growth *g)
{
    double most = fmax(g->run, g->waits[g->largest]);
    if (most < GROWTH)
        return false;
    say_growth(g);
    if (g->waits[g->largest] >= g->run)
        judge_waits(g);
    else
        judge_run(g);
    return true;
}

/* ---- No growth ----------------------------------------------------------------------------------
 */

static double delay_ratio(const struct scale_run *r)
{
    return r->life_ns ? (double)r->delay_ns / (double)r->life_ns : 0;
}

/* Waiting that other programs hide: where threads wait for a CPU, they do not wait for a lock. */
static bool is_heavy_lock(const struct growth *g)
{
    const struct scale_lock *l = g->s->locks.count ? &g->s->locks.items[0] : NULL;
    return l && l->is_lock && l->wait_ratio >= 2 * LOCK_WAIT && is_lock(g);
}

/* Not faster with as many threads as CPUs, though an operation costs no more. */
static void judge_absence(const struct growth *g)
{
    const struct scale_run *r = &g->at->typical;
    char words[320];
    unsigned wanted = g->at->n < g->s->cpus ? g->at->n : g->s->cpus;
    double there = (double)r->life_ns / (double)r->wall_ns;
    if (is_heavy_lock(g))
        return;
    scale_evidence(g->v, "threads waited for a CPU %.0f %% of their time", 100 * delay_ratio(r));
    if (r->least_cpus && r->least_cpus < wanted) {
        snprintf(
            words, sizeof words,
            "a thread may use %u CPU%s only (its affinity), and there are %u: they wait for each "
            "other's CPU",
            r->least_cpus, r->least_cpus == 1 ? "" : "s", g->s->cpus);
        conclude(g, SCALE_BY_SCHEDULER, words);
    } else if (delay_ratio(r) >= 0.2 && r->others_cpus >= 0.25 * g->s->cpus) {
        snprintf(words, sizeof words,
                 "other programs had %.1f of %u CPUs meanwhile; try again when they are quiet",
                 r->others_cpus, g->s->cpus);
        unknown(g, words);
    } else if (delay_ratio(r) >= 0.2 && r->idle_cpus >= 0.3) {
        snprintf(words, sizeof words, "threads wait for a CPU while %.1f CPUs are idle",
                 r->idle_cpus);
        conclude(g, SCALE_BY_SCHEDULER, words);
    } else if (there < FULL * g->at->n) {
        snprintf(words, sizeof words,
                 "of %u threads %.1f were there at a time: the rest of it is done by one", g->at->n,
                 there);
        unknown(g, words);
    } else {
        unknown(g, "an operation costs no more, and still more threads are not faster");
    }
}

static void judge_top(const struct scale *s, struct scale_verdict *v, const struct growth *at)
{
    const struct scale_point *top = &v->threads.items[v->threads.count - 1];
    struct growth g;
    char words[256];
    growth_of(s, v, top, &g);
    /* It still rises where the last step gave most of what it could. */
    const struct scale_point *before = top - 1;
    double step = (double)top->n / before->n;
    if (top->gain >= FULL * top->n / at->one->n || top->gain / before->gain >= FULL * step) {
        snprintf(words, sizeof words, "up to %u threads it is %.2f times as fast", top->n,
                 top->gain);
        conclude(&g, SCALE_NOTHING, words);
        return;
    }
    double delay = (g.now.delay - g.first.delay) / g.first.total;
    double other = fmax(g.run, g.waits[g.largest]);
    if (top->n > s->cpus && delay >= other && top->gain >= 0.7 * at->at->gain) {
        snprintf(
            words, sizeof words,
            "all %u are in use: with %u threads it is %.2f times as fast, and more threads wait "
            "for a CPU",
            s->cpus, at->at->n, at->at->gain);
        conclude(&g, SCALE_BY_CPUS, words);
        scale_evidence(v, "with %u threads each waits for a CPU %.0f %% of its time", top->n,
                       100 * delay_ratio(&top->typical));
        return;
    }
    if (is_quota(&g) || judge_growth(&g))
        return;
    unknown(&g, "it is no faster with more threads than CPUs, and no cause stands out");
}

void scale_reason(const struct scale *s, struct scale_verdict *v)
{
    const struct scale_point *at = NULL;
    struct growth g;
    for (size_t i = 0; i < v->threads.count; i++)
        at = v->threads.items[i].n <= s->at ? &v->threads.items[i] : at;
    if (v->threads.count < 2 || !at || at == &v->threads.items[0]) {
        v->cause = SCALE_UNKNOWN;
        snprintf(v->sentence, sizeof v->sentence,
                 "cannot tell: with one number of threads there is nothing to compare");
        return;
    }
    growth_of(s, v, at, &g);
    if (g.first.total <= 0) {
        unknown(&g, "it is over before it was seen to run; give it more to do");
        return;
    }
    double full = FULL * fmin(at->n, s->cpus) / g.one->n;
    if (is_quota(&g))
        return;
    if (at->gain >= full)
        judge_top(s, v, &g);
    else if (!judge_growth(&g))
        judge_absence(&g);
}
