/* Which cells and metrics are the same thing measured twice, and what is said where they are not.
 */
#include "bench/judge/parts/comparable.h"

#include "tests/test.h"

/* A result of one cell with one metric: what stands in the cell, and in the metric. */
static bool made(struct result *out, const char *cell, const char *metric)
{
    static char text[1000];
    struct err err = {0};
    int length =
        snprintf(text, sizeof text,
                 "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"r\",\"status\":"
                 "\"complete\"},\"host\":{\"hostname\":\"h\"},\"cells\":[{\"id\":\"a/b/c/"
                 "tasks=1\",\"workload\":\"a\",\"lock\":\"b\",\"executor\":\"c\","
                 "\"tasks\":1,\"status\":\"ok\"%s,\"metrics\":{\"x\":{\"samples\":[1],%s}}}]}",
                 cell, metric);
    return CHECK_MSG(!result_parse(out, "x.json", text, (size_t)length, &err), "%s", err.text);
}

/* What is found of two cells: "parameters: turns: 64 against 65"; "" where there is nothing. */
static const char *difference(const char *base_cell, const char *base_metric, const char *head_cell,
                              const char *head_metric, const char *allowed)
{
    static char said[300];
    struct result base, head;
    struct difference d;
    unsigned bits = 0;
    said[0] = '\0';
    CHECK_EQ(comparable_allow(&allowed, allowed ? 1 : 0, &bits, NULL), 0);
    if (!made(&base, base_cell, base_metric))
        return "base is no result";
    if (made(&head, head_cell, head_metric)) {
        const struct result_cell *a = &base.cells[0], *b = &head.cells[0];
        if (!cells_comparable(a, b, bits, &d) ||
            !metrics_comparable(a, &a->metrics[0], b, &b->metrics[0], bits, &d))
            snprintf(said, sizeof said, "%s: %s", d.dimension, d.text);
        result_unload(&head);
    }
    result_unload(&base);
    return said;
}

/* The same of two files, by what their hosts say of their topology. */
static const char *file_difference(const char *base_host, const char *head_host, unsigned bits)
{
    static char said[300];
    const char *hosts[] = {base_host, head_host};
    struct result both[2];
    struct difference d;
    said[0] = '\0';
    for (size_t i = 0; i < 2; i++) {
        char text[500];
        struct err err = {0};
        int length = snprintf(text, sizeof text,
                              "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"r\",\"status\":"
                              "\"complete\"},\"host\":{\"hostname\":\"h\"%s},\"cells\":[]}",
                              hosts[i]);
        CHECK_MSG(!result_parse(&both[i], "x.json", text, (size_t)length, &err), "%s", err.text);
    }
    if (!results_comparable(&both[0], &both[1], bits, &d))
        snprintf(said, sizeof said, "%s: %s", d.dimension, d.text);
    result_unload(&both[0]);
    result_unload(&both[1]);
    return said;
}

#define RATE "\"unit\":\"per_s\",\"better\":\"higher\""

static void a_parameter_of_one_side_alone_is_a_difference(void)
{
    static const char one[] = ",\"params\":{\"turns\":64}",
                      two[] = ",\"params\":{\"turns\":64,\"depth\":3}";
    CHECK_EQ(difference(one, RATE, one, RATE, NULL), "");
    CHECK_EQ(difference(one, RATE, two, RATE, NULL), "parameters: depth: nothing against 3");
    CHECK_EQ(difference(two, RATE, one, RATE, NULL), "parameters: depth: 3 against nothing");
    CHECK_EQ(difference(one, RATE, two, RATE, "parameters"), "");
    /* A file that states none, as older ones do, says nothing against the other. */
    CHECK_EQ(difference("", RATE, two, RATE, NULL), "");
}

static void machines_that_are_made_otherwise_are_two(void)
{
    static const char two[] = ",\"topology\":{\"source\":\"hwloc 2.8\",\"cores\":2}",
                      newer[] = ",\"topology\":{\"source\":\"hwloc 2.9\",\"cores\":2}",
                      four[] = ",\"topology\":{\"source\":\"hwloc 2.8\",\"cores\":4}",
                      kinds[] = ",\"topology\":{\"source\":\"hwloc 2.8\",\"cores\":2,"
                                "\"kinds\":{\"large\":1,\"small\":1}}",
                      other[] = ",\"topology\":{\"source\":\"hwloc 2.8\",\"cores\":2,"
                                "\"kinds\":{\"large\":2,\"small\":0}}";
    unsigned bits = 0;
    const char *machine = "machine";
    CHECK_EQ(comparable_allow(&machine, 1, &bits, NULL), 0);
    CHECK_EQ(file_difference(two, four, 0), "machine: cores: 2 against 4");
    CHECK_EQ(file_difference(two, four, bits), "");
    CHECK_CONTAINS(file_difference(kinds, other, 0), "machine: kinds: ");
    CHECK_EQ(file_difference(two, newer, 0), "");
    /* 0.1.0 did not look. */
    CHECK_EQ(file_difference("", four, 0), "");
}

static void workers_and_variants_are_parameters(void)
{
    CHECK_EQ(difference(",\"workers\":2", RATE, ",\"workers\":4", RATE, NULL),
             "parameters: workers: 2 against 4");
    CHECK_EQ(difference(",\"executor_variant\":\"1.2\"", RATE, ",\"executor_variant\":\"1.3\"",
                        RATE, NULL),
             "parameters: executor_variant: \"1.2\" against \"1.3\"");
    CHECK_EQ(difference(",\"placement\":\"same\"", RATE, ",\"placement\":\"spread\"", RATE, NULL),
             "placement: placement: \"same\" against \"spread\"");
}

/* Nothing that can be allowed makes ns of what counts per second. */
static void metrics_of_two_units_or_directions_are_two_metrics(void)
{
    CHECK_EQ(difference("", RATE, "", "\"unit\":\"hz\",\"better\":\"higher\"", NULL),
             "metric: x is in per_s (higher is better) against hz (higher)");
    CHECK_EQ(difference("", RATE, "", "\"unit\":\"per_s\",\"better\":\"lower\"", "operations"),
             "metric: x is in per_s (higher is better) against per_s (lower)");
}

static void a_long_value_is_cut_and_says_so(void)
{
    char long_name[200];
    snprintf(long_name, sizeof long_name, ",\"executor_variant\":\"%0100d\"", 7);
    CHECK_CONTAINS(difference(long_name, RATE, ",\"executor_variant\":\"1\"", RATE, NULL),
                   "0000... against \"1\"");
}

static const struct test tests[] = {
    {"a_parameter_of_one_side_alone_is_a_difference",
     a_parameter_of_one_side_alone_is_a_difference},
    {"machines_that_are_made_otherwise_are_two", machines_that_are_made_otherwise_are_two},
    {"workers_and_variants_are_parameters", workers_and_variants_are_parameters},
    {"metrics_of_two_units_or_directions_are_two_metrics",
     metrics_of_two_units_or_directions_are_two_metrics},
    {"a_long_value_is_cut_and_says_so", a_long_value_is_cut_and_says_so},
    {0},
};
TEST_MAIN(tests)
