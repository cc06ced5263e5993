/* The command of docs/adding-a-command.md, as it is shown there, in a program of its own. */
#include "tests/inside/cmd_hosts.c"
#include "tests/test.h"

#include "bench/base/command_help.h"

static const struct command *const commands[] = {&command_hosts, NULL};
static const struct command program = {
    .name = "tool", .about = "Tells things.", .commands = commands};

/* What a line comes to: the status, the error in *err. */
static int call(struct err *err, int argc, const char *const *argv)
{
    struct invocation line;
    *err = (struct err){0};
    int status = invocation_parse(&line, &program, argc, (char *const *)(uintptr_t)argv, err)
                     ? EXIT_USAGE
                     : invocation_run(&line, err);
    invocation_release(&line);
    return err->code == ERR_NONE ? status : exit_status_of(err);
}

#define CALL(err, ...)                                                                             \
    call(err, (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)),                       \
         (const char *[]){__VA_ARGS__, NULL})

static void it_shows_what_it_is_given(void)
{
    struct err err;
    const char *result = TEST_SOURCE_DIR "/tests/fixtures/report/standard.json";
    const char *other = TEST_SOURCE_DIR "/results/README.md";
    CHECK_EQ(CALL(&err, "tool", "hosts", result, "--long", "--format", "csv"), EXIT_FINE);
    CHECK_EQ(CALL(&err, "tool", "hosts", result, other), EXIT_USAGE);
    CHECK_CONTAINS(err.text, "README.md");
    CHECK_EQ(CALL(&err, "tool", "hosts", result, "-o", result), EXIT_USAGE);
    CHECK_CONTAINS(err.text, "is what is read");
    CHECK_EQ(CALL(&err, "tool", "hosts", result, "-o", "/tmp/hosts.bogus"), EXIT_USAGE);
    CHECK_CONTAINS(err.text, "a name ends with what it holds");
}

static void what_was_typed_is_checked_by_its_tables(void)
{
    struct err err;
    CHECK_EQ(CALL(&err, "tool", "hosts"), EXIT_USAGE);
    CHECK_EQ((const char *)err.text, "hosts: needs a result file, such as results/standard.json");
    CHECK_EQ(CALL(&err, "tool", "hosts", "x.json", "--log"), EXIT_USAGE);
    CHECK_EQ((const char *)err.text, "unknown option \"--log\"; did you mean --long?");
    CHECK_EQ(CALL(&err, "tool", "hots", "x.json"), EXIT_USAGE);
    CHECK_EQ((const char *)err.text, "unknown command \"hots\"; did you mean \"hosts\"?");
}

static void help_and_its_json_list_it(void)
{
    struct buf out = {0};
    help_of_program(&program, 80, &out);
    CHECK_CONTAINS(buf_text(&out), "  hosts  where results were measured\n");
    CHECK_CONTAINS(buf_text(&out), "\"tool COMMAND --help\" tells more");
    buf_reset(&out);
    help_of_command(&program, &command_hosts, "hosts", 80, &out);
    CHECK_CONTAINS(buf_text(&out), "usage: tool hosts RESULT... [--long] [--format F] [-o FILE]\n");
    CHECK_CONTAINS(buf_text(&out), "-l, --long");
    json_t *json = help_json(&program, "1");
    const json_t *first = json_array_get(json_object_get(json, "commands"), 0);
    CHECK_EQ(json_string_value(json_object_get(first, "name")), "hosts");
    CHECK_EQ(json_array_size(json_object_get(first, "options")), 4);
    json_decref(json);
    buf_release(&out);
}

static const struct test tests[] = {
    {"it_shows_what_it_is_given", it_shows_what_it_is_given},
    {"what_was_typed_is_checked_by_its_tables", what_was_typed_is_checked_by_its_tables},
    {"help_and_its_json_list_it", help_and_its_json_list_it},
    {0},
};
TEST_MAIN(tests)
