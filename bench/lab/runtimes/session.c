#include "bench/lab/runtimes/session.h"

#include "bench/base/clock.h"
#include "bench/base/file.h"
#include "bench/base/json_make.h"
#include "bench/base/output.h"
#include "bench/base/rng.h"
#include "bench/base/units.h"
#include "bench/child/child.h"
#include "bench/lab/runtimes/cell.h"
#include "bench/result/write.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BUILD_LIMIT_NS UINT64_C(300000000000)
#define VISIT_LIMIT_NS                                                                             \
    UINT64_C(300000000000)             /* two hundred processes on a machine at its limit          \
                                        */
#define UNIT_LIMIT_NS UINT64_C(100000) /* more for each unit: a million takes its time */

enum { SHARE_OF_MEMORY = 8 }; /* that a million units may take: 1 / so much of what is free */

/* What is asked of which cell. */
struct turn {
    size_t cell;
    enum question question;
};

struct session {
    const struct runtimes_request *request;
    struct reference_folder folder;
    struct {
        VEC(struct foreign);
    } runtimes;
    struct instances instances;
    struct runtime_cells cells;
    struct {
        VEC(struct turn);
    } turns;
    uint32_t *order; /* owned; of the turns */
    struct rng rng;
    uint64_t begin_ns, rounds_done, answers;
    size_t failed_count;
    char failed_first[600];
};

static void say(const struct session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void say(const struct session *s, const char *format, ...)
{
    char text[700];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    s->request->say(text);
}

/* ---- What there is ---------------------------------------------------------------------- */

static int load_named(struct session *s, const char *name, struct err *err)
{
    struct foreign one;
    int failed =
        strchr(name, '/') ? runtime_load(&one, name, err) : runtime_carried(&one, name, err);
    for (size_t i = 0; i < s->runtimes.count && !failed; i++)
        if (!strcmp(s->runtimes.items[i].name, one.name))
            failed = err_set(err, ERR_USAGE, "reference: \"%s\" is named twice", one.name);
    if (!failed && vec_add(&s->runtimes, one))
        return 0;
    runtime_release(&one);
    return failed ? -1 : err_set(err, ERR_SYSTEM, "reference: out of memory");
}

static int load_all(struct session *s, struct err *err)
{
    const struct opt_list *names = s->request->names;
    for (size_t i = 0; i < names->count; i++)
        if (load_named(s, names->items[i], err))
            return -1;
    for (size_t i = 0; !names->count && runtime_names[i]; i++)
        if (load_named(s, runtime_names[i], err))
            return -1;
    return 0;
}

static int find_all(struct session *s, struct err *err)
{
    static const struct opt_list none = {0};
    if (load_all(s, err) || reference_folder_open(&s->folder, NULL, err))
        return -1;
    for (size_t i = 0; i < s->runtimes.count; i++)
        if (instances_find(&s->instances, &s->runtimes.items[i], i == 0 ? s->request->asked : &none,
                           &s->folder, err))
            return -1;
    return 0;
}

/* What is compiled is no part of what is measured. */
static int build_all(struct session *s, struct err *err)
{
    for (size_t i = 0; i < s->instances.count; i++) {
        struct instance *one = &s->instances.items[i];
        if (one->reason || *s->request->interrupted)
            continue;
        if (json_array_size(one->runtime->build) && !s->request->is_quiet)
            say(s, "reference: compiling the program for %s", one->runtime->name);
        if (instance_build(one, BUILD_LIMIT_NS, s->request->interrupted, err))
            return -1;
    }
    return 0;
}

static int tell_all(const struct session *s, struct err *err)
{
    const char *first = NULL;
    bool is_any = false;
    for (size_t i = 0; i < s->instances.count; i++) {
        is_any |= !s->instances.items[i].reason;
        first = first ? first : s->instances.items[i].reason;
    }
    if (!is_any)
        return err_set(err, ERR_UNAVAILABLE, "reference: no runtime that can be asked: %s",
                       first ? first : "none is named");
    for (size_t i = 0; i < s->instances.count; i++) {
        const struct instance *one = &s->instances.items[i];
        if (one->reason)
            say(s, "reference: %s: %s", one->runtime->name, one->reason);
        else if (!s->request->is_quiet)
            say(s, "reference: %s %s, %s", one->runtime->name, one->version, one->path);
    }
    return 0;
}

/* ---- What is asked ---------------------------------------------------------------------- */

static int plan(struct session *s, struct err *err)
{
    struct asked_list asked = {0};
    int failed = questions_list(&asked, &s->request->effort)
                     ? 0
                     : err_set(err, ERR_SYSTEM, "reference: out of memory");
    for (size_t i = 0; i < s->instances.count && !failed; i++)
        failed = cells_add(&s->cells, &s->instances.items[i], &asked, err);
    vec_release(&asked);
    for (size_t i = 0; i < s->cells.count && !failed; i++) {
        const struct runtime_cell *c = &s->cells.items[i];
        for (size_t k = 0; k < 2 && !c->skip && c->asked.questions[k] != ASK_NOTHING; k++)
            vec_add(&s->turns, (struct turn){i, c->asked.questions[k]});
    }
    s->order = calloc(s->turns.count + 1, sizeof *s->order);
    if (s->turns.failed || !s->order)
        failed = failed ? failed : err_set(err, ERR_SYSTEM, "reference: out of memory");
    for (size_t i = 0; !failed && i < s->turns.count; i++)
        s->order[i] = (uint32_t)i;
    return failed;
}

/* ---- The result ------------------------------------------------------------------------- */

static json_t *runtimes_json(const struct session *s)
{
    struct json_maker list = json_maker_list();
    for (size_t i = 0; i < s->instances.count; i++) {
        const struct instance *one = &s->instances.items[i];
        struct json_maker o = json_maker_new();
        json_make_text(&o, "name", one->runtime->name);
        json_make_text(&o, "label", one->label);
        json_make_text(&o, "summary", one->runtime->summary);
        json_make_text_or_null(&o, "version", one->version);
        json_make_text_or_null(&o, "program", one->path);
        json_make_text_or_null(&o, "reason", one->reason ? one->reason : "");
        json_make_add(&list, json_made(&o));
    }
    return json_made(&list);
}

static json_t *header_json(const struct session *s, bool is_complete)
{
    char now[40];
    json_t *root = json_deep_copy(s->request->header);
    struct json_maker run = json_maker_of(json_object_get(root, "run"));
    if (is_complete) {
        clock_utc_text(now, sizeof now);
        json_make_text(&run, "finished_at", now);
    }
    json_make_text(&run, "status", is_complete ? "complete" : "partial");
    json_make_int(&run, "rounds", (int64_t)s->rounds_done);
    json_make_int(&run, "duration_ns", (int64_t)(clock_now_ns() - s->begin_ns));
    json_make_value(&run, "runtimes", runtimes_json(s));
    json_t *made = json_made(&run);
    json_decref(made);
    if (made)
        return root;
    json_decref(root);
    return NULL;
}

static int write_result(const struct session *s, bool is_complete, struct err *err)
{
    struct result r = {0};
    struct buf text = {0};
    int failed = cells_assemble(&s->cells, header_json(s, is_complete), &r, err) ||
                 result_write(&r, &text, err) ||
                 output_keep_text(s->request->output, &text, ".json", err);
    buf_release(&text);
    result_unload(&r);
    return failed ? -1 : 0;
}

/* ---- Rounds ----------------------------------------------------------------------------- */

/* A million of them are only made where their memory is there several times. */
static const char *lacks_memory(const struct session *s, const struct runtime_cell *c, char *text,
                                size_t size)
{
    char meminfo[4096], each[40];
    double bytes = (double)NAN;
    for (size_t i = 0; i < s->cells.count; i++) {
        const struct runtime_cell *other = &s->cells.items[i];
        double known = cell_median(other, MADE_MEMORY);
        if (other->unit == c->unit && other->instance == c->instance && isfinite(known))
            bytes = known;
    }
    if (c->asked.tasks < QUESTION_MANY ||
        file_read_small("/proc/meminfo", meminfo, sizeof meminfo) <= 0)
        return NULL;
    int64_t free_kb = file_field(meminfo, "MemAvailable:");
    if (isfinite(bytes) &&
        bytes * (double)c->asked.tasks < (double)free_kb * 1024 / SHARE_OF_MEMORY)
        return NULL;
    if (isfinite(bytes))
        snprintf(text, size,
                 "each takes %s, and all of them more than 1/%d of the memory that is free",
                 units_format(each, sizeof each, bytes, "bytes", 3), SHARE_OF_MEMORY);
    else
        snprintf(text, size, "it is not known what memory they would take");
    return text;
}

static int fail(struct session *s, struct runtime_cell *c, const char *reason, struct err *err)
{
    c->failure = strdup(reason);
    if (!c->failure)
        return err_set(err, ERR_SYSTEM, "reference: out of memory");
    say(s, "reference: %s failed: %s", c->id, reason);
    if (!s->failed_count++)
        snprintf(s->failed_first, sizeof s->failed_first, "%s: %.300s", c->id, reason);
    return 0;
}

/* One whose program hung or left processes is not asked for anything else of that kind. */
static const struct runtime_cell *wild_one(const struct session *s, const struct runtime_cell *c)
{
    for (size_t i = 0; i < s->cells.count; i++)
        if (s->cells.items[i].is_wild && s->cells.items[i].unit == c->unit &&
            s->cells.items[i].instance == c->instance)
            return &s->cells.items[i];
    return NULL;
}

static int skip(struct runtime_cell *c, const char *reason, struct err *err)
{
    c->skip = strdup(reason);
    return c->skip ? 0 : err_set(err, ERR_SYSTEM, "reference: out of memory");
}

static int take_answer(struct session *s, struct runtime_cell *c, struct visit *v, struct answer *a,
                       struct err *err)
{
    struct err cause = {0};
    int failed = visit_ask(v, a, &cause);
    if (*s->request->interrupted)
        return 0;
    if (failed && cause.code != ERR_FAILED)
        return err_set(err, cause.code, "%s", cause.text);
    c->is_wild |= v->is_wild;
    if (failed)
        return fail(s, c, cause.text, err);
    if (a->skip)
        return skip(c, a->skip, err);
    s->answers++;
    return cell_book(c, (uint32_t)s->rounds_done, &v->noise, a, err);
}

static int visit(struct session *s, const struct turn *t, struct err *err)
{
    struct runtime_cell *c = &s->cells.items[t->cell];
    const struct runtimes_request *r = s->request;
    const struct runtime_cell *wild = wild_one(s, c);
    char text[300];
    if (c->skip || c->failure || (c->asked.is_once && s->rounds_done))
        return 0;
    if (wild) {
        snprintf(text, sizeof text, "not asked again after %.200s", wild->id);
        return skip(c, text, err);
    }
    const char *lacking = lacks_memory(s, c, text, sizeof text);
    if (lacking)
        return skip(c, lacking, err);
    uint64_t limit_ns = VISIT_LIMIT_NS + UNIT_LIMIT_NS * (uint64_t)c->asked.tasks;
    struct answer a = {.question = t->question,
                       .count = question_count(t->question, &c->asked, c->unit),
                       .time_ns = question_time_ns(t->question, &c->asked, &r->effort),
                       .more = question_more(t->question, c->unit)};
    struct visit v = {.instance = c->instance,
                      .unit = c->unit,
                      .timeout_ns =
                          r->timeout_ns && r->timeout_ns < limit_ns ? r->timeout_ns : limit_ns,
                      .interrupted = r->interrupted};
    int failed = take_answer(s, c, &v, &a, err);
    answer_release(&a);
    return failed;
}

/* A million wait until it is known what memory one takes. */
static int run_round(struct session *s, struct err *err)
{
    rng_shuffle(&s->rng, s->order, s->turns.count);
    for (int late = 0; late < 2; late++)
        for (size_t i = 0; i < s->turns.count && !*s->request->interrupted; i++) {
            const struct turn *t = &s->turns.items[s->order[i]];
            if (s->cells.items[t->cell].asked.is_once == late && visit(s, t, err))
                return -1;
        }
    return 0;
}

static int run_rounds(struct session *s, struct err *err)
{
    const struct runtimes_request *r = s->request;
    uint64_t last_ns = 0, first_ns = clock_now_ns();
    while (s->rounds_done < r->rounds && !*r->interrupted) {
        uint64_t begin_ns = clock_now_ns();
        if (s->rounds_done && r->budget_ns && begin_ns - first_ns + last_ns > r->budget_ns)
            break;
        if (run_round(s, err))
            return -1;
        last_ns = clock_now_ns() - begin_ns;
        if (*r->interrupted)
            break;
        s->rounds_done++;
        if (!output_is_stream(r->output) && s->rounds_done < r->rounds &&
            write_result(s, false, err))
            return -1;
        if (!r->is_quiet)
            say(s, "reference: round %llu of %llu, %.1f s", (unsigned long long)s->rounds_done,
                (unsigned long long)r->rounds, (double)last_ns / 1e9);
    }
    return 0;
}

/* ---- All of it -------------------------------------------------------------------------- */

static void release(struct session *s)
{
    reference_folder_close(&s->folder);
    cells_release(&s->cells);
    instances_release(&s->instances);
    for (size_t i = 0; i < s->runtimes.count; i++)
        runtime_release(&s->runtimes.items[i]);
    vec_release(&s->runtimes);
    vec_release(&s->turns);
    free(s->order);
}

static int finish(const struct session *s, struct err *err)
{
    bool is_cut = *s->request->interrupted;
    if ((!is_cut || s->answers) && write_result(s, !is_cut, err))
        return -1;
    if (is_cut)
        return s->answers ? RUNTIMES_PARTIAL : RUNTIMES_UNTOUCHED;
    if (s->failed_count)
        return err_set(err, ERR_FAILED, "reference: %zu cell%s failed: %s", s->failed_count,
                       s->failed_count == 1 ? "" : "s", s->failed_first);
    return 0;
}

int runtimes_run(const struct runtimes_request *request, struct err *err)
{
    struct session s = {.request = request,
                        .folder = {.lock = -1},
                        .rng = {.state = request->seed},
                        .begin_ns = clock_now_ns()};
    int outcome = -1;
    child_adopt();
    if (!output_check(request->output, err) && !find_all(&s, err) && !build_all(&s, err) &&
        !tell_all(&s, err) && !plan(&s, err) && !run_rounds(&s, err))
        outcome = finish(&s, err);
    release(&s);
    return outcome;
}

int runtimes_check(const struct runtimes_request *request, struct err *err)
{
    struct session s = {.request = request, .folder = {.lock = -1}};
    int failed = load_all(&s, err);
    release(&s);
    return failed;
}

int runtimes_which(const struct runtimes_request *request, struct buf *out, struct err *err)
{
    struct session s = {.request = request, .folder = {.lock = -1}};
    int failed = find_all(&s, err);
    for (size_t i = 0; i < s.instances.count && !failed; i++) {
        const struct instance *one = &s.instances.items[i];
        buf_printf(out, "%s %s %s\n", one->runtime->name, one->reason ? "-" : one->version,
                   one->reason ? one->reason : one->path);
    }
    release(&s);
    return failed || out->failed ? err_set(err, ERR_SYSTEM, "reference: out of memory") : 0;
}
