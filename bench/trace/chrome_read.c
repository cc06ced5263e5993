#include "bench/base/file.h"
#include "bench/base/json.h"
#include "bench/base/json_read.h"
#include "bench/trace/chrome.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A century; and lanes as many as anybody can look at. */
#define TIME_MOST_NS INT64_C(3155760000000000000)
enum { PARTS_MOST = 64, LANES_MOST = 4096 };

struct reading {
    struct trace *trace;
    const char *what;
    struct err *err;
};

/* Microseconds with a fraction; below 0 where there is none. */
static double time_of(const json_t *event, const char *key)
{
    const json_t *value = json_object_get(event, key);
    double us = json_is_number(value) ? json_number_value(value) : -1;
    return us >= 0 && us * 1000 <= (double)TIME_MOST_NS / 2 ? us : -1;
}

static int read_time(const json_t *event, uint64_t *out)
{
    double us = time_of(event, "ts");
    *out = us >= 0 ? (uint64_t)llround(us * 1000) : 0;
    return us >= 0 ? 0 : -1;
}

static const char *text_of(const json_t *event, const char *key)
{
    const char *text = json_string_value(json_object_get(event, key));
    return text ? text : "";
}

/* The part and the lane an event is of; NULL: of none that there is. */
static struct trace_part *place_of(const struct reading *r, const json_t *event, uint32_t *lane)
{
    json_int_t pid = json_integer_value(json_object_get(event, "pid"));
    json_int_t tid = json_integer_value(json_object_get(event, "tid"));
    if (pid < 1 || (size_t)pid > r->trace->parts.count)
        return NULL;
    struct trace_part *p = &r->trace->parts.items[pid - 1];
    *lane = (uint32_t)(tid - 1);
    return tid >= 1 && (size_t)tid <= p->lanes.count ? p : NULL;
}

static int bad_event(const struct reading *r, size_t i, const char *why)
{
    return err_set(r->err, ERR_INPUT, "%s: traceEvents[%zu]: %s", r->what, i, why);
}

/* ---- Names first: they say which lanes there are ------------------------------------------- */

static int read_name(const struct reading *r, size_t i, const json_t *event)
{
    json_int_t pid = json_integer_value(json_object_get(event, "pid"));
    json_int_t tid = json_integer_value(json_object_get(event, "tid"));
    const char *name = text_of(json_object_get(event, "args"), "name");
    if (strcmp(text_of(event, "ph"), "M") != 0 ||
        strcmp(text_of(event, "name"), "thread_name") != 0)
        return 0;
    if (pid < 1 || (size_t)pid > r->trace->parts.count)
        return bad_event(r, i, "its \"pid\" is none of \"parts\"");
    struct trace_part *p = &r->trace->parts.items[pid - 1];
    if (tid != (json_int_t)p->lanes.count + 1 || tid > LANES_MOST)
        return bad_event(r, i, "lanes are numbered from 1 on, 4096 at most");
    trace_lane(p, name);
    return 0;
}

/* ---- Events -------------------------------------------------------------------------------- */

static int read_slice(const struct reading *r, size_t i, const json_t *event)
{
    double begin_us = time_of(event, "ts"), length_us = time_of(event, "dur");
    uint32_t lane, state = 0;
    struct trace_part *p = place_of(r, event, &lane);
    const char *name = text_of(event, "name");
    if (!p)
        return bad_event(r, i, "its lane has no name");
    if (begin_us < 0 || length_us < 0)
        return bad_event(r, i, "\"ts\" and \"dur\" are microseconds from 0 on");
    uint64_t begin_ns = (uint64_t)llround(begin_us * 1000);
    uint64_t end_ns = (uint64_t)llround((begin_us + length_us) * 1000);
    if (!strcmp(text_of(event, "cat"), "lock")) {
        trace_hold(p, lane, begin_ns, end_ns);
        return 0;
    }
    while (state < TRACE_STATES && strcmp(name, trace_state_names[state]) != 0)
        state++;
    if (state == TRACE_STATES)
        return bad_event(r, i, "its \"name\" is no state of a unit");
    trace_span(p, lane, (enum trace_state)state, begin_ns, end_ns);
    return 0;
}

static int read_mark(const struct reading *r, size_t i, const json_t *event)
{
    uint64_t at_ns;
    uint32_t lane;
    struct trace_part *p = place_of(r, event, &lane);
    if (!p || read_time(event, &at_ns))
        return bad_event(r, i, "a mark wants a lane and a time");
    trace_mark(p, lane, at_ns);
    return 0;
}

/* The two ends of an arrow follow each other. */
static int read_flow(const struct reading *r, size_t i, const json_t *from, const json_t *to)
{
    uint64_t from_ns, to_ns;
    uint32_t a, b;
    struct trace_part *p = place_of(r, from, &a);
    if (!to || strcmp(text_of(to, "ph"), "f") != 0 || p != place_of(r, to, &b) || !p ||
        !json_equal(json_object_get(from, "id"), json_object_get(to, "id")))
        return bad_event(r, i, "a hand-over (\"s\") wants its end (\"f\") behind it");
    if (read_time(from, &from_ns) || read_time(to, &to_ns))
        return bad_event(r, i, "a hand-over wants times");
    trace_flow(p, a, from_ns, b, to_ns);
    return 0;
}

static int read_event(const struct reading *r, const json_t *events, size_t i)
{
    const json_t *event = json_array_get(events, i);
    const char *phase = text_of(event, "ph");
    if (!json_is_object(event))
        return bad_event(r, i, "is no object");
    switch (phase[0]) {
    case 'X':
        return read_slice(r, i, event);
    case 'i':
        return read_mark(r, i, event);
    case 's':
        return read_flow(r, i, event, json_array_get(events, i + 1));
    default:
        return 0; /* the rest follows from these, or is somebody else's */
    }
}

/* ---- What is known beside it ---------------------------------------------------------------- */

static void read_metrics(struct trace_part *p, const json_t *metrics)
{
    const char *key;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)metrics, key, value)
    {
        const json_t *number = json_object_get(value, "value");
        if (json_is_number(number) && isfinite(json_number_value(number)))
            trace_metric(p, key, text_of(value, "unit"), json_number_value(number));
    }
}

static double real_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static int read_part(const struct reading *r, size_t i, const json_t *object)
{
    char what[64];
    snprintf(what, sizeof what, "parts[%zu]", i);
    struct json_reader o = json_reader_of(object, what);
    struct trace_part *p = trace_add(r->trace, json_read_text_or(&o, "name", ""),
                                     json_read_text(&o, "id"), json_read_text_or(&o, "source", ""));
    if (!p)
        return trace_check(r->trace, r->err);
    trace_tell(r->trace, p, json_read_text_or(&o, "told", ""));
    p->end_ns = (uint64_t)json_read_int(&o, "end_ns", 0, TIME_MOST_NS);
    p->begin_ns = (uint64_t)json_read_int_or(&o, "begin_ns", 0, (int64_t)p->end_ns, 0, NULL);
    p->interval_ns = (uint64_t)json_read_int_or(&o, "interval_ns", 0, TIME_MOST_NS, 0, NULL);
    p->recorded = (uint64_t)json_read_int_or(&o, "events_recorded", 0, INT64_MAX, 0, NULL);
    p->lost = (uint64_t)json_read_int_or(&o, "events_lost", 0, (int64_t)p->recorded, 0, NULL);
    p->has_lock = json_read_bool(&o, "has_lock");
    p->knows_queues = json_read_bool(&o, "knows_cpu_waits");
    p->is_cut = json_is_true(json_object_get(object, "is_cut"));
    p->event_ns = real_of(object, "event_cost_ns");
    p->cost_ratio = real_of(object, "tracing_cost_ratio");
    p->noise_ratio = real_of(object, "tracing_noise_ratio");
    read_metrics(p, json_object_get(object, "metrics"));
    if (!json_reader_end(&o, r->err))
        return 0;
    return err_prefix(r->err, "%s: ", r->what);
}

static int read_all(const struct reading *r, const json_t *document)
{
    const json_t *parts = json_object_get(document, "parts");
    const json_t *events = json_object_get(document, "traceEvents");
    size_t count = json_array_size(parts);
    if (strcmp(text_of(document, "schema"), "contend.trace/1") != 0)
        return err_set(r->err, ERR_INPUT,
                       "%s: is no trace (its \"schema\" is not contend.trace/1); contend trace -o "
                       "makes one",
                       r->what);
    if (!json_is_array(events) || !count || count > PARTS_MOST)
        return err_set(r->err, ERR_INPUT,
                       "%s: \"traceEvents\" and \"parts\", 1 to %d of these, are what a trace has",
                       r->what, PARTS_MOST);
    trace_set_title(r->trace, text_of(document, "title"));
    r->trace->run = json_incref(json_object_get(document, "run"));
    r->trace->host = json_incref(json_object_get(document, "host"));
    for (size_t i = 0; i < count; i++)
        if (read_part(r, i, json_array_get(parts, i)))
            return -1;
    for (size_t i = 0; i < json_array_size(events); i++)
        if (read_name(r, i, json_array_get(events, i)))
            return -1;
    for (size_t i = 0; i < json_array_size(events); i++)
        if (read_event(r, events, i))
            return -1;
    for (size_t i = 0; i < count; i++)
        trace_settle(&r->trace->parts.items[i]);
    return trace_check(r->trace, r->err);
}

int trace_of_document(struct trace *out, const json_t *document, const char *what, struct err *err)
{
    const struct reading r = {.trace = out, .what = what, .err = err};
    *out = (struct trace){0};
    if (!read_all(&r, document))
        return 0;
    trace_release(out);
    return -1;
}

int trace_load(struct trace *out, const char *path, struct err *err)
{
    json_error_t fault;
    size_t length;
    char *text = file_read(path, &length, err);
    if (!text)
        return -1;
    json_t *document = json_parse(text, length, 0, &fault);
    free(text);
    if (!document)
        return err_set(err, ERR_INPUT, "%s: line %d, column %d: %s", path, fault.line, fault.column,
                       json_fault(&fault));
    int failed = trace_of_document(out, document, path, err);
    json_decref(document);
    return failed;
}
