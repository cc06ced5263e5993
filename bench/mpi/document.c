#include "bench/mpi/document.h"

#include "bench/base/clock.h"
#include "bench/base/json_make.h"
#include "bench/result/read.h"
#include "bench/result/write.h"
#include "bench/run/header.h"
#include "bench/stats/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A metric, and the number of rank 0's line that each of its samples is made of. */
struct column {
    const char *key; /* NULL ends the list */
    const char *name, *unit, *better, *group, *role, *definition;
    double (*value)(const json_t *line, const char *key);
};

struct cell_kind {
    const char *workload, *workload_kind, *role, *params; /* params: behind the id */
    int tasks;                                            /* 0: all ranks */
    int elsewhere;                                        /* of ping-pong; -1: no such parameter */
    struct column columns[4];
};

static double number(const json_t *line, const char *key)
{
    const json_t *value = json_object_get(line, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static double rate(const json_t *line, const char *key)
{
    return 1e9 / number(line, key);
}

/* Of all ranks of a launch; where one has none, it is of a machine whose clock is another. */
static double median_of_ranks(const json_t *line, const char *key)
{
    const json_t *ranks = json_object_get(line, "ranks"), *one;
    size_t i, count = json_array_size(ranks), known = 0;
    double *values = calloc(count + 1, sizeof *values);
    json_array_foreach(ranks, i, one)
    {
        if (values && json_object_get(one, key))
            values[known++] = number(one, key);
    }
    double median = (double)NAN;
    if (values && known && known == count) {
        samples_sort(values, known);
        median = median_of_sorted(values, known);
    }
    free(values);
    return median;
}

static double efficiency(const json_t *line, const char *key)
{
    double ranks = (double)json_array_size(json_object_get(line, "ranks"));
    return number(line, key) / (number(line, "spin_alone_per_s") * ranks);
}

static const struct cell_kind kinds[] = {
    {"startup",
     "startup",
     "measured",
     "",
     0,
     -1,
     {{"startup_ns", "startup_ns", "ns", "lower", "startup", "start",
       "from starting the launcher to the first instruction of a rank, the median of the ranks",
       median_of_ranks},
      {"init_ns", "init_ns", "ns", "lower", "startup", NULL,
       "from the first instruction of a rank to the end of MPI_Init, the median of the ranks",
       median_of_ranks}}},
    {"pingpong",
     "sync",
     "measured",
     ",elsewhere=0",
     2,
     0,
     {{"pingpong_here_ns", "roundtrip_ns", "ns", "lower", "latency", NULL,
       "a byte to a rank of the same machine and back", number},
      {"pingpong_here_ns", "throughput_per_s", "per_s", "higher", "throughput", "rate",
       "such round trips in a second", rate}}},
    {"pingpong",
     "sync",
     "measured",
     ",elsewhere=1",
     2,
     1,
     {{"pingpong_elsewhere_ns", "roundtrip_ns", "ns", "lower", "latency", NULL,
       "a byte to a rank of another machine and back", number},
      {"pingpong_elsewhere_ns", "throughput_per_s", "per_s", "higher", "throughput", "rate",
       "such round trips in a second", rate}}},
    {"barrier",
     "sync",
     "measured",
     "",
     0,
     -1,
     {{"barrier_ns", "barrier_ns", "ns", "lower", "latency", NULL, "a barrier of all ranks",
       number},
      {"barrier_ns", "throughput_per_s", "per_s", "higher", "throughput", "rate",
       "barriers in a second", rate}}},
    {"sleep",
     "io",
     "measured",
     "",
     0,
     -1,
     {{"sleep_per_s", "throughput_per_s", "per_s", "higher", "throughput", "rate",
       "waits of all ranks in a second", number}}},
    {"spin",
     "cpu",
     "measured",
     "",
     0,
     -1,
     {{"spin_per_s", "throughput_per_s", "per_s", "higher", "throughput", "rate",
       "steps of computing of all ranks in a second, by the slowest rank", number},
      {"spin_per_s", "efficiency_ratio", "ratio", "higher", "throughput", NULL,
       "throughput over that of rank 0 alone times the ranks", efficiency}}},
    {"spin",
     "cpu",
     "control",
     "",
     1,
     -1,
     {{"spin_alone_per_s", "throughput_per_s", "per_s", "higher", "throughput", "rate",
       "steps of computing of rank 0 in a second while the others sleep", number}}},
};

json_t *mpi_header(const struct mpi_run *run)
{
    const struct header h = {.argc = run->argc,
                             .argv = run->argv,
                             .rounds_planned = (uint32_t)run->rounds,
                             .timer_slack_ns = HEADER_NO_SLACK};
    struct json_maker o = json_maker_new();
    json_make_text(&o, "schema", RESULT_SCHEMA);
    json_make_value(&o, "run", header_run(&h));
    json_make_value(&o, "host", header_host(&h));
    return json_made(&o);
}

/* ---- A cell --------------------------------------------------------------------------------- */

static json_t *summary_json(const double *samples, size_t count)
{
    struct summary s;
    if (summary_of(samples, count, SUMMARY_LEVEL, &s, NULL))
        return NULL;
    struct json_maker o = json_maker_new();
    json_make_finite(&o, "center", s.center);
    json_make_finite(&o, "lo", s.lo);
    json_make_finite(&o, "hi", s.hi);
    json_make_finite(&o, "level", s.level);
    json_make_int(&o, "n", (int64_t)s.n);
    return json_made(&o);
}

/* Its value in each round; where no round has one, why. */
static json_t *metric_json(const struct column *c, const json_t *lines, size_t *known)
{
    struct json_maker o = json_maker_new();
    json_t *samples = json_array();
    double *values = calloc(json_array_size(lines) + 1, sizeof *values);
    const json_t *line;
    size_t i, count = 0;
    char text[40];
    o.failed |= !values;
    json_make_text(&o, "unit", c->unit);
    json_make_text(&o, "better", c->better);
    json_make_text(&o, "nature", "noisy");
    json_make_text(&o, "group", c->group);
    json_make_text(&o, "definition", c->definition);
    if (c->role)
        json_make_text(&o, "role", c->role);
    json_array_foreach(lines, i, line)
    {
        double value = c->value(line, c->key);
        if (!isfinite(value) || !values)
            continue;
        snprintf(text, sizeof text, "%.15g", value); /* as results have them */
        value = strtod(text, NULL);
        values[count++] = value;
        json_make_item(&o, samples, json_real(value));
    }
    *known += count;
    json_make_text(&o, "source", count ? "clock" : "none");
    if (!count)
        json_make_text(&o, "reason",
                       "ranks of other machines have other clocks than their launcher");
    json_make_value(&o, "samples", samples);
    if (count)
        json_make_value(&o, "summary", summary_json(values, count));
    free(values);
    return json_made(&o);
}

/* A sentence of rank 0 about the whole launch. */
static json_t *warnings_json(const json_t *lines)
{
    const json_t *overlap = json_object_get(json_array_get(lines, 0), "overlap");
    return overlap ? json_pack("[{s:s, s:O}]", "code", "shared_cpus", "text", overlap)
                   : json_array();
}

static json_t *launches_json(struct json_maker *o, const json_t *lines)
{
    json_t *list = json_array();
    const json_t *line;
    size_t i;
    json_array_foreach(lines, i, line)
    {
        json_make_item(o, list,
                       json_pack("{s:I, s:O}", "round", (json_int_t)i, "duration_ns",
                                 json_object_get(line, "duration_ns")));
    }
    return list;
}

static void add_names(struct json_maker *o, const struct cell_kind *k, const struct mpi_run *run)
{
    struct buf id = {0};
    int64_t tasks = k->tasks ? k->tasks : run->ranks;
    bool sleeps = !strcmp(k->workload, "sleep");
    buf_printf(&id, "%s/none/mpi/tasks=%lld%s", k->workload, (long long)tasks, k->params);
    if (sleeps)
        buf_printf(&id, ",duration=%lldns", (long long)run->request->sleep_ns);
    json_make_text(o, "id", buf_text(&id));
    buf_release(&id);
    json_make_text(o, "role", k->role);
    json_make_text(o, "workload", k->workload);
    json_make_text(o, "workload_kind", k->workload_kind);
    json_make_text(o, "lock", "none");
    json_make_text(o, "executor", "mpi");
    json_make_value(o, "executor_traits", json_pack("[s, s]", "parallel", "kernel_units"));
    json_make_value(o, "lock_traits", json_array());
    json_make_int(o, "tasks", tasks);
    json_make_int(o, "workers", 0);
    json_make_text(o, "placement", "free");
    struct json_maker params = json_maker_new();
    if (k->elsewhere >= 0)
        json_make_int(&params, "elsewhere", k->elsewhere);
    if (sleeps)
        json_make_int(&params, "duration", run->request->sleep_ns);
    json_make_value(o, "params", json_made(&params));
    if (sleeps)
        json_make_value(o, "param_units", json_pack("{s:s}", "duration", "ns"));
}

static json_t *cell_json(const struct cell_kind *k, const struct mpi_run *run, const json_t *lines)
{
    struct json_maker o = json_maker_new(), metrics = json_maker_new();
    size_t known = 0;
    add_names(&o, k, run);
    for (const struct column *c = k->columns; c->key; c++)
        json_make_value(&metrics, c->name, metric_json(c, lines, &known));
    json_make_text(&o, "status", known ? "ok" : "skipped");
    if (!known) {
        json_decref(json_made(&metrics));
        metrics = json_maker_new();
        json_make_text(&o, "reason",
                       k->elsewhere > 0    ? "all ranks are on one machine"
                       : k->elsewhere == 0 ? "no other rank is on the machine of rank 0"
                                           : "nothing of it could be measured");
    }
    json_make_value(&o, "metrics", json_made(&metrics));
    json_make_value(&o, "launches", known ? launches_json(&o, lines) : json_array());
    json_make_value(&o, "warnings", warnings_json(lines));
    return json_made(&o);
}

/* ---- The document --------------------------------------------------------------------------- */

/* How they were launched, and where each was. */
static json_t *mpi_json(const struct mpi_run *run, const json_t *lines)
{
    struct json_maker o = json_maker_new();
    const json_t *first = json_array_get(lines, 0), *one;
    json_t *ranks = json_array();
    size_t i;
    json_make_shared(&o, "library", json_object_get(first, "mpi"));
    json_make_text(&o, "launcher", run->launcher);
    json_array_foreach(json_object_get(first, "ranks"), i, one)
    {
        json_make_item(&o, ranks,
                       json_pack("{s:O, s:O}", "host", json_object_get(one, "host"), "cpus",
                                 json_object_get(one, "cpus")));
    }
    json_make_value(&o, "ranks", ranks);
    return json_made(&o);
}

static json_t *document_json(const struct mpi_run *run, json_t *header, const json_t *lines)
{
    char now[40];
    struct json_maker all = json_maker_of(header);
    struct json_maker head = json_maker_of(json_object_get(header, "run"));
    int64_t rounds = (int64_t)json_array_size(lines);
    json_make_text(&head, "finished_at", clock_utc_text(now, sizeof now));
    json_make_text(&head, "status", rounds == run->rounds ? "complete" : "partial");
    json_make_int(&head, "rounds", rounds);
    json_make_value(&head, "mpi", mpi_json(run, lines));
    json_t *made = json_made(&head), *cells = json_array();
    if (!made)
        all.failed = true;
    json_decref(made);
    /* One rank is its own ceiling. */
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (run->ranks > 1 || strcmp(kinds[i].role, "control") != 0)
            json_make_item(&all, cells, cell_json(&kinds[i], run, lines));
    json_make_value(&all, "cells", cells);
    return json_made(&all);
}

/* By way of the reader, so that nothing is written that it does not take. */
int mpi_document(const struct mpi_run *run, json_t *header, const json_t *lines, struct buf *out,
                 struct err *err)
{
    struct result result;
    json_t *document = document_json(run, header, lines);
    char *text = document ? json_dumps(document, JSON_REAL_PRECISION(17)) : NULL;
    json_decref(document);
    if (!text)
        return err_set(err, ERR_SYSTEM, "no memory for a result");
    const struct result_source source = {.path = "the result of ranks",
                                         .text = text,
                                         .length = strlen(text),
                                         .keep = RESULT_SUMMARIES | RESULT_ALL};
    int failed = result_read(&result, &source, err);
    if (!failed) {
        failed = result_write(&result, out, err);
        result_unload(&result);
    }
    free(text);
    return failed ? -1 : 0;
}
