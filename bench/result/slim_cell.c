/* One cell of a result's text: its numbers, and the rest as JSON. */
#include "bench/result/slim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct distribution distribution_absent = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};

bool distribution_is_there(const struct distribution *d)
{
    return !isnan(d->n) || !isnan(d->min) || !isnan(d->p10) || !isnan(d->p50) || !isnan(d->p90) ||
           !isnan(d->p99) || !isnan(d->p999) || !isnan(d->max);
}

bool numbers_add(void *numbers, double value)
{
    struct numbers *n = numbers;
    if (n->count == n->capacity) {
        size_t capacity = n->capacity ? 2 * n->capacity : 256;
        double *items = realloc(n->items, capacity * sizeof *items);
        if (!items)
            return false;
        n->items = items;
        n->capacity = capacity;
    }
    n->items[n->count++] = value;
    return true;
}

void numbers_release(struct numbers *n)
{
    free(n->items);
    *n = (struct numbers){0};
}

/* Commas between the members of an object that is put together. */
void slim_add_member(struct buf *out, size_t begin, struct span key, struct span value)
{
    buf_add(out, out->len > begin ? ",\"" : "\"");
    buf_add_bytes(out, key.text, key.length);
    buf_add(out, "\":");
    buf_add_bytes(out, value.text, value.length);
}

/* A named number of an object, to be stored where the table says. */
struct slot {
    const char *name;
    size_t length, offset;
};

#define SLOT(key, type, member)                                                                    \
    {                                                                                              \
        .name = key, .length = sizeof key - 1, .offset = offsetof(type, member)                    \
    }

static bool is_key(const struct slot *slot, struct span key)
{
    return slot->name && slot->length == key.length && !memcmp(slot->name, key.text, key.length);
}

/*
 * Passes an object that holds these numbers and no other member, each once at most; `other` may
 * take one more.  Members mostly come in the table's order.
 */
static bool take_record(struct scan *s, const struct slot *slots, void *to,
                        bool (*other)(struct scan *s, struct span key, void *with), void *with)
{
    struct span key;
    bool first = true, ok = scan_take(s, '{');
    unsigned seen = 0;
    size_t next = 0;
    while (ok && scan_member(s, &first, &key, &ok)) {
        size_t i = next;
        if (!is_key(&slots[i], key))
            for (i = 0; slots[i].name && !is_key(&slots[i], key);)
                i++;
        if (!slots[i].name) {
            ok = other && other(s, key, with);
            continue;
        }
        double value;
        ok = !(seen & 1u << i) && scan_number(s, &value);
        if (!ok)
            return false;
        seen |= 1u << i;
        memcpy((char *)to + slots[i].offset, &value, sizeof value);
        next = i + 1;
    }
    return ok;
}

struct own_summary {
    double center, lo, hi, level, n;
};

static bool take_summary(struct scan *s, struct summary *out)
{
    static const struct slot slots[] = {
        SLOT("center", struct own_summary, center), SLOT("lo", struct own_summary, lo),
        SLOT("hi", struct own_summary, hi),         SLOT("level", struct own_summary, level),
        SLOT("n", struct own_summary, n),           {0}};
    struct own_summary own = {NAN, NAN, NAN, NAN, NAN};
    if (!take_record(s, slots, &own, NULL, NULL) || !isfinite(own.center) || !isfinite(own.lo) ||
        !isfinite(own.hi) || !isfinite(own.level) || !(own.n >= 1) || own.n > SLIM_WHOLE_MOST ||
        own.n > floor(own.n))
        return false;
    *out = (struct summary){own.center, own.lo, own.hi, own.level, (size_t)own.n};
    return true;
}

bool slim_is_whole(double value, double min)
{
    /* By a cast: floor() is a call on processors as old as this is built for. */
    return value >= min && value <= SLIM_WHOLE_MOST && (double)(int64_t)value == value;
}

/* "[[8064, 3], [8192, 1]]", as numbers one after the other. */
static bool take_buckets(struct scan *s, struct span key, void *with)
{
    struct slim_cell *c = with;
    bool first = true, ok = span_is(key, "buckets") && scan_take(s, '[');
    while (ok && scan_item(s, &first, &ok)) {
        double low, count;
        ok = scan_take(s, '[') && scan_number(s, &low) && slim_is_whole(low, 0) &&
             scan_take(s, ',') && scan_number(s, &count) && slim_is_whole(count, 0) &&
             scan_take(s, ']') && numbers_add(&c->buckets, low) && numbers_add(&c->buckets, count);
    }
    return ok;
}

/* Buckets once at most: a distribution with two lists of them would show in their number alone. */
struct buckets_once {
    struct slim_cell *cell;
    bool is_taken;
};

static bool take_buckets_once(struct scan *s, struct span key, void *with)
{
    struct buckets_once *once = with;
    bool ok = !once->is_taken && take_buckets(s, key, once->cell);
    once->is_taken = true;
    return ok;
}

static bool take_distribution(struct scan *s, struct slim_cell *c, struct slim_metric *m)
{
    static const struct slot slots[] = {SLOT("n", struct distribution, n),
                                        SLOT("min", struct distribution, min),
                                        SLOT("p10", struct distribution, p10),
                                        SLOT("p50", struct distribution, p50),
                                        SLOT("p90", struct distribution, p90),
                                        SLOT("p99", struct distribution, p99),
                                        SLOT("p999", struct distribution, p999),
                                        SLOT("max", struct distribution, max),
                                        {0}};
    struct buckets_once once = {.cell = c};
    bool ok = take_record(s, slots, &m->distribution, take_buckets_once, &once) &&
              !isnan(m->distribution.n);
    if (ok) {
        m->bucket_count = (c->buckets.count - m->bucket) / 2;
    } else {
        c->buckets.count = m->bucket;
        m->distribution = distribution_absent;
    }
    return ok;
}

static bool take_index(void *to, double value)
{
    return slim_is_whole(value, 0) && value <= UINT32_MAX && numbers_add(to, value);
}

static bool take_numbers(struct scan *s, struct slim_cell *c, struct slim_metric *m,
                         enum slim_part part)
{
    bool ok = false;
    switch (part) {
    case SLIM_SAMPLES:
        ok = scan_numbers(s, numbers_add, &c->samples);
        c->samples.count = ok ? c->samples.count : m->sample;
        m->sample_count = c->samples.count - m->sample;
        return ok;
    case SLIM_LAUNCHES:
        ok = scan_numbers(s, take_index, &c->launches);
        c->launches.count = ok ? c->launches.count : m->launch;
        m->launch_count = c->launches.count - m->launch;
        return ok;
    case SLIM_SUMMARY:
        return take_summary(s, &m->summary);
    case SLIM_DISTRIBUTION:
        return take_distribution(s, c, m);
    }
    return false;
}

/* The part a member is; 0: it is none. */
static enum slim_part part_of(struct span key)
{
    return span_is(key, "samples")        ? SLIM_SAMPLES
           : span_is(key, "launches")     ? SLIM_LAUNCHES
           : span_is(key, "summary")      ? SLIM_SUMMARY
           : span_is(key, "distribution") ? SLIM_DISTRIBUTION
                                          : (enum slim_part)0;
}

/* A member twice in one object is for jansson to refuse. */
static bool take_metric(struct scan *s, struct slim_cell *c, struct slim_metric *m)
{
    struct span key, value;
    struct buf *out = &c->metric_text;
    bool first = true, ok = scan_take(s, '{');
    buf_add(out, "{");
    size_t begin = out->len;
    while (ok && scan_member(s, &first, &key, &ok)) {
        struct scan before = *s;
        enum slim_part part = part_of(key);
        if (part) {
            if (m->taken & part)
                return false;
            if (take_numbers(s, c, m, part)) {
                m->taken |= part;
                continue;
            }
            *s = before;
        }
        ok = scan_skip(s, &value);
        if (ok)
            slim_add_member(out, begin, key, value);
    }
    buf_add(out, "}");
    return ok;
}

struct slim_metric *slim_metric_add(struct slim_cell *c)
{
    if (c->metric_count == c->metric_capacity) {
        size_t capacity = c->metric_capacity ? 2 * c->metric_capacity : 64;
        struct slim_metric *metrics = realloc(c->metrics, capacity * sizeof *metrics);
        if (!metrics)
            return NULL;
        c->metrics = metrics;
        c->metric_capacity = capacity;
    }
    struct slim_metric *m = &c->metrics[c->metric_count++];
    *m = (struct slim_metric){.text = c->metric_text.len,
                              .sample = c->samples.count,
                              .launch = c->launches.count,
                              .bucket = c->buckets.count,
                              .distribution = distribution_absent};
    return m;
}

static bool take_metrics(struct scan *s, struct slim_cell *c)
{
    struct span key;
    bool first = true, ok = !c->has_metrics && scan_take(s, '{');
    c->has_metrics = true;
    while (ok && scan_member(s, &first, &key, &ok)) {
        struct slim_metric *m = slim_metric_add(c);
        struct span value = {0};
        if (!m)
            return false;
        buf_add(&c->metric_text, "{\"");
        buf_add_bytes(&c->metric_text, key.text, key.length);
        buf_add(&c->metric_text, "\":");
        /* What is no object is named by who reads it. */
        ok = scan_sees(s, '{') ? take_metric(s, c, m) : scan_skip(s, &value);
        if (value.text)
            buf_add_bytes(&c->metric_text, value.text, value.length);
        buf_add(&c->metric_text, "}");
        m->text_length = c->metric_text.len - m->text;
    }
    return ok;
}

void slim_ledger_add(struct slim_ledger *l, double duration_ns, double foreign_ns, double steal_ns)
{
    if (!(duration_ns > 0) || !isfinite(foreign_ns))
        return;
    l->count++;
    l->known_ns += duration_ns;
    l->foreign_ns += foreign_ns + (isfinite(steal_ns) ? steal_ns : 0);
}

bool slim_launch_add(struct slim_cell *c, const struct result_launch *one)
{
    if (c->ledger_count == c->ledger_capacity) {
        size_t capacity = c->ledger_capacity ? 2 * c->ledger_capacity : 64;
        struct result_launch *ledger = realloc(c->ledger, capacity * sizeof *ledger);
        if (!ledger)
            return false;
        c->ledger = ledger;
        c->ledger_capacity = capacity;
    }
    c->ledger[c->ledger_count++] = *one;
    return true;
}

/* NaN is a figure that is not known; others' time may be a little below 0. */
static bool is_time(double value, double min)
{
    return isnan(value) || slim_is_whole(value, min);
}

const struct result_launch result_launch_absent = {NAN, NAN, NAN, NAN, NAN, NAN, NAN};

/* The ledger: of each launch the round it belongs to, and what others took meanwhile. */
static bool take_launches(struct scan *s, struct slim_cell *c)
{
    static const struct slot slots[] = {
        SLOT("round", struct result_launch, round),
        SLOT("duration_ns", struct result_launch, duration_ns),
        SLOT("steal_ns", struct result_launch, steal_ns),
        SLOT("foreign_cpu_ns", struct result_launch, foreign_cpu_ns),
        SLOT("throttled_ns", struct result_launch, throttled_ns),
        SLOT("psi_cpu_some_ns", struct result_launch, psi_cpu_some_ns),
        SLOT("branch_permille", struct result_launch, branch_permille),
        {0}};
    bool first = true, ok = scan_take(s, '[');
    while (ok && scan_item(s, &first, &ok)) {
        struct result_launch one = result_launch_absent;
        ok = take_record(s, slots, &one, NULL, NULL) && slim_is_whole(one.round, 0) &&
             one.round <= UINT32_MAX && slim_is_whole(one.duration_ns, 0) &&
             is_time(one.steal_ns, 0) && is_time(one.foreign_cpu_ns, -SLIM_WHOLE_MOST) &&
             is_time(one.throttled_ns, 0) && is_time(one.psi_cpu_some_ns, 0) &&
             is_time(one.branch_permille, 0) && slim_launch_add(c, &one);
    }
    if (!ok)
        c->ledger_count = 0;
    return ok;
}

/* ---- what cells that are alike differ in ------------------------------------------------ */

const char *const slim_own_names[SLIM_OWN] = {
    [SLIM_TASKS] = "tasks",     [SLIM_WORKERS] = "workers", [SLIM_OPS] = "ops_per_task",
    [SLIM_BATCH] = "batch_ops", [SLIM_PLACE] = "place",
};

/* Of the largest number taken here; larger ones are left to jansson. */
enum { OWN_DIGITS_MOST = 9, ID_BYTES_MOST = 4096 };

static bool take_own_number(struct scan *s, int64_t least, int64_t *out)
{
    struct span text;
    int64_t value = 0;
    if (!scan_skip(s, &text) || text.length > OWN_DIGITS_MOST ||
        (text.length > 1 && text.text[0] == '0'))
        return false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.text[i] < '0' || text.text[i] > '9')
            return false;
        value = 10 * value + (text.text[i] - '0');
    }
    *out = value;
    return text.length > 0 && value >= least;
}

static bool take_id(struct scan *s, struct slim_cell *c)
{
    struct span text;
    if (!scan_string(s, &text) || text.length == 0 || text.length > ID_BYTES_MOST)
        return false;
    for (size_t i = 0; i < text.length; i++)
        if (text.text[i] < ' ' || text.text[i] > '~' || text.text[i] == '\\')
            return false;
    buf_add_bytes(&c->id, text.text, text.length);
    return true;
}

/* Returns whether it was taken; *ok is false where it stands twice. */
static bool take_own(struct scan *s, struct slim_cell *c, struct span key, bool *ok)
{
    struct span text;
    for (unsigned i = 0; i < SLIM_OWN; i++)
        if (key.text[0] == slim_own_names[i][0] && span_is(key, slim_own_names[i])) {
            *ok = !(c->has_own & 1u << i);
            bool is_taken = *ok && take_own_number(s, i == SLIM_TASKS, &c->own[i]);
            c->own[i] = is_taken ? c->own[i] : 0;
            c->has_own |= (unsigned)is_taken << i;
            return is_taken;
        }
    if (span_is(key, "id")) {
        *ok = !c->has_id;
        c->has_id = *ok && take_id(s, c);
        return c->has_id;
    }
    if (!span_is(key, "launch_distributions") || !scan_sees(s, '{'))
        return false;
    *ok = !c->has_passed && scan_skip(s, &text);
    c->has_passed = *ok;
    buf_add_bytes(&c->passed, text.text, *ok ? text.length : 0);
    return *ok;
}

/* A member twice is for jansson to refuse. */
static bool take_member(struct scan *s, struct slim_cell *c, struct span key)
{
    struct span value;
    struct scan before = *s;
    bool ok = true;
    if (c->is_brief && (take_own(s, c, key, &ok) || !ok))
        return ok;
    *s = before;
    if (span_is(key, "metrics") && scan_sees(s, '{'))
        return take_metrics(s, c);
    if (span_is(key, "launches")) {
        if (c->has_ledger)
            return false;
        c->has_ledger = take_launches(s, c);
        if (c->has_ledger)
            return true;
        *s = before;
    }
    if (!scan_skip(s, &value))
        return false;
    slim_add_member(&c->rest, 1, key, value);
    return true;
}

bool slim_take_cell(struct scan *s, struct slim_cell *c)
{
    struct span key;
    bool first = true, ok = scan_take(s, '{');
    buf_add(&c->rest, "{");
    while (ok && scan_member(s, &first, &key, &ok))
        ok = take_member(s, c, key);
    buf_add(&c->rest, "}");
    return ok && !c->rest.failed && !c->metric_text.failed && !c->id.failed && !c->passed.failed;
}

void slim_cell_reset(struct slim_cell *c)
{
    buf_reset(&c->id);
    buf_reset(&c->passed);
    buf_reset(&c->rest);
    buf_reset(&c->metric_text);
    memset(c->own, 0, sizeof c->own);
    c->has_own = 0;
    c->has_id = c->has_passed = false;
    c->metric_count = c->samples.count = c->launches.count = c->buckets.count = 0;
    c->ledger_count = 0;
    c->has_metrics = c->has_ledger = false;
}

void slim_cell_release(struct slim_cell *c)
{
    buf_release(&c->id);
    buf_release(&c->passed);
    buf_release(&c->rest);
    buf_release(&c->metric_text);
    numbers_release(&c->samples);
    numbers_release(&c->launches);
    numbers_release(&c->buckets);
    free(c->ledger);
    free(c->metrics);
    *c = (struct slim_cell){0};
}
