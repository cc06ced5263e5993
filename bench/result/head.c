/* The head of a result: how it was made, and where. */
#include "bench/result/read.h"

#include "bench/result/cell_read.h"
#include "bench/result/check.h"

#include <string.h>

static int64_t whole_or_0(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static int read_run(const struct place *at, struct result *r, struct err *err)
{
    const json_t *run = field_required(at, r->json, "run", JSON_OBJECT, err), *tool = NULL;
    struct place here = {.up = at, .key = "run"}, below = {.up = &here, .key = "tool"};
    if (!run || check_run(&here, run, err))
        return -1;
    r->run_id = field_text(&here, run, "id", err);
    r->status = field_text(&here, run, "status", err);
    r->rounds = whole_or_0(run, "rounds");
    if (field_text_or(&here, run, "suite", "", &r->suite, err) ||
        field_text_or(&here, run, "started_at", "", &r->started_at, err) ||
        field_text_or(&here, run, "finished_at", "", &r->finished_at, err) ||
        field_optional(&here, run, "tool", JSON_OBJECT, &tool, err) ||
        field_text_or(&below, tool, "runtime", "", &r->runtime, err) ||
        field_text_or(&below, tool, "sanitizer", "", &r->sanitizer, err) ||
        field_text_or(&below, tool, "build_type", "", &r->build_type, err))
        return -1;
    return warnings_read(&here, run, &r->warnings, &r->warning_count, err);
}

static int read_host(const struct place *at, struct result *r, struct err *err)
{
    const json_t *host = field_required(at, r->json, "host", JSON_OBJECT, err);
    struct place here = {.up = at, .key = "host"};
    if (!host || check_host(&here, host, err))
        return -1;
    /* What another program's file did not state is absent, with the reason. */
    r->cpus_allowed = whole_or_0(host, "cpus_allowed");
    r->has_cores_apart = json_is_false(json_object_get(host, "smt"));
    return field_text_or(&here, host, "hostname", "", &r->hostname, err) ||
                   field_text_or(&here, host, "cpu", "", &r->cpu, err) ||
                   field_text_or(&here, host, "kernel", "", &r->kernel, err) ||
                   field_text_or(&here, host, "virtualization", "", &r->virtualization, err)
               ? -1
               : 0;
}

static int check_schema(const struct place *at, const json_t *root, struct err *err)
{
    if (!json_is_object(root))
        return place_expected(at, "a result (an object)", root, err);
    const char *schema = field_text(at, root, "schema", err);
    if (!schema)
        return -1;
    if (!strcmp(schema, RESULT_SCHEMA))
        return 0;
    struct place here = {.up = at, .key = "schema"};
    if (!strcmp(schema, RESULTS_SCHEMA))
        return place_error(&here, err,
                           "these are results of several hosts, and one is wanted: contend merge "
                           "--host NAME takes it out");
    bool is_ours = !strncmp(schema, "contend.result/", strlen("contend.result/"));
    return place_error(&here, err, "\"%s\" is %s; this program reads %s", schema,
                       is_ours ? "another version" : "not a result of contend", RESULT_SCHEMA);
}

int result_read_head(const struct place *at, struct result *r, struct err *err)
{
    return check_schema(at, r->json, err) || read_run(at, r, err) || read_host(at, r, err) ? -1 : 0;
}
