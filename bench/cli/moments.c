#include "bench/cli/moments.h"

#include "bench/child/child.h"
#include "bench/cli/cli.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/show.h"
#include "bench/core/clock.h"
#include "bench/report/compare/apart.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Ten moments tell a standard deviation to a factor of 1.5, with 90 %. */
enum { MOMENTS = 10, PATH_BYTES = 512, POLL_NS = 20000000 };
#define MOST_NS UINT64_C(300000000000)

struct measuring {
    char folder[PATH_BYTES / 2], path[PATH_BYTES];
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
        .timeout_ns = 10 * period_ns + MOST_NS, .interrupted = &interrupt_came, .pass_on = SIGINT};
    struct child_end end;
    if (child_run(&request, &watch, &end, err))
        return -1;
    if (interrupt_came || child_is_fine(&end))
        return 0;
    return err_set(err, ERR_FAILED,
                   "--moments: %s %s (contend run --workload prime,sleep,noop says why)",
                   request.what, child_words(&end, words, sizeof words));
}

static void wait_until(uint64_t then_ns)
{
    while (clock_now_ns() < then_ns && !interrupt_came)
        clock_sleep_until_ns(clock_now_ns() + POLL_NS);
}

/* As many moments as fit, at equal distances. */
static int measure(struct measuring *m, uint64_t budget_ns, struct err *err)
{
    uint64_t begin_ns = clock_now_ns(), period_ns = budget_ns / MOMENTS;
    for (size_t i = 0; i < MOMENTS && !interrupt_came; i++) {
        bool is_late = clock_now_ns() - begin_ns > budget_ns;
        if (is_late && m->count >= APART_RESULTS_LEAST)
            break;
        if (run_once(m, period_ns, err))
            return -1;
        if (interrupt_came)
            break;
        if (result_load_samples(&m->results[m->count], m->path, err))
            return -1;
        m->count++;
        unlink(m->path);
        wait_until(begin_ns + (i + 1) * period_ns);
    }
    return 0;
}

static int show(const struct measuring *m, const char *format, struct err *err)
{
    struct apart a;
    struct page page;
    if (apart_of(&a, m->results, m->count, err))
        return -1;
    if (a.count == 0)
        return err_set(err, ERR_FAILED, "--moments: no cell could be measured at every moment");
    apart_page(&page, &a, m->count);
    return show_page(&page, format, 0, err);
}

int moments_run(const struct moments_options *options, struct err *err)
{
    static struct measuring m;
    const char *base = getenv("TMPDIR");
    snprintf(m.folder, sizeof m.folder, "%.200s/contend-moments.XXXXXX",
             base && base[0] ? base : "/tmp");
    if (!mkdtemp(m.folder)) {
        err_set_sys(err, errno, "a temporary folder %s", m.folder);
        return EXIT_RUN_FAILED;
    }
    snprintf(m.path, sizeof m.path, "%s/result.json", m.folder);
    interrupt_catch(INTERRUPT_IGNORED);
    int failed = measure(&m, (uint64_t)options->budget_ns, err);
    /* Cut short, it prints what there is. */
    if (!failed && (!interrupt_came || m.count >= APART_RESULTS_LEAST))
        failed = show(&m, options->format, err);
    for (size_t i = 0; i < m.count; i++)
        result_unload(&m.results[i]);
    unlink(m.path);
    strcat(m.path, ".journal");
    unlink(m.path);
    rmdir(m.folder);
    return interrupt_came ? EXIT_INTERRUPTED : failed ? EXIT_RUN_FAILED : EXIT_FINE;
}
