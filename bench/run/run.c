#include "bench/run/run.h"

#include "bench/core/clock.h"
#include "bench/core/file.h"
#include "bench/core/json.h"
#include "bench/core/rng.h"
#include "bench/registry.h"
#include "bench/run/assemble.h"
#include "bench/run/journal.h"
#include "bench/run/record.h"
#include "bench/run/visit.h"
#include "bench/run/worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Everything of a run in progress. */
struct run {
    const struct run_options *options;
    struct plan plan;
    json_t *header; /* of the journal: header of the result, and the plan */
    struct record *records;
    struct mailbox *mailbox;
    struct journal journal;
    uint64_t begin_ns;
    uint64_t earlier_ns; /* what the runs before this one took, when going on */
    uint64_t round_ns;   /* the latest round */
};

/* Probes that lack something find out once, here; workers inherit the verdict. */
static void ask_probes(void)
{
    const struct probe *p;
    for (size_t i = 0; (p = registry_probe(i)) != NULL; i++)
        if (p->unavailable)
            p->unavailable();
}

/* ---- Sizes ------------------------------------------------------------------------- */

static _Noreturn void calibrate_worker(struct run *r, const size_t *which, size_t count,
                                       pid_t parent)
{
    worker_begin(parent);
    for (size_t i = 0; i < count; i++)
        r->mailbox->found[i].values[0] = visit_op_ns(&r->plan.cells[which[i]]);
    _exit(0);
}

/* Whether what an operation of `a` takes holds for `b`.  Work without a serial form is the
 * executor's own, and the tasks have to be there for it. */
static bool same_work(const struct cell *a, const struct cell *b)
{
    if (a->workload != b->workload ||
        memcmp(a->workload_params, b->workload_params, sizeof a->workload_params))
        return false;
    return b->is_control || b->control != NO_CONTROL ||
           (a->executor == b->executor && a->tasks == b->tasks && a->lock == b->lock &&
            !memcmp(a->executor_params, b->executor_params, sizeof a->executor_params));
}

/* The cell whose serial run tells what an operation of c takes. */
static size_t calibration_cell(const struct plan *p, size_t c)
{
    return p->cells[c].control >= 0 ? (size_t)p->cells[c].control : c;
}

/* Waiting takes as long as it takes, and a given number needs no clock. */
static bool needs_calibration(const struct cell *c, const struct plan_request *request)
{
    return !c->skip_reason && !c->batch_ops && c->workload->kind != WORKLOAD_IO && !request->ops &&
           !c->ops;
}

/* A workload that hangs keeps its unknown time; its visits will meet the same deadline. */
static int run_calibration(struct run *r, const size_t *which, size_t count, struct err *err)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        calibrate_worker(r, which, count, parent);
    if (pid < 0)
        return err_set_sys(err, errno, "fork of the calibration");
    worker_wait(pid, clock_now_ns() + r->plan.timeout_ns, r->options->interrupted);
    return *r->options->interrupted ? err_set(err, ERR_FAILED, "interrupted") : 0;
}

static int calibrate(struct run *r, struct err *err)
{
    struct plan *p = &r->plan;
    size_t which[METRICS_MAX], count = 0;
    for (size_t i = 0; i < p->cell_count; i++) {
        size_t cell = calibration_cell(p, i), j = 0;
        if (!needs_calibration(&p->cells[i], &r->options->plan))
            continue;
        while (j < count && !same_work(&p->cells[which[j]], &p->cells[cell]))
            j++;
        if (j == count && count < METRICS_MAX)
            which[count++] = cell;
    }
    for (size_t i = 0; i < count; i++)
        r->mailbox->found[i].values[0] = 0;
    if (count && run_calibration(r, which, count, err))
        return -1;
    for (size_t i = 0; i < p->cell_count; i++) {
        struct cell *c = &p->cells[i];
        double op_ns = 0;
        for (size_t j = 0; j < count; j++)
            if (same_work(&p->cells[which[j]], c))
                op_ns = r->mailbox->found[j].values[0];
        uint64_t asked = (uint64_t)r->options->plan.ops;
        plan_size_cell(c, asked ? asked : c->ops, op_ns, p->task_time_ns, plan_cpus());
    }
    return 0;
}

/* ---- Result ------------------------------------------------------------------------ */

static int write_result(struct run *r, bool is_complete, struct err *err)
{
    struct run_state state = {
        .rounds = records_rounds(r->records, r->plan.cell_count),
        .is_complete = is_complete,
        .duration_ns = r->earlier_ns + clock_now_ns() - r->begin_ns,
    };
    json_t *root =
        assemble_result(json_object_get(r->header, "header"), &r->plan, r->records, &state);
    char *text = root ? json_dump_text(root, JSON_INDENT(1) | JSON_REAL_PRECISION(15)) : NULL;
    json_decref(root);
    if (!text)
        return err_set(err, ERR_SYSTEM, "no memory for the result");
    int failed = file_write_atomic(r->options->path, text, strlen(text), err);
    free(text);
    return failed;
}

/* ---- Rounds ------------------------------------------------------------------------ */

static bool is_over(const struct record *r)
{
    return r->cell->skip_reason || r->failed != ERR_NONE;
}

static void tell(struct run *r, uint32_t round, size_t done, size_t total, const char *id)
{
    if (!r->options->on_progress)
        return;
    uint64_t elapsed_ns = clock_now_ns() - r->begin_ns, left_ns = UINT64_MAX;
    if (r->round_ns) {
        uint64_t rounds_left = r->plan.rounds - round - 1;
        uint64_t need_ns = r->round_ns * rounds_left + r->round_ns * (total - done) / (total + 1);
        uint64_t budget_left_ns =
            r->plan.budget_ns > elapsed_ns ? r->plan.budget_ns - elapsed_ns : r->round_ns;
        left_ns = need_ns < budget_left_ns ? need_ns : budget_left_ns;
    }
    struct progress p = {.round = round + 1,
                         .rounds = r->plan.rounds,
                         .cell = done,
                         .cells = total,
                         .id = id,
                         .elapsed_ns = elapsed_ns,
                         .left_ns = left_ns};
    r->options->on_progress(r->options->context, &p);
}

static int visit_cell(struct run *r, uint32_t cell, uint32_t round, struct err *err)
{
    /* Each cell in every third round, in turn, so that rounds take the same time; in a run of
     * fewer rounds all at once, so that each cell has everything. */
    bool with_own = r->plan.rounds < 3 || r->plan.cells[cell].own_probes != PROBES_ALL ||
                    (cell + round) % 3 == 0;
    struct visit v = {
        .cell = &r->plan.cells[cell],
        .launches = 1,
        .with_own_launches = with_own,
        .timer_slack_ns = r->plan.timer_slack_ns,
        .deadline_ns = clock_now_ns() + r->plan.timeout_ns,
    };
    if (visit_run(&v, r->mailbox, r->options->interrupted, err))
        return -1;
    json_t *visit = visit_to_json(cell, round, v.cell, r->mailbox);
    if (!visit)
        return err_set(err, ERR_SYSTEM, "no memory for a visit");
    int failed = journal_append(&r->journal, visit, err) ||
                 records_add(r->records, r->plan.cell_count, visit, err);
    json_decref(visit);
    return failed ? -1 : 0;
}

/* One round over all cells that still need it, in an order of its own. */
static int do_round(struct run *r, uint32_t round, struct err *err)
{
    size_t n = 0;
    uint32_t *order = malloc(sizeof *order * (r->plan.cell_count + 1));
    if (!order)
        return err_set(err, ERR_SYSTEM, "no memory for the order of a round");
    for (uint32_t i = 0; i < r->plan.cell_count; i++)
        if (!is_over(&r->records[i]) && r->records[i].rounds_done <= round)
            order[n++] = i;
    struct rng rng = {.state = r->plan.seed * 0x9e3779b97f4a7c15u + round};
    rng_shuffle(&rng, order, n);
    int failed = 0;
    for (size_t i = 0; i < n && !failed && !*r->options->interrupted; i++) {
        tell(r, round, i, n, r->plan.cells[order[i]].id);
        failed = visit_cell(r, order[i], round, err);
    }
    free(order);
    return failed;
}

/* Whether another round as long as the latest still fits. */
static bool fits_budget(const struct run *r)
{
    return clock_now_ns() - r->begin_ns + r->round_ns <= r->plan.budget_ns;
}

static int do_rounds(struct run *r, struct err *err)
{
    uint32_t round = records_rounds(r->records, r->plan.cell_count);
    bool is_first = true;
    for (; round < r->plan.rounds && !*r->options->interrupted; round++) {
        if (!is_first && !fits_budget(r))
            break;
        uint64_t begin_ns = clock_now_ns();
        if (do_round(r, round, err))
            return -1;
        r->round_ns = clock_now_ns() - begin_ns;
        is_first = false;
        if (!*r->options->interrupted && write_result(r, false, err))
            return -1;
    }
    return 0;
}

/* ---- Beginning and end ------------------------------------------------------------- */

static int begin_new(struct run *r, struct err *err)
{
    const struct run_options *o = r->options;
    if (plan_build(&o->plan, &r->plan, err))
        return -1;
    if (o->force) {
        char path[4096];
        snprintf(path, sizeof path, "%s.journal", o->path);
        unlink(path);
    }
    if (calibrate(r, err))
        return -1;
    json_t *result_header = assemble_header(&r->plan, o->command_argc, o->command_argv);
    r->header = json_pack("{s:s, s:o, s:o}", "schema", "contend.journal/1", "header", result_header,
                          "plan", plan_to_json(&r->plan));
    if (!r->header)
        return err_set(err, ERR_SYSTEM, "no memory for the header");
    if (journal_create(&r->journal, o->path, r->header, err))
        return -1;
    r->records = records_new(&r->plan, err);
    return r->records ? write_result(r, false, err) : -1;
}

static int begin_again(struct run *r, struct err *err)
{
    json_t *visits = NULL;
    if (journal_open(&r->journal, r->options->path, &r->header, &visits, err))
        return -1;
    const char *schema = json_string_value(json_object_get(r->header, "schema"));
    int failed = 0;
    if (!schema || strcmp(schema, "contend.journal/1"))
        failed = err_set(err, ERR_INPUT, "%s: not a journal of this version", r->journal.path);
    if (!failed)
        failed = plan_from_json(json_object_get(r->header, "plan"), &r->plan, err);
    if (!failed && !(r->records = records_new(&r->plan, err)))
        failed = -1;
    for (size_t i = 0; i < json_array_size(visits) && !failed; i++) {
        failed = records_add(r->records, r->plan.cell_count, json_array_get(visits, i), err);
        /* Each visit's launches are the least it took. */
        const json_t *launches = json_object_get(json_array_get(visits, i), "launches");
        for (size_t j = 0; j < json_array_size(launches); j++)
            r->earlier_ns += (uint64_t)json_integer_value(
                json_object_get(json_array_get(launches, j), "duration_ns"));
    }
    json_decref(visits);
    return failed ? -1 : 0;
}

static void count_cells(const struct run *r, struct run_report *report)
{
    for (size_t i = 0; i < r->plan.cell_count; i++) {
        const struct record *rec = &r->records[i];
        if (rec->cell->is_control)
            continue;
        if (rec->cell->skip_reason || rec->failed == ERR_LIMIT || rec->failed == ERR_UNAVAILABLE)
            report->skipped_count++;
        else if (rec->failed != ERR_NONE)
            report->failed_count++;
        else
            report->ok_count += rec->launch_count > 0;
    }
}

static void end(struct run *r)
{
    records_free(r->records, r->plan.cell_count);
    plan_release(&r->plan);
    json_decref(r->header);
    mailbox_free(r->mailbox);
    journal_close(&r->journal);
}

int run_do(const struct run_options *o, struct run_report *report, struct err *err)
{
    struct run r = {.options = o, .journal = {.fd = -1}, .begin_ns = clock_now_ns()};
    *report = (struct run_report){0};
    /* Units whose worker was killed come to us, so that none is left unseen. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int failed = file_make_parents(o->path, err) || file_check_writable(o->path, err);
    if (!failed && !(r.mailbox = mailbox_new(err)))
        failed = -1;
    if (!failed) {
        ask_probes();
        failed = o->resume ? begin_again(&r, err) : begin_new(&r, err);
    }
    if (!failed)
        failed = do_rounds(&r, err);
    report->is_interrupted = *o->interrupted;
    if (failed && report->is_interrupted) {
        /* The visit that was going on is dropped; everything before it counts. */
        failed = 0;
        *err = (struct err){0};
    }
    if (!failed)
        failed = write_result(&r, !report->is_interrupted, err);
    if (!failed) {
        count_cells(&r, report);
        report->rounds = records_rounds(r.records, r.plan.cell_count);
        report->rounds_planned = r.plan.rounds;
        report->duration_ns = r.earlier_ns + clock_now_ns() - r.begin_ns;
        if (!report->is_interrupted)
            journal_finish(&r.journal);
    }
    end(&r);
    return failed ? -1 : 0;
}
