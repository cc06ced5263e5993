/* Every registered plug-in is well-formed: tested by being in the registry. */
#include "bench/registry.h"
#include "bench/registry_check.h"
#include "tests/test.h"

/* What stands in the registry passes the check that outside plug-ins have to pass, once. */
#define WELL_FORMED(kind)                                                                          \
    static void kind##s_are_well_formed(void)                                                      \
    {                                                                                              \
        const struct kind *one;                                                                    \
        for (size_t i = 0; (one = registry_##kind(i)) != NULL; i++) {                              \
            struct err err = {0};                                                                  \
            CHECK_MSG(!kind##_check(one, &err), "%s", err.text);                                   \
            CHECK_MSG(registry_find_##kind(one->name, NULL) == one, "%s is there twice",           \
                      one->name);                                                                  \
        }                                                                                          \
    }

WELL_FORMED(workload)
WELL_FORMED(executor)
WELL_FORMED(lock)
WELL_FORMED(probe)

/* ---- Descriptors as nobody should write them ------------------------------------------------ */

static uint64_t run_nothing(struct task *t, uint64_t op_count)
{
    (void)t;
    return op_count;
}

static void collect_nothing(struct launch *l, struct sink *sink)
{
    (void)l;
    (void)sink;
}

static const char *const two_words[] = {"off", "on", NULL};

#define ROW(n)                                                                                     \
    {                                                                                              \
        .name = n, .unit = "count", .value = 1, .min = 0, .max = 9, .help = "a number"             \
    }

static const struct param nine_rows[] = {ROW("a"), ROW("b"), ROW("c"), ROW("d"), ROW("e"),
                                         ROW("f"), ROW("g"), ROW("h"), ROW("i"), {0}};
static const struct param same_twice[] = {ROW("a"), ROW("a"), {0}};
static const struct param default_outside[] = {
    {.name = "a", .unit = "ns", .value = 10, .min = 0, .max = 9, .help = "a number"}, {0}};
static const struct param unknown_unit[] = {
    {.name = "a", .unit = "furlong", .value = 1, .min = 0, .max = 9, .help = "a number"}, {0}};
static const struct param no_unit[] = {
    {.name = "a", .value = 1, .min = 0, .max = 9, .help = "a number"}, {0}};
static const struct param beyond_choices[] = {
    {.name = "a", .max = 7, .help = "a word", .choices = two_words}, {0}};
static const struct param below_choices[] = {
    {.name = "a", .value = -1, .min = -1, .max = 1, .help = "a word", .choices = two_words}, {0}};
static const struct param bad_name[] = {ROW("a.b"), {0}};
static const struct metric bad_unit[] = {
    {"x_furlong", "furlong", BETTER_LOWER, NATURE_NOISY, "startup", "A definition in words."}, {0}};
static const struct metric other_suffix[] = {
    {"x_ms", "ns", BETTER_LOWER, NATURE_NOISY, "startup", "A definition in words."}, {0}};
static const struct metric no_direction[] = {
    {"x_ns", "ns", (enum better)7, NATURE_NOISY, "startup", "A definition in words."}, {0}};
static const struct metric twice[] = {
    {"x_ns", "ns", BETTER_LOWER, NATURE_NOISY, "startup", "A definition in words."},
    {"x_ns", "ns", BETTER_LOWER, NATURE_NOISY, "startup", "A definition in words."},
    {0}};
static const struct metric undefined[] = {{"x_ns", "ns", BETTER_LOWER, NATURE_NOISY, "g", NULL},
                                          {0}};
static const struct metric well[] = {
    {"x_ns", "ns", BETTER_LOWER, NATURE_NOISY, "startup", "A definition in words."}, {0}};

static const struct metric_role no_such_metric[] = {{ROLE_RATE, 1}, {0}};
static const struct metric_role negative[] = {{ROLE_RATE, -1}, {0}};
static const struct metric_role no_such_role[] = {{(enum role)77, 0}, {0}};
static const struct metric_role role_twice[] = {{ROLE_RATE, 0}, {ROLE_RATE, 0}, {0}};
static const struct metric_role one_role[] = {{ROLE_TASK_TIME, 0}, {0}};

#define WITH_ROLES(table)                                                                          \
    {                                                                                              \
        .name = "w", .summary = "s", .run = run_nothing, .metrics = well,                          \
        .collect = collect_nothing, .roles = table                                                 \
    }

static void a_workload_that_is_malformed_is_refused_with_the_reason(void)
{
    static const struct {
        struct workload workload;
        const char *said;
    } rows[] = {
        {{.name = "w", .summary = "s", .run = run_nothing}, NULL},
        {{.name = "w",
          .summary = "s",
          .run = run_nothing,
          .metrics = well,
          .collect = collect_nothing},
         NULL},
        {{.name = NULL, .summary = "s", .run = run_nothing}, "no name"},
        {{.name = "Two Words", .summary = "s", .run = run_nothing}, "not a word"},
        {{.name = "", .summary = "s", .run = run_nothing}, "not a word"},
        {{.name = "w", .run = run_nothing}, "summary"},
        {{.name = "w", .summary = "s"}, "run()"},
        {{.name = "w", .summary = "s", .run = run_nothing, .kind = (enum workload_kind)99}, "kind"},
        {{.name = "w", .summary = "s", .run = run_nothing, .metrics = well}, "collect()"},
        {{.name = "w", .summary = "s", .run = run_nothing, .params = nine_rows}, "more than 8"},
        {{.name = "w", .summary = "s", .run = run_nothing, .params = same_twice}, "twice"},
        {{.name = "w", .summary = "s", .run = run_nothing, .params = default_outside}, "default"},
        {{.name = "w", .summary = "s", .run = run_nothing, .params = unknown_unit}, "unit"},
        {{.name = "w", .summary = "s", .run = run_nothing, .params = no_unit}, "unit"},
        {{.name = "w", .summary = "s", .run = run_nothing, .params = beyond_choices}, "choices"},
        {{.name = "w", .summary = "s", .run = run_nothing, .params = below_choices}, "choices"},
        {{.name = "w", .summary = "s", .run = run_nothing, .params = bad_name}, "not a word"},
        {{.name = "w", .summary = "s", .run = run_nothing, .metrics = bad_unit}, "unit"},
        {{.name = "w", .summary = "s", .run = run_nothing, .metrics = other_suffix}, "end in"},
        {{.name = "w", .summary = "s", .run = run_nothing, .metrics = no_direction}, "direction"},
        {{.name = "w", .summary = "s", .run = run_nothing, .metrics = twice}, "twice"},
        {{.name = "w", .summary = "s", .run = run_nothing, .metrics = undefined}, "definition"},
        {WITH_ROLES(one_role), NULL},
        {WITH_ROLES(no_such_metric), "of metric 1, and there are 1"},
        {WITH_ROLES(negative), "of metric -1"},
        {WITH_ROLES(no_such_role), "role 77 is unknown"},
        {WITH_ROLES(role_twice), "given twice"},
        {{.name = "w", .summary = "s", .run = run_nothing, .roles = one_role}, "there are 0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        int refused = workload_check(&rows[i].workload, &err);
        CHECK_MSG(!refused == !rows[i].said, "row %zu: %s", i, err.text);
        if (rows[i].said)
            CHECK_CONTAINS(err.text, rows[i].said);
    }
}

static void a_plugin_that_lacks_a_verb_is_refused_with_the_reason(void)
{
    struct err err = {0};
    CHECK_EQ(executor_check(&(struct executor){.name = "x", .summary = "s"}, &err), -1);
    CHECK_CONTAINS(err.text, "start");
    err = (struct err){0};
    CHECK_EQ(lock_check(&(struct lock){.name = "k", .summary = "s"}, &err), -1);
    CHECK_CONTAINS(err.text, "acquire");
    err = (struct err){0};
    CHECK_EQ(probe_check(&(struct probe){.name = "p", .summary = "s"}, &err), -1);
    CHECK_CONTAINS(err.text, "metrics");
}

static void metric_names_are_unique_over_all_probes(void)
{
    const struct probe *p, *q;
    for (size_t i = 0; (p = registry_probe(i)) != NULL; i++)
        for (size_t j = i + 1; (q = registry_probe(j)) != NULL; j++)
            for (const struct metric *m = p->metrics; m->name; m++)
                for (const struct metric *n = q->metrics; n->name; n++)
                    CHECK_MSG(strcmp(m->name, n->name) != 0, "%s: in %s and in %s", m->name,
                              p->name, q->name);
}

static void an_unknown_name_is_answered_with_the_nearest(void)
{
    struct err err = {0};
    CHECK(registry_find_executor("tread", &err) == NULL);
    CHECK_EQ(err.code, ERR_USAGE);
    CHECK_CONTAINS(err.text, "thread");
}

static void a_plugin_that_is_none_is_refused(void)
{
    struct err err = {0};
    CHECK_EQ(registry_load_plugin("/nonexistent/plugin.so", &err), -1);
    CHECK_EQ(err.code, ERR_INPUT);
    err = (struct err){0};
    CHECK_EQ(registry_load_plugin("/lib/x86_64-linux-gnu/libm.so.6", &err), -1);
    CHECK_EQ(err.code, ERR_INPUT);
}

static const struct test tests[] = {
    {"workloads_are_well_formed", workloads_are_well_formed},
    {"executors_are_well_formed", executors_are_well_formed},
    {"locks_are_well_formed", locks_are_well_formed},
    {"probes_are_well_formed", probes_are_well_formed},
    {"a_workload_that_is_malformed_is_refused_with_the_reason",
     a_workload_that_is_malformed_is_refused_with_the_reason},
    {"a_plugin_that_lacks_a_verb_is_refused_with_the_reason",
     a_plugin_that_lacks_a_verb_is_refused_with_the_reason},
    {"metric_names_are_unique_over_all_probes", metric_names_are_unique_over_all_probes},
    {"an_unknown_name_is_answered_with_the_nearest", an_unknown_name_is_answered_with_the_nearest},
    {"a_plugin_that_is_none_is_refused", a_plugin_that_is_none_is_refused},
    {0},
};
TEST_MAIN(tests)
