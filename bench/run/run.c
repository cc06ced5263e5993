#include "bench/run/run.h"

#include "bench/core/clock.h"
#include "bench/core/file.h"
#include "bench/core/rng.h"
#include "bench/registry.h"
#include "bench/run/assemble.h"
#include "bench/run/journal.h"
#include "bench/run/outlook.h"
#include "bench/run/record.h"
#include "bench/run/schedule.h"
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
    uint64_t earlier_ns;  /* what the runs before this one took, when going on */
    uint64_t expected_ns; /* of all of it, until a round has shown; 0: not known */
    bool is_virtual;
};

/* What the run took so far; where every clock is simulated, on those clocks. */
static uint64_t elapsed_ns(const struct run *r)
{
    if (r->is_virtual)
        return records_spent_ns(r->records, r->plan.cell_count);
    return r->earlier_ns + clock_now_ns() - r->begin_ns;
}

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
        c->op_ns = op_ns;
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
        .visits = records_visits(r->records, r->plan.cell_count),
        .is_complete = is_complete,
        .duration_ns = elapsed_ns(r),
    };
    json_t *root =
        assemble_result(json_object_get(r->header, "header"), &r->plan, r->records, &state);
    char *text = root ? json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(15)) : NULL;
    json_decref(root);
    if (!text)
        return err_set(err, ERR_SYSTEM, "no memory for the result");
    int failed = file_write_atomic(r->options->path, text, strlen(text), err);
    free(text);
    return failed;
}

/* ---- Rounds ------------------------------------------------------------------------ */

/* What is left, as far as the cells have shown; before that, what was expected. */
static uint64_t left_ns(const struct run *r, uint32_t round, const uint32_t *order, size_t count)
{
    uint64_t elapsed = elapsed_ns(r), budget_ns = r->plan.budget_ns;
    uint64_t here_ns = schedule_needs_ns(r->records, order, count);
    if (round == 0)
        return r->expected_ns > elapsed ? r->expected_ns - elapsed : UINT64_MAX;
    uint64_t room_ns = budget_ns > elapsed + here_ns ? budget_ns - elapsed : here_ns;
    if (r->plan.rounds_most > r->plan.rounds)
        return room_ns;
    uint64_t need_ns = here_ns + records_spent_ns(r->records, r->plan.cell_count) / round *
                                     (r->plan.rounds - round - 1);
    return need_ns < room_ns ? need_ns : room_ns;
}

static void tell(struct run *r, uint32_t round, const uint32_t *order, size_t done, size_t total)
{
    if (!r->options->on_progress)
        return;
    struct progress p = {.round = round + 1,
                         .rounds = r->plan.rounds,
                         .cell = done,
                         .cells = total,
                         .id = r->plan.cells[order[done]].id,
                         .elapsed_ns = elapsed_ns(r),
                         .left_ns = left_ns(r, round, order + done, total - done)};
    r->options->on_progress(r->options->context, &p);
}

/* Since the visit before: with what the run did in between, so that nothing is left out. */
static uint64_t spent_ns(const struct run *r)
{
    uint64_t sum_ns = 0;
    if (!r->is_virtual)
        return elapsed_ns(r) - records_spent_ns(r->records, r->plan.cell_count);
    for (uint32_t i = 0; i < r->mailbox->launch_count; i++)
        sum_ns += r->mailbox->noise[i].duration_ns;
    return sum_ns;
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
    json_t *visit = visit_to_json(cell, round, v.cell, r->mailbox, spent_ns(r));
    if (!visit)
        return err_set(err, ERR_SYSTEM, "no memory for a visit");
    int failed = journal_append(&r->journal, visit, err) ||
                 records_add(r->records, r->plan.cell_count, visit, err);
    json_decref(visit);
    return failed ? -1 : 0;
}

static int do_round(struct run *r, uint32_t round, const uint32_t *order, size_t count,
                    struct err *err)
{
    for (size_t i = 0; i < count && !*r->options->interrupted; i++) {
        tell(r, round, order, i, count);
        if (visit_cell(r, order[i], round, err))
            return -1;
    }
    return *r->options->interrupted ? 0 : write_result(r, false, err);
}

/* Drops the visits that an interrupted run had done of this round already. */
static size_t still_to_do(const struct run *r, uint32_t round, uint32_t *order, size_t count)
{
    size_t left = 0;
    for (size_t i = 0; i < count; i++)
        if (r->records[order[i]].rounds_done <= round)
            order[left++] = order[i];
    return left;
}

static bool fits_budget(const struct run *r, const uint32_t *order, size_t count)
{
    return elapsed_ns(r) + schedule_needs_ns(r->records, order, count) <= r->plan.budget_ns;
}

/* The first round is always done, and one that was begun is finished; a next one only if it fits.
 */
static int do_rounds(struct run *r, struct err *err)
{
    uint32_t *order = malloc(sizeof *order * (r->plan.cell_count + 1));
    int failed = order ? 0 : err_set(err, ERR_SYSTEM, "no memory for the order of a round");
    uint32_t round = schedule_latest(r->records, r->plan.cell_count);
    for (; !failed && round < r->plan.rounds_most && !*r->options->interrupted; round++) {
        size_t count = schedule_round(&r->plan, r->records, round, order);
        size_t left = still_to_do(r, round, order, count);
        if (count == 0 || (left == count && round > 0 && !fits_budget(r, order, left)))
            break;
        failed = left ? do_round(r, round, order, left, err) : 0;
    }
    free(order);
    return failed;
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
    struct outlook outlook;
    outlook_of(&r->plan, &outlook);
    r->is_virtual = outlook.is_virtual;
    r->expected_ns = outlook.run_ns;
    if (o->on_begin)
        o->on_begin(o->context, &outlook);
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
    for (size_t i = 0; i < json_array_size(visits) && !failed; i++)
        failed = records_add(r->records, r->plan.cell_count, json_array_get(visits, i), err);
    json_decref(visits);
    if (!failed) {
        r->earlier_ns = records_spent_ns(r->records, r->plan.cell_count);
        r->is_virtual = plan_is_virtual(&r->plan);
    }
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

/* Those of the rounds in which only wide intervals were visited. */
static size_t extra_visits(const struct run *r)
{
    size_t extra = 0;
    for (size_t i = 0; i < r->plan.cell_count; i++)
        if (r->records[i].visit_count > r->plan.rounds)
            extra += r->records[i].visit_count - r->plan.rounds;
    return extra;
}

/* What all rounds take, as those done did, and a tenth more. */
static uint64_t wanted_ns(const struct run *r, const struct run_report *report)
{
    if (report->rounds == 0 || report->rounds >= r->plan.rounds)
        return 0;
    return elapsed_ns(r) / report->rounds * r->plan.rounds / 10 * 11;
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
        report->extra_visits = extra_visits(&r);
        report->wanted_ns = wanted_ns(&r, report);
        report->duration_ns = r.earlier_ns + clock_now_ns() - r.begin_ns;
        if (!report->is_interrupted)
            journal_finish(&r.journal);
    }
    end(&r);
    return failed ? -1 : 0;
}
