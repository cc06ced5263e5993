#include "bench/lab/doctor.h"

#include "bench/base/clock.h"
#include "bench/base/units.h"
#include "bench/child/raiser.h"
#include "bench/machine/core_share.h"
#include "bench/machine/priority.h"
#include "bench/registry.h"
#include "version.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Units a full sweep asks for; fewer than that fit is worth a note. */
enum { UNITS_WANTED = 10000 };

const char *finding_level_name(enum finding_level level)
{
    static const char *const names[] = {"ok", "note", "warning"};
    return names[level];
}

static struct finding *add(struct findings *f, enum finding_level level, const char *name)
{
    assert(f->count != FINDINGS_MAX); /* their number is that of the calls below */
    struct finding *one = &f->items[f->count++];
    *one = (struct finding){.level = level, .name = name};
    return one;
}

__attribute__((format(printf, 2, 3))) static void see(struct finding *f, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(f->seen, sizeof f->seen, format, args);
    va_end(args);
}

__attribute__((format(printf, 2, 3))) static void advise(struct finding *f, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(f->advice, sizeof f->advice, format, args);
    va_end(args);
}

static const char *or_unknown(const char *text)
{
    return text[0] ? text : "unknown";
}

static void examine_build(const struct doctor_facts *d, struct findings *out)
{
    bool is_debug = !strcmp(d->build_type, "Debug");
    struct finding *f =
        add(out, d->sanitizer[0] || is_debug ? FINDING_WARNING : FINDING_OK, "build");
    see(f, "%s%s%s", or_unknown(d->build_type), d->sanitizer[0] ? ", sanitizers: " : "",
        d->sanitizer);
    if (f->level != FINDING_OK)
        advise(f, "measure with the release build (make bench): this one is several times slower");
}

static void examine_topology(const struct doctor_facts *d, struct findings *out)
{
    char words[TOPOLOGY_WORDS_BYTES];
    struct finding *f = add(out, d->topology ? FINDING_OK : FINDING_NOTE, "topology");
    if (d->topology) {
        topology_words(d->topology, words);
        see(f, "%s", words);
        return;
    }
    see(f, "unknown: %.160s", d->topology_reason.text);
    advise(f, "placements core, smt, llc and numa need it; where hwloc is missing: apt-get install "
              "libhwloc15, or build with libhwloc-dev");
}

static void examine_machine(const struct doctor_facts *d, struct findings *out)
{
    const struct host *h = &d->host;
    bool is_bare = !strcmp(h->virtualization, "none");
    struct finding *f = add(out, is_bare ? FINDING_OK : FINDING_NOTE, "virtualization");
    see(f, "%s", or_unknown(h->virtualization));
    if (!is_bare)
        advise(f, "neighbours share the hardware: compare only within one run, and watch steal");

    bool is_narrowed = h->cpus_allowed < h->cpus_online;
    f = add(out, is_narrowed ? FINDING_NOTE : FINDING_OK, "CPUs");
    see(f, "%d online, %d allowed to this process", h->cpus_online, h->cpus_allowed);
    if (is_narrowed)
        advise(f, "taskset or a cpuset holds the others back; give them free to use all");

    examine_topology(d, out);

    f = add(out, h->cpu_quota > 0 ? FINDING_WARNING : FINDING_OK, "CPU quota");
    if (h->cpu_quota > 0) {
        see(f, "the control group allows %.2f CPUs, then stops every unit until the next period",
            h->cpu_quota);
        advise(f, "lift it (cpu.max, docker run without --cpus), or use fewer units than that");
    } else {
        see(f, "none");
    }
}

/* Ratio of the capacity of all CPUs over the span. */
static double of_capacity(const struct doctor_facts *d, double ns)
{
    double cpus = d->host.cpus_online > 0 ? d->host.cpus_online : 1;
    return d->noise.duration_ns ? ns / ((double)d->noise.duration_ns * cpus) : 0;
}

static void examine_steal(const struct doctor_facts *d, struct findings *out)
{
    struct finding *f = add(out, FINDING_OK, "steal");
    if (!d->noise.has_steal) {
        f->level = FINDING_NOTE;
        see(f, "unknown: /proc/stat does not tell");
        return;
    }
    double steal = of_capacity(d, (double)d->noise.steal_ns);
    see(f, "%.1f %% of the CPU time of %.1f s was taken by the hypervisor", steal * 100,
        (double)d->noise.duration_ns / 1e9);
    if (steal > 0.005) {
        f->level = steal > 0.02 ? FINDING_WARNING : FINDING_NOTE;
        advise(f, "measure at another time or on a machine of your own; steal is in every result");
    }
}

static void examine_cores(const struct doctor_facts *d, struct findings *out)
{
    bool is_shared = core_share_is_shared(d->branch_permille);
    struct finding *f = add(out, is_shared ? FINDING_WARNING : FINDING_OK, "cores");
    if (!d->branch_permille) {
        f->level = FINDING_NOTE;
        see(f, "unknown whether strangers share them: this processor's loops are not known");
        return;
    }
    see(f, "a taken branch takes %.2f times an addition%s", d->branch_permille / 1000.0,
        is_shared                   ? ""
        : d->branch_permille < 1950 ? ": nobody else is on them"
                                    : ", which says nothing on this processor");
    if (is_shared)
        advise(f,
               "somebody computes on the other half of CPU %d's core, which no counter shows and "
               "makes loops up to twice as slow: measure at another time, or elsewhere",
               d->branch_cpu);
}

static void examine_load(const struct doctor_facts *d, struct findings *out)
{
    struct finding *f = add(out, FINDING_OK, "other programs");
    if (!d->noise.has_busy) {
        f->level = FINDING_NOTE;
        see(f, "unknown: /proc/stat does not tell");
    } else {
        double foreign = (double)d->noise.foreign_ns / (double)d->noise.duration_ns;
        if (foreign < 0)
            foreign = 0; /* of some ticks that were never used */
        see(f, "used %.2f of %d CPUs in %.1f s", foreign, d->host.cpus_online,
            (double)d->noise.duration_ns / 1e9);
        if (foreign > 0.05) {
            f->level = foreign > 0.3 ? FINDING_WARNING : FINDING_NOTE;
            advise(f, "end what else runs (top shows it), or wait until it is done");
        }
    }
    f = add(out, FINDING_OK, "load");
    if (d->host.load_1min < 0) {
        f->level = FINDING_NOTE;
        see(f, "unknown");
        return;
    }
    see(f, "%.2f over the last minute", d->host.load_1min);
    if (d->host.load_1min > 0.5 * d->host.cpus_online) {
        f->level = FINDING_NOTE;
        advise(f, "something was busy a moment ago: wait a minute and look again");
    }
}

static void examine_pressure(const struct doctor_facts *d, struct findings *out)
{
    struct finding *f = add(out, FINDING_OK, "CPU pressure");
    if (!d->noise.has_psi_cpu_some) {
        f->level = FINDING_NOTE;
        see(f, "unknown: no /proc/pressure/cpu");
        advise(f, "boot with psi=1 to have waiting for CPUs in the noise ledger");
        return;
    }
    double waited = (double)d->noise.psi_cpu_some_ns / (double)d->noise.duration_ns;
    see(f, "some task waited for a CPU %.1f %% of the time", waited * 100);
    if (waited > 0.05) {
        f->level = FINDING_NOTE;
        advise(f, "more runs here than there are CPUs for");
    }
}

static void examine_priority(const struct doctor_facts *d, struct findings *out)
{
    struct finding *f = add(out, d->priority_reason ? FINDING_NOTE : FINDING_OK, "priority");
    see(f, "%s%s", d->priority_reason ? "duels cannot raise theirs: " : "duels may raise theirs",
        d->priority_reason ? d->priority_reason : "");
    if (d->priority_reason)
        advise(f, "where other programs run beside a duel: sudo setcap cap_sys_nice+ep "
                  "\"$(command -v contend-raise)\", or sudo contend duel; in containers docker run "
                  "--cap-add SYS_NICE");
}

static void examine_frequency(const struct host *h, struct findings *out)
{
    bool is_steady = !strcmp(h->governor, "performance");
    struct finding *f = add(out, is_steady ? FINDING_OK : FINDING_NOTE, "frequency governor");
    see(f, "%s", h->governor[0] ? h->governor : "unknown: no frequency scaling to be seen here");
    if (h->governor[0] && !is_steady) {
        f->level = FINDING_WARNING;
        advise(f, "cpupower frequency-set -g performance");
    }

    f = add(out, h->turbo == HOST_OFF ? FINDING_OK : FINDING_NOTE, "turbo");
    see(f, "%s", h->turbo == HOST_UNKNOWN ? "unknown" : h->turbo ? "on" : "off");
    if (h->turbo == HOST_ON)
        advise(f, "one busy CPU runs faster than all of them: switch it off in the firmware or "
                  "under /sys/devices/system/cpu");

    f = add(out, h->smt == HOST_OFF ? FINDING_OK : FINDING_NOTE, "SMT");
    see(f, "%s",
        h->smt == HOST_UNKNOWN ? "unknown"
        : h->smt               ? "on: two CPUs share one core"
                               : "off");
    if (h->smt == HOST_ON)
        advise(f, "scaling ends at the number of cores: "
                  "echo off > /sys/devices/system/cpu/smt/control, or taskset to one CPU a core");
}

static void examine_clock(const struct host *h, struct findings *out)
{
    /* A reading through the vDSO takes 15 to 30 ns; a system call several hundred. */
    bool is_slow = h->clock_read_cost_ns > 100;
    struct finding *f = add(out, is_slow ? FINDING_WARNING : FINDING_OK, "clock");
    see(f, "%s, %.0f ns a reading, steps of %llu ns", or_unknown(h->clock_source),
        h->clock_read_cost_ns, (unsigned long long)h->clock_resolution_ns);
    if (is_slow)
        advise(f, "readings are system calls: use a kernel with a tsc or arch_sys_counter clock");

    f = add(out, FINDING_OK, "timer slack");
    char slack[32];
    if (h->timer_slack_ns < 0)
        see(f, "unknown");
    else
        see(f, "%s of late wake-ups allowed; a run sets its own and records it",
            units_format(slack, sizeof slack, (double)h->timer_slack_ns, "ns", 3));
}

static void examine_memory(const struct host *h, struct findings *out)
{
    char size[32];
    struct finding *f = add(out, FINDING_OK, "address randomisation");
    see(f, "%s",
        h->aslr == HOST_UNKNOWN ? "unknown"
        : h->aslr == HOST_ON    ? "on: each run has one layout of its own"
                                : "off: every launch has the same layout, good or bad");

    bool is_always = !strcmp(h->thp, "always");
    f = add(out, is_always ? FINDING_NOTE : FINDING_OK, "transparent huge pages");
    see(f, "%s", or_unknown(h->thp));
    if (is_always)
        advise(f, "memory per unit comes in steps of 2 MiB: "
                  "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled");

    f = add(out, h->swap_bytes > 0 ? FINDING_NOTE : FINDING_OK, "swap");
    see(f, "%s",
        h->swap_bytes < 0    ? "unknown"
        : h->swap_bytes == 0 ? "none"
                             : units_format(size, sizeof size, (double)h->swap_bytes, "bytes", 3));
    if (h->swap_bytes > 0)
        advise(f, "large sweeps may page: swapoff -a while measuring, if memory allows");
}

static void examine_room(const struct host *h, bool processes, struct findings *out)
{
    char limit[96];
    uint64_t room = limits_room(&h->limits, processes, limit, sizeof limit);
    struct finding *f = add(out, room < UNITS_WANTED ? FINDING_NOTE : FINDING_OK,
                            processes ? "processes" : "threads");
    if (room == UINT64_MAX) {
        see(f, "no limit could be read");
        return;
    }
    see(f, "%llu more fit (%s)", (unsigned long long)room, limit);
    if (f->level == FINDING_NOTE)
        advise(f, "larger cells are skipped; raise that limit to have them");
}

static void examine_counters(const struct doctor_facts *d, struct findings *out)
{
    int32_t level = d->host.perf_paranoid;
    struct finding *f = add(out, FINDING_OK, "perf_event_paranoid");
    if (level == INT32_MIN) {
        f->level = FINDING_NOTE;
        see(f, "unknown: the kernel has no perf events, or hides them");
    } else {
        see(f, "%d", level);
    }
    if (!d->counters)
        return;
    const struct counter_choice *tree = d->counters->choices[COUNTER_TREE];
    bool is_software_counted = tree[COUNTER_CONTEXT_SWITCHES].provider != NULL;
    if (level >= 2 && !is_software_counted) {
        f->level = FINDING_WARNING;
        advise(f, "sysctl kernel.perf_event_paranoid=1, or run with CAP_PERFMON");
    } else if (level >= 2) {
        see(f, "%d, but this user may count all the same", level);
    }

    bool has_hardware = tree[COUNTER_INSTRUCTIONS].provider != NULL;
    f = add(out, has_hardware ? FINDING_OK : FINDING_NOTE, "hardware counters");
    see(f, "%s",
        has_hardware ? tree[COUNTER_INSTRUCTIONS].provider->name
                     : tree[COUNTER_INSTRUCTIONS].reason);
    if (!has_hardware)
        advise(f,
               "software events and the kernel's accounting answer instead; nothing else is lost");

    f = add(out, is_software_counted ? FINDING_OK : FINDING_NOTE, "software counters");
    see(f, "%s",
        is_software_counted ? tree[COUNTER_CONTEXT_SWITCHES].provider->name
                            : tree[COUNTER_CONTEXT_SWITCHES].reason);

    f = add(out, d->schedstat_reason ? FINDING_NOTE : FINDING_OK, "run-queue times");
    see(f, "%s", d->schedstat_reason ? d->schedstat_reason : "schedstat");
}

void doctor_examine(const struct doctor_facts *facts, struct findings *out)
{
    out->count = 0;
    examine_build(facts, out);
    examine_machine(facts, out);
    examine_steal(facts, out);
    examine_cores(facts, out);
    examine_load(facts, out);
    examine_pressure(facts, out);
    examine_priority(facts, out);
    examine_frequency(&facts->host, out);
    examine_clock(&facts->host, out);
    examine_memory(&facts->host, out);
    examine_room(&facts->host, false, out);
    examine_room(&facts->host, true, out);
    examine_counters(facts, out);
}

/* How long the machine is watched: fifty ticks of /proc/stat. */
enum { WATCH_NS = 500000000 };

static const char *reason_of(const char *name)
{
    const struct probe *p = registry_find_probe(name, NULL);
    return !p ? "not built in" : p->unavailable ? p->unavailable() : NULL;
}

void doctor_gather(struct doctor_facts *d)
{
    struct noise_reading before, after;
    *d = (struct doctor_facts){
        .build_type = CONTEND_BUILD_TYPE,
        .sanitizer = CONTEND_SANITIZER,
        .schedstat_reason = reason_of("schedstat"),
    };
    if (!raiser_may(d->priority_words, sizeof d->priority_words))
        d->priority_reason = d->priority_words;
    reason_of("papi"); /* has the counters judged */
    d->counters = counters_known();
    host_read(&d->host);
    d->topology = topology_here(&d->topology_reason);
    noise_read(&before);
    noise_read(&before); /* the first one looks up paths */
    clock_sleep_until_ns(clock_now_ns() + WATCH_NS);
    noise_read(&after);
    noise_diff(&before, &after, &d->noise);
    core_share_dearest(&d->branch_permille, &d->branch_cpu);
}
