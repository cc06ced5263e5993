/* The first two parts of a result: how it was made, and where. */
#include "bench/core/clock.h"
#include "bench/core/host.h"
#include "bench/core/json_make.h"
#include "bench/core/noise.h"
#include "bench/run/assemble.h"
#include "version.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void make_known(struct json_maker *o, const char *name, int64_t value)
{
    if (value >= 0 && value != LIMITS_UNLIMITED)
        json_make_int(o, name, value);
}

static json_t *limits_json(const struct limits *l)
{
    struct json_maker o = json_maker_new();
    make_known(&o, "pid_max", l->pid_max);
    make_known(&o, "threads_max", l->threads_max);
    make_known(&o, "max_map_count", l->max_map_count);
    make_known(&o, "nproc", l->nproc);
    make_known(&o, "nofile", l->nofile);
    make_known(&o, "pids_max", l->pids_max);
    return json_made(&o);
}

/* A glance at the machine before anything is measured. */
static json_t *noise_json(const struct host *h)
{
    struct json_maker o = json_maker_new();
    struct noise_reading before, after;
    struct noise_delta d;
    noise_read(&before);
    clock_sleep_until_ns(clock_now_ns() + 50000000);
    noise_read(&after);
    noise_diff(&before, &after, &d);
    double cpu_ns = (double)d.duration_ns * (h->cpus_online > 0 ? h->cpus_online : 1);
    if (h->load_1min >= 0)
        json_make_real(&o, "load_1min", h->load_1min);
    if (d.has_steal)
        json_make_real(&o, "steal_ratio", (double)d.steal_ns / cpu_ns);
    if (d.has_psi_cpu_some)
        json_make_real(&o, "psi_cpu_some_ratio", (double)d.psi_cpu_some_ns / (double)d.duration_ns);
    json_make_text_or_null(&o, "governor", h->governor);
    json_make_value(&o, "turbo",
                    h->turbo == HOST_UNKNOWN ? json_null() : json_boolean(h->turbo == HOST_ON));
    return json_made(&o);
}

static json_t *clock_json(const struct host *h)
{
    struct json_maker o = json_maker_new();
    json_make_text(&o, "source", h->clock_source[0] ? h->clock_source : "unknown");
    json_make_int(&o, "resolution_ns", (int64_t)h->clock_resolution_ns);
    json_make_real(&o, "read_cost_ns", h->clock_read_cost_ns);
    return json_made(&o);
}

static json_t *host_json(int64_t timer_slack_ns)
{
    struct host h;
    host_read(&h);
    struct json_maker o = json_maker_new();
    json_make_text(&o, "hostname", h.hostname);
    json_make_text_or_null(&o, "cpu", h.cpu);
    json_make_text(&o, "architecture", h.architecture);
    json_make_int(&o, "cpus_online", h.cpus_online);
    json_make_int(&o, "cpus_allowed", h.cpus_allowed);
    if (h.cpu_quota > 0)
        json_make_real(&o, "cpu_quota", h.cpu_quota);
    json_make_text(&o, "kernel", h.kernel);
    json_make_text_or_null(&o, "libc", h.libc);
    json_make_text_or_null(&o, "virtualization", h.virtualization);
    make_known(&o, "memory_bytes", h.memory_bytes);
    json_make_value(&o, "clock", clock_json(&h));
    json_make_int(&o, "timer_slack_ns", timer_slack_ns);
    json_make_value(&o, "limits", limits_json(&h.limits));
    json_make_value(&o, "noise", noise_json(&h));
    return json_made(&o);
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
    struct json_maker o = json_maker_new();
    json_make_text(&o, "name", "contend");
    json_make_text(&o, "version", CONTEND_VERSION);
    json_make_text(&o, "commit", is_virtual ? "virtual" : CONTEND_COMMIT);
    json_make_text(&o, "compiler", is_virtual ? "virtual" : CONTEND_COMPILER);
    json_make_text(&o, "flags", is_virtual ? "virtual" : CONTEND_FLAGS);
    json_make_text(&o, "build_type", is_virtual ? "virtual" : CONTEND_BUILD_TYPE);
    json_make_text_or_null(&o, "sanitizer", is_virtual ? NULL : CONTEND_SANITIZER);
    json_make_text(&o, "runtime", "contend " CONTEND_VERSION);
    return json_made(&o);
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

static json_t *command_json(struct json_maker *run, int argc, char *const *argv)
{
    json_t *command = json_array();
    for (int i = 0; i < argc; i++) {
        char word[1024];
        const char *base = i == 0 && strrchr(argv[i], '/') ? strrchr(argv[i], '/') + 1 : argv[i];
        host_sanitise(word, sizeof word, base);
        json_make_item(run, command, json_string(word));
    }
    return command;
}

json_t *assemble_header(const struct plan *p, int argc, char *const *argv)
{
    bool is_virtual = plan_is_virtual(p);
    char started[40] = "1970-01-01T00:00:00Z", id[64];
    if (!is_virtual)
        clock_utc_text(started, sizeof started);
    make_id(id, sizeof id, started, p->seed);
    struct json_maker run = json_maker_new(), whole = json_maker_new();
    json_make_text(&run, "id", id);
    json_make_text(&run, "started_at", started);
    json_make_value(&run, "command", command_json(&run, argc, argv));
    json_make_int(&run, "seed", (int64_t)p->seed);
    json_make_int(&run, "rounds_planned", (int64_t)p->rounds);
    json_make_value(&run, "tool", tool_json(is_virtual));
    if (p->suite)
        json_make_text(&run, "suite", p->suite);
    json_make_text(&whole, "schema", "contend.result/1");
    json_make_value(&whole, "run", json_made(&run));
    json_make_value(&whole, "host",
                    is_virtual ? virtual_host_json((int64_t)p->timer_slack_ns)
                               : host_json((int64_t)p->timer_slack_ns));
    return json_made(&whole);
}
