#include "bench/lab/runtimes/answer.h"

#include "bench/base/json.h"

#include <math.h>
#include <string.h>

enum { VALUES_MOST = 100000 };

void answer_release(struct answer *a)
{
    free(a->skip);
    for (size_t i = 0; i < MADE_METRICS; i++)
        vec_release(&a->values[i]);
    vec_release(&a->units);
    vec_release(&a->computed);
    *a = (struct answer){0};
}

static int bad(struct err *err, const char *what)
{
    return err_set(err, ERR_FAILED, "%s", what);
}

static bool is_count(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

/* ---- One member ------------------------------------------------------------------------- */

static int take_values(struct answer *a, enum runtime_metric m, const json_t *list, struct err *err)
{
    size_t i, count = json_array_size(list);
    json_t *one;
    if (a->values[m].count)
        return err_set(err, ERR_FAILED, "it says \"%s\" twice", made_metrics[m].name);
    if (!count || count > VALUES_MOST)
        return err_set(err, ERR_FAILED, "\"%s\" is no list of 1 to %d numbers",
                       made_metrics[m].name, VALUES_MOST);
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        double value = json_number_value(one);
        if (!json_is_number(one) || !isfinite(value) || value < 0 || value > 1e15)
            return err_set(err, ERR_FAILED, "\"%s\" holds what is no time in ns",
                           made_metrics[m].name);
        vec_add(&a->values[m], value);
    }
    return a->values[m].failed ? err_set(err, ERR_SYSTEM, "out of memory") : 0;
}

static int take_ready(struct answer *a, const json_t *value, struct err *err)
{
    int64_t wanted = a->ready_count == 0 ? a->count : a->more;
    if (a->ready_count >= 2)
        return bad(err, "it says \"ready\" too often");
    if (!json_is_integer(value) || json_integer_value(value) != wanted)
        return err_set(err, ERR_FAILED, "\"ready\" is not the %lld units that were asked for",
                       (long long)wanted);
    a->ready_count++;
    return 0;
}

static int take_unit(struct answer *a, const json_t *list, struct err *err)
{
    int64_t numbers[4];
    if (json_array_size(list) != 4)
        return bad(err, "\"unit\" is not begin, end, operations and sum");
    for (size_t i = 0; i < 4; i++) {
        const json_t *one = json_array_get(list, i);
        double value = json_number_value(one);
        if (!json_is_number(one) || !(value >= 0 && value < 9e18))
            return bad(err, "\"unit\" holds what is no number from 0 on");
        numbers[i] = (int64_t)value;
    }
    /* Each operation's result is 1: the number is a prime. */
    if (numbers[2] < 1 || numbers[3] != numbers[2])
        return bad(err, "a unit computed something wrong, or nothing");
    if (numbers[1] - numbers[0] < a->time_ns)
        return bad(err, "a unit did not compute as long as it was to");
    for (size_t i = 0; i < 4; i++)
        vec_add(&a->units, numbers[i]);
    return a->units.failed ? err_set(err, ERR_SYSTEM, "out of memory") : 0;
}

static int take_slept(struct answer *a, const json_t *list, struct err *err)
{
    double numbers[3];
    if (a->values[MADE_MAKESPAN].count)
        return bad(err, "it says \"slept\" twice");
    for (size_t i = 0; i < 3; i++) {
        const json_t *one = json_array_get(list, i);
        numbers[i] = json_number_value(one);
        if (!json_is_number(one) || json_array_size(list) != 3 || !(numbers[i] >= 0))
            return bad(err, "\"slept\" is not begin, end and how many");
    }
    double span_ns = numbers[1] - numbers[0];
    /* Clocks of some runtimes are floating-point seconds: a microsecond is theirs. */
    if (span_ns < (double)a->time_ns - 1000)
        return bad(err, "the sleepers were woken too early");
    if ((int64_t)numbers[2] != a->count)
        return err_set(err, ERR_FAILED, "%.0f sleepers were woken, not %lld", numbers[2],
                       (long long)a->count);
    vec_add(&a->values[MADE_MAKESPAN], span_ns);
    vec_add(&a->values[MADE_RATE], (double)a->count / span_ns * 1e9);
    return a->values[MADE_RATE].failed || a->values[MADE_MAKESPAN].failed
               ? err_set(err, ERR_SYSTEM, "out of memory")
               : 0;
}

static int take_computed(struct answer *a, const json_t *list, struct err *err)
{
    size_t i;
    json_t *one;
    if (a->computed.count || (int64_t)json_array_size(list) != a->count - 1)
        return err_set(err, ERR_FAILED, "\"computed\" is not what %lld units did",
                       (long long)a->count - 1);
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        if (!json_is_number(one) || json_number_value(one) < 1)
            return bad(err, "a unit that was to compute did not");
        vec_add(&a->computed, (int64_t)json_number_value(one));
    }
    return a->computed.failed ? err_set(err, ERR_SYSTEM, "out of memory") : 0;
}

static int take_sum(struct answer *a, const json_t *line, struct err *err)
{
    const json_t *ops = json_object_get(line, "ops"), *sum = json_object_get(line, "sum");
    int64_t n = json_integer_value(ops);
    if (!is_count(ops) || !is_count(sum) || n < 1 || n > 1000000000)
        return bad(err, "\"ops\" and \"sum\" are no whole numbers");
    if (json_integer_value(sum) != n * (n + 1) / 2)
        return bad(err, "the children's values do not add up");
    a->is_summed = true;
    return 0;
}

/* ---- A line ----------------------------------------------------------------------------- */

/* What lists of times each question has. */
static bool has_values(enum question q, enum runtime_metric m)
{
    static const struct {
        enum question q;
        enum runtime_metric m;
    } table[] = {{ASK_STARTUP, MADE_STARTUP},
                 {ASK_STARTUP, MADE_LIFECYCLE},
                 {ASK_SWITCH, MADE_SWITCH},
                 {ASK_FUTURE, MADE_FUTURE},
                 {ASK_MIXED, MADE_LATENCY}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].q == q && table[i].m == m)
            return true;
    return false;
}

static int take_member(struct answer *a, const json_t *line, const char *key, const json_t *value,
                       struct err *err)
{
    enum question q = a->question;
    for (enum runtime_metric m = 0; m < MADE_METRICS; m++)
        if (!strcmp(key, made_metrics[m].name) && has_values(q, m))
            return take_values(a, m, value, err);
    if (!strcmp(key, "ready") && q == ASK_MEMORY)
        return take_ready(a, value, err);
    if (!strcmp(key, "unit") && q == ASK_COMPUTE)
        return take_unit(a, value, err);
    if (!strcmp(key, "slept") && q == ASK_SLEEPERS)
        return take_slept(a, value, err);
    if (!strcmp(key, "computed") && q == ASK_MIXED)
        return take_computed(a, value, err);
    if (!strcmp(key, "ops") && q == ASK_FUTURE)
        return take_sum(a, line, err);
    if (!strcmp(key, "sum") && q == ASK_FUTURE)
        return 0;
    return err_set(err, ERR_FAILED, "\"%.40s\" is no answer to \"%s\"", key, question_name(q));
}

static int take_object(struct answer *a, json_t *line, struct err *err)
{
    const char *key;
    json_t *value;
    const json_t *skip = json_object_get(line, "skip");
    if (!json_object_size(line))
        return bad(err, "a line says nothing");
    if (json_is_true(json_object_get(line, "end")) && json_object_size(line) == 1) {
        a->at_end = true;
        return 0;
    }
    if (skip && json_string_length(skip) && !a->skip && json_object_size(line) == 1) {
        a->skip = strdup(json_string_value(skip));
        for (char *c = a->skip; c && *c; c++)
            *c = (unsigned char)*c < ' ' || *c == 0x7f ? ' ' : *c;
        return a->skip ? 0 : err_set(err, ERR_SYSTEM, "out of memory");
    }
    json_object_foreach(line, key, value)
    {
        if (take_member(a, line, key, value, err))
            return -1;
    }
    return 0;
}

/* The first of it, with nothing in it that acts on a terminal. */
static void quote(char *out, size_t size, const char *line, size_t length)
{
    size_t n = 0;
    for (; n < length && n + 1 < size; n++)
        out[n] = line[n] >= ' ' && line[n] < 0x7f ? line[n] : '?';
    out[n] = '\0';
}

int answer_take(struct answer *a, const char *line, size_t length, struct err *err)
{
    char begin[61];
    if (a->at_end)
        return bad(err, "it goes on after its end");
    json_t *o = json_parse(line, length, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(o)) {
        quote(begin, sizeof begin, line, length);
        json_decref(o);
        return err_set(err, ERR_FAILED, "\"%s\" is no line of an answer", begin);
    }
    int failed = take_object(a, o, err);
    json_decref(o);
    return failed;
}

/* ---- All of them ------------------------------------------------------------------------ */

static int lacks(struct err *err, const char *what)
{
    return err_set(err, ERR_FAILED, "it ended without \"%s\"", what);
}

/* From the first that began to the last that ended. */
static int close_units(struct answer *a, struct err *err)
{
    const int64_t *u = a->units.items;
    if ((int64_t)(a->units.count / 4) != a->count)
        return err_set(err, ERR_FAILED, "it ended with %zu of %lld units told of",
                       a->units.count / 4, (long long)a->count);
    int64_t begin = u[0], end = u[1], ops = 0;
    for (size_t i = 0; i < a->units.count; i += 4) {
        begin = u[i] < begin ? u[i] : begin;
        end = u[i + 1] > end ? u[i + 1] : end;
        ops += u[i + 2];
    }
    return vec_add(&a->values[MADE_RATE], (double)ops / (double)(end - begin) * 1e9)
               ? 0
               : err_set(err, ERR_SYSTEM, "out of memory");
}

int answer_close(struct answer *a, struct err *err)
{
    if (!a->at_end)
        return lacks(err, "end");
    if (a->skip)
        return 0;
    switch (a->question) {
    case ASK_STARTUP:
        return a->values[MADE_LIFECYCLE].count ? 0 : lacks(err, "lifecycle_ns");
    case ASK_MEMORY:
        return a->ready_count == 2 ? 0 : lacks(err, "ready");
    case ASK_SWITCH:
        return a->values[MADE_SWITCH].count ? 0 : lacks(err, "switch_ns");
    case ASK_FUTURE:
        return !a->values[MADE_FUTURE].count ? lacks(err, "future_ns")
               : !a->is_summed               ? lacks(err, "sum")
                                             : 0;
    case ASK_COMPUTE:
        return a->count > 0 && a->units.count ? close_units(a, err) : lacks(err, "unit");
    case ASK_SLEEPERS:
        return a->values[MADE_MAKESPAN].count ? 0 : lacks(err, "slept");
    case ASK_MIXED:
        return !a->values[MADE_LATENCY].count ? lacks(err, "io_latency_ns")
               : !a->computed.count           ? lacks(err, "computed")
                                              : 0;
    case ASK_NOTHING:
        break;
    }
    return 0;
}
