/* Whether runs measure a sleep right, lose nothing when they are killed, and end in order. */
#include "bench/lab/self_test.h"

#include "bench/base/clock.h"
#include "bench/base/file.h"
#include "bench/base/json.h"
#include "bench/child/child.h"
#include "bench/result/result.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define RUN_MOST_NS  UINT64_C(20000000000)
#define LOOK_NS      UINT64_C(10000000)
#define GONE_MOST_NS UINT64_C(3000000000)

/* ---- Runs ---------------------------------------------------------------------------------- */

enum { WORDS = 32, NAME_BYTES = PATH_MAX + 32 };

/* `contend run ... -o FOLDER/NAME.json`, and what is beside it. */
struct trial {
    char result[NAME_BYTES], journal[NAME_BYTES + 16];
    const char *argv[WORDS];
};

static void trial_init(struct trial *r, const struct self_test *t, const char *name,
                       const char *const *words)
{
    size_t count = 0;
    *r = (struct trial){.argv = {"contend", "run"}};
    snprintf(r->result, sizeof r->result, "%s/%s.json", t->folder, name);
    snprintf(r->journal, sizeof r->journal, "%s.journal", r->result);
    for (count = 2; *words && count + 5 < WORDS; words++)
        r->argv[count++] = *words;
    const char *const rest[] = {"--quiet", "--no-report", "-o", r->result};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        r->argv[count++] = rest[i];
}

static struct child_request request_of(const struct trial *r)
{
    return (struct child_request){
        .what = "a run", .program = "/proc/self/exe", .argv = (char *const *)(uintptr_t)r->argv};
}

/* To its end. False with the reason in c->seen. */
static bool run_through(const struct self_test *t, struct self_check *c, const struct trial *r)
{
    const struct child_request request = request_of(r);
    const struct child_watch watch = {
        .timeout_ns = RUN_MOST_NS, .interrupted = t->interrupted, .pass_on = SIGTERM};
    struct child_end end;
    struct err err = {0};
    char words[160];
    if (!child_run(&request, &watch, &end, &err) && child_is_fine(&end))
        return true;
    self_seen(c, SELF_FAILED, "the run %s",
              err.code == ERR_NONE ? child_words(&end, words, sizeof words) : err.text);
    return false;
}

/* A run that has measured that much, and is at it; to be ended by the caller. */
static bool start_and_wait(const struct self_test *t, struct self_check *c, const struct trial *r,
                           size_t lines, struct child *child)
{
    const struct child_request request = request_of(r);
    struct child *const children[] = {child};
    struct err err = {0};
    if (child_start(child, &request, &err)) {
        self_seen(c, SELF_FAILED, "%s", err.text);
        return false;
    }
    uint64_t until_ns = clock_now_ns() + RUN_MOST_NS;
    size_t seen = 0;
    while (seen < lines && !child->has_ended && clock_now_ns() < until_ns && !*t->interrupted) {
        char *text = file_read(r->journal, NULL, NULL);
        seen = 0;
        for (const char *p = text; p && (p = strchr(p, '\n')) != NULL; p++)
            seen++;
        free(text);
        child_await(children, 1, NULL, clock_now_ns() + LOOK_NS, t->interrupted);
    }
    if (seen >= lines && !child->has_ended)
        return true;
    self_seen(c, SELF_FAILED, "the run %s",
              child->has_ended ? "ended before it had measured that much" : "measured too little");
    return false;
}

/* What it left running comes to us: none is left a while later, or they are ended here. */
static bool leaves_nobody(void)
{
    uint64_t until_ns = clock_now_ns() + GONE_MOST_NS;
    siginfo_t info;
    for (;;) {
        info.si_pid = 0;
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) && errno == ECHILD)
            return true;
        if (info.si_pid)
            continue; /* one more that had ended */
        if (clock_now_ns() >= until_ns)
            break;
        clock_sleep_until_ns(clock_now_ns() + LOOK_NS);
    }
    child_end_strays();
    return false;
}

/* ---- A known sleep ------------------------------------------------------------------------- */

static const struct result_cell *cell_of(const struct result *r, const char *id)
{
    for (size_t i = 0; i < r->cell_count; i++)
        if (!strcmp(r->cells[i].id, id))
            return &r->cells[i];
    return NULL;
}

#define SLEEP_NS 20000000.0
/* A machine that wakes a sleeper later than that at the best of five times is no place to measure.
 */
#define SLEEP_MOST_NS 25000000.0

void self_test_sleep(struct self_test *t, struct self_check *c)
{
    static const char *const words[] = {
        "--workload", "sleep", "--lock", "none",     "--executor", "thread", "--tasks",
        "1",          "--ops", "1",      "--rounds", "5",          "-p",     "sleep.duration=20ms",
        NULL};
    struct trial r;
    struct result result;
    struct err err = {0};
    trial_init(&r, t, "sleep", words);
    self_tried(c, "contend run, a thread that sleeps for 20 ms, five times");
    if (!run_through(t, c, &r))
        return;
    if (result_load_samples(&result, r.result, &err)) {
        self_seen(c, SELF_FAILED, "%s", err.text);
        return;
    }
    const struct result_cell *cell = cell_of(&result, "sleep/none/thread/tasks=1,duration=20ms");
    const struct result_metric *m = cell ? result_role_find(cell, ROLE_MAKESPAN) : NULL;
    double least_ns = m && m->sample_count ? m->samples[0] : 0, most_ns = 0;
    for (size_t i = 0; m && i < m->sample_count; i++) {
        least_ns = m->samples[i] < least_ns ? m->samples[i] : least_ns;
        most_ns = m->samples[i] > most_ns ? m->samples[i] : most_ns;
    }
    bool is_fine = least_ns >= SLEEP_NS && least_ns <= SLEEP_MOST_NS;
    self_seen(c, is_fine ? SELF_OK : SELF_FAILED, "%.3f to %.3f ms%s", least_ns * 1e-6,
              most_ns * 1e-6,
              is_fine ? "" : " (none below 20 ms, and the least at most 25 ms, are accepted)");
    result_unload(&result);
}

/* ---- Killed and resumed -------------------------------------------------------------------- */

/* Some seconds of small cells. */
static const char *const small_cells[] = {
    "--workload", "sleep,noop", "--lock",   "none", "--executor", "thread,process,coroutine",
    "--tasks",    "2",          "--rounds", "8",    "-p",         "sleep.duration=20ms",
    "--budget",   "15s",        NULL};

/* Of the visits in the journal those that the result has not exactly as they were. */
static size_t count_lost(char *journal, const struct result *r, size_t *visits)
{
    size_t lost = 0;
    *visits = 0;
    for (char *line = journal, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        json_t *visit = json_parse(line, (size_t)(end - line), 0, NULL);
        const char *id = json_string_value(json_object_get(visit, "id"));
        const json_t *values =
            json_object_get(json_object_get(json_object_get(visit, "metrics"), "makespan_ns"), "v");
        size_t round = (size_t)json_integer_value(json_object_get(visit, "round"));
        const struct result_cell *cell = id ? cell_of(r, id) : NULL;
        const struct result_metric *m = cell ? result_role_find(cell, ROLE_MAKESPAN) : NULL;
        if (id) {
            /* Each visit of these is a launch, each round a visit. */
            double was = json_number_value(json_array_get(values, 0));
            bool is_there = m && round < m->sample_count && !(m->samples[round] < was) &&
                            !(was < m->samples[round]);
            lost += !is_there;
            ++*visits;
        }
        json_decref(visit);
    }
    return lost;
}

/* False with the reason. */
static bool compare(struct self_check *c, const struct trial *r, char *journal)
{
    struct result result;
    struct err err = {0};
    size_t visits = 0, bad = 0;
    if (result_load_samples(&result, r->result, &err)) {
        self_seen(c, SELF_FAILED, "%s", err.text);
        return false;
    }
    size_t lost = count_lost(journal, &result, &visits), cells = result.cell_count;
    for (size_t i = 0; i < cells; i++)
        bad += result.cells[i].status != CELL_OK;
    bool is_whole = !strcmp(result.status, "complete");
    result_unload(&result);
    bool is_fine = !lost && !bad && is_whole && visits;
    self_seen(
        c, is_fine ? SELF_OK : SELF_FAILED,
        "nothing was left running, %zu of %zu finished visits are in the result as they were, "
        "%zu of %zu cells are fine, it is %s",
        visits - lost, visits, cells - bad, cells, is_whole ? "complete" : "NOT complete");
    return is_fine;
}

void self_test_kill(struct self_test *t, struct self_check *c)
{
    struct trial r;
    struct child child;
    struct child_end end;
    trial_init(&r, t, "kill", small_cells);
    self_tried(c, "contend run, killed (signal 9) in the middle, then --resume");
    bool has_begun = start_and_wait(t, c, &r, 8, &child);
    child_end(&child, &end, NULL);
    if (!leaves_nobody()) {
        self_seen(c, SELF_FAILED, "processes of the killed run were still there %.0f s later",
                  (double)GONE_MOST_NS * 1e-9);
        return;
    }
    char *journal = has_begun ? file_read(r.journal, NULL, NULL) : NULL;
    if (!has_begun)
        return;
    static const char *const resume[] = {"--resume", NULL};
    trial_init(&r, t, "kill", resume);
    if (!journal)
        self_seen(c, SELF_FAILED, "the journal of the killed run cannot be read");
    else if (run_through(t, c, &r))
        compare(c, &r, journal);
    free(journal);
}

/* ---- Interrupted --------------------------------------------------------------------------- */

enum { STATUS_INTERRUPTED = 130 };

void self_test_interrupt(struct self_test *t, struct self_check *c)
{
    struct trial r;
    struct child child;
    struct child_end end;
    struct result result;
    struct err err = {0};
    char words[160];
    trial_init(&r, t, "interrupt", small_cells);
    self_tried(c, "contend run, interrupted (Ctrl-C) in the middle");
    struct child *const children[] = {&child};
    bool has_begun = start_and_wait(t, c, &r, 4, &child);
    if (has_begun)
        child_signal(&child, SIGINT);
    uint64_t until_ns = clock_now_ns() + RUN_MOST_NS;
    while (has_begun && !child.has_ended && clock_now_ns() < until_ns)
        child_await(children, 1, NULL, until_ns, NULL);
    child_end(&child, &end, NULL);
    bool is_alone = leaves_nobody();
    if (!has_begun)
        return;
    bool is_right =
        end.in_time && WIFEXITED(end.status) && WEXITSTATUS(end.status) == STATUS_INTERRUPTED;
    if (!is_right || !is_alone) {
        self_seen(c, SELF_FAILED, "it %s%s", child_words(&end, words, sizeof words),
                  is_alone ? "; status 130 is right" : ", and processes of it were left");
        return;
    }
    if (result_load_samples(&result, r.result, &err)) {
        self_seen(c, SELF_FAILED, "%s", err.text);
        return;
    }
    bool is_partial = !strcmp(result.status, "partial");
    self_seen(c, is_partial ? SELF_OK : SELF_FAILED,
              "status 130, nothing was left running, a readable result that says \"%s\"",
              result.status);
    result_unload(&result);
}
