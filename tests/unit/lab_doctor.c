#include "bench/lab/doctor.h"
#include "tests/test.h"

static const struct counter_provider papi = {.name = "papi"};

/* Without its CPUs, which nothing is said of. */
static const struct topology machine = {.packages = 2, .nodes = 4, .llcs = 4, .cores = 16};

/* A machine without fault, all figures known. */
static struct doctor_facts perfect(struct counter_verdict *verdict)
{
    struct doctor_facts d = {
        .host = {.virtualization = "none",
                 .cpus_online = 4,
                 .cpus_allowed = 4,
                 .clock_source = "tsc",
                 .clock_resolution_ns = 1,
                 .clock_read_cost_ns = 20,
                 .timer_slack_ns = 50000,
                 .load_1min = 0.1,
                 .governor = "performance",
                 .turbo = HOST_OFF,
                 .smt = HOST_OFF,
                 .aslr = HOST_ON,
                 .thp = "madvise",
                 .perf_paranoid = -1,
                 .limits = {.pid_max = 4194304,
                            .threads_max = 1000000,
                            .tasks_now = 200,
                            .max_map_count = 1000000,
                            .maps_now = 30,
                            .pids_max = LIMITS_UNLIMITED,
                            .memory_available_bytes = INT64_C(1) << 40}},
        .noise = {.duration_ns = 500000000,
                  .has_steal = true,
                  .has_busy = true,
                  .foreign_ns = -3000000,
                  .has_psi_cpu_some = true},
        .branch_permille = 1003,
        .build_type = "Release",
        .sanitizer = "",
    };
    *verdict = (struct counter_verdict){0};
    for (int i = 0; i < COUNTER_SCOPES * COUNTER_COUNT; i++)
        verdict->choices[i / COUNTER_COUNT][i % COUNTER_COUNT].provider = &papi;
    d.counters = verdict;
    d.topology = &machine;
    return d;
}

static const struct finding *find(const struct findings *f, const char *name)
{
    static const struct finding none = {.name = "none"};
    for (int i = 0; i < f->count; i++)
        if (!strcmp(f->items[i].name, name))
            return &f->items[i];
    CHECK_MSG(false, "there is a finding \"%s\"", name);
    return &none;
}

static void a_perfect_machine_has_nothing_to_do(void)
{
    struct counter_verdict verdict;
    struct findings f;
    struct doctor_facts d = perfect(&verdict);
    doctor_examine(&d, &f);
    CHECK(f.count > 15);
    for (int i = 0; i < f.count; i++) {
        CHECK_MSG(f.items[i].level == FINDING_OK, "%s: %s", f.items[i].name, f.items[i].seen);
        CHECK_MSG(f.items[i].seen[0], "%s says what was seen", f.items[i].name);
        CHECK_MSG(!f.items[i].advice[0], "%s: %s", f.items[i].name, f.items[i].advice);
    }
}

static void what_disturbs_is_a_warning_with_advice(void)
{
    struct counter_verdict verdict;
    struct findings f;
    struct doctor_facts d = perfect(&verdict);
    d.noise.steal_ns = 200000000;    /* a tenth of 4 x 0.5 s */
    d.noise.foreign_ns = 1000000000; /* two CPUs */
    d.branch_permille = 1720;
    d.host.cpu_quota = 1.5;
    d.host.clock_read_cost_ns = 600;
    snprintf(d.host.governor, sizeof d.host.governor, "powersave");
    d.sanitizer = "address";
    doctor_examine(&d, &f);
    static const struct {
        const char *name, *seen;
    } rows[] = {
        {"steal", "10.0 %"},
        {"other programs", "2.00 of 4"},
        {"CPU quota", "1.50 CPUs"},
        {"cores", "1.72 times"},
        {"clock", "600 ns"},
        {"frequency governor", "powersave"},
        {"build", "sanitizers: address"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct finding *one = find(&f, rows[i].name);
        CHECK_MSG(one->level == FINDING_WARNING, "%s", rows[i].name);
        CHECK_CONTAINS(one->seen, rows[i].seen);
        CHECK_MSG(one->advice[0], "%s has advice", rows[i].name);
    }
}

static void unknown_is_said_and_never_zero(void)
{
    struct counter_verdict verdict;
    struct findings f;
    struct doctor_facts d = perfect(&verdict);
    d.branch_permille = 0;
    d.noise.has_steal = d.noise.has_busy = d.noise.has_psi_cpu_some = false;
    d.host.load_1min = -1;
    d.host.governor[0] = d.host.thp[0] = d.host.virtualization[0] = '\0';
    d.host.turbo = d.host.smt = d.host.aslr = HOST_UNKNOWN;
    d.host.swap_bytes = -1;
    d.host.timer_slack_ns = -1;
    d.host.perf_paranoid = INT32_MIN;
    d.topology = NULL;
    err_set(&d.topology_reason, ERR_LIMIT, "there is no hwloc");
    doctor_examine(&d, &f);
    static const char *const names[] = {"steal",
                                        "cores",
                                        "other programs",
                                        "CPU pressure",
                                        "load",
                                        "frequency governor",
                                        "turbo",
                                        "SMT",
                                        "address randomisation",
                                        "transparent huge pages",
                                        "virtualization",
                                        "swap",
                                        "timer slack",
                                        "perf_event_paranoid",
                                        "topology"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        CHECK_CONTAINS(find(&f, names[i])->seen, "unknown");
}

static void the_topology_is_one_line(void)
{
    struct counter_verdict verdict;
    struct findings f;
    struct doctor_facts d = perfect(&verdict);
    doctor_examine(&d, &f);
    CHECK_EQ((const char *)find(&f, "topology")->seen,
             "2 packages, 4 NUMA nodes, 4 last-level caches, 16 cores");
    d.topology = NULL;
    err_set(&d.topology_reason, ERR_LIMIT, "there is no hwloc");
    doctor_examine(&d, &f);
    CHECK_EQ((int)find(&f, "topology")->level, FINDING_NOTE);
    CHECK_EQ((const char *)find(&f, "topology")->seen, "unknown: there is no hwloc");
    CHECK_CONTAINS(find(&f, "topology")->advice, "libhwloc15");
}

static void missing_counters_tell_why(void)
{
    struct counter_verdict verdict;
    struct findings f;
    struct doctor_facts d = perfect(&verdict);
    verdict = (struct counter_verdict){0};
    snprintf(verdict.choices[COUNTER_TREE][COUNTER_INSTRUCTIONS].reason, COUNTER_REASON_MAX,
             "no hardware counters: none");
    snprintf(verdict.choices[COUNTER_TREE][COUNTER_CONTEXT_SWITCHES].reason, COUNTER_REASON_MAX,
             "forbidden");
    d.host.perf_paranoid = 3;
    d.schedstat_reason = "the kernel has none";
    doctor_examine(&d, &f);
    CHECK_EQ((const char *)find(&f, "hardware counters")->seen, "no hardware counters: none");
    CHECK_EQ((const char *)find(&f, "software counters")->seen, "forbidden");
    CHECK_EQ((const char *)find(&f, "run-queue times")->seen, "the kernel has none");
    CHECK(find(&f, "perf_event_paranoid")->level == FINDING_WARNING);
    CHECK_CONTAINS(find(&f, "perf_event_paranoid")->advice, "sysctl");
}

static void narrow_limits_are_noted_with_their_name(void)
{
    struct counter_verdict verdict;
    struct findings f;
    struct doctor_facts d = perfect(&verdict);
    d.host.limits.pids_max = 500;
    d.host.limits.pids_now = 100;
    doctor_examine(&d, &f);
    CHECK(find(&f, "threads")->level == FINDING_NOTE);
    CHECK_CONTAINS(find(&f, "threads")->seen, "400 more fit");
    CHECK_CONTAINS(find(&f, "processes")->seen, "pids.max = 500");
}

static const struct test tests[] = {
    {"a_perfect_machine_has_nothing_to_do", a_perfect_machine_has_nothing_to_do},
    {"what_disturbs_is_a_warning_with_advice", what_disturbs_is_a_warning_with_advice},
    {"unknown_is_said_and_never_zero", unknown_is_said_and_never_zero},
    {"the_topology_is_one_line", the_topology_is_one_line},
    {"missing_counters_tell_why", missing_counters_tell_why},
    {"narrow_limits_are_noted_with_their_name", narrow_limits_are_noted_with_their_name},
    {0},
};
TEST_MAIN(tests)
