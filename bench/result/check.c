#include "bench/result/check.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_BYTES_MAX = 1 << 20, WORDS_MAX = 7 };

/* Counts of tasks, rounds and the like: what anybody could run, and products of two fit. */
#define COUNT_MAX 1000000000
#define CPUS_MAX  1000000

enum kind { TEXT, NAME, WORD, INSTANT, INTEGER, NUMBER, TRUTH, OBJECT, ARRAY };

/* NAME is a text that is not empty. */
struct rule {
    const char *key;
    enum kind kind;
    bool is_required;
    double min, max; /* of a number; whole ones beyond 2^53 have no limit but their type's */
    const char *words[WORDS_MAX];
};

#define WHOLE_MAX 9223372036854775807.0

/* ---- One member -------------------------------------------------------------------------- */

int check_text(const struct place *at, const char *text, struct err *err)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return place_error(at, err, "a control character (0x%02x) in the text",
                               (unsigned char)*c);
    size_t length = strlen(text);
    if (length <= NAME_BYTES_MAX)
        return 0;
    return place_error(at, err, "a text of %zu bytes is too long (at most %d)", length,
                       NAME_BYTES_MAX);
}

static int days_of(int year, int month)
{
    static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && is_leap);
}

/* "2026-01-31T12:00:00Z", seconds with or without a fraction, at a day that there is. */
static bool is_instant(const char *text)
{
    static const char shape[] = "0000-00-00T00:00:00";
    size_t i = 0;
    for (; shape[i]; i++)
        if (shape[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != shape[i])
            return false;
    int year, month, day, hour, minute, second;
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &year, &month, &day, &hour, &minute, &second) != 6)
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_of(year, month) || hour > 23 ||
        minute > 59 || second > 60)
        return false;
    if (text[i] == '.') {
        size_t digits = strspn(text + i + 1, "0123456789");
        if (!digits)
            return false;
        i += 1 + digits;
    }
    return !strcmp(text + i, "Z");
}

static int check_word(const struct place *at, const struct rule *rule, const char *text,
                      struct err *err)
{
    char accepted[100] = "";
    size_t used = 0;
    for (size_t i = 0; i < WORDS_MAX && rule->words[i]; i++) {
        if (!strcmp(text, rule->words[i]))
            return 0;
        int n = snprintf(accepted + used, sizeof accepted - used, "%s%s", i ? ", " : "",
                         rule->words[i]);
        used += (size_t)n;
    }
    return place_error(at, err, "\"%.40s\" is unknown (%s)", text, accepted);
}

static int check_string(const struct place *at, const struct rule *rule, const char *text,
                        struct err *err)
{
    if (check_text(at, text, err))
        return -1;
    if (rule->kind == NAME && !*text)
        return place_error(at, err, "is empty");
    if (rule->kind == WORD)
        return check_word(at, rule, text, err);
    if (rule->kind == INSTANT && *text && !is_instant(text))
        return place_error(at, err, "\"%.40s\" is no time (2026-01-31T12:00:00Z)", text);
    return 0;
}

static int check_whole(const struct place *at, const struct rule *rule, json_int_t value,
                       struct err *err)
{
    bool is_small = (double)value < rule->min;
    if (!is_small && (double)value <= rule->max)
        return 0;
    return place_error(at, err, "%lld is too %s (%.0f to %.0f)", (long long)value,
                       is_small ? "small" : "big", rule->min, rule->max);
}

int check_number(const struct place *at, double value, double min, double max, struct err *err)
{
    if (value >= min && value <= max)
        return 0;
    return place_error(at, err, "%.15g is too %s (%.15g to %.15g)", value,
                       value < min ? "small" : "big", min, max);
}

static int check_value(const struct place *at, const struct rule *rule, const json_t *value,
                       struct err *err)
{
    static const json_type types[] = {
        [TEXT] = JSON_STRING,    [NAME] = JSON_STRING,     [WORD] = JSON_STRING,
        [INSTANT] = JSON_STRING, [INTEGER] = JSON_INTEGER, [NUMBER] = JSON_REAL,
        [TRUTH] = JSON_TRUE,     [OBJECT] = JSON_OBJECT,   [ARRAY] = JSON_ARRAY};
    json_type type = json_typeof(value);
    if (rule->kind == NUMBER && type == JSON_INTEGER)
        type = JSON_REAL;
    if (rule->kind == TRUTH && type == JSON_FALSE)
        type = JSON_TRUE;
    if (type != types[rule->kind])
        return place_expected(
            at, rule->kind == NUMBER ? "a number" : field_kind_name(types[rule->kind]), value, err);
    if (type == JSON_STRING)
        return check_string(at, rule, json_string_value(value), err);
    if (rule->kind == INTEGER)
        return check_whole(at, rule, json_integer_value(value), err);
    if (rule->kind == NUMBER)
        return check_number(at, json_number_value(value), rule->min, rule->max, err);
    return 0;
}

static int check_object(const struct place *at, const json_t *object, const struct rule *rules,
                        struct err *err)
{
    static const char *const kinds[] = {"a string",      "a string",       "a string",
                                        "a string",      "a whole number", "a number",
                                        "a truth value", "an object",      "an array"};
    if (!json_is_object(object))
        return place_expected(at, "an object", object, err);
    for (const struct rule *rule = rules; rule->key; rule++) {
        const json_t *value = json_object_get(object, rule->key);
        struct place here = {.up = at, .key = rule->key};
        if (value && !json_is_null(value)) {
            if (check_value(&here, rule, value, err))
                return -1;
        } else if (rule->is_required) {
            return place_error(at, err, "\"%s\" is missing (%s)", rule->key, kinds[rule->kind]);
        }
    }
    return 0;
}

/* An object in an object, where it is there. */
static int check_below(const struct place *at, const json_t *object, const char *key,
                       const struct rule *rules, struct err *err)
{
    const json_t *below = json_object_get(object, key);
    struct place here = {.up = at, .key = key};
    return below && !json_is_null(below) ? check_object(&here, below, rules, err) : 0;
}

/* ---- The objects of a result ----------------------------------------------------------------- */

/* Whether an import says why that field is absent. */
static bool is_absent(const json_t *object, const char *key)
{
    return json_object_get(json_object_get(object, "absent"), key) != NULL;
}

int check_run(const struct place *at, const json_t *run, struct err *err)
{
    static const struct rule rules[] = {
        {.key = "id", .kind = NAME, .is_required = true},
        {.key = "status", .kind = WORD, .is_required = true, .words = {"complete", "partial"}},
        {.key = "suite", .kind = TEXT},
        {.key = "session", .kind = TEXT},
        {.key = "started_at", .kind = INSTANT},
        {.key = "finished_at", .kind = INSTANT},
        {.key = "command", .kind = ARRAY},
        {.key = "plugins", .kind = ARRAY},
        {.key = "rounds", .kind = INTEGER, .max = COUNT_MAX},
        {.key = "rounds_planned", .kind = INTEGER, .max = COUNT_MAX},
        {.key = "visits", .kind = INTEGER, .max = WHOLE_MAX},
        {.key = "duration_ns", .kind = INTEGER, .max = WHOLE_MAX},
        {.key = "warnings", .kind = ARRAY},
        {.key = "tool", .kind = OBJECT},
        {.key = "absent", .kind = OBJECT},
        {.key = "shard", .kind = OBJECT},
        {.key = "parts", .kind = ARRAY},
        {0}};
    static const struct rule tool[] = {{.key = "name", .kind = TEXT},
                                       {.key = "version", .kind = TEXT},
                                       {.key = "commit", .kind = TEXT},
                                       {.key = "compiler", .kind = TEXT},
                                       {.key = "flags", .kind = TEXT},
                                       {.key = "build_type", .kind = TEXT},
                                       {.key = "sanitizer", .kind = TEXT},
                                       {.key = "runtime", .kind = TEXT},
                                       {.key = "interpreter", .kind = TEXT},
                                       {.key = "lock_request", .kind = TEXT},
                                       {0}};
    return check_object(at, run, rules, err) ? -1 : check_below(at, run, "tool", tool, err);
}

/* What the machine is made of: each part that is told has one at least. */
static int check_topology(const struct place *at, const json_t *host, struct err *err)
{
    static const struct rule rules[] = {
        {.key = "source", .kind = TEXT},
        {.key = "packages", .kind = INTEGER, .min = 1, .max = CPUS_MAX},
        {.key = "numa_nodes", .kind = INTEGER, .min = 1, .max = CPUS_MAX},
        {.key = "last_level_caches", .kind = INTEGER, .min = 1, .max = CPUS_MAX},
        {.key = "cores", .kind = INTEGER, .min = 1, .max = CPUS_MAX},
        {.key = "cpus", .kind = INTEGER, .min = 1, .max = CPUS_MAX},
        {.key = "kinds", .kind = OBJECT},
        {0}};
    static const struct rule kind = {.kind = INTEGER, .max = CPUS_MAX};
    const json_t *topology = json_object_get(host, "topology");
    struct place here = {.up = at, .key = "topology"}, kinds = {.up = &here, .key = "kinds"};
    const char *name;
    json_t *value;
    if (check_below(at, host, "topology", rules, err))
        return -1;
    json_object_foreach(json_object_get(topology, "kinds"), name, value)
    {
        struct place one = {.up = &kinds, .key = name};
        if (check_text(&kinds, name, err) || check_value(&one, &kind, value, err))
            return -1;
    }
    return 0;
}

int check_host(const struct place *at, const json_t *host, struct err *err)
{
    static const struct rule rules[] = {
        {.key = "hostname", .kind = TEXT},
        {.key = "cpu", .kind = TEXT},
        {.key = "architecture", .kind = TEXT},
        {.key = "cpus_online", .kind = INTEGER, .min = 1, .max = CPUS_MAX},
        {.key = "cpus_allowed", .kind = INTEGER, .min = 1, .max = CPUS_MAX},
        {.key = "cpu_quota", .kind = NUMBER, .max = CPUS_MAX},
        {.key = "kernel", .kind = TEXT},
        {.key = "libc", .kind = TEXT},
        {.key = "virtualization", .kind = TEXT},
        {.key = "smt", .kind = TRUTH},
        {.key = "topology", .kind = OBJECT},
        {.key = "memory_bytes", .kind = INTEGER, .min = 1, .max = WHOLE_MAX},
        {.key = "timer_slack_ns", .kind = INTEGER, .max = WHOLE_MAX},
        {.key = "clock", .kind = OBJECT},
        {.key = "inherited", .kind = OBJECT},
        {.key = "limits", .kind = OBJECT},
        {.key = "noise", .kind = OBJECT},
        {.key = "absent", .kind = OBJECT},
        {0}};
    static const struct rule clock[] = {
        {.key = "source", .kind = TEXT},
        {.key = "resolution_ns", .kind = NUMBER, .max = RESULT_NUMBER_MAX},
        {.key = "read_cost_ns", .kind = NUMBER, .max = RESULT_NUMBER_MAX},
        {0}};
    if (check_object(at, host, rules, err) || check_below(at, host, "clock", clock, err) ||
        check_topology(at, host, err))
        return -1;
    if (!json_string_value(json_object_get(host, "hostname")) && !is_absent(host, "hostname"))
        return place_error(at, err, "\"hostname\" is missing (a string)");
    return 0;
}

/* Numbers and words, by name: what a plug-in was given. */
static int check_params(const struct place *at, const json_t *cell, const char *key,
                        struct err *err)
{
    static const struct rule number = {.kind = NUMBER, .min = -1e300, .max = 1e300},
                             text = {.kind = TEXT};
    struct place list = {.up = at, .key = key};
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(cell, key), name, value)
    {
        struct place here = {.up = &list, .key = name};
        if (!name[0])
            return place_error(&list, err, "one without a name");
        if (check_text(&list, name, err))
            return -1;
        if (json_is_string(value)   ? check_value(&here, &text, value, err)
            : json_is_number(value) ? check_value(&here, &number, value, err)
            : json_is_boolean(value) || json_is_null(value)
                ? 0
                : place_expected(&here, "a number or a string", value, err))
            return -1;
    }
    return 0;
}

/* The CPUs that its units were put on. */
static int check_cpus(const struct place *at, const json_t *cell, struct err *err)
{
    static const struct rule cpu = {.kind = INTEGER, .max = CPUS_MAX};
    const json_t *cpus = json_object_get(cell, "cpus");
    struct place here = {.up = at, .key = "cpus"};
    for (size_t i = 0; i < json_array_size(cpus); i++)
        if (check_value(&here, &cpu, json_array_get(cpus, i), err))
            return -1;
    return 0;
}

int check_cell(const struct place *at, const json_t *cell, struct err *err)
{
    static const struct rule rules[] = {
        {.key = "id", .kind = NAME, .is_required = true},
        {.key = "workload", .kind = NAME, .is_required = true},
        {.key = "lock", .kind = NAME, .is_required = true},
        {.key = "executor", .kind = NAME, .is_required = true},
        {.key = "tasks", .kind = INTEGER, .is_required = true, .min = 1, .max = COUNT_MAX},
        {.key = "workers", .kind = INTEGER, .max = COUNT_MAX},
        {.key = "placement",
         .kind = WORD,
         .words = {"free", "same", "spread", "core", "smt", "llc", "numa"}},
        {.key = "role", .kind = WORD, .words = {"measured", "control"}},
        {.key = "workload_kind", .kind = TEXT},
        {.key = "executor_variant", .kind = TEXT},
        {.key = "is_peer", .kind = TRUTH},
        {.key = "executor_traits", .kind = ARRAY},
        {.key = "lock_traits", .kind = ARRAY},
        {.key = "cpus", .kind = ARRAY},
        {.key = "params", .kind = OBJECT},
        {.key = "lock_params", .kind = OBJECT},
        {.key = "executor_params", .kind = OBJECT},
        {.key = "param_units", .kind = OBJECT},
        {.key = "ops_per_task", .kind = INTEGER, .max = WHOLE_MAX},
        {.key = "batch_ops", .kind = INTEGER, .max = WHOLE_MAX},
        {.key = "status", .kind = WORD, .is_required = true, .words = {"ok", "skipped", "failed"}},
        {.key = "reason", .kind = TEXT},
        {.key = "metrics", .kind = OBJECT},
        {.key = "launches", .kind = ARRAY},
        {.key = "launch_distributions", .kind = OBJECT},
        {.key = "place", .kind = INTEGER, .max = COUNT_MAX},
        {.key = "part", .kind = NAME},
        {.key = "attempts", .kind = OBJECT},
        {.key = "warnings", .kind = ARRAY},
        {0}};
    return check_object(at, cell, rules, err) || check_cpus(at, cell, err) ||
                   check_params(at, cell, "params", err) ||
                   check_params(at, cell, "lock_params", err) ||
                   check_params(at, cell, "executor_params", err) ||
                   check_params(at, cell, "param_units", err)
               ? -1
               : 0;
}

int check_metric(const struct place *at, const json_t *metric, struct err *err)
{
    static const struct rule rules[] = {
        {.key = "unit", .kind = NAME, .is_required = true},
        {.key = "better", .kind = WORD, .words = {"lower", "higher", "neutral"}},
        {.key = "nature", .kind = WORD, .words = {"noisy", "exact"}},
        {.key = "group", .kind = TEXT},
        {.key = "definition", .kind = TEXT},
        {.key = "source", .kind = TEXT},
        {.key = "reason", .kind = TEXT},
        {.key = "role", .kind = TEXT},
        {.key = "is_reference", .kind = TRUTH},
        {.key = "samples", .kind = ARRAY},
        {.key = "launches", .kind = ARRAY},
        {.key = "summary", .kind = OBJECT},
        {.key = "distribution", .kind = OBJECT},
        {0}};
    return check_object(at, metric, rules, err);
}

int check_launch(const struct place *at, const json_t *launch, struct err *err)
{
    static const struct rule rules[] = {{.key = "excluded", .kind = TEXT}, {0}};
    return check_object(at, launch, rules, err);
}

int check_warning(const struct place *at, const json_t *warning, struct err *err)
{
    static const struct rule rules[] = {{.key = "code", .kind = NAME, .is_required = true},
                                        {.key = "text", .kind = TEXT, .is_required = true},
                                        {0}};
    return check_object(at, warning, rules, err);
}

/* ---- Numbers apart from the tree --------------------------------------------------------- */

static int check_summary(const struct place *at, const struct summary *s, struct err *err)
{
    struct place here = {.up = at, .key = "summary"};
    if (check_number(&here, s->center, -RESULT_NUMBER_MAX, RESULT_NUMBER_MAX, err) ||
        check_number(&here, s->lo, -RESULT_NUMBER_MAX, RESULT_NUMBER_MAX, err) ||
        check_number(&here, s->hi, -RESULT_NUMBER_MAX, RESULT_NUMBER_MAX, err))
        return -1;
    struct place level = {.up = &here, .key = "level"};
    if (check_number(&level, s->level, 0, 1, err))
        return -1;
    if (s->lo <= s->center && s->center <= s->hi)
        return 0;
    return place_error(&here, err,
                       "its center, %.15g, lies outside of its interval (%.15g to %.15g)",
                       s->center, s->lo, s->hi);
}

static int check_distribution(const struct place *at, const struct distribution *d, struct err *err)
{
    struct place here = {.up = at, .key = "distribution"};
    const double values[] = {d->n, d->min, d->p10, d->p50, d->p90, d->p99, d->p999, d->max};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (!isnan(values[i]) && check_number(&here, values[i], 0, RESULT_NUMBER_MAX, err))
            return -1;
    return 0;
}

int check_numbers(const struct place *at, const struct slim_cell *c, const struct slim_metric *m,
                  struct err *err)
{
    struct place samples = {.up = at, .key = "samples"}, launches = {.up = at, .key = "launches"};
    for (size_t i = 0; i < m->sample_count; i++) {
        struct place here = {.up = &samples, .index = i};
        double value = c->samples.items[m->sample + i];
        if (!(fabs(value) <= RESULT_NUMBER_MAX))
            return check_number(&here, value, -RESULT_NUMBER_MAX, RESULT_NUMBER_MAX, err);
    }
    if (m->launch_count && m->launch_count != m->sample_count)
        return place_error(&launches, err, "%zu of them, but %zu samples", m->launch_count,
                           m->sample_count);
    for (size_t i = 0; i < m->launch_count && c->ledger_count; i++) {
        struct place here = {.up = &launches, .index = i};
        if (check_number(&here, c->launches.items[m->launch + i], 0, (double)c->ledger_count - 1,
                         err))
            return -1;
    }
    if (m->summary.n > 0 && check_summary(at, &m->summary, err))
        return -1;
    return check_distribution(at, &m->distribution, err);
}
