/* What the numbers of a ledger mean, where they mean something. */
#include "bench/judge/ledger/ledger_view.h"

#include "bench/base/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A lock is what holds a program up when it is hardly ever free and more than one wants it. */
static const double HELD_LEAST = 0.8, WANTED_LEAST = 1.5;
/* As much as one can hold a lock of the time, with what two clocks may differ by. */
static const double HELD_BY_ONE = 1.02;
/* From so many on that wait on average a semaphore is worth a word. */
static const double WAITING_LEAST = 0.5;
/* Below it no thread is held up by locks in a way that anybody would notice. */
static const double WANTS_LITTLE = 0.05;
/* Fewer have no median to speak of. */
enum { WAITS_LEAST = 20 };
/* Rules by which a lock was recognised that are broken more often are no rules. */
static const double ANOMALIES_MOST = 0.01;

static const struct ledger_process *process_of(const struct ledger_view *v,
                                               const struct ledger_lock *l)
{
    return &v->ledger->processes.items[l->process];
}

double ledger_wanted(const struct ledger_view *v, const struct ledger_lock *l)
{
    double life = (double)process_of(v, l)->life_ns;
    return life > 0 ? ((double)l->wait_ns + (double)l->hold_ns) / life : 0;
}

double ledger_held(const struct ledger_view *v, const struct ledger_lock *l)
{
    double life = (double)process_of(v, l)->life_ns;
    return life > 0 ? (double)l->hold_ns / life : 0;
}

void ledger_thread_name(const struct ledger_view *v, int thread, char *out, size_t size)
{
    if (thread < 0 || (size_t)thread >= v->ledger->threads.count) {
        snprintf(out, size, "a thread not seen");
        return;
    }
    const struct ledger_thread *t = &v->ledger->threads.items[thread];
    const struct ledger_process *p = &v->ledger->processes.items[t->process];
    char process[40] = "";
    if (v->ledger->processes.count > 1)
        snprintf(process, sizeof process, "%d ", p->pid);
    if (t->is_main)
        snprintf(out, size, "%smain", process);
    else if (t->lives > 1)
        snprintf(out, size, "%s%u to %u %s", process, t->number, t->number + t->lives - 1, t->name);
    else
        snprintf(out, size, "%s%u %s", process, t->number, t->name);
}

void ledger_lock_name(const struct ledger_view *v, const struct ledger_lock *l, char *out,
                      size_t size)
{
    if (v->ledger->processes.count > 1)
        snprintf(out, size, "%d %s", process_of(v, l)->pid, l->name);
    else
        snprintf(out, size, "%s", l->name);
}

/* ---- The first line ----------------------------------------------------------------------- */

static bool is_believed(const struct ledger_lock *l)
{
    return l->anomalies <= 1 || (double)l->anomalies <= ANOMALIES_MOST * (double)l->takes;
}

/* A semaphore that lets in several: it is no lock, and who has it keeps nobody out by that alone.
 */
static bool lets_in_several(const struct ledger_view *v, const struct ledger_lock *l)
{
    return l->kind == WATCH_SEMAPHORE && ledger_held(v, l) > HELD_BY_ONE;
}

/* The lock that most threads wanted at a time, of those that are hardly ever free. */
static const struct ledger_lock *bottleneck(const struct ledger_view *v)
{
    const struct ledger_lock *most = NULL;
    for (size_t i = 0; i < v->ledger->locks.count; i++) {
        const struct ledger_lock *l = &v->ledger->locks.items[i];
        if (!ledger_is_lock(l) || l->kind == WATCH_READ || lets_in_several(v, l) ||
            !is_believed(l) || ledger_held(v, l) < HELD_LEAST || ledger_wanted(v, l) < WANTED_LEAST)
            continue;
        if (!most || ledger_wanted(v, l) > ledger_wanted(v, most))
            most = l;
    }
    return most;
}

static void say_gil(const struct ledger_view *v, const struct ledger_lock *l, struct buf *out)
{
    double wanted = ledger_wanted(v, l);
    unsigned processes = (unsigned)ceil(wanted - 0.1);
    char name[240];
    ledger_lock_name(v, l, name, sizeof name);
    buf_printf(out, "%s was wanted %.1f threads at a time: more threads cannot help; ", name,
               wanted);
    if (v->cpus <= 1)
        buf_add(out, "nor can processes, on one CPU");
    else if (processes > v->cpus)
        buf_printf(out, "processes would, up to the %u CPUs there are", v->cpus);
    else
        buf_printf(out, "%u processes would", processes);
    if (l->waits->count >= WAITS_LEAST)
        buf_printf(out, "; who wants it back waits %.3g ms (p50)",
                   ledger_quantile(l->waits, 0.5) * 1e-6);
}

/* "queue_lock in app (mutex)": what it is, where its name does not say it. */
static void add_name(const struct ledger_view *v, const struct ledger_lock *l, struct buf *out)
{
    char name[240];
    const char *kind = ledger_kind_name(l->kind);
    ledger_lock_name(v, l, name, sizeof name);
    bool is_said = strstr(name, kind) != NULL;
    buf_printf(out, "%s%s%s%s", name, is_said ? "" : " (", is_said ? "" : kind, is_said ? "" : ")");
}

static void say_lock(const struct ledger_view *v, const struct ledger_lock *l, struct buf *out)
{
    add_name(v, l, out);
    buf_printf(out,
               " was held %.0f %% of the time and wanted %.1f threads at a time: more threads "
               "cannot help while it is one lock",
               100 * fmin(ledger_held(v, l), 1), ledger_wanted(v, l));
}

/* A thread that computes keeps the others waiting each time they come back. */
static bool say_convoy(const struct ledger_view *v, struct buf *out)
{
    for (size_t i = 0; i < v->ledger->locks.count; i++) {
        const struct ledger_lock *l = &v->ledger->locks.items[i];
        double wait_ns = ledger_quantile(l->waits, 0.5);
        if (l->kind != WATCH_GIL || !is_believed(l) || ledger_held(v, l) < HELD_LEAST ||
            l->waits->count < WAITS_LEAST || l->timeouts * 2 < l->waits->count)
            continue;
        buf_printf(
            out,
            "each time a thread wanted %s back it waited %.1f ms (p50), until one that computes "
            "was put out: what waits and what computes do not share a GIL well",
            l->name, wait_ns * 1e-6);
        return true;
    }
    return false;
}

/* How many it lets in is not known, so neither is whether more could help. */
static bool say_pool(const struct ledger_view *v, struct buf *out)
{
    for (size_t i = 0; i < v->ledger->locks.count; i++) {
        const struct ledger_lock *l = &v->ledger->locks.items[i];
        double waiting = ledger_wanted(v, l) - ledger_held(v, l);
        if (!ledger_is_lock(l) || !lets_in_several(v, l) || waiting < WAITING_LEAST)
            continue;
        add_name(v, l, out);
        buf_printf(out, " was held by %.1f threads at a time, and %.1f waited for it",
                   ledger_held(v, l), waiting);
        return true;
    }
    return false;
}

/* ---- Locks that are not the C library's -------------------------------------------------------
 */

static const char openmp[] =
    "OpenMP's locks and barriers wait in the kernel directly: they are not in here";

/* Libraries with locks of their own, whose calls, or threads, are seen. */
static const struct apart {
    const char *file, *whose, *remark;
} libraries_apart[] = {
    {"/libgomp.so", "OpenMP's", openmp},
    {"/libomp.so", "OpenMP's", openmp},
    {"/libiomp5.so", "OpenMP's", openmp},
    {"/libjvm.so", "Java's",
     "Java makes its monitors out of conditions: who waits for one sleeps, here"},
    {"/libcoreclr.so", ".NET's",
     ".NET makes its monitors out of conditions: who waits for one sleeps, here"},
};

static bool is_loaded(const struct watch_region *r, const struct apart *a)
{
    for (size_t i = 0; i < WATCH_MODULES_MOST; i++)
        if (r->modules[i].state == 2 &&
            memmem(r->modules[i].path, sizeof r->modules[i].path, a->file, strlen(a->file)))
            return true;
    return false;
}

/* The first of them; NULL. */
static const struct apart *library_apart(const struct ledger_view *v)
{
    for (size_t i = 0; i < sizeof libraries_apart / sizeof *libraries_apart; i++)
        if (is_loaded(v->ledger->session->region, &libraries_apart[i]))
            return &libraries_apart[i];
    return NULL;
}

static uint64_t futex_waits(const struct ledger_view *v, uint64_t *wait_ns)
{
    uint64_t count = 0;
    *wait_ns = 0;
    for (size_t i = 0; i < v->ledger->processes.count; i++) {
        count += v->ledger->processes.items[i].futex_waits;
        *wait_ns += v->ledger->processes.items[i].futex_wait_ns;
    }
    return count;
}

static void say_little(const struct ledger_view *v, struct buf *out)
{
    double wants = 0, lives = 0;
    uint64_t apart_ns;
    for (size_t i = 0; i < v->ledger->threads.count; i++) {
        wants += (double)v->ledger->threads.items[i].wants_ns;
        lives += (double)v->ledger->threads.items[i].life_ns;
    }
    /* Of locks that cannot be seen nothing can be said. */
    if (lives > 0 && v->ledger->threads.count > 1 && !library_apart(v) &&
        !futex_waits(v, &apart_ns) && wants <= WANTS_LITTLE * lives)
        buf_printf(out,
                   "no lock of the C library held the program up: its threads waited for such "
                   "%.2g %% of their time",
                   100 * wants / lives);
}

void ledger_meaning(const struct ledger_view *v, struct buf *out)
{
    const struct ledger_lock *l = bottleneck(v);
    if (l && (l->kind == WATCH_GIL || l->kind == WATCH_TOGGLE))
        say_gil(v, l, out);
    else if (l)
        say_lock(v, l, out);
    else if (!say_convoy(v, out) && !say_pool(v, out))
        say_little(v, out);
}

/* ---- What was not seen -------------------------------------------------------------------- */

static const char replaced[] =
    "the program became another one that did not take the library (its own environment, linked "
    "statically, another user): of that nothing was seen";

bool ledger_saw_nothing(const struct ledger_view *v, struct buf *why)
{
    uint64_t takes = 0, apart_ns, apart = futex_waits(v, &apart_ns);
    const struct apart *library = library_apart(v);
    for (size_t i = 0; i < v->ledger->threads.count; i++)
        takes += v->ledger->threads.items[i].takes;
    if (!v->ledger->processes.count)
        buf_add(why, "the program did not take the library: it runs as another user, without "
                     "LD_PRELOAD in its environment, or apart from /proc; nothing was seen");
    else if (takes || v->ledger->locks.count)
        return false;
    else if (v->ledger->is_replaced)
        buf_add(why, replaced);
    else if (library)
        buf_printf(why,
                   "the program's locks are %s, which are not the C library's: they cannot be seen",
                   library->whose);
    else if (apart)
        buf_printf(why,
                   "its threads waited %llu times in the kernel directly, and for no lock of the C "
                   "library: those of Rust, of C++20's atomics and of its own cannot be seen",
                   (unsigned long long)apart);
    return why->len > 0;
}

static void remark_on_process(const struct ledger_process *p,
                              void (*say)(void *context, const char *text), void *context)
{
    char text[256];
    if (p->lock_overflow) {
        snprintf(text, sizeof text, "%u waits in process %d were for locks beyond those told apart",
                 p->lock_overflow, p->pid);
        say(context, text);
    }
    if (p->runtime == WATCH_RUNTIME_CPYTHON_FREE)
        say(context, "this CPython is a free-threaded build: there is no GIL");
    if (p->runtime == WATCH_RUNTIME_PYPY)
        say(context,
            "PyPy gives its GIL away by a plain store: who has it cannot be seen; who waits for "
            "it waits for a mutex and a condition of libpypy");
    if (p->runtime == WATCH_RUNTIME_CPYTHON && p->version[0] == '2')
        say(context, "CPython 2's GIL is a semaphore: who asked for it cannot be seen");
}

static void remark_on_locks_apart(const struct ledger_view *v,
                                  void (*say)(void *context, const char *text), void *context)
{
    const char *last = NULL;
    char text[256], time[40];
    for (size_t i = 0; i < sizeof libraries_apart / sizeof *libraries_apart; i++) {
        const struct apart *a = &libraries_apart[i];
        if (a->remark == last || !is_loaded(v->ledger->session->region, a))
            continue;
        say(context, a->remark);
        last = a->remark;
    }
    uint64_t wait_ns, count = futex_waits(v, &wait_ns);
    if (!count)
        return;
    snprintf(
        text, sizeof text,
        "threads waited %llu times, %s in all, in the kernel directly, as the locks of Rust and "
        "the atomics of C++20 do: what for is not known, and it counts as sleep",
        (unsigned long long)count, units_format(time, sizeof time, (double)wait_ns, "ns", 3));
    say(context, text);
}

/* What it became is among what it executed. */
static void remark_on_started(const struct ledger *l, void (*say)(void *context, const char *text),
                              void *context)
{
    const struct watch_region *r = l->session->region;
    uint32_t count = watch_started_count(r);
    uint32_t unwatched = 0;
    const struct watch_started *first = NULL;
    char text[320];
    for (uint32_t i = 0; i < count; i++) {
        if (!r->started[i].pid || r->started[i].is_watched)
            continue;
        first = first ? first : &r->started[i];
        unwatched++;
    }
    if (l->is_replaced)
        say(context, replaced);
    if (r->is_children_off)
        return;
    if (r->started_count > count) {
        snprintf(text, sizeof text,
                 "it executed %u programs: whether more than the first %u took "
                 "the library is not known",
                 r->started_count, count);
        say(context, text);
    }
    /* The one that the program became is told of above. */
    if (unwatched <= (l->is_replaced ? 1u : 0u))
        return;
    snprintf(text, sizeof text,
             "%u program%s that it executed, the first %.*s, did not take the library (static, of "
             "Go, of another width or user, with an environment of %s own): not in here",
             unwatched, unwatched == 1 ? "" : "s", (int)sizeof first->program - 1, first->program,
             unwatched == 1 ? "its" : "their");
    say(context, text);
}

void ledger_remarks(const struct ledger_view *v, void (*say)(void *context, const char *text),
                    void *context)
{
    const struct ledger *l = v->ledger;
    char text[256];
    uint64_t lost = 0;
    for (size_t i = 0; i < l->threads.count; i++)
        lost += l->threads.items[i].lost;
    for (size_t i = 0; i < l->processes.count; i++)
        remark_on_process(&l->processes.items[i], say, context);
    remark_on_locks_apart(v, say, context);
    for (size_t i = 0; i < l->locks.count; i++) {
        if (is_believed(&l->locks.items[i]))
            continue;
        snprintf(text, sizeof text,
                 "%.100s does not keep to the rules it was recognised by: its "
                 "numbers are in doubt",
                 l->locks.items[i].name);
        say(context, text);
    }
    remark_on_started(l, say, context);
    if (l->threads_refused || l->processes_refused) {
        snprintf(text, sizeof text,
                 "%u threads and %u processes were more than are told apart, and "
                 "were not watched",
                 l->threads_refused, l->processes_refused);
        say(context, text);
    }
    if (lost) {
        snprintf(text, sizeof text, "%llu takes were of locks beyond those a thread tells apart",
                 (unsigned long long)lost);
        say(context, text);
    }
    if (l->session->still_running) {
        snprintf(text, sizeof text,
                 "%u process%s outlived the program: what %s did later is not in here",
                 l->session->still_running, l->session->still_running == 1 ? "" : "es",
                 l->session->still_running == 1 ? "it" : "they");
        say(context, text);
    }
}

bool ledger_is_over(const struct ledger_view *v)
{
    for (size_t i = 0; i < v->ledger->locks.count; i++) {
        const struct ledger_lock *l = &v->ledger->locks.items[i];
        if (ledger_is_lock(l) && ((v->max_hold_ns && l->longest_block.ns > v->max_hold_ns) ||
                                  (v->max_wait_ns && l->longest_wait.ns > v->max_wait_ns)))
            return true;
    }
    return false;
}
