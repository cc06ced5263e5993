#include "bench/run/header.h"

#include "bench/base/clock.h"
#include "bench/base/file.h"
#include "bench/base/json_make.h"
#include "bench/machine/host.h"
#include "bench/machine/noise.h"
#include "bench/machine/topology/topology.h"
#include "bench/registry.h"
#include "bench/run/assemble.h"
#include "version.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static void make_known(struct json_maker *o, const char *name, int64_t value)
{
    if (value >= 0 && value != LIMITS_UNLIMITED)
        json_make_int(o, name, value);
}

static void make_switch(struct json_maker *o, const char *name, enum host_switch state)
{
    json_make_value(o, name, state == HOST_UNKNOWN ? json_null() : json_boolean(state == HOST_ON));
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
    struct rlimit stack;
    if (!getrlimit(RLIMIT_STACK, &stack) && stack.rlim_cur != RLIM_INFINITY)
        make_known(&o, "stack_bytes", (int64_t)stack.rlim_cur);
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
    make_switch(&o, "turbo", h->turbo);
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

/* What units inherit of whoever started contend, since it is theirs to choose. */
static json_t *inherited_json(const struct host *h)
{
    struct json_maker o = json_maker_new();
    json_make_int(&o, "nice", h->nice);
    json_make_text_or_null(&o, "policy", h->policy);
    make_switch(&o, "aslr", h->aslr);
    json_make_text_or_null(&o, "transparent_huge_pages", h->thp);
    return json_made(&o);
}

static void make_counted(struct json_maker *o, const char *name, int count)
{
    if (count > 0)
        json_make_int(o, name, count);
}

/* What is not told is left out; NULL where nothing is. */
static json_t *topology_json(void)
{
    const struct topology *t = topology_here(NULL);
    if (!t)
        return NULL;
    struct json_maker o = json_maker_new(), kinds = json_maker_new();
    json_make_text(&o, "source", t->source);
    make_counted(&o, "packages", t->packages);
    make_counted(&o, "numa_nodes", t->nodes);
    make_counted(&o, "last_level_caches", t->llcs);
    make_counted(&o, "cores", t->cores);
    make_counted(&o, "cpus", (int)t->cpus.count);
    for (size_t i = 0; i < t->kinds.count; i++)
        json_make_int(&kinds, t->kinds.items[i].name, t->kinds.items[i].cpus);
    json_t *named = json_made(&kinds);
    if (t->kinds.count)
        json_make_value(&o, "kinds", named);
    else
        json_decref(named);
    return json_made(&o);
}

static json_t *host_json(int64_t timer_slack_ns)
{
    struct host h;
    host_read(&h);
    json_t *topology = topology_json();
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
    make_switch(&o, "smt", h.smt);
    if (topology)
        json_make_value(&o, "topology", topology);
    make_known(&o, "memory_bytes", h.memory_bytes);
    json_make_value(&o, "clock", clock_json(&h));
    make_known(&o, "timer_slack_ns", timer_slack_ns);
    json_make_value(&o, "inherited", inherited_json(&h));
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
        const char *slash = i == 0 ? strrchr(argv[i], '/') : NULL;
        host_sanitise(word, sizeof word, slash ? slash + 1 : argv[i]);
        json_make_item(run, command, json_string(word));
    }
    return command;
}

/*
 * What of a run came from outside this build: a run that goes on must find it as it was.  The code
 * of a file that cannot be read any more is not known.
 */
static json_t *plugins_json(struct json_maker *run)
{
    json_t *list = json_array();
    const char *path;
    for (size_t i = 0; (path = registry_plugin_path(i)) != NULL; i++) {
        char name[256], code[24] = "";
        uint64_t hash = 0;
        const char *base = strrchr(path, '/');
        host_sanitise(name, sizeof name, base ? base + 1 : path);
        if (!file_fnv1a64(path, &hash, NULL))
            snprintf(code, sizeof code, "%016llx", (unsigned long long)hash);
        struct json_maker o = json_maker_new();
        json_make_text(&o, "file", name);
        json_make_text_or_null(&o, "code_fnv1a64", code);
        json_make_item(run, list, json_made(&o));
    }
    return list;
}

json_t *header_run(const struct header *h)
{
    char started[40] = "1970-01-01T00:00:00Z", id[64];
    if (!h->is_virtual)
        clock_utc_text(started, sizeof started);
    make_id(id, sizeof id, started, h->seed);
    struct json_maker run = json_maker_new();
    json_make_text(&run, "id", id);
    json_make_text(&run, "started_at", started);
    json_make_value(&run, "command", command_json(&run, h->argc, h->argv));
    json_make_int(&run, "seed", (int64_t)h->seed);
    if (h->rounds_planned)
        json_make_int(&run, "rounds_planned", (int64_t)h->rounds_planned);
    json_make_value(&run, "tool", tool_json(h->is_virtual));
    if (registry_plugin_path(0))
        json_make_value(&run, "plugins", plugins_json(&run));
    return json_made(&run);
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
    json_t *begun = header_run(&h);
    struct json_maker run = json_maker_of(begun), whole = json_maker_new();
    json_decref(begun); /* the maker's from here */
    if (p->suite)
        json_make_text(&run, "suite", p->suite);
    if (p->share.count)
        json_make_value(&run, "shard", plan_share_to_json(&p->share));
    json_make_text(&whole, "schema", "contend.result/1");
    json_make_value(&whole, "run", json_made(&run));
    json_make_value(&whole, "host", header_host(&h));
    return json_made(&whole);
}

void header_version_words(struct buf *out)
{
    buf_add(out, "contend " CONTEND_VERSION " (" CONTEND_COMMIT ")\n");
    buf_add(out, "compiler: " CONTEND_COMPILER ", " CONTEND_FLAGS "\n");
    if (*CONTEND_SANITIZER)
        buf_add(out, "sanitizer: " CONTEND_SANITIZER "\n");
    buf_printf(out, "plug-ins: ABI %d\n", CONTEND_ABI);
    if (*CONTEND_FEATURES)
        buf_add(out, "with: " CONTEND_FEATURES "\n");
    if (*CONTEND_LACKING)
        buf_add(out, "without: " CONTEND_LACKING "\n");
}
