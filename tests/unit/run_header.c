/* How a document was made, and where, with and without a plan. */
#include "bench/run/header.h"

#include "tests/test.h"

static char name[] = "/usr/bin/contend", option[] = "-o", bytes[] = "\xff";
static char *const words[] = {name, option, bytes, NULL};

static json_t *host_with(int64_t timer_slack_ns, bool is_virtual)
{
    return header_host(
        &(struct header){.timer_slack_ns = timer_slack_ns, .is_virtual = is_virtual});
}

static void a_timer_slack_that_nobody_set_is_absent_and_never_0(void)
{
    json_t *unset = host_with(HEADER_NO_SLACK, false), *set = host_with(1000, false);
    CHECK(json_object_get(unset, "timer_slack_ns") == NULL);
    CHECK_EQ(json_integer_value(json_object_get(set, "timer_slack_ns")), 1000);
    CHECK(json_is_object(json_object_get(unset, "clock")));
    json_decref(unset);
    json_decref(set);
}

static void only_what_goes_by_rounds_has_rounds(void)
{
    json_t *without = header_run(&(struct header){3, words, 42, 0, HEADER_NO_SLACK, false});
    json_t *with = header_run(&(struct header){3, words, 42, 6, 1000, true});
    CHECK(json_object_get(without, "rounds_planned") == NULL);
    CHECK_EQ(json_integer_value(json_object_get(with, "rounds_planned")), 6);
    CHECK_EQ(json_integer_value(json_object_get(without, "seed")), 42);
    json_decref(without);
    json_decref(with);
}

static void the_command_is_its_name_and_words_of_any_bytes(void)
{
    json_t *run = header_run(&(struct header){.argc = 3, .argv = words});
    json_t *command = json_object_get(run, "command");
    CHECK_EQ(json_array_size(command), 3);
    CHECK_EQ(json_string_value(json_array_get(command, 0)), "contend");
    CHECK_EQ(json_string_value(json_array_get(command, 1)), "-o");
    CHECK(json_string_value(json_array_get(command, 2)) != NULL);
    json_decref(run);
}

static void what_is_virtual_is_the_same_everywhere(void)
{
    json_t *host = host_with(1000, true);
    json_t *run = header_run(&(struct header){.argv = words, .is_virtual = true});
    CHECK_EQ(json_string_value(json_object_get(host, "hostname")), "virtual");
    CHECK_EQ(json_string_value(json_object_get(run, "started_at")), "1970-01-01T00:00:00Z");
    json_decref(host);
    json_decref(run);
}

static const struct test tests[] = {
    {"a_timer_slack_that_nobody_set_is_absent_and_never_0",
     a_timer_slack_that_nobody_set_is_absent_and_never_0},
    {"only_what_goes_by_rounds_has_rounds", only_what_goes_by_rounds_has_rounds},
    {"the_command_is_its_name_and_words_of_any_bytes",
     the_command_is_its_name_and_words_of_any_bytes},
    {"what_is_virtual_is_the_same_everywhere", what_is_virtual_is_the_same_everywhere},
    {0},
};
TEST_MAIN(tests)
