#include "bench/cli/claims_run.h"

#include "bench/claims/judge/judge.h"
#include "bench/cli/cli.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/progress.h"
#include "bench/cli/reference.h"
#include "bench/cli/run_session.h"
#include "bench/core/json.h"
#include "bench/registry.h"
#include "bench/run/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Substitutions ----------------------------------------------------------------- */

static bool cell_uses(const struct claim_cell *c, const char *name, bool *is_lock)
{
    if (!c->workload)
        return false;
    *is_lock = !strcmp(c->lock ? c->lock : "none", name);
    return *is_lock || !strcmp(c->executor, name);
}

static bool claims_use(const struct claim_list *claims, const char *name, bool *is_lock)
{
    for (size_t i = 0; i < claims->count; i++)
        for (size_t k = 0; k < claim_part_count(claims->items[i]); k++)
            if (cell_uses(&claims->items[i]->parts[k].subject, name, is_lock) ||
                cell_uses(&claims->items[i]->parts[k].base, name, is_lock))
                return true;
    return false;
}

int claims_check_substitutions(const struct claim_list *claims, const struct substitutions *s,
                               struct err *err)
{
    for (size_t i = 0; i < s->count; i++) {
        const char *from = s->items[i].from, *to = s->items[i].to;
        bool is_lock;
        if (!claims_use(claims, from, &is_lock))
            return err_set(err, ERR_USAGE,
                           "--as %s=%s: none of these claims uses a lock or executor \"%s\"", from,
                           to, from);
        if (is_lock ? !registry_find_lock(to, err) : !registry_find_executor(to, err))
            return err_prefix(err, "--as %s=%s: ", from, to);
    }
    return 0;
}

/* ---- Here -------------------------------------------------------------------------- */

static char *suite_of_all(void)
{
    struct claim_list all;
    const struct opt_list none = {0};
    /* On more CPUs than one: what cannot be judged here is still a cell. */
    json_t *suite = claims_choose(&all, &none, NULL) ? NULL : claims_suite(&all, NULL, 2);
    char *text = json_dump_text(suite, JSON_INDENT(1));
    json_decref(suite);
    return text;
}

int claims_suite_add(struct err *err)
{
    return suite_add("claims", suite_of_all, err);
}

int claims_run_here(struct claims_run *c, struct run_report *report, struct err *err)
{
    struct progress_line line;
    json_t *suite = claims_suite(c->claims, c->substitutions, (long)plan_cpus());
    if (!suite)
        return err_set(err, ERR_SYSTEM, "claims: out of memory");
    if (json_array_size(json_object_get(suite, "groups")) == 0) {
        json_decref(suite);
        return err_set(err, ERR_NOTCOMPARABLE,
                       "claims: all of these need 2 CPUs, and one is allowed");
    }
    progress_begin(&line, c->quiet);
    c->run.plan.suite = "claims";
    c->run.plan.document = suite;
    /* Fewer decide nothing.  A budget that was asked for is kept, and it is said which one would
     * do. */
    if (!c->run.plan.budget_ns)
        c->run.least_rounds = JUDGE_ROUNDS_LEAST;
    interrupt_catch(INTERRUPT_ENDS);
    c->run.interrupted = &interrupt_came;
    c->run.on_progress = progress_show;
    c->run.context = &line;
    int failed = run_do(&c->run, report, err);
    progress_clear(&line);
    json_decref(suite);
    if (!failed)
        run_session_tell(report);
    return failed;
}

/* ---- In CPython -------------------------------------------------------------------- */

/* The interpreter's lock is in each of its cells. */
static int pass_cell(const struct claim_cell *c, struct opt_list *passed, struct err *err)
{
    if (!c->workload)
        return 0;
    struct claim_cell own = *c;
    struct buf id = {0};
    own.lock = "gil";
    claim_cell_id(&own, NULL, (long)plan_cpus(), &id);
    for (size_t i = 0; i < passed->count; i++)
        if (!strcmp(passed->items[i], buf_text(&id))) {
            buf_release(&id);
            return 0;
        }
    char *text = buf_steal(&id);
    if (text && vec_add(passed, "--cell") && vec_add(passed, text))
        return 0;
    free(text);
    return err_set(err, ERR_SYSTEM, "claims: no memory for another cell of the reference");
}

static int pass_cells(const struct claim_list *claims, struct opt_list *passed, struct err *err)
{
    for (size_t i = 0; i < claims->count; i++)
        for (size_t k = 0; k < claim_part_count(claims->items[i]); k++) {
            const struct claim_part *part = &claims->items[i]->parts[k];
            if (part->in_python &&
                (pass_cell(&part->subject, passed, err) || pass_cell(&part->base, passed, err)))
                return -1;
        }
    return 0;
}

/* The pairs that pass_cell() made come first. */
static void forget_cells(struct opt_list *passed)
{
    for (size_t i = 0; i + 1 < passed->count && !strcmp(passed->items[i], "--cell"); i += 2)
        free((char *)(uintptr_t)passed->items[i + 1]);
    vec_release(passed);
}

/* The status of reference_run(). */
static int run_interpreter(const struct claims_run *c, const char *python, const char *path,
                           struct err *err)
{
    char budget[32], rounds[32], seed[32];
    struct reference_request request = {
        .python = python, .output = path, .timeout_ns = 600000000000};
    struct opt_list *passed = &request.passed;
    int status = -1;
    const struct plan_request *plan = &c->run.plan;
    if (pass_cells(c->claims, passed, err))
        goto done;
    if (passed->count == 0) {
        err_set(err, ERR_UNAVAILABLE, "none of these claims can be asked of an interpreter");
        goto done;
    }
    snprintf(budget, sizeof budget, "%lldns",
             plan->budget_ns ? (long long)plan->budget_ns : 60000000000LL);
    snprintf(rounds, sizeof rounds, "%lld", plan->rounds ? (long long)plan->rounds : 11LL);
    const char *const rest[] = {"--task-time", "100ms", "--budget", budget, "--rounds", rounds};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        vec_add(passed, rest[i]);
    if (plan->seed >= 0) {
        snprintf(seed, sizeof seed, "%lld", (long long)plan->seed);
        vec_add(passed, "--seed");
        vec_add(passed, seed);
    }
    request.is_quiet = c->quiet;
    if (passed->failed)
        err_set(err, ERR_SYSTEM, "claims: no memory for the reference's options");
    else
        status = reference_run(&request, err);
done:
    forget_cells(passed);
    return status;
}

/* Beside the result: "claims.json" and "claims-cpython.json". */
static void make_python_path(const char *result, char *out, size_t size)
{
    char own[256];
    if (!strcmp(result, "-")) {
        run_session_path("claims", own, sizeof own);
        result = own;
    }
    size_t length = strlen(result);
    if (length > 5 && !strcmp(result + length - 5, ".json"))
        length -= 5;
    snprintf(out, size, "%.*s-cpython.json", (int)length, result);
}

int claims_run_python(const struct claims_run *c, const char *python, const char *result,
                      char *path, size_t size, struct err *missing, struct err *err)
{
    struct buf fresh = {0};
    make_python_path(result, path, size);
    /* Into a file of this run alone, so that an older one is never taken for it. */
    buf_printf(&fresh, "%s.new", path);
    int status = run_interpreter(c, python, buf_text(&fresh), missing);
    int outcome = 0;
    if (status == EXIT_INTERRUPTED) {
        unlink(buf_text(&fresh));
        outcome = EXIT_INTERRUPTED;
    } else if (missing->code == ERR_UNAVAILABLE) {
        outcome = 1;
    } else if (access(buf_text(&fresh), F_OK)) {
        *err = *missing;
        outcome = -1;
    } else if (rename(buf_text(&fresh), path)) {
        outcome = err_set_sys(err, errno, "%s", path);
    }
    buf_release(&fresh);
    return outcome;
}
