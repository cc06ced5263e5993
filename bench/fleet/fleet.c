#include "bench/fleet/fleet.h"

#include "bench/base/clock.h"
#include "bench/base/json_make.h"
#include "bench/base/output.h"
#include "bench/fleet/hearing.h"
#include "bench/result/merge.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SHARDS_A_SEAT = 4,        /* so that a slow worker or a lost one costs a part of a part */
    FAILURES_OF_SHARD = 3,    /* then it is the shard's fault */
    ATTEMPTS_OF_SHARD = 8,    /* silent ones among them */
    FAILURES_OF_LAUNCHER = 3, /* in a row: nothing comes of it */
    READS_A_LOOK = 64,        /* so that one who never stops leaves time for the others */
};
#define LOOK_NS   UINT64_C(200000000)
#define ENDING_NS UINT64_C(5000000000)

/* ---- What comes ----------------------------------------------------------------------------- */

/* How the shard came to be measured, for its result. */
static json_t *note_of(const struct fleet *f, const struct seat *s)
{
    const struct shard *shard = shard_of(f, s);
    struct json_maker o = json_maker_new();
    json_make_text(&o, "by", s->launcher->text);
    json_make_int(&o, "attempt", s->attempt);
    if (s->clock_offset_s)
        json_make_int(&o, "clock_offset_s", s->clock_offset_s);
    if (shard->lost)
        json_make_shared(&o, "lost", shard->lost);
    return json_made(&o);
}

/* Those that measure the same need not go on. */
static void end_others(struct fleet *f, const struct seat *first)
{
    for (size_t i = 0; i < f->seat_count; i++) {
        struct seat *s = &f->seats[i];
        if (s != first && is_busy(s) && s->shard == first->shard && !s->is_silent)
            seat_ask_to_end(s, clock_now_ns() + ENDING_NS);
    }
}

static int keep_whole(struct fleet *f, struct seat *s, struct err *err)
{
    char name[200];
    struct buf text = {0};
    struct err own = {0};
    struct shard *shard = shard_of(f, s);
    s->is_taken = true;
    s->ending_ns = clock_now_ns() + ENDING_NS; /* a launcher has its own things to end */
    if (shard->is_done) {
        f->report->late++;
        fleet_tell(f, "shard %" PRId64 ": %s came late; it is measured already", s->shard,
                   s->launcher->text);
        return 0;
    }
    snprintf(name, sizeof name, "shard %" PRId64 " of %s", s->shard, s->launcher->text);
    json_t *note = note_of(f, s);
    int failed = note ? 0 : fleet_no_memory(err);
    if (!failed && stream_result(&s->stream, name, note, &text, &own)) {
        s->is_taken = false; /* lines were lost on the way: as if it had not come */
        fleet_tell(f, "%s", own.text);
    } else if (!failed) {
        failed = keep_add(&f->keep, s->shard, &text, err);
        shard->is_done = !failed;
        f->report->done += !failed;
        s->launcher->failures = 0;
        if (!failed)
            fleet_tell(f, "shard %" PRId64 " is measured (%zu of %zu) by %s", s->shard,
                       f->report->done, f->report->shards, s->launcher->text);
        end_others(f, s);
    }
    json_decref(note);
    buf_release(&text);
    return failed;
}

/* What is there to be read: of one that has ended all, for a pipe holds less than is read here. */
static int listen_to(struct fleet *f, struct seat *s, bool *is_over, struct err *err)
{
    char bytes[1 << 16];
    struct hearing h = {f, s};
    ssize_t got;
    *is_over = false;
    for (int i = 0; i < READS_A_LOOK; i++) {
        got = read(s->child.output, bytes, sizeof bytes);
        *is_over = got == 0;
        if (got <= 0)
            return 0;
        if (!s->is_taken && stream_take(&s->stream, bytes, (size_t)got, hearing_line, &h, err))
            return -1;
        if (s->stream.is_whole && !s->is_taken && keep_whole(f, s, err))
            return -1;
        if (s->stream.is_wild)
            seat_ask_to_end(s, clock_now_ns() + ENDING_NS);
    }
    return 0;
}

/* ---- Who is lost ---------------------------------------------------------------------------- */

static int note_lost(struct fleet *f, const struct seat *s, const char *why, struct err *err)
{
    struct shard *shard = shard_of(f, s);
    struct json_maker o = json_maker_new();
    struct json_maker all = shard->lost ? json_maker_take(shard->lost) : json_maker_list();
    json_make_text(&o, "by", s->launcher->text);
    json_make_text(&o, "why", why);
    json_make_add(&all, json_made(&o));
    shard->lost = json_made(&all);
    return shard->lost ? 0 : fleet_no_memory(err);
}

static void count_failure(struct fleet *f, struct seat *s, const char *why)
{
    shard_of(f, s)->failures++;
    f->report->lost++;
    fleet_tell(f, "shard %" PRId64 " is lost: %s %s", s->shard, s->launcher->text, why);
    if (++s->launcher->failures < FAILURES_OF_LAUNCHER || s->launcher->is_given_up)
        return;
    s->launcher->is_given_up = true;
    fleet_tell(f, "%s is not asked again: %u workers in a row brought nothing", s->launcher->text,
               s->launcher->failures);
}

/* It is gone, or has to be; what it did not bring is somebody else's. */
static int release(struct fleet *f, struct seat *s, struct err *err)
{
    struct buf why = {0};
    bool is_usage, was_wanted = !s->is_taken && !shard_of(f, s)->is_done;
    bool is_stopped = *f->request->interrupted;
    seat_end(s, &why, &is_usage);
    int failed = 0;
    if (was_wanted && !is_stopped && is_usage)
        failed = err_set(err, ERR_USAGE, "%s: %s", s->launcher->text, buf_text(&why));
    else if (was_wanted && !is_stopped) {
        count_failure(f, s, buf_text(&why));
        failed = note_lost(f, s, buf_text(&why), err);
    }
    buf_release(&why);
    return failed;
}

static void look_at_silence(struct fleet *f, struct seat *s)
{
    uint64_t silent_ns = clock_now_ns() - s->heard_ns;
    if (s->is_silent || s->is_taken || silent_ns < f->request->lost_after_ns)
        return;
    s->is_silent = true;
    fleet_tell(
        f, "shard %" PRId64 ": nothing was heard of %s for %.0f s; it is measured elsewhere, too",
        s->shard, s->launcher->text, (double)silent_ns / 1e9);
}

static int look_after(struct fleet *f, struct seat *s, struct err *err)
{
    bool is_over;
    struct child *child = &s->child;
    child_await(&child, 1, NULL, 0, NULL);
    if (listen_to(f, s, &is_over, err))
        return -1;
    look_at_silence(f, s);
    if (child->has_ended || child->has_flooded ||
        (s->ending_ns && clock_now_ns() >= s->ending_ns) || (is_over && s->is_taken))
        return release(f, s, err);
    return 0;
}

/* ---- Who does what -------------------------------------------------------------------------- */

static bool is_in_hands(const struct fleet *f, int64_t shard)
{
    for (size_t i = 0; i < f->seat_count; i++) {
        const struct seat *s = &f->seats[i];
        if (is_busy(s) && s->shard == shard && !s->is_silent)
            return true;
    }
    return false;
}

/* Whether this launcher has lost it already, or has it and is silent. */
static bool has_failed_with(const struct fleet *f, const struct launcher *l, int64_t shard)
{
    const json_t *lost = f->shards[shard - 1].lost, *one;
    size_t i;
    json_array_foreach(lost, i, one)
    {
        const char *by = json_string_value(json_object_get(one, "by"));
        if (by && !strcmp(by, l->text))
            return true;
    }
    for (i = 0; i < f->seat_count; i++)
        if (is_busy(&f->seats[i]) && f->seats[i].shard == shard && f->seats[i].launcher == l)
            return true;
    return false;
}

static bool is_elsewhere(const struct fleet *f, const struct launcher *l)
{
    for (size_t i = 0; i < f->launcher_count; i++)
        if (&f->launchers[i] != l && !f->launchers[i].is_given_up)
            return true;
    return false;
}

static bool is_hopeless(const struct shard *s)
{
    return s->failures >= FAILURES_OF_SHARD || s->attempts >= ATTEMPTS_OF_SHARD;
}

/* What that launcher might do next; 0: nothing. */
static int64_t next_shard(const struct fleet *f, const struct launcher *l)
{
    bool may_leave = is_elsewhere(f, l);
    for (int64_t i = 1; i <= f->run.shards; i++) {
        const struct shard *s = &f->shards[i - 1];
        if (s->is_done || is_hopeless(s) || (s->attempts && is_in_hands(f, i)))
            continue;
        if (!s->attempts || !may_leave || !has_failed_with(f, l, i))
            return i;
    }
    return 0;
}

static int begin(struct fleet *f, struct seat *s, int64_t number, struct err *err)
{
    char shard[60], seed[40];
    struct shard *what = &f->shards[number - 1];
    struct opt_list words = {0};
    snprintf(shard, sizeof shard, "--shard=%" PRId64 "/%" PRId64, number, f->run.shards);
    snprintf(seed, sizeof seed, "--seed=%" PRId64, f->run.seed);
    int failed = opt_list_add(&words, "run", err);
    for (size_t i = 0; i < f->words.count && !failed; i++)
        failed = opt_list_add(&words, f->words.items[i], err);
    /* Two workers that an engine puts on one machine measure one after the other. */
    static const char *const ours[] = {"--stream", "--quiet", "--wait=1440min"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours && !failed; i++)
        failed = opt_list_add(&words, ours[i], err);
    failed = failed || opt_list_add(&words, seed, err) || opt_list_add(&words, shard, err);
    s->shard = number;
    s->attempt = ++what->attempts;
    failed = failed || seat_start(s, f->request->contend, &words, err);
    vec_release(&words);
    return failed ? -1 : 0;
}

static int hand_out(struct fleet *f, struct err *err)
{
    for (size_t i = 0; i < f->seat_count; i++) {
        struct seat *s = &f->seats[i];
        int64_t shard = is_busy(s) || s->launcher->is_given_up ? 0 : next_shard(f, s->launcher);
        if (shard && begin(f, s, shard, err))
            return -1;
    }
    return 0;
}

/* Whether any seat has something that is wanted, or will be free: of a silent one nobody knows. */
static bool is_awaited(const struct fleet *f)
{
    for (size_t i = 0; i < f->seat_count; i++)
        if (is_busy(&f->seats[i]) &&
            (!f->seats[i].is_silent || !shard_of(f, &f->seats[i])->is_done))
            return true;
    return false;
}

static void await(struct fleet *f)
{
    for (size_t i = 0; i < f->seat_count; i++)
        f->polled[i] = (struct pollfd){.fd = is_busy(&f->seats[i]) ? f->seats[i].child.output : -1,
                                       .events = POLLIN};
    poll(f->polled, f->seat_count, (int)(LOOK_NS / 1000000));
}

static int work(struct fleet *f, struct err *err)
{
    while (f->report->done < f->report->shards && !*f->request->interrupted) {
        if (hand_out(f, err))
            return -1;
        if (!is_awaited(f))
            return 0; /* nobody is left to do the rest */
        await(f);
        for (size_t i = 0; i < f->seat_count; i++)
            if (is_busy(&f->seats[i]) && look_after(f, &f->seats[i], err))
                return -1;
    }
    return 0;
}

/* Asks first: a launcher may have to end something on another machine. */
static void end_all(struct fleet *f)
{
    uint64_t until_ns = clock_now_ns() + ENDING_NS;
    bool is_any = true;
    for (size_t i = 0; i < f->seat_count; i++)
        if (is_busy(&f->seats[i]))
            seat_ask_to_end(&f->seats[i], until_ns);
    while (is_any && clock_now_ns() < until_ns) {
        is_any = false;
        for (size_t i = 0; i < f->seat_count; i++) {
            struct child *child = &f->seats[i].child;
            if (!child->pid || child->has_ended)
                continue;
            struct err ignored = {0};
            bool is_over;
            listen_to(f, &f->seats[i], &is_over, &ignored); /* what comes late is counted */
            child_await(&child, 1, NULL, clock_now_ns() + LOOK_NS / 10, NULL);
            is_any |= !child->has_ended;
        }
    }
    for (size_t i = 0; i < f->seat_count; i++) {
        struct buf why = {0};
        bool is_usage;
        if (is_busy(&f->seats[i]))
            seat_end(&f->seats[i], &why, &is_usage);
        buf_release(&why);
    }
}

/* ---- The result ----------------------------------------------------------------------------- */

static int merge_paths(struct fleet *f, const char *const *paths, size_t count, struct err *err)
{
    struct merge_index in;
    struct merge_report merged = {0};
    int failed = merge_index_read(&in, paths, count, err);
    f->report->failed_cells = failed ? 0 : merge_index_failed(&in);
    failed = failed || results_merge(&in, NULL, f->request->path, &merged, err);
    merge_index_release(&in);
    f->report->is_written = !failed;
    buf_release(&merged.missing);
    return failed ? -1 : 0;
}

static int merge(struct fleet *f, struct err *err)
{
    struct opt_list paths = {0};
    int failed = 0;
    for (int64_t i = 1; i <= f->run.shards && !failed; i++) {
        char *path = f->shards[i - 1].is_done ? keep_path(&f->keep, i) : NULL;
        failed = path ? opt_list_add(&paths, path, err) : 0;
    }
    if (!failed && paths.count)
        failed = merge_paths(f, paths.items, paths.count, err);
    for (size_t i = 0; i < paths.count; i++)
        free((char *)(uintptr_t)paths.items[i]);
    vec_release(&paths);
    return failed;
}

/* ---- Beginning and end ---------------------------------------------------------------------- */

static size_t count_cells(const struct plan *p)
{
    size_t count = 0;
    for (size_t i = 0; i < p->cell_count; i++)
        count += !p->cells[i].is_control;
    return count;
}

/* Into how many parts, and what those call the plan: the first of them tells. */
static int deal(struct fleet *f, struct err *err)
{
    const struct fleet_request *r = f->request;
    struct plan_request request = r->plan;
    struct plan plan;
    request.shard_count = 0;
    if (plan_build(&request, &plan, err))
        return -1;
    int64_t cells = (int64_t)count_cells(&plan);
    int64_t usual = SHARDS_A_SEAT * (int64_t)f->seat_count;
    f->run.seed = (int64_t)(plan.seed & INT64_MAX);
    f->run.shards = r->shards ? r->shards : usual < cells ? usual : cells;
    plan_release(&plan);
    if (f->run.shards > cells)
        return err_set(err, ERR_USAGE,
                       "--shards: %" PRId64 " is more than the plan has cells (%" PRId64 ")",
                       f->run.shards, cells);
    request.shard_index = 1;
    request.shard_count = f->run.shards;
    if (plan_build(&request, &plan, err))
        return -1;
    f->run.plan = plan.share.plan;
    plan_release(&plan);
    return 0;
}

static int begin_new(struct fleet *f, struct err *err)
{
    for (size_t i = 0; i < f->request->words->count; i++)
        if (opt_list_add(&f->words, f->request->words->items[i], err))
            return -1;
    f->run.words = &f->words;
    return launcher_check_words(&f->words, err) || deal(f, err) ||
                   keep_create(&f->keep, f->request->path, &f->run, f->request->force, err)
               ? -1
               : 0;
}

static int open_shards(struct fleet *f, struct err *err)
{
    f->shards = calloc((size_t)f->run.shards, sizeof *f->shards);
    if (!f->shards)
        return fleet_no_memory(err);
    f->report->shards = (size_t)f->run.shards;
    for (int64_t i = 1; i <= f->run.shards && f->request->resume; i++) {
        f->shards[i - 1].is_done = keep_has(&f->keep, i);
        f->report->done += f->shards[i - 1].is_done;
    }
    return 0;
}

static int open_seats(struct fleet *f, struct err *err)
{
    const struct fleet_request *r = f->request;
    f->launchers = calloc(r->launchers->count, sizeof *f->launchers);
    f->seat_count = r->launchers->count * (size_t)r->at_once;
    if (f->seat_count > FLEET_SEATS_MAX)
        return err_set(err, ERR_USAGE, "--at-once: %zu workers at a time are too many (at most %d)",
                       f->seat_count, FLEET_SEATS_MAX);
    f->seats = calloc(f->seat_count, sizeof *f->seats);
    f->polled = calloc(f->seat_count, sizeof *f->polled);
    f->clocks = json_object();
    if (!f->launchers || !f->seats || !f->polled || !f->clocks)
        return fleet_no_memory(err);
    for (; f->launcher_count < r->launchers->count; f->launcher_count++)
        if (launcher_parse(&f->launchers[f->launcher_count], r->launchers->items[f->launcher_count],
                           err))
            return f->launcher_count++, -1;
    /* One of each launcher before a second of any: hosts before places on a host. */
    for (size_t i = 0; i < f->seat_count; i++)
        f->seats[i] = (struct seat){.launcher = &f->launchers[i % f->launcher_count],
                                    .errors = -1,
                                    .child = {.output = -1, .fd = -1}};
    return 0;
}

static void fleet_release(struct fleet *f)
{
    for (int64_t i = 0; f->shards && i < f->run.shards; i++)
        json_decref(f->shards[i].lost);
    for (size_t i = 0; i < f->launcher_count; i++)
        launcher_release(&f->launchers[i]);
    free(f->shards);
    free(f->launchers);
    free(f->seats);
    free(f->polled);
    json_decref(f->clocks);
    vec_release(&f->words);
    keep_close(&f->keep);
}

int fleet_do(const struct fleet_request *r, struct fleet_report *report, struct err *err)
{
    struct fleet f = {.request = r, .report = report, .keep = {.fd = -1}};
    *report = (struct fleet_report){0};
    child_adopt();
    int failed =
        output_check(r->path, err) || open_seats(&f, err) ||
        (r->resume ? keep_open(&f.keep, r->path, &f.words, &f.run, err) : begin_new(&f, err));
    bool is_ours = !failed;
    failed = failed || open_shards(&f, err) || work(&f, err);
    if (f.seats)
        end_all(&f);
    report->is_interrupted = *r->interrupted;
    failed = failed || merge(&f, err);
    if (is_ours && (!report->done || (!failed && report->done == report->shards)))
        keep_remove(&f.keep, f.run.shards);
    fleet_release(&f);
    return failed ? -1 : 0;
}
