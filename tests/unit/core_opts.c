/* Options from a table: every spelling, every refusal, and help from the same rows. */
#include "bench/core/opts.h"

#include "tests/test.h"

static const char *const formats[] = {"text", "json", NULL};

/* One set of options and what a command line made of them. */
struct parsed {
    bool verbose;
    const char *format;
    int64_t tasks, budget_ns;
    double threshold;
    struct opt_list names, rest;
    bool help;
    struct err err;
    int status;
};

#define ROWS(p)                                                                                    \
    {                                                                                              \
        {.name = "verbose",                                                                        \
         .letter = 'v',                                                                            \
         .kind = OPT_FLAG,                                                                         \
         .out = &(p)->verbose,                                                                     \
         .help = "talk"},                                                                          \
            {.name = "format",                                                                     \
             .letter = 'f',                                                                        \
             .kind = OPT_TEXT,                                                                     \
             .out = &(p)->format,                                                                  \
             .argument = "F",                                                                      \
             .help = "what to write",                                                              \
             .choices = formats},                                                                  \
            {.name = "tasks",                                                                      \
             .letter = 'n',                                                                        \
             .kind = OPT_NUMBER,                                                                   \
             .out = &(p)->tasks,                                                                   \
             .argument = "N",                                                                      \
             .help = "how many",                                                                   \
             .unit = "count",                                                                      \
             .min = 1,                                                                             \
             .max = 1000},                                                                         \
            {.name = "budget",                                                                     \
             .kind = OPT_NUMBER,                                                                   \
             .out = &(p)->budget_ns,                                                               \
             .argument = "TIME",                                                                   \
             .help = "how long",                                                                   \
             .unit = "ns",                                                                         \
             .min = 0,                                                                             \
             .max = 60000000000},                                                                  \
            {.name = "threshold",                                                                  \
             .kind = OPT_RATIO,                                                                    \
             .out = &(p)->threshold,                                                               \
             .argument = "R",                                                                      \
             .help = "how much"},                                                                  \
            {.name = "name",                                                                       \
             .kind = OPT_LIST,                                                                     \
             .out = &(p)->names,                                                                   \
             .argument = "X",                                                                      \
             .help = "who"},                                                                       \
            {0},                                                                                   \
    }

enum { WORDS = 8 };

static struct parsed parse(const char *const words[WORDS], bool with_rest)
{
    struct parsed p = {0};
    struct opt table[] = ROWS(&p);
    static char copies[WORDS][64]; /* the lists in p borrow from here */
    char *argv[WORDS + 1] = {copies[0]};
    int argc = 1;
    for (int i = 0; i < WORDS - 1 && words[i]; i++, argc++) {
        snprintf(copies[argc], sizeof copies[argc], "%s", words[i]);
        argv[argc] = copies[argc];
    }
    p.status = opts_parse(table, argc, argv, with_rest ? &p.rest : NULL, &p.help, &p.err);
    return p;
}

#define PARSE(...) parse((const char *const[WORDS]){__VA_ARGS__}, true)

static void every_spelling_of_a_value_is_understood(void)
{
    struct parsed rows[] = {PARSE("--tasks", "5"), PARSE("--tasks=5"), PARSE("-n", "5"),
                            PARSE("-n5")};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_MSG(rows[i].status == 0 && rows[i].tasks == 5, "row %zu: %s", i, rows[i].err.text);
    }
}

static void each_kind_is_stored(void)
{
    struct parsed p = PARSE("-v", "--format=json", "--budget", "1.5s", "--threshold", "3%");
    CHECK_EQ(p.status, 0);
    CHECK(p.verbose);
    CHECK_EQ(p.format, "json");
    CHECK_EQ(p.budget_ns, 1500000000);
    CHECK_NEAR(p.threshold, 0.03, 1e-15);
}

static void a_list_collects_and_the_last_of_others_wins(void)
{
    struct parsed p = PARSE("--name", "a", "--name=b", "-n1", "-n2");
    CHECK_EQ(p.status, 0);
    CHECK_EQ(p.names.count, 2);
    CHECK_EQ(p.names.items[0], "a");
    CHECK_EQ(p.names.items[1], "b");
    CHECK_EQ(p.tasks, 2);
}

static void what_is_no_option_is_kept_in_order(void)
{
    struct parsed p = PARSE("one", "-v", "-", "--", "--tasks", "-n");
    CHECK_EQ(p.status, 0);
    CHECK_EQ(p.rest.count, 4);
    CHECK_EQ(p.rest.items[0], "one");
    CHECK_EQ(p.rest.items[1], "-");
    CHECK_EQ(p.rest.items[2], "--tasks");
    CHECK_EQ(p.rest.items[3], "-n");
    CHECK_EQ(p.tasks, 0);
}

static void help_stops_the_parsing(void)
{
    struct parsed p = PARSE("-v", "--help", "--no-such-thing");
    CHECK_EQ(p.status, 0);
    CHECK(p.help);
    p = PARSE("-h");
    CHECK(p.help);
    p = PARSE("--", "--help");
    CHECK(!p.help);
}

static void refusals_say_what_was_wrong(void)
{
    const struct {
        struct parsed p;
        const char *expected;
    } rows[] = {
        {PARSE("--taks", "5"), "unknown option \"--taks\"; did you mean --tasks?"},
        {PARSE("--hlep"), "unknown option \"--hlep\"; did you mean --help?"},
        {PARSE("--zzzzzzzz"), "unknown option \"--zzzzzzzz\"; --help lists them"},
        {PARSE("-x"), "unknown option \"-x\""},
        {PARSE("--tasks"), "--tasks needs a value (N)"},
        {PARSE("--tasks", "0"), "--tasks: \"0\" is too small (1 to 1000)"},
        {PARSE("-n0"), "--tasks: \"0\" is too small (1 to 1000)"},
        {PARSE("--tasks="), "--tasks: \"\" is not a number (1 to 1000)"},
        {PARSE("--verbose=yes"), "--verbose takes no value"},
        {PARSE("--format", "xml"), "--format: \"xml\" is unknown (text, json)"},
        {PARSE("--threshold", "101%"), "--threshold: \"101%\" is out of range (0% to 100%)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_EQ(rows[i].p.status, -1);
        CHECK_EQ(rows[i].p.err.code, ERR_USAGE);
        CHECK_CONTAINS(rows[i].p.err.text, rows[i].expected);
    }
}

static void arguments_are_refused_where_none_are_taken(void)
{
    struct parsed p = parse((const char *const[WORDS]){"surplus"}, false);
    CHECK_EQ(p.status, -1);
    CHECK_EQ(p.err.text, "unexpected argument \"surplus\"; --help shows the usage");
}

static void a_list_has_a_limit_and_says_so(void)
{
    struct opt_list list = {0};
    struct opt table[] = {{.name = "x", .letter = 'x', .kind = OPT_LIST, .out = &list}, {0}};
    char word[] = "-xa";
    char *argv[OPT_LIST_MAX + 2] = {word};
    for (int i = 1; i < OPT_LIST_MAX + 2; i++)
        argv[i] = word;
    bool help = false;
    struct err err = {0};
    CHECK_EQ(opts_parse(table, OPT_LIST_MAX + 1, argv, NULL, &help, &err), 0);
    list.count = 0;
    CHECK_EQ(opts_parse(table, OPT_LIST_MAX + 2, argv, NULL, &help, &err), -1);
    CHECK_EQ(err.text, "--x: given more than 256 times");
}

static void help_shows_each_row_once(void)
{
    struct parsed p = {0};
    struct opt table[] = ROWS(&p);
    struct buf out = {0};
    opts_help(table, &out);
    CHECK_CONTAINS(buf_text(&out), "-v, --verbose");
    CHECK_CONTAINS(buf_text(&out), "-n, --tasks N");
    CHECK_CONTAINS(buf_text(&out), "what to write: text, json\n");
    CHECK_CONTAINS(buf_text(&out), "-h, --help");
    size_t lines = 0;
    for (size_t i = 0; i < out.len; i++)
        lines += out.data[i] == '\n';
    CHECK_EQ(lines, 7);
    buf_release(&out);
}

static const struct test tests[] = {
    {"every_spelling_of_a_value_is_understood", every_spelling_of_a_value_is_understood},
    {"each_kind_is_stored", each_kind_is_stored},
    {"a_list_collects_and_the_last_of_others_wins", a_list_collects_and_the_last_of_others_wins},
    {"what_is_no_option_is_kept_in_order", what_is_no_option_is_kept_in_order},
    {"help_stops_the_parsing", help_stops_the_parsing},
    {"refusals_say_what_was_wrong", refusals_say_what_was_wrong},
    {"arguments_are_refused_where_none_are_taken", arguments_are_refused_where_none_are_taken},
    {"a_list_has_a_limit_and_says_so", a_list_has_a_limit_and_says_so},
    {"help_shows_each_row_once", help_shows_each_row_once},
    {0},
};

TEST_MAIN(tests)
