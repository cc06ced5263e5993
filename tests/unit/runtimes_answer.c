/* What a program of another runtime may say, and what is made of it. */
#include "bench/lab/runtimes/answer.h"
#include "tests/test.h"

#include <string.h>

/* Looks at the text once: making it may do something. */
static void check_text(const char *text, const char *wanted)
{
    CHECK_MSG(!strcmp(text, wanted), "\"%s\", not \"%s\"", text, wanted);
}

/* The lines up to NULL; what is wrong with them, "" for nothing. */
static const char *answer(struct answer *a, const char *const *lines)
{
    static struct err err;
    err = (struct err){0};
    for (; *lines; lines++)
        if (answer_take(a, *lines, strlen(*lines), &err))
            return err.text;
    answer_close(a, &err);
    return err.text;
}

static struct answer asked(enum question q, int64_t count, int64_t time_ns, int64_t more)
{
    return (struct answer){.question = q, .count = count, .time_ns = time_ns, .more = more};
}

static void whole_answers_are_taken(void)
{
    static const char *const compute[] = {"{\"unit\": [100, 1100, 10, 10]}",
                                          "{\"unit\": [600, 2100, 30, 30]}", "{\"end\": true}",
                                          NULL},
                             *const slept[] = {"{\"slept\": [1000, 3000, 4]}", "{\"end\": true}",
                                               NULL},
                             *const skip[] = {"{\"skip\": \"no such\\nmodule\"}", "{\"end\": true}",
                                              NULL};
    struct answer a = asked(ASK_COMPUTE, 2, 1000, 0);
    check_text(answer(&a, compute), "");
    /* 40 operations from 100 to 2100 ns. */
    CHECK_EQ((long long)(a.values[MADE_RATE].items[0] + 0.5), 20000000);
    answer_release(&a);
    a = asked(ASK_SLEEPERS, 4, 2000, 0);
    check_text(answer(&a, slept), "");
    CHECK_EQ((long long)a.values[MADE_MAKESPAN].items[0], 2000);
    CHECK_EQ((long long)(a.values[MADE_RATE].items[0] + 0.5), 2000000);
    answer_release(&a);
    a = asked(ASK_MIXED, 2, 2000, 0);
    check_text(answer(&a, skip), "");
    check_text(a.skip, "no such module");
    answer_release(&a);
}

static void what_is_wrong_with_an_answer_is_said(void)
{
    static const struct {
        enum question q;
        const char *lines[4];
        const char *wrong;
    } rows[] = {
        {ASK_SWITCH, {"hello\033[1m"}, "\"hello?[1m\" is no line of an answer"},
        {ASK_SWITCH, {"[1]"}, "\"[1]\" is no line of an answer"},
        {ASK_SWITCH, {"{}"}, "a line says nothing"},
        {ASK_SWITCH, {"{\"end\": true}"}, "it ended without \"switch_ns\""},
        {ASK_SWITCH, {"{\"switch_ns\": [1]}"}, "it ended without \"end\""},
        {ASK_SWITCH, {"{\"switch_ns\": []}"}, "\"switch_ns\" is no list of 1 to 100000 numbers"},
        {ASK_SWITCH, {"{\"switch_ns\": [1, -1]}"}, "\"switch_ns\" holds what is no time in ns"},
        {ASK_SWITCH, {"{\"switch_ns\": [1, \"2\"]}"}, "\"switch_ns\" holds what is no time in ns"},
        {ASK_SWITCH, {"{\"switch_ns\": [1e300]}"}, "\"switch_ns\" holds what is no time in ns"},
        {ASK_SWITCH,
         {"{\"switch_ns\": [1]}", "{\"switch_ns\": [1]}"},
         "it says \"switch_ns\" twice"},
        {ASK_SWITCH, {"{\"future_ns\": [1]}"}, "\"future_ns\" is no answer to \"switch\""},
        {ASK_SWITCH, {"{\"memory_bytes\": [1]}"}, "\"memory_bytes\" is no answer to \"switch\""},
        {ASK_SWITCH, {"{\"end\": true}", "{\"switch_ns\": [1]}"}, "it goes on after its end"},
        {ASK_MEMORY, {"{\"ready\": 3}"}, "\"ready\" is not the 2 units that were asked for"},
        {ASK_MEMORY, {"{\"ready\": 2}", "{\"end\": true}"}, "it ended without \"ready\""},
        {ASK_FUTURE, {"{\"ops\": 4, \"sum\": 11}"}, "the children's values do not add up"},
        {ASK_FUTURE, {"{\"future_ns\": [4]}", "{\"end\": true}"}, "it ended without \"sum\""},
        {ASK_COMPUTE,
         {"{\"unit\": [0, 5000, 3, 2]}"},
         "a unit computed something wrong, or nothing"},
        {ASK_COMPUTE,
         {"{\"unit\": [0, 5000, 0, 0]}"},
         "a unit computed something wrong, or nothing"},
        {ASK_COMPUTE,
         {"{\"unit\": [0, 999, 3, 3]}"},
         "a unit did not compute as long as it was to"},
        {ASK_COMPUTE,
         {"{\"unit\": [0, 5000, 3]}"},
         "\"unit\" is not begin, end, operations and sum"},
        {ASK_COMPUTE,
         {"{\"unit\": [0, 5000, 3, 3]}", "{\"end\": true}"},
         "it ended with 1 of 2 units told of"},
        {ASK_SLEEPERS, {"{\"slept\": [0, 5000, 1]}"}, "1 sleepers were woken, not 2"},
        {ASK_SLEEPERS, {"{\"slept\": [0, -5000, 2]}"}, "\"slept\" is not begin, end and how many"},
        {ASK_MIXED, {"{\"computed\": [1, 1]}"}, "\"computed\" is not what 1 units did"},
        {ASK_MIXED, {"{\"computed\": [0]}"}, "a unit that was to compute did not"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct answer a = asked(rows[i].q, 2, 1000, 4);
        check_text(answer(&a, rows[i].lines), rows[i].wrong);
        answer_release(&a);
    }
}

static void sleepers_are_not_woken_early(void)
{
    static const char *const early[] = {"{\"slept\": [0, 99000000, 2]}", NULL};
    struct answer a = asked(ASK_SLEEPERS, 2, 100000000, 0);
    check_text(answer(&a, early), "the sleepers were woken too early");
    answer_release(&a);
}

static void all_runtimes_that_are_carried_can_be_read(void)
{
    for (size_t i = 0; runtime_names[i]; i++) {
        struct foreign r;
        struct err err = {0};
        CHECK_EQ(runtime_carried(&r, runtime_names[i], &err), 0);
        check_text(err.text, "");
        CHECK(r.units.count > 0);
        CHECK(r.files != NULL);
        runtime_release(&r);
    }
}

static void versions_are_numbers(void)
{
    CHECK(runtime_compare_versions("3.9", "3.11.2") < 0);
    CHECK(runtime_compare_versions("3.13.0t", "3.12") > 0);
    CHECK_EQ(runtime_compare_versions("12.2", "12.2"), 0);
    CHECK(runtime_compare_versions("25", "22") > 0);
}

static const struct test tests[] = {
    {"whole_answers_are_taken", whole_answers_are_taken},
    {"what_is_wrong_with_an_answer_is_said", what_is_wrong_with_an_answer_is_said},
    {"sleepers_are_not_woken_early", sleepers_are_not_woken_early},
    {"all_runtimes_that_are_carried_can_be_read", all_runtimes_that_are_carried_can_be_read},
    {"versions_are_numbers", versions_are_numbers},
    {0},
};

int main(int argc, char **argv)
{
    return test_main(tests, argc, argv);
}
