#include "bench/lab/claims_reference.h"

#include "bench/base/output.h"
#include "bench/lab/reference.h"
#include "bench/lab/runtimes/folder.h"
#include "bench/run/default_path.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* As reference_run() has it. */
static int run_interpreter(const struct claims_run *c, const char *path, struct err *err)
{
    char budget[32], rounds[32], seed[32];
    struct reference_request request = {.reference = reference_named(c->reference),
                                        .runtime = c->python,
                                        .output = path,
                                        .timeout_ns = 600000000000,
                                        .is_quiet = c->is_quiet,
                                        .interrupted = c->run.interrupted,
                                        .say = c->say};
    struct opt_list *passed = &request.passed;
    int outcome = -1;
    const struct plan_request *plan = &c->run.plan;
    if (pass_cells(&c->claims, passed, err))
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
    if (passed->failed)
        err_set(err, ERR_SYSTEM, "claims: no memory for the reference's options");
    else
        outcome = reference_run(&request, err);
done:
    forget_cells(passed);
    return outcome;
}

/* Beside the result: "claims.json" and "claims-cpython.json"; what a link names is the result. */
static void make_path(const char *result, const char *reference, char *out, size_t size)
{
    char own[PATH_MAX];
    struct stat about;
    if (stat(result, &about) || !S_ISREG(about.st_mode)) {
        run_default_path("claims", own, sizeof own);
        result = own;
    } else if (!lstat(result, &about) && S_ISLNK(about.st_mode) && realpath(result, own)) {
        result = own;
    }
    size_t length = strlen(result);
    if (length > 5 && !strcmp(result + length - 5, ".json"))
        length -= 5;
    snprintf(out, size, "%.*s-%s.json", (int)length, result, reference);
}

/* Measured in a folder of its own, so that what lies at `path` is never taken for it. */
static int run_apart(const struct claims_run *c, const struct reference_folder *folder,
                     const char *path, struct err *missing, struct err *err)
{
    struct buf fresh = {0};
    buf_printf(&fresh, "%s/result.json", folder->path);
    int outcome = run_interpreter(c, buf_text(&fresh), missing);
    if (outcome <= 0 && missing->code == ERR_UNAVAILABLE) {
        outcome = CLAIMS_NO_PYTHON;
    } else if (outcome <= 0 && access(buf_text(&fresh), F_OK)) {
        *err = *missing;
        outcome = -1;
    } else if (outcome <= 0) {
        outcome = output_keep_file(path, buf_text(&fresh), ".json", err);
    }
    buf_release(&fresh);
    return outcome;
}

int claims_run_python(const struct claims_run *c, const char *result, char *path, size_t size,
                      struct err *missing, struct err *err)
{
    struct reference_folder folder;
    make_path(result, c->reference, path, size);
    if (output_check(path, err))
        return -1;
    int failed = reference_folder_open(&folder, NULL, err);
    int outcome = failed ? -1 : run_apart(c, &folder, path, missing, err);
    reference_folder_close(&folder);
    return outcome;
}
