#include "bench/lab/moments.h"

#include "bench/base/clock.h"
#include "bench/child/child.h"
#include "bench/judge/compare/apart.h"
#include "bench/lab/runtimes/folder.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Ten moments tell a standard deviation to a factor of 1.5, with 90 %. */
enum { MOMENTS = 10, POLL_NS = 20000000 };
#define MOST_NS UINT64_C(300000000000)

struct measuring {
    const volatile bool *interrupted;
    struct reference_folder folder;
    char path[PATH_MAX + sizeof "/result.json"];
    struct result results[MOMENTS];
    size_t count;
};

/*
 * A moment is a command, as the runs are that will be compared: another process, another layout.
 * It is given far more time than it asks for; who interrupts us interrupts it.
 */
static int run_once(struct measuring *m, uint64_t period_ns, struct err *err)
{
    char budget[32], words[160];
    snprintf(budget, sizeof budget, "%llums", (unsigned long long)(period_ns * 2 / 3 / 1000000));
    const char *const argv[] = {
        "contend",     "run",  "--workload", "prime,sleep,noop",
        "--lock",      "none", "--executor", "serial,thread,process,coroutine",
        "--tasks",     "2",    "--param",    "sleep.duration=2ms",
        "--task-time", "4ms",  "--rounds",   "7",
        "--budget",    budget, "--quiet",    "--no-report",
        "--force",     "-o",   m->path,      NULL};
    const struct child_request request = {.what = "a run of prime, sleep and noop",
                                          .program = "/proc/self/exe",
                                          .argv = (char *const *)(uintptr_t)argv};
    const struct child_watch watch = {
        .timeout_ns = 10 * period_ns + MOST_NS, .interrupted = m->interrupted, .pass_on = SIGINT};
    struct child_end end;
    if (child_run(&request, &watch, &end, err))
        return -1;
    if (*m->interrupted || child_is_fine(&end))
        return 0;
    return err_set(err, ERR_FAILED,
                   "--moments: %s %s (contend run --workload prime,sleep,noop says why)",
                   request.what, child_words(&end, words, sizeof words));
}

static void wait_until(const struct measuring *m, uint64_t then_ns)
{
    while (clock_now_ns() < then_ns && !*m->interrupted)
        clock_sleep_until_ns(clock_now_ns() + POLL_NS);
}

/* As many moments as fit, at equal distances. */
static int measure(struct measuring *m, uint64_t budget_ns, struct err *err)
{
    uint64_t begin_ns = clock_now_ns(), period_ns = budget_ns / MOMENTS;
    for (size_t i = 0; i < MOMENTS && !*m->interrupted; i++) {
        bool is_late = clock_now_ns() - begin_ns > budget_ns;
        if (is_late && m->count >= APART_RESULTS_LEAST)
            break;
        if (run_once(m, period_ns, err))
            return -1;
        if (*m->interrupted)
            break;
        if (result_load_samples(&m->results[m->count], m->path, err))
            return -1;
        m->count++;
        unlink(m->path);
        wait_until(m, begin_ns + (i + 1) * period_ns);
    }
    return 0;
}

static int judge(struct page *p, const struct measuring *m, struct err *err)
{
    struct apart a;
    if (apart_of(&a, m->results, m->count, err))
        return -1;
    if (a.count == 0)
        return err_set(err, ERR_FAILED, "--moments: no cell could be measured at every moment");
    apart_page(p, &a, m->count);
    return 0;
}

int moments_page(struct page *p, const struct moments_options *options, struct err *err)
{
    static struct measuring m;
    char path[PATH_MAX];
    m.interrupted = options->interrupted;
    if (reference_folder_open(&m.folder, NULL, err) ||
        reference_folder_add(&m.folder, "moments", NULL, path, sizeof path, err)) {
        reference_folder_close(&m.folder);
        return -1;
    }
    snprintf(m.path, sizeof m.path, "%s/result.json", path);
    int failed = measure(&m, (uint64_t)options->budget_ns, err);
    bool is_short = *m.interrupted && m.count < APART_RESULTS_LEAST;
    if (!failed && !is_short)
        failed = judge(p, &m, err);
    for (size_t i = 0; i < m.count; i++)
        result_unload(&m.results[i]);
    reference_folder_close(&m.folder);
    return failed ? -1 : is_short;
}
