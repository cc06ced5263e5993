#include "bench/lab/claims_run.h"

#include "bench/base/buf.h"
#include "bench/base/file.h"
#include "bench/base/interrupt.h"
#include "bench/base/json.h"
#include "bench/base/output.h"
#include "bench/base/suggest.h"
#include "bench/judge/claims/judge.h"
#include "bench/lab/claims_reference.h"
#include "bench/lab/reference.h"
#include "bench/registry.h"
#include "bench/run/plan/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

static int check_substitution(const struct claim_list *claims, const struct substitution *s,
                              struct err *err)
{
    bool is_lock;
    if (!claims_use(claims, s->from, &is_lock))
        return err_set(err, ERR_USAGE,
                       "--as %s=%s: none of these claims uses a lock or executor \"%s\"", s->from,
                       s->to, s->from);
    if (is_lock ? !registry_find_lock(s->to, err) : !registry_find_executor(s->to, err))
        return err_prefix(err, "--as %s=%s: ", s->from, s->to);
    return 0;
}

static bool is_file(const char *reference)
{
    return strchr(reference, '/') || strstr(reference, ".json") || !strcmp(reference, "-");
}

static int refuse_reference(const char *reference, struct err *err)
{
    struct opt_list known = {0};
    for (size_t i = 0; references[i]; i++)
        vec_add(&known, references[i]->name);
    vec_add(&known, "or a result file");
    suggest_unknown("--reference", reference, known.items, known.count, err);
    vec_release(&known);
    return -1;
}

int claims_check(struct claims_run *c, struct err *err)
{
    c->run.interrupted = &interrupt_came;
    /* Plug-ins first: substitutions may name what they bring. */
    if (registry_load_plugins(c->plugins.items, c->plugins.count, err))
        return -1;
    for (size_t i = 0; i < c->as.count; i++)
        if (substitutions_add(&c->substitutions, c->as.items[i], err))
            return -1;
    if (c->reference && !reference_named(c->reference) && !is_file(c->reference))
        return refuse_reference(c->reference, err);
    for (size_t i = 0; i < c->substitutions.count; i++)
        if (check_substitution(&c->claims, &c->substitutions.items[i], err))
            return -1;
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

static int hold(struct claims_run *c, struct err *err)
{
    if (output_check(c->run.path, err))
        return -1;
    c->held = memfd_create("contend-claims", MFD_CLOEXEC);
    if (c->held < 0)
        return err_set_sys(err, errno, "%s: no memory for what goes there", c->run.path);
    c->stream = c->run.path;
    snprintf(c->door, sizeof c->door, "/proc/self/fd/%d", c->held);
    c->run.path = c->door;
    return 0;
}

int claims_pass_on(struct claims_run *c, struct err *err)
{
    if (!c->stream)
        return 0;
    c->run.path = c->stream;
    /* Nothing was measured where it was interrupted early. */
    bool is_empty = lseek(c->held, 0, SEEK_END) <= 0;
    return is_empty ? 0 : output_keep_file(c->stream, c->door, ".json", err);
}

int claims_plan(struct claims_run *c, struct err *err)
{
    c->suite = claims_suite(&c->claims, &c->substitutions, (long)plan_cpus());
    if (!c->suite)
        return err_set(err, ERR_SYSTEM, "claims: out of memory");
    if (json_array_size(json_object_get(c->suite, "groups")) == 0)
        return err_set(err, ERR_NOTCOMPARABLE,
                       "claims: all of these need 2 CPUs, and one is allowed");
    c->run.plan.suite = "claims";
    c->run.plan.document = c->suite;
    /* Fewer decide nothing.  A budget that was asked for is kept, and it is said which one would
     * do. */
    if (!c->run.plan.budget_ns)
        c->run.least_rounds = JUDGE_ROUNDS_LEAST;
    return c->run.path && output_is_stream(c->run.path) ? hold(c, err) : 0;
}

void claims_release(struct claims_run *c)
{
    json_decref(c->suite);
    c->suite = NULL;
    if (c->stream)
        close(c->held);
    c->stream = NULL;
}

/* ---- Judged ------------------------------------------------------------------------ */

/* What is judged, and what came of it; some kilobytes. */
struct judged {
    struct result result, reference;
    struct verdicts verdicts, reference_verdicts;
    bool has_reference;
    struct err missing;  /* why there is no reference though one was asked for */
    char measured[4096]; /* where the reference's result was put; "": nowhere */
};

static int judge_reference(const struct claims_run *c, const char *result, struct judged *j,
                           struct err *err)
{
    const char *path = c->reference;
    if (!is_file(c->reference)) {
        interrupt_catch(INTERRUPT_IGNORED);
        int outcome =
            claims_run_python(c, result, j->measured, sizeof j->measured, &j->missing, err);
        if (outcome)
            j->measured[0] = '\0';
        if (outcome == CLAIMS_NO_PYTHON)
            return 0;
        if (outcome)
            return outcome;
        path = j->measured;
    }
    if (result_load(&j->reference, path, err))
        return -1;
    j->has_reference = true;
    return judge_claims(&j->reference_verdicts, &c->claims, NULL, &j->reference, true, err);
}

static int load(const struct claims_run *c, const char *path, struct result *out, struct err *err)
{
    size_t length;
    if (!c->stream)
        return result_load(out, path, err);
    char *text = file_read(c->door, &length, err);
    int failed = !text || result_parse(out, path, text, length, err);
    free(text);
    return failed ? -1 : 0;
}

static int judge(const struct claims_run *c, const char *result, struct judged *j, struct err *err)
{
    if (load(c, result, &j->result, err) ||
        judge_claims(&j->verdicts, &c->claims, &c->substitutions, &j->result, false, err))
        return -1;
    return c->reference ? judge_reference(c, result, j, err) : 0;
}

static void make_page(struct page *p, const struct judged *j, const struct claims_run *c)
{
    const struct claims_view view = {
        .result = &j->result,
        .verdicts = &j->verdicts,
        .reference = j->has_reference ? &j->reference : NULL,
        .reference_verdicts = j->has_reference ? &j->reference_verdicts : NULL,
        .reference_missing = j->missing.code != ERR_NONE ? j->missing.text : NULL,
        .substitutions = &c->substitutions,
        .plugins = &c->plugins,
    };
    claims_page(p, &view);
}

static int status_of(const struct judged *j, const struct claims_run *c)
{
    const size_t *counts = j->verdicts.counts;
    return counts[STANDING_REFUTED] > 0                     ? EXIT_REGRESSION
           : c->is_strict && counts[STANDING_UNDECIDED] > 0 ? EXIT_UNDECIDED
                                                            : EXIT_FINE;
}

int claims_judge(const struct claims_run *c, const char *result, struct page *p, int *status,
                 struct buf *said, struct err *err)
{
    struct judged *j = calloc(1, sizeof *j);
    if (!j)
        return err_set(err, ERR_SYSTEM, "claims: no memory for the verdicts");
    int outcome = judge(c, result, j, err);
    *status = outcome ? EXIT_INTERRUPTED : status_of(j, c);
    if (!outcome)
        make_page(p, j, c);
    if (j->measured[0])
        buf_printf(said, "reference: %s\n", j->measured);
    result_unload(&j->result);
    result_unload(&j->reference);
    free(j);
    return outcome < 0 ? -1 : 0;
}
