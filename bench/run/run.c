#include "bench/run/run.h"

#include "bench/base/clock.h"
#include "bench/base/json.h"
#include "bench/base/output.h"
#include "bench/base/rng.h"
#include "bench/child/child.h"
#include "bench/registry.h"
#include "bench/registry_open.h"
#include "bench/result/write.h"
#include "bench/run/assemble.h"
#include "bench/run/derive.h"
#include "bench/run/journal.h"
#include "bench/run/launch/visit.h"
#include "bench/run/plan/outlook.h"
#include "bench/run/record.h"
#include "bench/run/resume.h"
#include "bench/run/schedule.h"
#include "bench/run/sizes.h"
#include "bench/run/sources.h"
#include "bench/run/stream.h"
#include "bench/run/words.h"
#include "bench/run/worker.h"
#include "bench/run/worker_image.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Everything of a run in progress. */
struct run {
    const struct run_options *options;
    struct plan plan;
    json_t *header; /* of the journal: header of the result, and the plan */
    struct record *records;
    struct sizes sizes; /* of a new one */
    struct sources sources;
    struct mailbox *mailbox;
    struct journal journal;
    uint64_t begin_ns;
    uint64_t earlier_ns;  /* what the runs before this one took, when going on */
    uint64_t expected_ns; /* of all of it, until a round has shown; 0: not known */
    bool is_virtual;
    struct affinity_digest cpus; /* that it began with */
    /* A complete result that is there stays as it was until there is something to show instead. */
    bool is_shown;
    struct journal_faults faults; /* of the journal this run goes on from */
};

/* Whether any visit is known, this run's or an earlier part's. */
static bool has_visits(const struct run *r)
{
    for (size_t i = 0; r->records && i < r->plan.cell_count; i++)
        if (r->records[i].launch_count || r->records[i].failed != ERR_NONE)
            return true;
    return false;
}

/* What the run took so far; where every clock is simulated, on those clocks. */
static uint64_t elapsed_ns(const struct run *r)
{
    if (r->is_virtual)
        return records_spent_ns(r->records, r->plan.cell_count);
    uint64_t now_ns = clock_now_ns();
    return r->earlier_ns + (now_ns > r->begin_ns ? now_ns - r->begin_ns : 0);
}

/* Probes that lack something find out here, before any cell: what takes long is handed over. */
static void ask_probes(void)
{
    const struct probe *p;
    struct muting muting;
    registry_mute(&muting);
    for (size_t i = 0; (p = registry_probe(i)) != NULL; i++)
        if (p->unavailable)
            p->unavailable();
    registry_unmute(&muting);
}

/* Since the visit before: with what the run did in between, so that nothing is left out. */
static uint64_t spent_ns(const struct run *r)
{
    uint64_t sum_ns = 0;
    if (!r->is_virtual) {
        uint64_t before_ns = records_spent_ns(r->records, r->plan.cell_count),
                 now_ns = elapsed_ns(r);
        return now_ns > before_ns ? now_ns - before_ns : 0; /* a clock may have been set back */
    }
    for (uint32_t i = 0; i < r->mailbox->launch_count; i++)
        sum_ns += r->mailbox->noise[i].duration_ns;
    return sum_ns;
}

/* A visit that was made, or could not be, into the journal and the records. */
static int keep_visit(struct run *r, uint32_t cell, uint32_t round, struct err *err)
{
    json_t *visit = visit_to_json(cell, round, &r->plan.cells[cell], r->mailbox, spent_ns(r));
    if (!visit)
        return err_set(err, ERR_SYSTEM, "no memory for a visit");
    int failed = records_check(r->records, r->plan.cell_count, visit, err) ||
                 journal_append(&r->journal, visit, err) ||
                 records_add(r->records, r->plan.cell_count, visit, err);
    json_decref(visit);
    return failed ? -1 : 0;
}

/*
 * A cell whose operations could not be timed has failed, or is skipped, for the reason of its
 * calibration: with a single operation it would be measured hundreds of times too slow.
 */
static int keep_failed_calibrations(struct run *r, struct err *err)
{
    for (size_t i = 0; i < r->plan.cell_count; i++) {
        const struct err *failure = sizes_failure(&r->sizes, i);
        if (!failure)
            continue;
        mailbox_clear(r->mailbox);
        r->mailbox->err = *failure;
        err_prefix(&r->mailbox->err, "calibration: ");
        if (keep_visit(r, (uint32_t)i, 0, err))
            return -1;
    }
    return 0;
}

/* ---- Result ------------------------------------------------------------------------ */

/* Who collects makes the result, and is told that nothing more comes. */
static int stream_end(struct run *r, const struct run_state *state, struct err *err)
{
    json_t *end = stream_end_json(state);
    int failed = end ? journal_append(&r->journal, end, err)
                     : err_set(err, ERR_SYSTEM, "no memory for the end of a stream");
    json_decref(end);
    r->is_shown = true;
    return failed;
}

static int write_result(struct run *r, bool is_complete, struct err *err)
{
    /* A pipe gets one document, the last. */
    if (!is_complete && output_is_stream(r->options->path) && !*r->options->interrupted)
        return 0;
    struct run_state state = {
        .rounds = records_rounds(r->records, r->plan.cell_count),
        .visits = records_visits(r->records, r->plan.cell_count),
        .is_complete = is_complete,
        .duration_ns = elapsed_ns(r),
    };
    if (r->options->streams)
        return is_complete ? stream_end(r, &state, err) : 0;
    struct result result;
    struct buf text = {0};
    int failed = assemble_result(&result, json_object_get(r->header, "header"), &r->plan,
                                 r->records, &state, err) ||
                         result_write(&result, &text, err)
                     ? -1
                     : 0;
    result_unload(&result);
    /* Of what goes to a pipe or a device there is no journal, and somebody may have taken it away.
     */
    if (!failed)
        failed = journal_is_there(&r->journal)
                     ? output_write_text(r->options->path, &text, err)
                     : output_keep_text(r->options->path, &text, ".json", err);
    r->is_shown |= !failed;
    buf_release(&text);
    return failed;
}

/* What the disk holds is read again before the journal, the only other copy, goes. */
static int check_written(const struct run *r, struct err *err)
{
    const char *path = r->options->path;
    if (output_is_stream(path))
        return 0;
    struct result written;
    struct err cause = {0};
    int failed = result_load_samples(&written, path, &cause);
    size_t count = failed ? 0 : written.cell_count;
    result_unload(&written);
    if (failed)
        return err_set(err, ERR_SYSTEM,
                       "%s: was written and cannot be read again: %s; the run is in %s", path,
                       cause.text, r->journal.path);
    if (count != r->plan.cell_count)
        return err_set(err, ERR_SYSTEM, "%s: holds %zu of %zu cells; the run is in %s", path, count,
                       r->plan.cell_count, r->journal.path);
    return 0;
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

/* One worker of a visit. */
static int measure_cell(struct run *r, uint32_t cell, enum assignment_kind kind, struct err *err)
{
    struct assignment *a = &r->mailbox->job;
    assignment_init(a, kind);
    a->timer_slack_ns = r->plan.timer_slack_ns;
    a->lifecycle_ns = LIFECYCLE_NS;
    a->cpus_of_run = r->cpus;
    return assignment_set_cell(a, &r->plan.cells[cell], err)
               ? -1
               : worker_run(r->mailbox, clock_now_ns() + r->plan.timeout_ns,
                            r->options->interrupted, err);
}

/* Whether what the cell is measured of is no longer what it was: then the visit has failed. */
static bool has_other_source(struct run *r, uint32_t cell)
{
    const char *path = sources_changed(&r->sources, &r->plan.cells[cell]);
    if (!path)
        return false;
    mailbox_clear(r->mailbox);
    err_set(&r->mailbox->err, ERR_FAILED, "%s changed while it was measured", path);
    return true;
}

static int visit_cell(struct run *r, uint32_t cell, uint32_t round, struct err *err)
{
    /* Each cell in every third round, in turn, so that rounds take the same time; in a run of
     * fewer rounds all at once, so that each cell has everything. */
    bool with_own = r->plan.rounds < 3 || r->plan.cells[cell].own_probes != PROBES_ALL ||
                    (r->plan.cells[cell].place + round) % 3 == 0;
    mailbox_clear(r->mailbox);
    if (has_other_source(r, cell))
        return keep_visit(r, cell, round, err);
    if (with_own && measure_cell(r, cell, ASSIGN_OWN, err))
        return -1;
    /* A worker that did not survive the probes has a cell that is not to be trusted. */
    if (r->mailbox->err.code == ERR_NONE && measure_cell(r, cell, ASSIGN_VISIT, err))
        return -1;
    has_other_source(r, cell);
    return keep_visit(r, cell, round, err);
}

static int do_round(struct run *r, uint32_t round, const uint32_t *order, size_t count,
                    struct err *err)
{
    for (size_t i = 0; i < count && !*r->options->interrupted; i++) {
        const char *plugin = sources_changed_plugin(&r->sources);
        if (plugin)
            return err_set(err, ERR_FAILED, "--plugin: %s changed while it was measured", plugin);
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
        bool is_free = round == 0 || round < r->options->least_rounds;
        if (count == 0 || (left == count && !is_free && !fits_budget(r, order, left)))
            break;
        failed = left ? do_round(r, round, order, left, err) : 0;
        sources_settle(&r->sources);
    }
    free(order);
    return failed;
}

/* ---- Beginning and end ------------------------------------------------------------- */

static void say_outlook(const struct run_options *o, const struct outlook *outlook)
{
    struct buf words = {0};
    run_outlook_words(&words, outlook);
    if (o->say && words.len)
        o->say(buf_text(&words));
    buf_release(&words);
}

static int measure_sizes_and_begin(struct run *r, struct err *err)
{
    const struct run_options *o = r->options;
    if (sources_find(&r->sources, &r->plan, err))
        return -1;
    const struct sizes_request request = {&r->plan, &o->plan, r->mailbox, o->interrupted};
    if (sizes_find(&r->sizes, &request, err))
        return -1;
    struct outlook outlook;
    outlook_of(&r->plan, &outlook);
    r->is_virtual = outlook.is_virtual;
    r->expected_ns = outlook.run_ns;
    say_outlook(o, &outlook);
    json_t *result_header = assemble_header(&r->plan, o->command_argc, o->command_argv);
    r->header =
        json_pack("{s:s, s:o, s:o, s:o}", "schema", "contend.journal/1", "header", result_header,
                  "plan", plan_to_json(&r->plan), "programs", sources_to_json(&r->sources));
    if (!r->header)
        return err_set(err, ERR_SYSTEM, "no memory for the header");
    if (journal_append(&r->journal, r->header, err))
        return -1;
    r->records = records_new(&r->plan, err);
    if (!r->records || keep_failed_calibrations(r, err))
        return -1;
    return output_exists(o->path) ? 0 : write_result(r, false, err);
}

static int begin_new(struct run *r, struct err *err)
{
    const struct run_options *o = r->options;
    /* The lock first: a run that is refused has touched nothing of the one that goes on. */
    if (plan_build(&o->plan, &r->plan, err) || journal_create(&r->journal, o->path, o->force, err))
        return -1;
    r->journal.echo_fd = o->streams ? STDOUT_FILENO : 0;
    if (measure_sizes_and_begin(r, err)) {
        journal_finish(&r->journal);
        return -1;
    }
    return 0;
}

/* Of a quota such as a third of a CPU the journal has fifteen digits. */
static bool is_as_then(const json_t *then, const json_t *now)
{
    if (json_is_real(then) && json_is_real(now))
        return fabs(json_real_value(then) - json_real_value(now)) <= 1e-12 * json_real_value(now);
    return then == now || (then && now && json_equal(then, now));
}

/* One result is of one program on one machine: what was measured by another is not gone on with. */
static int check_same_origin(const struct run *r, const json_t *header, struct err *err)
{
    static const char *const of_tool[] = {"version",    "commit",    "compiler", "flags",
                                          "build_type", "sanitizer", NULL};
    static const char *const of_host[] = {"hostname",  "cpu",    "architecture", "cpus_allowed",
                                          "cpu_quota", "kernel", "libc",         NULL};
    json_t *now = assemble_header(&r->plan, r->options->command_argc, r->options->command_argv);
    static const char *const of_run[] = {"plugins", NULL};
    const struct {
        const char *part;
        const json_t *then, *now;
        const char *const *keys;
    } parts[] = {
        {"build", json_object_get(json_object_get(header, "run"), "tool"),
         json_object_get(json_object_get(now, "run"), "tool"), of_tool},
        {"machine", json_object_get(header, "host"), json_object_get(now, "host"), of_host},
        {"set of plug-ins", json_object_get(header, "run"), json_object_get(now, "run"), of_run}};
    int failed = now ? 0 : err_set(err, ERR_SYSTEM, "no memory for a header");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !failed; i++)
        for (const char *const *key = parts[i].keys; *key && !failed; key++) {
            const json_t *then = json_object_get(parts[i].then, *key);
            const json_t *today = json_object_get(parts[i].now, *key);
            if (is_as_then(then, today))
                continue;
            char *a = json_dump_text(then, JSON_ENCODE_ANY);
            char *b = json_dump_text(today, JSON_ENCODE_ANY);
            failed =
                err_set(err, ERR_INPUT,
                        "%s: was begun by another %s (its %s is %.60s, here %.60s); --force "
                        "discards it",
                        r->journal.path, parts[i].part, *key, a ? a : "missing", b ? b : "missing");
            free(a);
            free(b);
        }
    json_decref(now);
    return failed;
}

/* What is asked for now holds for all of the run, the part that was done before included. */
static void take_budget(struct run *r)
{
    if (r->options->plan.budget_ns > 0)
        r->plan.budget_ns = (uint64_t)r->options->plan.budget_ns;
}

static int begin_again(struct run *r, struct err *err)
{
    json_t *visits = NULL;
    if (journal_open(&r->journal, r->options->path, &r->header, &visits, &r->faults, err))
        return -1;
    const json_t *header = json_object_get(r->header, "header");
    int failed = resume_header(r->header, &r->plan, err)
                     ? err_prefix(err, "%s: line 1: ", r->journal.path)
                     : 0;
    failed =
        failed || check_same_origin(r, header, err) || sources_find(&r->sources, &r->plan, err) ||
        sources_check(&r->sources, json_object_get(r->header, "programs"), r->journal.path, err);
    if (!failed && !(r->records = records_new(&r->plan, err)))
        failed = -1;
    if (!failed) {
        resume_visits(r->records, &r->plan, visits, &r->faults);
        r->is_shown = true;
    }
    json_decref(visits);
    if (!failed) {
        r->earlier_ns = records_spent_ns(r->records, r->plan.cell_count);
        r->is_virtual = plan_is_virtual(&r->plan);
        take_budget(r);
    }
    return failed ? -1 : 0;
}

static void count_cells(const struct run *r, struct run_report *report)
{
    for (size_t i = 0; i < r->plan.cell_count; i++) {
        const struct record *rec = &r->records[i];
        bool has_failed = rec->failed != ERR_NONE || record_excluded(rec);
        if (rec->cell->is_control)
            report->failed_controls +=
                has_failed && rec->failed != ERR_LIMIT && rec->failed != ERR_UNAVAILABLE;
        else if (rec->cell->skip_reason || rec->failed == ERR_LIMIT ||
                 rec->failed == ERR_UNAVAILABLE)
            report->skipped_count++;
        else if (has_failed)
            report->failed_count++;
        else if (rec->launch_count > 0) {
            report->ok_count++;
            report->unusable_count += derive_is_unusable(rec);
        }
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
    sizes_release(&r->sizes);
    sources_release(&r->sources);
    journal_close(&r->journal);
}

int run_do(const struct run_options *o, struct run_report *report, struct err *err)
{
    struct run r = {.options = o, .journal = {.fd = -1}, .begin_ns = clock_now_ns()};
    *report = (struct run_report){0};
    affinity_digest(&r.cpus);
    /* Units whose worker was killed come to us, so that none is left unseen. */
    child_adopt();
    /* What nothing can be measured without is asked for before anything is written. */
    int failed = output_check(o->path, err) || worker_image(err) < 0;
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
    report->journal_faults = r.faults;
    if (!failed && report->is_interrupted && !has_visits(&r)) {
        report->is_untouched = !r.is_shown;
        if (!r.is_shown)
            journal_finish(&r.journal); /* nothing that could be gone on with */
    } else if (!failed) {
        failed = write_result(&r, !report->is_interrupted, err) ||
                 (!report->is_interrupted && check_written(&r, err));
    }
    if (!failed && r.records) {
        count_cells(&r, report);
        report->rounds = records_rounds(r.records, r.plan.cell_count);
        report->rounds_planned = r.plan.rounds;
        report->extra_visits = extra_visits(&r);
        report->wanted_ns = wanted_ns(&r, report);
        report->duration_ns =
            r.is_virtual ? r.earlier_ns + clock_now_ns() - r.begin_ns : elapsed_ns(&r);
        if (!report->is_interrupted)
            journal_finish(&r.journal);
    }
    end(&r);
    return failed ? -1 : 0;
}

int run_report_status(const struct run_report *r)
{
    return r->is_interrupted                       ? EXIT_INTERRUPTED
           : r->failed_count || r->failed_controls ? EXIT_RUN_FAILED
                                                   : EXIT_FINE;
}
