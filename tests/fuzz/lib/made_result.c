#include "tests/fuzz/lib/made_result.h"

#include "bench/base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS_MAX = 6, METRICS_MAX = 5, SAMPLES_MAX = 9 };

/* Controls are refused, which is another target's business. */
static json_t *clean(const char *text)
{
    char *copy = strdup(text);
    for (char *c = copy; c && *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '.';
    json_t *made = json_text(copy ? copy : "");
    free(copy);
    return made;
}

static void set_word(json_t *o, const char *key, struct input *in, const char *const *words)
{
    const char *word = input_word(in, words);
    json_object_set_new(o, key, *word ? clean(word) : json_string(words[0]));
}

static const char *const units[] = {"ns", "bytes", "count", "ratio", "per_s", NULL};

/* The unit a metric's name ends in, or any. */
static const char *unit_of(const char *name, struct input *in)
{
    for (size_t i = 0; units[i]; i++) {
        size_t length = strlen(name), tail = strlen(units[i]);
        if (length > tail && !strcmp(name + length - tail, units[i]))
            return units[i];
    }
    return units[input_below(in, 5)];
}

static json_t *made_metric(struct input *in, const char *name)
{
    static const char *const better[] = {"lower", "higher", "neutral"};
    json_t *m = json_pack("{s:s, s:s, s:s, s:s}", "unit", unit_of(name, in), "better",
                          better[input_below(in, 3)], "nature",
                          input_below(in, 5) ? "noisy" : "exact", "source", "clock");
    json_t *samples = json_array();
    for (size_t n = input_below(in, SAMPLES_MAX); n > 0; n--) {
        double value = input_real(in);
        bool is_taken = isfinite(value) && fabs(value) <= 1e21;
        json_array_append_new(samples, json_real(is_taken ? value : 1));
    }
    if (json_array_size(samples) == 0)
        json_object_set_new(m, "reason", clean(input_text(in)));
    json_object_set_new(m, "samples", samples);
    if (input_below(in, 4) == 0)
        json_object_set_new(m, "definition", clean(input_text(in)));
    return m;
}

static json_t *made_metrics(struct input *in)
{
    static const char *const names[] = {"startup_ns",
                                        "lifecycle_ns",
                                        "throughput_per_s",
                                        "makespan_ns",
                                        "efficiency_ratio",
                                        "lock_wait_ratio",
                                        "lock_contended_ratio",
                                        "fairness_ratio",
                                        "handoffs_per_s",
                                        "hold_ns",
                                        "latency_ns",
                                        "memory_bytes",
                                        "cpu_per_op_ns",
                                        "breakeven_tasks",
                                        NULL};
    json_t *metrics = json_object();
    for (size_t n = input_below(in, METRICS_MAX); n > 0; n--) {
        const char *name = input_word(in, names);
        json_t *key = clean(name);
        json_object_set_new(metrics, json_string_value(key), made_metric(in, name));
        json_decref(key);
    }
    return metrics;
}

static json_t *made_launches(struct input *in)
{
    json_t *launches = json_array();
    for (size_t n = input_below(in, SAMPLES_MAX), i = 0; i < n; i++)
        json_array_append_new(launches,
                              json_pack("{s:i, s:i, s:i, s:i}", "round",
                                        (int)(i - input_below(in, 2) % (i + 1)), "duration_ns",
                                        1000 * input_byte(in), "steal_ns", 10 * input_byte(in),
                                        "foreign_cpu_ns", 10 * input_byte(in)));
    return launches;
}

static json_t *made_cell(struct input *in)
{
    static const char *const workloads[] = {"sleep", "spin", "counter", "noop", NULL},
                             *const locks[] = {"none", "gil", "mutex", NULL},
                             *const executors[] = {"thread",    "process",     "serial",
                                                   "coroutine", "thread_pool", NULL},
                             *const statuses[] = {"ok", "ok", "ok", "skipped", "failed"};
    static const int tasks[] = {1, 2, 4, 8, 200, 10000};
    json_t *cell = json_object();
    const char *status = statuses[input_below(in, 5)];
    set_word(cell, "workload", in, workloads);
    set_word(cell, "lock", in, locks);
    set_word(cell, "executor", in, executors);
    json_object_set_new(cell, "tasks", json_integer(tasks[input_below(in, 6)]));
    json_object_set_new(cell, "status", json_string(status));
    json_object_set_new(cell, "role", json_string(input_below(in, 6) ? "measured" : "control"));
    if (strcmp(status, "ok"))
        json_object_set_new(cell, "reason", clean(input_text(in)));
    json_object_set_new(cell, "metrics", made_metrics(in));
    json_object_set_new(cell, "launches", made_launches(in));
    if (input_below(in, 3) == 0)
        json_object_set_new(cell, "params", json_pack("{s:o}", "duration", clean(input_text(in))));
    if (input_below(in, 4) == 0)
        json_object_set_new(
            cell, "warnings",
            json_pack("[{s:s, s:o}]", "code", "unusable", "text", clean(input_text(in))));
    return cell;
}

/* As a run makes them, with what tells equal ones apart behind it. */
static void add_id(json_t *cell, size_t i, struct input *in)
{
    struct buf id = {0};
    buf_printf(&id, "%s/%s/%s/tasks=%lld", json_string_value(json_object_get(cell, "workload")),
               json_string_value(json_object_get(cell, "lock")),
               json_string_value(json_object_get(cell, "executor")),
               (long long)json_integer_value(json_object_get(cell, "tasks")));
    if (input_below(in, 3) == 0)
        buf_printf(&id, ",part=%zu", i);
    json_object_set_new(cell, "id", json_text_of(&id));
    buf_release(&id);
}

static json_t *made_document(struct input *in, const char *name)
{
    static const char *const hosts[] = {"host_a", "host_b", NULL}, *const cpus[] = {"a CPU", NULL};
    json_t *cells = json_array();
    json_t *host =
        json_pack("{s:i, s:s}", "cpus_allowed", 1 + (int)input_below(in, 8), "kernel", "6.1.0");
    set_word(host, "hostname", in, hosts);
    set_word(host, "cpu", in, cpus);
    for (size_t n = 1 + input_below(in, CELLS_MAX), i = 0; i < n; i++) {
        json_t *cell = made_cell(in);
        add_id(cell, i, in);
        json_array_append_new(cells, cell);
    }
    json_t *run = json_pack("{s:s, s:s, s:s, s:{s:s}}", "id", name, "status",
                            input_below(in, 4) ? "complete" : "partial", "started_at",
                            "2026-01-31T12:00:00Z", "tool", "runtime", "contend 0.1.0");
    return json_pack("{s:s, s:o, s:o, s:o}", "schema", RESULT_SCHEMA, "run", run, "host", host,
                     "cells", cells);
}

int made_result(struct input *in, const char *name, struct result *out)
{
    json_t *document = made_document(in, name);
    char *text = json_dump_text(document, JSON_REAL_PRECISION(17));
    struct err err = {0};
    if (!text)
        target_fail("a result could not be made");
    int status = result_read(out,
                             &(struct result_source){.path = name,
                                                     .text = text,
                                                     .length = strlen(text),
                                                     .keep = RESULT_SUMMARIES | RESULT_ALL},
                             &err);
    if (status)
        target_expect_reason("result", &err);
    free(text);
    json_decref(document);
    return status;
}
