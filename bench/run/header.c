#include "bench/run/header.h"

#include "bench/core/clock.h"
#include "bench/core/host.h"
#include "bench/core/noise.h"
#include "bench/run/assemble.h"
#include "version.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static json_t *text_or_null(const char *text)
{
    return text && text[0] ? json_string(text) : json_null();
}

static void set_known(json_t *o, const char *name, int64_t value)
{
    if (value >= 0 && value != LIMITS_UNLIMITED)
        json_object_set_new(o, name, json_integer(value));
}

static json_t *limits_json(const struct limits *l)
{
    json_t *o = json_object();
    set_known(o, "pid_max", l->pid_max);
    set_known(o, "threads_max", l->threads_max);
    set_known(o, "max_map_count", l->max_map_count);
    set_known(o, "nproc", l->nproc);
    set_known(o, "nofile", l->nofile);
    set_known(o, "pids_max", l->pids_max);
    return o;
}

/* A glance at the machine before anything is measured. */
static json_t *noise_json(const struct host *h)
{
    json_t *o = json_object();
    struct noise_reading before, after;
    struct noise_delta d;
    noise_read(&before);
    clock_sleep_until_ns(clock_now_ns() + 50000000);
    noise_read(&after);
    noise_diff(&before, &after, &d);
    double cpu_ns = (double)d.duration_ns * (h->cpus_online > 0 ? h->cpus_online : 1);
    if (h->load_1min >= 0)
        json_object_set_new(o, "load_1min", json_real(h->load_1min));
    if (d.has_steal)
        json_object_set_new(o, "steal_ratio", json_real((double)d.steal_ns / cpu_ns));
    if (d.has_psi_cpu_some)
        json_object_set_new(o, "psi_cpu_some_ratio",
                            json_real((double)d.psi_cpu_some_ns / (double)d.duration_ns));
    json_object_set_new(o, "governor", text_or_null(h->governor));
    json_object_set_new(o, "turbo",
                        h->turbo == HOST_UNKNOWN ? json_null() : json_boolean(h->turbo == HOST_ON));
    return o;
}

static json_t *host_json(int64_t timer_slack_ns)
{
    struct host h;
    host_read(&h);
    json_t *o = json_object();
    json_object_set_new(o, "hostname", json_string(h.hostname));
    json_object_set_new(o, "cpu", text_or_null(h.cpu));
    json_object_set_new(o, "architecture", json_string(h.architecture));
    json_object_set_new(o, "cpus_online", json_integer(h.cpus_online));
    json_object_set_new(o, "cpus_allowed", json_integer(h.cpus_allowed));
    if (h.cpu_quota > 0)
        json_object_set_new(o, "cpu_quota", json_real(h.cpu_quota));
    json_object_set_new(o, "kernel", json_string(h.kernel));
    json_object_set_new(o, "libc", text_or_null(h.libc));
    json_object_set_new(o, "virtualization", text_or_null(h.virtualization));
    json_object_set_new(o, "smt",
                        h.smt == HOST_UNKNOWN ? json_null() : json_boolean(h.smt == HOST_ON));
    set_known(o, "memory_bytes", h.memory_bytes);
    json_object_set_new(o, "clock",
                        json_pack("{s:s, s:I, s:f}", "source",
                                  h.clock_source[0] ? h.clock_source : "unknown", "resolution_ns",
                                  (json_int_t)h.clock_resolution_ns, "read_cost_ns",
                                  h.clock_read_cost_ns));
    set_known(o, "timer_slack_ns", timer_slack_ns);
    json_object_set_new(o, "limits", limits_json(&h.limits));
    json_object_set_new(o, "noise", noise_json(&h));
    return o;
}

static json_t *virtual_host_json(int64_t timer_slack_ns)
{
    return json_pack(
        "{s:s, s:s, s:s, s:i, s:i, s:s, s:s, s:s, s:i, s:{s:s, s:i, s:i}, s:I, s:{}, s:{}}",
        "hostname", "virtual", "cpu", "virtual", "architecture", "virtual", "cpus_online", 2,
        "cpus_allowed", 2, "kernel", "virtual", "libc", "virtual", "virtualization", "none",
        "memory_bytes", 1073741824, "clock", "source", "virtual", "resolution_ns", 1,
        "read_cost_ns", 0, "timer_slack_ns", (json_int_t)timer_slack_ns, "limits", "noise");
}

static json_t *tool_json(bool is_virtual)
{
    const char *sanitizer = CONTEND_SANITIZER;
    json_t *o = json_object();
    json_object_set_new(o, "name", json_string("contend"));
    json_object_set_new(o, "version", json_string(CONTEND_VERSION));
    json_object_set_new(o, "commit", json_string(is_virtual ? "virtual" : CONTEND_COMMIT));
    json_object_set_new(o, "compiler", json_string(is_virtual ? "virtual" : CONTEND_COMPILER));
    json_object_set_new(o, "flags", json_string(is_virtual ? "virtual" : CONTEND_FLAGS));
    json_object_set_new(o, "build_type", json_string(is_virtual ? "virtual" : CONTEND_BUILD_TYPE));
    json_object_set_new(o, "sanitizer",
                        is_virtual || !sanitizer[0] ? json_null() : json_string(sanitizer));
    json_object_set_new(o, "runtime", json_string("contend " CONTEND_VERSION));
    return o;
}

/* "2026-01-31T12:00:00Z" and the seed -> "20260131T120000Z-002a". */
static void make_id(char *out, size_t size, const char *started, uint64_t seed)
{
    size_t n = 0;
    for (const char *p = started; *p && n + 1 < size; p++)
        if (isalnum((unsigned char)*p))
            out[n++] = *p;
    snprintf(out + n, size - n, "-%08llx", (unsigned long long)seed & 0xffffffffu);
}

json_t *header_run(const struct header *h)
{
    char started[40] = "1970-01-01T00:00:00Z", id[64];
    if (!h->is_virtual)
        clock_utc_text(started, sizeof started);
    make_id(id, sizeof id, started, h->seed);
    json_t *command = json_array();
    for (int i = 0; i < h->argc; i++) {
        char word[1024];
        const char *slash = i == 0 ? strrchr(h->argv[i], '/') : NULL;
        host_sanitise(word, sizeof word, slash ? slash + 1 : h->argv[i]);
        json_array_append_new(command, json_string(word));
    }
    return json_pack("{s:s, s:s, s:o, s:I, s:o*, s:o}", "id", id, "started_at", started, "command",
                     command, "seed", (json_int_t)h->seed, "rounds_planned",
                     h->rounds_planned ? json_integer(h->rounds_planned) : NULL, "tool",
                     tool_json(h->is_virtual));
}

json_t *header_host(const struct header *h)
{
    return h->is_virtual ? virtual_host_json(h->timer_slack_ns) : host_json(h->timer_slack_ns);
}

json_t *assemble_header(const struct plan *p, int argc, char *const *argv)
{
    const struct header h = {.argc = argc,
                             .argv = argv,
                             .seed = p->seed,
                             .rounds_planned = p->rounds,
                             .timer_slack_ns = (int64_t)p->timer_slack_ns,
                             .is_virtual = plan_is_virtual(p)};
    json_t *run = header_run(&h);
    if (run && p->suite)
        json_object_set_new(run, "suite", json_string(p->suite));
    return json_pack("{s:s, s:o, s:o}", "schema", "contend.result/1", "run", run, "host",
                     header_host(&h));
}
