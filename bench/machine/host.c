#include "bench/machine/host.h"

#include "bench/base/clock.h"
#include "bench/base/file.h"
#include "bench/base/utf8.h"
#include "bench/machine/affinity.h"
#include "bench/machine/cgroup.h"

#include <ctype.h>
#include <gnu/libc-version.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

void host_sanitise(char *out, size_t size, const char *text)
{
    size_t used = 0, length;
    for (; *text && used + 1 < size; text += length) {
        if (!utf8_is_shown(utf8_decode(text, &length))) {
            out[used++] = '?';
            continue;
        }
        if (used + length + 1 > size)
            break;
        memcpy(out + used, text, length);
        used += length;
    }
    out[used] = '\0';
}

/* The value of "key   : value" at the start of a line; false when no line has it. */
static bool colon_value(const char *text, const char *key, char *out, size_t size)
{
    size_t length = strlen(key);
    for (const char *line = text; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, length))
            continue;
        const char *at = line + length;
        at += strspn(at, " \t");
        if (*at != ':')
            continue;
        at++;
        at += strspn(at, " \t");
        char raw[256];
        snprintf(raw, sizeof raw, "%.*s", (int)strcspn(at, "\n"), at);
        host_sanitise(out, size, raw);
        return true;
    }
    return false;
}

void host_parse_cpu_model(const char *cpuinfo, char *out, size_t size)
{
    /* x86; some arm and mips boards; powerpc; s390; riscv. */
    static const char *const keys[] = {"model name", "Hardware", "cpu", "processor 0", "uarch"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (colon_value(cpuinfo, keys[i], out, size))
            return;
    out[0] = '\0';
    /* arm64 says only numbers. */
    char implementer[32], part[32];
    if (colon_value(cpuinfo, "CPU implementer", implementer, sizeof implementer) &&
        colon_value(cpuinfo, "CPU part", part, sizeof part))
        snprintf(out, size, "implementer %s part %s", implementer, part);
}

bool host_parse_hypervisor(const char *cpuinfo)
{
    const char *flags = strstr(cpuinfo, "\nflags");
    if (!flags)
        return false;
    const char *end = strchr(flags + 1, '\n');
    const char *word = strstr(flags, " hypervisor");
    return word && (!end || word < end);
}

const char *host_vm_from_dmi(const char *vendor, const char *product)
{
    static const struct {
        const char *text, *name;
    } known[] = {
        {"Amazon EC2", "amazon"},
        {"Google", "google"},
        {"QEMU", "qemu"},
        {"VMware", "vmware"},
        {"innotek", "virtualbox"},
        {"VirtualBox", "virtualbox"},
        {"Xen", "xen"},
        {"Bochs", "bochs"},
        {"Parallels", "parallels"},
        {"Virtual Machine", "microsoft"},
        {"OpenStack", "openstack"},
        {"KVM", "kvm"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strstr(vendor, known[i].text) || strstr(product, known[i].text))
            return known[i].name;
    return NULL;
}

const char *host_container_from(const char *environ1, const char *cgroup1)
{
    static const struct {
        const char *text, *name;
    } known[] = {
        {"container=docker", "docker"}, {"container=podman", "podman"},
        {"container=lxc", "lxc"},       {"container=systemd-nspawn", "nspawn"},
        {"container=", "container"},    {"kubepods", "kubernetes"},
        {"/docker", "docker"},          {"/libpod", "podman"},
        {"containerd", "containerd"},   {"/lxc", "lxc"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const char *where = strchr(known[i].text, '=') ? environ1 : cgroup1;
        if (strstr(where, known[i].text))
            return known[i].name;
    }
    return NULL;
}

/* What the hypervisor calls itself in CPUID leaf 0x40000000; NULL elsewhere. */
static const char *vm_from_cpuid(void)
{
#if defined(__x86_64__) || defined(__i386__)
    static const struct {
        const char *signature, *name;
    } known[] = {
        {"KVMKVMKVM", "kvm"},     {"VMwareVMware", "vmware"}, {"Microsoft Hv", "microsoft"},
        {"XenVMMXenVMM", "xen"},  {"TCGTCGTCGTCG", "qemu"},   {"bhyve bhyve ", "bhyve"},
        {"ACRNACRNACRN", "acrn"},
    };
    unsigned a, registers[3];
    char signature[13] = "";
    __cpuid(0x40000000, a, registers[0], registers[1], registers[2]);
    memcpy(signature, registers, 12);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (!strcmp(signature, known[i].signature))
            return known[i].name;
#endif
    return NULL;
}

/* NUL bytes part the entries of /proc/PID/environ; strstr must see beyond them. */
static void read_joined(const char *path, char *out, size_t size)
{
    long length = file_read_small(path, out, size);
    for (long i = 0; i < length; i++)
        if (!out[i])
            out[i] = '\n';
}

static const char *find_container(void)
{
    char environ1[8192] = "", cgroup1[4096] = "";
    if (!access("/.dockerenv", F_OK))
        return "docker";
    if (!access("/run/.containerenv", F_OK))
        return "podman";
    read_joined("/proc/1/environ", environ1, sizeof environ1);
    file_read_small("/proc/1/cgroup", cgroup1, sizeof cgroup1);
    return host_container_from(environ1, cgroup1);
}

/* First line of a small file; empty when there is none. */
static void read_line(const char *path, char *out, size_t size)
{
    char text[512];
    if (file_read_small(path, text, sizeof text) < 0)
        text[0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    host_sanitise(out, size, text);
}

static void find_virtualization(const char *cpuinfo, char *out, size_t size)
{
    char vendor[128], product[128], hypervisor[32];
    read_line("/sys/class/dmi/id/sys_vendor", vendor, sizeof vendor);
    read_line("/sys/class/dmi/id/product_name", product, sizeof product);
    read_line("/sys/hypervisor/type", hypervisor, sizeof hypervisor);
    bool has_flag = host_parse_hypervisor(cpuinfo);
    const char *machine = has_flag ? vm_from_cpuid() : NULL;
    if (!machine)
        machine = host_vm_from_dmi(vendor, product);
    if (!machine && hypervisor[0])
        machine = hypervisor;
    if (!machine && (has_flag || !access("/proc/device-tree/hypervisor", F_OK)))
        machine = "vm";
    const char *container = find_container();
    snprintf(out, size, "%s%s%s", machine ? machine : "", machine && container ? ", " : "",
             container ? container
             : machine ? ""
                       : "none");
}

void host_parse_bracketed(const char *text, char *out, size_t size)
{
    const char *open = strchr(text, '[');
    const char *close = open ? strchr(open, ']') : NULL;
    out[0] = '\0';
    if (close)
        snprintf(out, size, "%.*s", (int)(close - open - 1), open + 1);
}

/* The number in a small file, or `unknown`. */
static int64_t read_number(const char *path, int64_t unknown)
{
    char text[64], *end;
    if (file_read_small(path, text, sizeof text) <= 0)
        return unknown;
    long long value = strtoll(text, &end, 10);
    return end == text ? unknown : (int64_t)value;
}

static enum host_switch read_turbo(void)
{
    int64_t no_turbo = read_number("/sys/devices/system/cpu/intel_pstate/no_turbo", -1);
    if (no_turbo >= 0)
        return no_turbo ? HOST_OFF : HOST_ON;
    int64_t boost = read_number("/sys/devices/system/cpu/cpufreq/boost", -1);
    return boost < 0 ? HOST_UNKNOWN : boost ? HOST_ON : HOST_OFF;
}

static enum host_switch read_smt(void)
{
    int64_t active = read_number("/sys/devices/system/cpu/smt/active", -1);
    return active < 0 ? HOST_UNKNOWN : active ? HOST_ON : HOST_OFF;
}

/* CPUs in this process's affinity mask; at least 1. */
static int32_t cpus_allowed(void)
{
    int count = affinity_count();
    return count > 0 ? count : 1;
}

/* Of /proc/meminfo, in bytes; -1 when it is not there. */
static int64_t meminfo(const char *text, const char *field)
{
    int64_t kb = file_field(text, field);
    return kb < 0 ? -1 : kb * 1024;
}

static void read_system(struct host *out)
{
    struct utsname names;
    char text[8192];
    if (!uname(&names)) {
        host_sanitise(out->hostname, sizeof out->hostname, names.nodename);
        host_sanitise(out->kernel, sizeof out->kernel, names.release);
        host_sanitise(out->architecture, sizeof out->architecture, names.machine);
    }
    snprintf(out->libc, sizeof out->libc, "glibc %s", gnu_get_libc_version());
    file_read_small("/proc/cpuinfo", text, sizeof text);
    host_parse_cpu_model(text, out->cpu, sizeof out->cpu);
    find_virtualization(text, out->virtualization, sizeof out->virtualization);
    file_read_small("/proc/meminfo", text, sizeof text);
    out->memory_bytes = meminfo(text, "MemTotal:");
    out->swap_bytes = meminfo(text, "SwapTotal:");
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    out->cpus_online = online > 0 ? (int32_t)online : -1;
    out->cpus_allowed = cpus_allowed();
    out->cpu_quota = cgroup_cpu_quota();
}

#ifndef SCHED_EXT
#define SCHED_EXT 7 /* Linux 6.12 */
#endif
#ifndef SCHED_DEADLINE
#define SCHED_DEADLINE 6 /* some C libraries leave it out */
#endif

static const char *policy_name(int policy)
{
    static const char *const names[] = {
        [SCHED_OTHER] = "other", [SCHED_FIFO] = "fifo", [SCHED_RR] = "rr",
        [SCHED_BATCH] = "batch", [SCHED_IDLE] = "idle", [SCHED_DEADLINE] = "deadline",
        [SCHED_EXT] = "ext"};
    policy &= ~SCHED_RESET_ON_FORK;
    return policy >= 0 && (size_t)policy < sizeof names / sizeof *names ? names[policy] : NULL;
}

static void read_settings(struct host *out)
{
    char text[128];
    double loads[1];
    out->load_1min = getloadavg(loads, 1) == 1 ? loads[0] : -1;
    read_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", out->governor,
              sizeof out->governor);
    out->turbo = read_turbo();
    out->smt = read_smt();
    int64_t aslr = read_number("/proc/sys/kernel/randomize_va_space", -1);
    bool is_off_here = personality(0xffffffff) & ADDR_NO_RANDOMIZE; /* as by setarch -R */
    out->aslr = is_off_here ? HOST_OFF : aslr < 0 ? HOST_UNKNOWN : aslr ? HOST_ON : HOST_OFF;
    read_line("/sys/kernel/mm/transparent_hugepage/enabled", text, sizeof text);
    host_parse_bracketed(text, out->thp, sizeof out->thp);
    if (prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 1)
        snprintf(out->thp, sizeof out->thp, "never");
    out->nice = getpriority(PRIO_PROCESS, 0);
    out->policy = policy_name(sched_getscheduler(0));
    out->perf_paranoid = (int32_t)read_number("/proc/sys/kernel/perf_event_paranoid", INT32_MIN);
    out->timer_slack_ns = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
}

void host_read(struct host *out)
{
    *out = (struct host){0};
    read_system(out);
    read_settings(out);
    clock_source(out->clock_source, sizeof out->clock_source);
    if (!strcmp(out->clock_source, "unknown"))
        out->clock_source[0] = '\0';
    out->clock_resolution_ns = clock_resolution_ns();
    out->clock_read_cost_ns = clock_read_cost_ns();
    limits_read(&out->limits);
}
