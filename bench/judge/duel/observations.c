#include "bench/judge/duel/observations.h"

#include "bench/base/json.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MOST    1e21 /* as in results */
#define SAMPLE_SCHEMA "contend.sample/1"

const char *duel_arm_name(enum duel_arm arm)
{
    static const char *const names[ARM_COUNT] = {"base", "head", "null", "layout"};
    return names[arm];
}

const char *duel_arm_title(enum duel_arm arm)
{
    static const char *const titles[ARM_COUNT] = {"base", "head", "base (null control)",
                                                  "base (layout control)"};
    return titles[arm];
}

int observations_init(struct observations *o, struct err *err)
{
    *o = (struct observations){0};
    o->metrics = calloc(DUEL_METRICS_MAX, sizeof *o->metrics);
    return o->metrics ? 0 : err_set(err, ERR_SYSTEM, "no memory for the observations");
}

void observations_release(struct observations *o)
{
    for (size_t i = 0; i < o->metric_count; i++)
        for (int arm = 0; arm < ARM_COUNT; arm++)
            free(o->metrics[i].values[arm]);
    free(o->metrics);
    *o = (struct observations){0};
}

static int grow(struct observed_metric *m, size_t from, size_t capacity, struct err *err)
{
    for (int arm = 0; arm < ARM_COUNT; arm++) {
        double *grown = realloc(m->values[arm], capacity * sizeof *grown);
        if (!grown)
            return err_set(err, ERR_SYSTEM, "no memory for %zu slots", capacity);
        m->values[arm] = grown;
        for (size_t i = from; i < capacity; i++)
            grown[i] = NAN;
    }
    return 0;
}

int observations_add_slot(struct observations *o, struct err *err)
{
    if (o->slot_count == o->slot_capacity) {
        size_t capacity = o->slot_capacity ? o->slot_capacity * 2 : 256;
        for (size_t i = 0; i < o->metric_count; i++)
            if (grow(&o->metrics[i], o->slot_capacity, capacity, err))
                return -1;
        o->slot_capacity = capacity;
    }
    o->slot = o->slot_count++;
    /* One that was taken back may have left values. */
    for (size_t i = 0; i < o->metric_count; i++)
        for (int arm = 0; arm < ARM_COUNT; arm++)
            o->metrics[i].values[arm][o->slot] = NAN;
    return 0;
}

struct observed_metric *observations_find(const struct observations *o, const char *name)
{
    for (size_t i = 0; i < o->metric_count; i++)
        if (!strcmp(o->metrics[i].name, name))
            return &o->metrics[i];
    return NULL;
}

struct observed_metric *observations_of(const struct observations *o, enum observed what)
{
    for (size_t i = 0; i < o->metric_count; i++)
        if (o->metrics[i].what == what)
            return &o->metrics[i];
    return NULL;
}

static struct observed_metric *find_or_add(struct observations *o, const char *name,
                                           const char *unit, bool higher, bool gated,
                                           struct err *err)
{
    struct observed_metric *m = observations_find(o, name);
    if (m)
        return m;
    if (o->metric_count == DUEL_METRICS_MAX) {
        err_set(err, ERR_FAILED, "more than %d metrics", DUEL_METRICS_MAX);
        return NULL;
    }
    m = &o->metrics[o->metric_count];
    snprintf(m->name, sizeof m->name, "%s", name);
    snprintf(m->unit, sizeof m->unit, "%s", unit);
    m->higher_is_better = higher;
    m->is_gated = gated;
    if (grow(m, 0, o->slot_capacity ? o->slot_capacity : 1, err)) {
        /* A metric without room for values is none: whoever comes next would write to it. */
        for (int arm = 0; arm < ARM_COUNT; arm++)
            free(m->values[arm]);
        *m = (struct observed_metric){0};
        return NULL;
    }
    o->metric_count++;
    return m;
}

static int put(struct observations *o, enum duel_arm arm, const char *name, const char *unit,
               bool higher, bool gated, double value, struct err *err)
{
    struct observed_metric *m = find_or_add(o, name, unit, higher, gated, err);
    if (!m)
        return -1;
    if (strcmp(m->unit, unit) || m->higher_is_better != higher)
        return err_set(err, ERR_NOTCOMPARABLE,
                       "%s: the metric %s is in \"%s\" (%s is better), elsewhere in \"%s\" (%s)",
                       duel_arm_title(arm), name, unit, higher ? "higher" : "lower", m->unit,
                       m->higher_is_better ? "higher" : "lower");
    /* Whoever came first in the first slot does not decide what is judged. */
    m->is_gated |= gated;
    m->values[arm][o->slot] = value;
    return 0;
}

int observe_process(struct observations *o, enum duel_arm arm, const struct sample *s,
                    bool is_gated, struct err *err)
{
    const struct {
        enum observed what;
        const char *name, *unit;
        bool is_gated;
        double value;
    } rows[] = {{OBSERVED_WALL, "wall_ns", "ns", is_gated, s->wall_ns},
                {OBSERVED_WALL_NET, "wall_net_ns", "ns", false, s->wall_net_ns},
                {OBSERVED_CPU, "cpu_ns", "ns", false, s->cpu_ns},
                {OBSERVED_MEMORY, "memory_bytes", "bytes", false, s->memory_bytes}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (put(o, arm, rows[i].name, rows[i].unit, false, rows[i].is_gated, rows[i].value, err))
            return -1;
        struct observed_metric *m = observations_find(o, rows[i].name);
        m->what = rows[i].what;
        m->is_clock_reading = rows[i].what != OBSERVED_MEMORY;
    }
    return 0;
}

void observe_absent(struct observations *o, const char *name, const char *unit, const char *reason)
{
    struct observed_metric *m = find_or_add(o, name, unit, false, false, NULL);
    if (m && !*m->absent)
        snprintf(m->absent, sizeof m->absent, "%s", reason);
}

static int put_printed(struct observations *o, enum duel_arm arm, const char *name, json_t *row,
                       struct err *err)
{
    const char *who = duel_arm_title(arm), *unit = "", *better = "lower";
    json_t *value = json_object_get(row, "value"), *gated = json_object_get(row, "gated");
    if (!json_is_number(value))
        return err_set(err, ERR_FAILED, "%s printed no number at metrics.%s.value", who, name);
    /* What is made of it is to be a number, too, and to be read again from 15 digits. */
    if (!(fabs(json_number_value(value)) <= VALUE_MOST))
        return err_set(err, ERR_FAILED, "%s printed %g at metrics.%s.value (at most %g)", who,
                       json_number_value(value), name, VALUE_MOST);
    if (json_unpack(row, "{s?s, s?s}", "unit", &unit, "better", &better) ||
        (strcmp(better, "lower") && strcmp(better, "higher")))
        return err_set(err, ERR_FAILED,
                       "%s printed metrics.%s whose \"better\" is not \"lower\" or \"higher\"", who,
                       name);
    if (strlen(name) >= sizeof o->metrics->name || strlen(unit) >= sizeof o->metrics->unit)
        return err_set(err, ERR_FAILED, "%s printed a metric whose name or unit is too long", who);
    const struct observed_metric *taken = observations_find(o, name);
    if (taken && taken->what != OBSERVED_TOLD)
        return err_set(err, ERR_FAILED,
                       "%s printed metrics.%s, which is what contend measures of every sample "
                       "itself: it needs another name",
                       who, name);
    return put(o, arm, name, unit, !strcmp(better, "higher"), !gated || json_is_true(gated),
               json_number_value(value), err);
}

static void keep_note(struct observations *o, const json_t *note)
{
    if (json_is_string(note) && !*o->note && json_string_length(note) < sizeof o->note)
        snprintf(o->note, sizeof o->note, "%s", json_string_value(note));
}

int observe_printed(struct observations *o, enum duel_arm arm, const struct sample *s,
                    struct err *err)
{
    const char *who = duel_arm_title(arm), *name, *schema;
    if (!s->output[strspn(s->output, " \t\r\n")])
        return err_set(err, ERR_FAILED,
                       "%s printed nothing; expected one JSON object of " SAMPLE_SCHEMA, who);
    json_error_t where;
    json_t *root = json_parse(s->output, strlen(s->output), JSON_REJECT_DUPLICATES, &where), *row;
    if (!root)
        return err_set(err, ERR_FAILED, "%s printed no valid JSON: line %d, column %d: %s", who,
                       where.line, where.column, where.text);
    schema = json_string_value(json_object_get(root, "schema"));
    json_t *metrics = json_object_get(root, "metrics");
    int failed = 0;
    if (!schema || strcmp(schema, SAMPLE_SCHEMA))
        failed = err_set(err, ERR_FAILED, "%s printed schema \"%s\"; expected " SAMPLE_SCHEMA, who,
                         schema ? schema : "");
    else if (!json_object_size(metrics))
        failed = err_set(err, ERR_FAILED, "%s printed no object with metrics at \"metrics\"", who);
    json_object_foreach(metrics, name, row)
    {
        if (!failed)
            failed = put_printed(o, arm, name, row, err);
    }
    json_object_foreach(json_object_get(root, "absent"), name, row)
    {
        if (!failed && json_is_string(row) && strlen(name) < sizeof o->metrics->name)
            observe_absent(o, name, "", json_string_value(row));
    }
    if (!failed)
        keep_note(o, json_object_get(root, "note"));
    json_decref(root);
    return failed ? -1 : 0;
}
