/* What samples print, and what is wrong with what they print. */
#include "bench/judge/duel/observations.h"

#include "tests/test.h"

#define HEAD "{\"schema\": \"contend.sample/1\", \"metrics\": "

static struct err observe(struct observations *o, const char *text)
{
    struct err err = {0};
    const struct sample s = {.output = text};
    CHECK_EQ(observations_init(o, NULL), 0);
    CHECK_EQ(observations_add_slot(o, NULL), 0);
    int failed = observe_printed(o, ARM_HEAD, &s, &err);
    CHECK_EQ(failed, err.code == ERR_NONE ? 0 : -1);
    return err;
}

static void metrics_are_read_with_unit_and_direction(void)
{
    struct observations o;
    struct err err = observe(&o, HEAD "{\"rate\": {\"value\": 3, \"unit\": \"per_s\", \"better\": "
                                      "\"higher\"}, \"cpu\": {\"value\": 1.5, \"gated\": false}}, "
                                      "\"absent\": {\"startup_ns\": \"no unit\"}}\n");
    CHECK_EQ(err.text, "");
    CHECK_EQ(o.metric_count, 3);
    const struct observed_metric *rate = observations_find(&o, "rate");
    CHECK_EQ(rate->values[ARM_HEAD][0], 3.0);
    CHECK(isnan(rate->values[ARM_BASE][0]));
    CHECK(rate->higher_is_better && rate->is_gated);
    CHECK_EQ(rate->unit, "per_s");
    CHECK(!observations_find(&o, "cpu")->is_gated);
    CHECK_EQ(observations_find(&o, "startup_ns")->absent, "no unit");
    observations_release(&o);
}

static void what_is_not_a_sample_is_named(void)
{
    static const struct {
        const char *text, *said;
    } rows[] = {
        {"", "head printed nothing"},
        {" \n", "head printed nothing"},
        {"hello\n", "head printed no valid JSON: line 1"},
        {"{\"schema\": \"contend.sample/1\"", "no valid JSON"},
        {"{}", "schema \"\""},
        {"{\"schema\": \"other/2\", \"metrics\": {\"a\": {\"value\": 1}}}", "schema \"other/2\""},
        {"[1]", "schema \"\""},
        {HEAD "{}}", "no object with metrics"},
        {HEAD "[1]}", "no object with metrics"},
        {HEAD "{\"a\": 1}}", "no number at metrics.a.value"},
        {HEAD "{\"a\": {\"value\": \"1\"}}}", "no number at metrics.a.value"},
        {HEAD "{\"a\": {\"value\": 1, \"better\": \"green\"}}}", "\"lower\" or \"higher\""},
        {HEAD "{\"a\": {\"value\": 1, \"unit\": \"a unit that is far too long\"}}}", "too long"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct observations o;
        struct err err = observe(&o, rows[i].text);
        CHECK_EQ(err.code, ERR_FAILED);
        CHECK_CONTAINS(err.text, rows[i].said);
        observations_release(&o);
    }
}

static void another_unit_is_not_comparable(void)
{
    struct observations o;
    struct err err = observe(&o, HEAD "{\"a\": {\"value\": 1, \"unit\": \"ns\"}}}");
    const struct sample s = {.output = HEAD "{\"a\": {\"value\": 1, \"unit\": \"s\"}}}"};
    CHECK_EQ(observe_printed(&o, ARM_BASE, &s, &err), -1);
    CHECK_EQ(err.code, ERR_NOTCOMPARABLE);
    CHECK_CONTAINS(err.text, "in \"s\"");
    observations_release(&o);
}

/* Buggy result: what a side printed stood in the place of what had been read off the clock. */
static void what_is_measured_here_cannot_be_printed(void)
{
    struct observations o;
    struct err err = {0};
    const struct sample s = {.wall_ns = 5,
                             .output = HEAD "{\"wall_ns\": {\"value\": 1, \"unit\": \"ns\"}}}"};
    CHECK_EQ(observations_init(&o, NULL), 0);
    CHECK_EQ(observations_add_slot(&o, NULL), 0);
    CHECK_EQ(observe_process(&o, ARM_HEAD, &s, false, NULL), 0);
    CHECK_EQ(observe_printed(&o, ARM_HEAD, &s, &err), -1);
    CHECK_CONTAINS(err.text, "head printed metrics.wall_ns");
    CHECK_EQ(observations_of(&o, OBSERVED_WALL)->values[ARM_HEAD][0], 5.0);
    CHECK(observations_of(&o, OBSERVED_WALL)->is_clock_reading);
    CHECK(!observations_of(&o, OBSERVED_MEMORY)->is_clock_reading);
    observations_release(&o);
}

static void a_note_is_kept_whole_or_not_at_all(void)
{
    char text[400];
    const char *const metrics = HEAD "{\"rate\": {\"value\": 3}}";
    struct observations o;
    snprintf(text, sizeof text, "%s, \"note\": \"hardly\"}", metrics);
    CHECK_EQ(observe(&o, text).text, "");
    CHECK_EQ(o.note, "hardly");
    observations_release(&o);
    snprintf(text, sizeof text, "%s, \"note\": \"%0200d\"}", metrics, 0);
    CHECK_EQ(observe(&o, text).text, "");
    CHECK_EQ(o.note, "");
    observations_release(&o);
}

static void slots_grow_and_keep_what_they_hold(void)
{
    struct observations o;
    CHECK_EQ(observations_init(&o, NULL), 0);
    for (int i = 0; i < 1000; i++) {
        observations_add_slot(&o, NULL);
        const struct sample s = {.wall_ns = i};
        if (i % 2)
            observe_process(&o, ARM_BASE, &s, true, NULL);
    }
    const struct observed_metric *m = observations_find(&o, "wall_ns");
    for (int i = 0; i < 1000; i++)
        CHECK(i % 2 ? m->values[ARM_BASE][i] == i : isnan(m->values[ARM_BASE][i]));
    observations_release(&o);
}

static const struct test tests[] = {
    {"metrics_are_read_with_unit_and_direction", metrics_are_read_with_unit_and_direction},
    {"what_is_not_a_sample_is_named", what_is_not_a_sample_is_named},
    {"another_unit_is_not_comparable", another_unit_is_not_comparable},
    {"what_is_measured_here_cannot_be_printed", what_is_measured_here_cannot_be_printed},
    {"a_note_is_kept_whole_or_not_at_all", a_note_is_kept_whole_or_not_at_all},
    {"slots_grow_and_keep_what_they_hold", slots_grow_and_keep_what_they_hold},
    {0},
};
TEST_MAIN(tests)
