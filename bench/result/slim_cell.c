/* One cell of a result's text: its numbers, and the rest as JSON. */
#include "bench/result/slim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct distribution distribution_absent = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};

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

/* Passes an object that holds numbers only; arrays of numbers in it (buckets) are passed over. */
static bool take_record(struct scan *s, const struct slot *slots, void *to)
{
    struct span key, text;
    bool first = true, ok = scan_take(s, '{');
    while (ok && scan_member(s, &first, &key, &ok)) {
        double value;
        if (scan_sees(s, '[')) {
            ok = scan_skip(s, &text);
            for (size_t i = 0; ok && i < text.length; i++)
                ok = strchr("0123456789[], \n\t\r.+-eE", text.text[i]) && text.text[i];
            continue;
        }
        ok = scan_number(s, &value);
        const struct slot *slot = slots;
        while (slot->name &&
               (slot->length != key.length || memcmp(slot->name, key.text, key.length)))
            slot++;
        if (ok && slot->name)
            memcpy((char *)to + slot->offset, &value, sizeof value);
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
    struct own_summary own = {.center = NAN, .lo = NAN, .hi = NAN};
    if (!take_record(s, slots, &own))
        return false;
    if (isfinite(own.center) && isfinite(own.lo) && isfinite(own.hi))
        *out = (struct summary){own.center, own.lo, own.hi, own.level,
                                own.n >= 1 && own.n < 1e15 ? (size_t)own.n : 1};
    return true;
}

static bool take_distribution(struct scan *s, struct distribution *out)
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
    return take_record(s, slots, out);
}

static bool take_index(void *to, double value)
{
    return value >= 0 && value < 1e9 && value == floor(value) && numbers_add(to, value);
}

/* The numbers of one member, when it is one that holds numbers; false: it is not, or not only. */
static bool take_numbers(struct scan *s, struct slim_cell *c, struct slim_metric *m,
                         struct span key)
{
    if (span_is(key, "samples") && !m->has_samples) {
        m->has_samples = scan_numbers(s, numbers_add, &c->samples);
        m->sample_count = c->samples.count - m->sample;
        return m->has_samples;
    }
    if (span_is(key, "launches") && m->launch_count == 0) {
        bool ok = scan_numbers(s, take_index, &c->launches);
        m->launch_count = c->launches.count - m->launch;
        return ok;
    }
    if (span_is(key, "summary"))
        return take_summary(s, &m->summary);
    return span_is(key, "distribution") && take_distribution(s, &m->distribution);
}

static bool holds_numbers(struct span key)
{
    return span_is(key, "samples") || span_is(key, "launches") || span_is(key, "summary") ||
           span_is(key, "distribution");
}

/* A member twice in one object is for jansson to refuse. */
static bool take_metric(struct scan *s, struct slim_cell *c, struct slim_metric *m)
{
    struct span key, value;
    struct buf *out = &c->metric_text;
    bool first = true, ok = scan_take(s, '{');
    unsigned taken = 0;
    buf_add(out, "{");
    size_t begin = out->len;
    while (ok && scan_member(s, &first, &key, &ok)) {
        struct scan before = *s;
        if (holds_numbers(key)) {
            unsigned bit = key.text[0] == 'l'   ? 1
                           : key.text[0] == 'd' ? 2
                           : key.text[1] == 'a' ? 4
                                                : 8;
            if (taken & bit)
                return false;
            taken |= bit;
            if (take_numbers(s, c, m, key))
                continue;
            if (bit == 4) { /* what is wrong among samples is found in the tree */
                c->samples.count = m->sample;
                m->sample_count = 0;
                m->has_samples = false;
            } else if (bit == 1) {
                return false;
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
        if (!m || !scan_sees(s, '{'))
            return false;
        buf_add(&c->metric_text, "{\"");
        buf_add_bytes(&c->metric_text, key.text, key.length);
        buf_add(&c->metric_text, "\":");
        ok = take_metric(s, c, m);
        buf_add(&c->metric_text, "}");
        m->text_length = c->metric_text.len - m->text;
    }
    return ok;
}

void slim_ledger_add(struct slim_ledger *l, double duration_ns, double foreign_ns, double steal_ns)
{
    if (!(duration_ns > 0) || !isfinite(foreign_ns))
        return;
    l->known_ns += duration_ns;
    l->foreign_ns += foreign_ns + (isfinite(steal_ns) ? steal_ns : 0);
}

struct launch {
    double round, duration_ns, foreign_ns, steal_ns;
};

/* The ledger: of each launch the round it belongs to, and what others took meanwhile. */
static bool take_launches(struct scan *s, struct slim_cell *c)
{
    static const struct slot slots[] = {SLOT("round", struct launch, round),
                                        SLOT("duration_ns", struct launch, duration_ns),
                                        SLOT("foreign_cpu_ns", struct launch, foreign_ns),
                                        SLOT("steal_ns", struct launch, steal_ns),
                                        {0}};
    bool first = true, ok = c->rounds.count == 0 && scan_take(s, '[');
    while (ok && scan_item(s, &first, &ok)) {
        struct launch one = {-1, NAN, NAN, NAN};
        ok = take_record(s, slots, &one) && take_index(&c->rounds, one.round);
        slim_ledger_add(&c->ledger, one.duration_ns, one.foreign_ns, one.steal_ns);
    }
    return ok;
}

bool slim_take_cell(struct scan *s, struct slim_cell *c)
{
    struct span key, value;
    bool first = true, ok = scan_take(s, '{');
    buf_add(&c->rest, "{");
    while (ok && scan_member(s, &first, &key, &ok)) {
        if (span_is(key, "metrics"))
            ok = take_metrics(s, c);
        else if (span_is(key, "launches"))
            ok = take_launches(s, c);
        else if ((ok = scan_skip(s, &value)))
            slim_add_member(&c->rest, 1, key, value);
    }
    buf_add(&c->rest, "}");
    return ok && !c->rest.failed && !c->metric_text.failed;
}

void slim_cell_reset(struct slim_cell *c)
{
    buf_reset(&c->rest);
    buf_reset(&c->metric_text);
    c->metric_count = c->samples.count = c->launches.count = c->rounds.count = 0;
    c->has_metrics = false;
    c->ledger = (struct slim_ledger){0};
}

void slim_cell_release(struct slim_cell *c)
{
    buf_release(&c->rest);
    buf_release(&c->metric_text);
    numbers_release(&c->samples);
    numbers_release(&c->launches);
    numbers_release(&c->rounds);
    free(c->metrics);
    *c = (struct slim_cell){0};
}
