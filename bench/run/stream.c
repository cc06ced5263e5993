#include "bench/run/stream.h"

#include "bench/base/json.h"
#include "bench/base/json_make.h"
#include "bench/base/json_read.h"
#include "bench/result/write.h"
#include "bench/run/journal.h"
#include "bench/run/resume.h"

#include <string.h>

#define END_SCHEMA "contend.journal-end/1"

/* A visit of the most launches with the most samples has a hundredth of that. */
enum { LINE_MOST_BYTES = 1 << 28 };

/* What a login, a queue and a module system say before a job begins is some screens of text. */
enum { NOISE_MOST_BYTES = 1 << 20 };

json_t *stream_end_json(const struct run_state *state)
{
    struct json_maker o = json_maker_new();
    json_make_text(&o, "schema", END_SCHEMA);
    json_make_int(&o, "rounds", state->rounds);
    json_make_int(&o, "visits", (int64_t)state->visits);
    json_make_int(&o, "duration_ns", (int64_t)state->duration_ns);
    return json_made(&o);
}

void stream_release(struct stream *s)
{
    buf_release(&s->lines);
    buf_release(&s->partial);
    buf_release(&s->end);
    *s = (struct stream){0};
}

/* Lines are made by one writer, whose first member says what they are. */
static enum stream_line kind_of(const char *line, size_t length)
{
    static const struct {
        const char *begin;
        enum stream_line kind;
    } kinds[] = {{"{\"schema\":\"contend.journal/", STREAM_HEADER},
                 {"{\"schema\":\"" END_SCHEMA, STREAM_END},
                 {"{", STREAM_VISIT}};
    if (!journal_is_sealed(line, length))
        return STREAM_NOISE;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (length > strlen(kinds[i].begin) &&
            !memcmp(line, kinds[i].begin, strlen(kinds[i].begin)))
            return kinds[i].kind;
    return STREAM_NOISE;
}

static void keep(struct stream *s, enum stream_line kind, const char *line, size_t length)
{
    if (kind == STREAM_HEADER) {
        s->restarts += s->lines.len > 0;
        buf_reset(&s->lines);
        buf_reset(&s->end);
        s->visits = 0;
        s->is_whole = false;
    }
    s->visits += kind == STREAM_VISIT;
    s->is_whole |= kind == STREAM_END;
    struct buf *to = kind == STREAM_END ? &s->end : &s->lines;
    buf_add_bytes(to, line, length);
    buf_add(to, "\n");
}

static int take_line(struct stream *s, const char *line, size_t length, stream_on_line *on_line,
                     void *context, struct err *err)
{
    length -= length && line[length - 1] == '\r'; /* of a terminal in between */
    enum stream_line kind = kind_of(line, length);
    if (kind == STREAM_NOISE || (kind != STREAM_HEADER && !s->lines.len)) {
        s->noise_bytes += length + 1;
        return 0;
    }
    s->noise_bytes = 0;
    keep(s, kind, line, length);
    return on_line ? on_line(context, kind, line, length, err) : 0;
}

int stream_take(struct stream *s, const char *bytes, size_t count, stream_on_line *on_line,
                void *context, struct err *err)
{
    const char *end = bytes + count, *feed;
    if (s->is_wild)
        return 0;
    for (; bytes < end && (feed = memchr(bytes, '\n', (size_t)(end - bytes))); bytes = feed + 1) {
        buf_add_bytes(&s->partial, bytes, (size_t)(feed - bytes));
        if (!s->partial.failed &&
            take_line(s, buf_text(&s->partial), s->partial.len, on_line, context, err))
            return -1;
        buf_reset(&s->partial);
    }
    buf_add_bytes(&s->partial, bytes, (size_t)(end - bytes));
    bool may_be_line = s->partial.len && *buf_text(&s->partial) == '{';
    size_t noise_bytes = s->noise_bytes + (may_be_line ? 0 : s->partial.len);
    s->is_wild = noise_bytes > NOISE_MOST_BYTES || s->partial.len > LINE_MOST_BYTES;
    if (s->partial.failed || s->lines.failed || s->end.failed)
        return err_set(err, ERR_SYSTEM, "no memory for what a worker streams");
    return 0;
}

/* ---- The result ----------------------------------------------------------------------------- */

static int read_end(const struct stream *s, struct run_state *out, struct err *err)
{
    json_t *json = json_parse(buf_text(&s->end), s->end.len, 0, NULL);
    struct json_reader r = json_reader_of(json, "the end of a stream");
    *out = (struct run_state){.is_complete = true};
    out->rounds = (uint32_t)json_read_int(&r, "rounds", 0, UINT32_MAX);
    out->visits = (size_t)json_read_int(&r, "visits", 0, INT64_MAX);
    out->duration_ns = (uint64_t)json_read_int(&r, "duration_ns", 0, INT64_MAX);
    int failed = json_reader_end(&r, err);
    json_decref(json);
    return failed;
}

static int write_result(json_t *header, const struct plan *p, const struct record *records,
                        const struct run_state *state, json_t *note, struct buf *out,
                        struct err *err)
{
    struct result result;
    if (note) {
        struct json_maker run = json_maker_of(json_object_get(header, "run"));
        json_make_shared(&run, "launched", note);
        json_t *made = json_made(&run);
        json_decref(made);
        if (!made)
            return err_set(err, ERR_SYSTEM, "no memory for a result");
    }
    int failed =
        assemble_result(&result, header, p, records, state, err) || result_write(&result, out, err)
            ? -1
            : 0;
    result_unload(&result);
    return failed;
}

static int take_visits(struct record *records, const struct plan *p, const json_t *visits,
                       struct journal_faults *faults, const struct run_state *state,
                       struct err *err)
{
    resume_visits(records, p, visits, faults);
    if (faults->count)
        return err_set(err, ERR_INPUT, "%s", faults->first);
    if (json_array_size(visits) != state->visits)
        return err_set(err, ERR_INPUT, "%zu of %zu visits came", json_array_size(visits),
                       state->visits);
    return 0;
}

int stream_result(const struct stream *s, const char *name, json_t *note, struct buf *out,
                  struct err *err)
{
    json_t *header = NULL, *visits = NULL;
    struct plan plan = {0};
    struct record *records = NULL;
    struct journal_faults faults;
    struct run_state state;
    int failed = !s->is_whole ? err_set(err, ERR_INPUT, "its end is missing")
                              : read_end(s, &state, err) ||
                                    journal_parse(name, buf_text(&s->lines), s->lines.len, &header,
                                                  &visits, &faults, err);
    failed = failed || resume_header(header, &plan, err);
    if (!failed && !(records = records_new(&plan, err)))
        failed = -1;
    failed =
        failed || take_visits(records, &plan, visits, &faults, &state, err) ||
        write_result(json_object_get(header, "header"), &plan, records, &state, note, out, err);
    if (records)
        records_free(records, plan.cell_count);
    plan_release(&plan);
    json_decref(header);
    json_decref(visits);
    return failed ? err_prefix(err, "%s: ", name) : 0;
}
