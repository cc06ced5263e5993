#include "bench/machine/counters/counters.h"

#include "bench/base/clock.h"
#include "bench/child/child.h"
#include "bench/machine/affinity.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    CANARY_NAPS = 3,
    CANARY_NAP_US = 1000,
    CANARY_PAGES = 64,
    CANARY_SPIN_NS = 2000000,
    CANARY_STEPS = 100000, /* turns of the arithmetic loop */
};

static const char *const names[COUNTER_COUNT] = {
    [COUNTER_INSTRUCTIONS] = "instructions",         [COUNTER_CYCLES] = "cycles",
    [COUNTER_CACHE_MISSES] = "cache_misses",         [COUNTER_BRANCH_MISSES] = "branch_misses",
    [COUNTER_CONTEXT_SWITCHES] = "context_switches", [COUNTER_CPU_MIGRATIONS] = "cpu_migrations",
    [COUNTER_PAGE_FAULTS] = "page_faults",           [COUNTER_TASK_CLOCK] = "task_clock_ns",
};

/*
 * What one round of canary work counts at the least.  Each step of the loop is several
 * instructions, and takes a branch on a pseudo-random bit that no predictor can learn: half
 * of 100 000 are missed, 1000 is far below.  Fresh pages miss the cache.
 */
static const uint64_t floors[COUNTER_COUNT] = {
    [COUNTER_INSTRUCTIONS] = CANARY_STEPS,
    [COUNTER_CYCLES] = CANARY_STEPS / 4,
    [COUNTER_CACHE_MISSES] = 1,
    [COUNTER_BRANCH_MISSES] = 1000,
    [COUNTER_CONTEXT_SWITCHES] = 1,
    [COUNTER_CPU_MIGRATIONS] = 1, /* only where there is another CPU to go to */
    [COUNTER_PAGE_FAULTS] = CANARY_PAGES,
    [COUNTER_TASK_CLOCK] = CANARY_SPIN_NS / 10 * 9,
};

const char *counter_name(enum counter counter)
{
    return names[counter];
}

/* Moves to the first allowed CPU, then to the second: at least one migration. */
static void canary_migrate(void)
{
    struct affinity_mask *before = affinity_save();
    int cpus[2], count = affinity_allowed(cpus, 2);
    for (int i = 0; i < count; i++)
        affinity_pin(cpus[i], NULL);
    affinity_restore(before);
}

static void canary_touch(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory =
        mmap(NULL, CANARY_PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return;
    madvise(memory, CANARY_PAGES * page, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < CANARY_PAGES; i++)
        ((volatile char *)memory)[i * page] = 1;
    munmap(memory, CANARY_PAGES * page);
}

static void canary_compute(void)
{
    uint32_t state = 2463534242u; /* xorshift32, Marsaglia 2003 */
    volatile uint32_t taken = 0;
    for (int i = 0; i < CANARY_STEPS; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        if (state & 1)
            taken = taken + 1; /* volatile: stays a branch */
    }
}

static void canary_work(void)
{
    /* Some, for a nap may be over before it begins when the hypervisor takes the CPU away. */
    for (int i = 0; i < CANARY_NAPS; i++)
        usleep(CANARY_NAP_US);
    canary_touch();
    canary_compute();
    canary_migrate();
    uint64_t begin = clock_thread_cpu_ns();
    while (clock_thread_cpu_ns() - begin < CANARY_SPIN_NS)
        ;
}

static void *canary_thread(void *argument)
{
    canary_work();
    return argument;
}

static int canary_process(void *argument)
{
    (void)argument;
    canary_work();
    return 0;
}

/* Does the work where that scope must see it; returns how many rounds were done. */
static uint64_t canary_round(enum counter_scope scope)
{
    if (scope == COUNTER_THREAD) {
        canary_work();
        return 1;
    }
    uint64_t rounds = 0;
    pthread_t thread;
    if (!pthread_create(&thread, NULL, canary_thread, NULL)) {
        pthread_join(thread, NULL);
        rounds++;
    }
    const struct child_request request = {.what = "known work", .body = canary_process};
    const struct child_watch watch = {.timeout_ns = UINT64_MAX}; /* the probe child's is ours */
    struct child_end end;
    if (!child_run(&request, &watch, &end, NULL) && child_is_fine(&end))
        rounds++;
    return rounds;
}

/* What the probe child finds out, in memory shared with the one who asked. */
struct finding {
    bool is_believed[COUNTER_SCOPES][COUNTER_COUNT];
    bool user_only[COUNTER_SCOPES][COUNTER_COUNT];
    char reason[COUNTER_SCOPES][COUNTER_COUNT][COUNTER_REASON_MAX];
    bool is_complete;
};

static bool has_another_cpu(void)
{
    return affinity_count() > 1;
}

static void probe_scope(const struct counter_provider *p, enum counter_scope scope,
                        struct finding *f)
{
    struct counter_session s = {0};
    uint64_t values[COUNTER_COUNT] = {0};
    p->start(&s, (1u << COUNTER_COUNT) - 1, scope);
    uint64_t rounds = canary_round(scope);
    p->read(&s, values);
    bool can_migrate = has_another_cpu();
    for (int c = 0; c < COUNTER_COUNT; c++) {
        char *reason = f->reason[scope][c];
        uint64_t least = floors[c] * rounds;
        if (c == COUNTER_CPU_MIGRATIONS && !can_migrate)
            least = 0;
        f->user_only[scope][c] = s.user_only[c];
        if (!(s.counting & 1u << c))
            snprintf(reason, COUNTER_REASON_MAX, "%s",
                     s.reason[c][0] ? s.reason[c] : "it does not count");
        else if (rounds == 0)
            snprintf(reason, COUNTER_REASON_MAX, "the check on known work could not be made");
        else if (values[c] < least && s.user_only[c])
            snprintf(reason, COUNTER_REASON_MAX,
                     "the kernel's part may not be counted: sysctl "
                     "kernel.perf_event_paranoid=1, or CAP_PERFMON");
        else if (values[c] < least)
            snprintf(reason, COUNTER_REASON_MAX,
                     "counted %llu where at least %llu happened: not believed",
                     (unsigned long long)values[c], (unsigned long long)least);
        else
            f->is_believed[scope][c] = true;
    }
    p->stop(&s);
}

/* What the probe child is given. */
struct question {
    const struct counter_provider *provider;
    struct finding *finding; /* shared */
};

/* The probe child: nothing it prints, breaks or hangs in is ours. */
static int probe(void *question)
{
    const struct question *q = question;
    for (int scope = 0; scope < COUNTER_SCOPES; scope++)
        probe_scope(q->provider, (enum counter_scope)scope, q->finding);
    q->finding->is_complete = true;
    return 0;
}

/* Writes one reason over everything the provider did not show. */
static void fail_all(struct finding *f, const char *reason)
{
    memset(f->is_believed, 0, sizeof f->is_believed);
    for (int scope = 0; scope < COUNTER_SCOPES; scope++)
        for (int c = 0; c < COUNTER_COUNT; c++)
            snprintf(f->reason[scope][c], COUNTER_REASON_MAX, "%s", reason);
}

static void probe_provider(const struct counter_provider *p, uint64_t timeout_ns, struct finding *f)
{
    char text[COUNTER_REASON_MAX];
    if (p->unavailable && p->unavailable()) {
        fail_all(f, p->unavailable());
        return;
    }
    struct question question = {p, f};
    const struct child_request request = {
        .what = "the check on known work", .body = probe, .context = &question};
    const struct child_watch watch = {.timeout_ns = timeout_ns};
    struct child_end end;
    struct err err = {0};
    char words[COUNTER_REASON_MAX / 2];
    if (child_run(&request, &watch, &end, &err)) {
        snprintf(text, sizeof text, "the check on known work could not be made: %.100s", err.text);
        fail_all(f, text);
    } else if (!end.in_time) {
        snprintf(text, sizeof text, "%s did not answer within %.1f s", p->name,
                 (double)timeout_ns / 1e9);
        fail_all(f, text);
    } else if (!f->is_complete || !child_is_fine(&end)) {
        snprintf(text, sizeof text, "%s broke down in the check on known work: it %s", p->name,
                 child_words(&end, words, sizeof words));
        fail_all(f, text);
    }
}

static void choose(struct counter_choice *choice, const struct counter_provider *p,
                   const struct finding *f, int scope, int counter)
{
    if (choice->provider)
        return;
    if (f->is_believed[scope][counter]) {
        choice->provider = p;
        choice->user_only = f->user_only[scope][counter];
        return;
    }
    /* The last provider's reason stands: it is the plainest. */
    snprintf(choice->reason, sizeof choice->reason, "%s", f->reason[scope][counter]);
}

void counters_judge(const struct counter_provider *const *providers, uint64_t timeout_ns,
                    struct counter_verdict *out)
{
    *out = (struct counter_verdict){0};
    struct finding *f =
        mmap(NULL, sizeof *f, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (; *providers; providers++) {
        if (f == MAP_FAILED)
            break;
        memset(f, 0, sizeof *f);
        probe_provider(*providers, timeout_ns, f);
        for (int scope = 0; scope < COUNTER_SCOPES; scope++)
            for (int c = 0; c < COUNTER_COUNT; c++)
                choose(&out->choices[scope][c], *providers, f, scope, c);
    }
    if (f != MAP_FAILED)
        munmap(f, sizeof *f);
    for (int scope = 0; scope < COUNTER_SCOPES; scope++)
        for (int c = 0; c < COUNTER_COUNT; c++)
            if (!out->choices[scope][c].provider && !out->choices[scope][c].reason[0])
                snprintf(out->choices[scope][c].reason, COUNTER_REASON_MAX,
                         "no provider could be tried");
}

static struct counter_verdict verdict;
static bool is_judged;
static struct counter_notes adopted;

void counters_note(struct counter_notes *out)
{
    *out = (struct counter_notes){.is_judged = is_judged};
    for (int scope = 0; scope < COUNTER_SCOPES && is_judged; scope++)
        for (int c = 0; c < COUNTER_COUNT; c++) {
            const struct counter_choice *choice = &verdict.choices[scope][c];
            snprintf(out->choices[scope][c].provider, sizeof out->choices[scope][c].provider, "%s",
                     choice->provider ? choice->provider->name : "");
            out->choices[scope][c].user_only = choice->user_only;
            memcpy(out->choices[scope][c].reason, choice->reason, COUNTER_REASON_MAX);
        }
}

void counters_adopt(const struct counter_notes *notes)
{
    adopted = *notes;
}

static void take_over(const struct counter_provider *const *providers)
{
    for (int scope = 0; scope < COUNTER_SCOPES; scope++)
        for (int c = 0; c < COUNTER_COUNT; c++) {
            struct counter_choice *choice = &verdict.choices[scope][c];
            *choice = (struct counter_choice){.user_only = adopted.choices[scope][c].user_only};
            memcpy(choice->reason, adopted.choices[scope][c].reason, COUNTER_REASON_MAX);
            for (const struct counter_provider *const *p = providers; *p; p++)
                if (!strcmp((*p)->name, adopted.choices[scope][c].provider))
                    choice->provider = *p;
        }
}

const struct counter_verdict *counters_prepare(const struct counter_provider *const *providers)
{
    enum { TIMEOUT_NS = 2000000000 };
    if (!is_judged && adopted.is_judged)
        take_over(providers);
    else if (!is_judged)
        counters_judge(providers, TIMEOUT_NS, &verdict);
    is_judged = true;
    return &verdict;
}

const struct counter_verdict *counters_known(void)
{
    return is_judged ? &verdict : NULL;
}
