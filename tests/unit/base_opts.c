/* Options from a table: every spelling, every refusal, and help from the same rows. */
#include "bench/base/opts.h"

#include "tests/test.h"

static const char *const formats[] = {"text", "json", NULL};

/* One set of options and what a command line made of them. */
struct parsed {
    bool verbose;
    const char *format;
    int64_t tasks, budget_ns;
    double threshold;
    struct opt_list names, kinds;
    struct opt_rest rest;
    bool help;
    struct err err;
    int status;
};

static const struct opt table[] = {
    {OPT_AT(struct parsed, verbose), .name = "verbose", .letter = 'v', .help = "talk"},
    {OPT_AT(struct parsed, format), .name = "format", .letter = 'f', .argument = "F",
     .help = "what to write", .choices = formats},
    {OPT_AT(struct parsed, tasks), .name = "tasks", .letter = 'n', .argument = "N",
     .help = "how many", .without = "as many as CPUs", .unit = "count", .min = 1, .max = 1000},
    {OPT_AT(struct parsed, budget_ns), .name = "budget", .argument = "TIME", .help = "how long",
     .initial = "2s", .unit = "ns", .min = 0, .max = 60000000000},
    {OPT_AT(struct parsed, threshold), .name = "threshold", .argument = "R", .help = "how much",
     .initial = "1%"},
    {OPT_AT(struct parsed, names), .name = "name", .synonym = "who", .argument = "X",
     .help = "its name"},
    {OPT_AT(struct parsed, kinds), .name = "kind", .argument = "K", .help = "of which kind",
     .initial = "plain"},
    {0},
};

enum { WORDS = 8 };

static struct parsed parse(const char *const words[WORDS], bool with_rest)
{
    struct parsed p = {0};
    static char copies[WORDS][64]; /* the lists in p borrow from here */
    char *argv[WORDS + 1] = {copies[0]};
    int argc = 1;
    for (int i = 0; i < WORDS - 1 && words[i]; i++, argc++) {
        snprintf(copies[argc], sizeof copies[argc], "%s", words[i]);
        argv[argc] = copies[argc];
    }
    p.status = opts_parse(table, &p, argc, argv, with_rest ? &p.rest : NULL, &p.help, &p.err);
    return p;
}

static void forget(struct parsed *p)
{
    opts_release(table, p);
    vec_release(&p->rest.words);
}

#define PARSE(...) parse((const char *const[WORDS]){__VA_ARGS__}, true)

static void every_spelling_of_a_value_is_understood(void)
{
    struct parsed rows[] = {PARSE("--tasks", "5"), PARSE("--tasks=5"), PARSE("-n", "5"),
                            PARSE("-n5")};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_MSG(rows[i].status == 0 && rows[i].tasks == 5, "row %zu: %s", i, rows[i].err.text);
        forget(&rows[i]);
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
    forget(&p);
}

static void a_list_collects_and_the_last_of_others_wins(void)
{
    struct parsed p = PARSE("--name", "a", "--name=b", "-n1", "-n2");
    CHECK_EQ(p.status, 0);
    CHECK_EQ(p.names.count, 2);
    CHECK_EQ(p.names.items[0], "a");
    CHECK_EQ(p.names.items[1], "b");
    CHECK_EQ(p.tasks, 2);
    forget(&p);
}

static void a_synonym_is_understood_and_not_shown(void)
{
    struct parsed p = PARSE("--who", "a", "--name=b", "--who=c");
    CHECK_EQ(p.status, 0);
    CHECK_EQ(p.names.count, 3);
    CHECK_EQ(p.names.items[2], "c");
    forget(&p);
    p = PARSE("--wh=a");
    CHECK_EQ(p.status, -1);
    forget(&p);
    struct buf help = {0};
    opts_help(table, 80, &help);
    CHECK(!strstr(buf_text(&help), "--who"));
    buf_release(&help);
}

static void what_is_no_option_is_kept_in_order(void)
{
    struct parsed p = PARSE("one", "-v", "-", "--", "--tasks", "-n");
    CHECK_EQ(p.status, 0);
    CHECK_EQ(p.rest.words.count, 4);
    CHECK_EQ(p.rest.words.items[0], "one");
    CHECK_EQ(p.rest.words.items[1], "-");
    CHECK_EQ(p.rest.words.items[2], "--tasks");
    CHECK_EQ(p.rest.words.items[3], "-n");
    CHECK_EQ(p.tasks, 0);
    forget(&p);
}

static void help_stops_the_parsing(void)
{
    struct parsed p = PARSE("-v", "--help", "--no-such-thing");
    CHECK_EQ(p.status, 0);
    CHECK(p.help);
    forget(&p);
    p = PARSE("-h");
    CHECK(p.help);
    forget(&p);
    p = PARSE("--", "--help");
    CHECK(!p.help);
    forget(&p);
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

/* Each default is what the row would make of the words it shows. */
static void defaults_are_parsed_by_their_rows(void)
{
    struct parsed p = PARSE("-v");
    CHECK_EQ(p.status, 0);
    CHECK_EQ(p.budget_ns, 2000000000);
    CHECK_NEAR(p.threshold, 0.01, 1e-15);
    CHECK_EQ(p.kinds.count, 1);
    CHECK_EQ(p.kinds.items[0], "plain");
    forget(&p);
    p = PARSE("--kind=other", "--budget", "1s");
    CHECK_EQ(p.kinds.count, 1);
    CHECK_EQ(p.kinds.items[0], "other");
    CHECK_EQ(p.budget_ns, 1000000000);
    forget(&p);
}

static void a_letter_takes_its_value_behind_an_equals_sign(void)
{
    struct parsed p = PARSE("-n=7", "-f=json");
    CHECK_EQ(p.status, 0);
    CHECK_EQ(p.tasks, 7);
    CHECK_EQ(p.format, "json");
    forget(&p);
}

static void dashes_are_told_apart_from_words(void)
{
    struct parsed p = PARSE("a", "b", "--", "c", "--");
    CHECK(p.rest.is_divided);
    CHECK_EQ(p.rest.before, 2);
    CHECK_EQ(p.rest.words.count, 4);
    forget(&p);
    p = PARSE("a");
    CHECK(!p.rest.is_divided);
    forget(&p);
}

static void a_list_grows_as_long_as_there_are_words(void)
{
    enum { MANY = 3000 };
    static char words[MANY + 1][16];
    static char *argv[MANY + 1];
    struct parsed p = {0};
    for (int i = 0; i <= MANY; i++) {
        snprintf(words[i], sizeof words[i], i % 2 ? "--name=%d" : "%d", i);
        argv[i] = words[i];
    }
    CHECK_EQ(opts_parse(table, &p, MANY + 1, argv, &p.rest, &p.help, &p.err), 0);
    CHECK_EQ(p.names.count, MANY / 2);
    CHECK_EQ(p.names.items[MANY / 2 - 1], "2999");
    CHECK_EQ(p.rest.words.count, MANY / 2);
    CHECK_EQ(p.rest.words.items[MANY / 2 - 1], "3000");
    forget(&p);
}

static const char *kind_at(size_t i)
{
    static const char *const kinds[] = {"red", "green"};
    return i < 2 ? kinds[i] : NULL;
}

static void choices_of_a_function_are_taken_like_those_of_a_list(void)
{
    struct opt rows[] = {{OPT_AT(struct parsed, format), .name = "colour", .argument = "C",
                          .help = "which", .choice_at = kind_at},
                         {0}};
    struct parsed p = {0};
    char word[] = "x", blue[] = "--colour=blue", green[] = "--colour=green";
    char *argv[] = {word, blue};
    CHECK_EQ(opts_parse(rows, &p, 2, argv, NULL, &p.help, &p.err), -1);
    CHECK_EQ(p.err.text, "--colour: \"blue\" is unknown (red, green)");
    argv[1] = green;
    CHECK_EQ(opts_parse(rows, &p, 2, argv, NULL, &p.help, &p.err), 0);
    CHECK_EQ(p.format, "green");
    rows[0].is_open = true;
    argv[1] = blue;
    CHECK_EQ(opts_parse(rows, &p, 2, argv, NULL, &p.help, &p.err), 0);
    CHECK_EQ(p.format, "blue");
}

static void help_shows_each_row_once(void)
{
    struct buf out = {0};
    opts_help(table, 80, &out);
    CHECK_CONTAINS(buf_text(&out), "-v, --verbose");
    CHECK_CONTAINS(buf_text(&out), "-n, --tasks N");
    CHECK_CONTAINS(buf_text(&out), "how many (as many as CPUs)\n");
    CHECK_CONTAINS(buf_text(&out), "how long (2s)\n");
    CHECK_CONTAINS(buf_text(&out), "what to write: text, json\n");
    CHECK_CONTAINS(buf_text(&out), "-h, --help");
    size_t lines = 0;
    for (size_t i = 0; i < out.len; i++)
        lines += out.data[i] == '\n';
    CHECK_EQ(lines, 8);
    buf_release(&out);
}

static void no_line_of_help_is_wider_than_was_said(void)
{
    for (size_t width = 30; width <= 120; width += 10) {
        struct buf out = {0};
        opts_help(table, width, &out);
        size_t column = 0, widest = 0;
        for (size_t i = 0; i < out.len; i++) {
            column = out.data[i] == '\n' ? 0 : column + 1;
            widest = column > widest ? column : widest;
        }
        CHECK_MSG(widest <= width, "%zu columns of %zu", widest, width);
        buf_release(&out);
    }
}

/* Expected: what a program is handed on is what was given or is the default, a value that begins
 * with a dash included.
 */
static void what_was_given_can_be_spelled_again(void)
{
    static const char *const expected[] = {"--format=json", "--tasks=3", "--budget=2000000000ns",
                                           "--name=-a", "--name=b c"};
    struct parsed p = PARSE("--format", "json", "--name=-a", "-v", "--name", "b c", "-n3");
    struct opt_list words = {0};
    struct err err = {0};
    CHECK_EQ(opts_again(table, &p, 0, offsetof(struct parsed, kinds), &words, &err), 0);
    CHECK_EQ(words.count, 5);
    for (size_t i = 0; i < words.count; i++)
        CHECK_EQ(words.items[i], expected[i]);
    opts_forget(&words);
    forget(&p);
}

/* Where 0 would mean something, the row says what the member is without it; lists are left alone.
 */
static void what_is_absent_is_what_the_row_says(void)
{
    struct numbers {
        int64_t seed;
        double threshold;
    } n = {0};
    static const struct opt rows[] = {
        {OPT_AT(struct numbers, seed), .name = "seed", OPT_COUNT(0, 9), .absent = -1},
        {OPT_AT(struct numbers, threshold), .name = "threshold", .absent = 0.03},
        {0},
    };
    char name[] = "p", given[] = "--seed=0", *argv[] = {name, given};
    bool help;
    struct err err = {0};
    CHECK(!opts_parse(rows, &n, 1, argv, NULL, &help, &err));
    CHECK_EQ(n.seed, -1);
    CHECK(n.threshold == 0.03);
    CHECK(!opts_parse(rows, &n, 2, argv, NULL, &help, &err));
    CHECK_EQ(n.seed, 0);
}

static const struct test tests[] = {
    {"what_is_absent_is_what_the_row_says", what_is_absent_is_what_the_row_says},
    {"every_spelling_of_a_value_is_understood", every_spelling_of_a_value_is_understood},
    {"each_kind_is_stored", each_kind_is_stored},
    {"a_list_collects_and_the_last_of_others_wins", a_list_collects_and_the_last_of_others_wins},
    {"a_synonym_is_understood_and_not_shown", a_synonym_is_understood_and_not_shown},
    {"what_is_no_option_is_kept_in_order", what_is_no_option_is_kept_in_order},
    {"help_stops_the_parsing", help_stops_the_parsing},
    {"refusals_say_what_was_wrong", refusals_say_what_was_wrong},
    {"arguments_are_refused_where_none_are_taken", arguments_are_refused_where_none_are_taken},
    {"defaults_are_parsed_by_their_rows", defaults_are_parsed_by_their_rows},
    {"a_letter_takes_its_value_behind_an_equals_sign",
     a_letter_takes_its_value_behind_an_equals_sign},
    {"dashes_are_told_apart_from_words", dashes_are_told_apart_from_words},
    {"a_list_grows_as_long_as_there_are_words", a_list_grows_as_long_as_there_are_words},
    {"choices_of_a_function_are_taken_like_those_of_a_list",
     choices_of_a_function_are_taken_like_those_of_a_list},
    {"what_was_given_can_be_spelled_again", what_was_given_can_be_spelled_again},
    {"help_shows_each_row_once", help_shows_each_row_once},
    {"no_line_of_help_is_wider_than_was_said", no_line_of_help_is_wider_than_was_said},
    {0},
};

TEST_MAIN(tests)
