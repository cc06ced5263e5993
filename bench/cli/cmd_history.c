/* contend history: what was measured of each commit, and what changed where. */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/cli/history.h"
#include "bench/core/suggest.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "add FILE | show | check | accept COMMIT | export   [options]";

static const struct word {
    const char *name, *summary;
    int (*run)(int argc, char *const *argv, struct err *err);
} words[] = {
    {"add", "a line a commit: from a duel against the anchor, or from a result", history_add},
    {"show", "every series with its trend", history_show},
    {"check", "what changed, and between which commits", history_check_command},
    {"accept", "a change that is meant: check stays quiet about it", history_accept},
    {"export", "the series for another tool's opinion", history_export},
};

enum { WORDS = sizeof words / sizeof *words };

int history_help(const char *own_usage, const char *text, const struct opt *table,
                 const char *examples, struct err *err)
{
    struct buf b = {0};
    buf_printf(&b, "contend history %s\n\n%s\n", own_usage, text);
    opts_help(table, &b);
    buf_printf(&b, "\n%s", examples);
    int failed = cli_print(buf_text(&b), err);
    buf_release(&b);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

static int help(struct err *err)
{
    struct buf b = {0};
    buf_printf(&b, "contend history %s\n\n", usage);
    buf_add(&b,
            "One line a commit in " HISTORY_FILE " (--file): the ratio of each figure to a pinned\n"
            "anchor build measured interleaved in the same job, so that no two days are ever\n"
            "compared.  \"check\" finds where a series changed.\n\n");
    for (int i = 0; i < WORDS; i++)
        buf_printf(&b, "  %-8s %s\n", words[i].name, words[i].summary);
    buf_add(&b, "\n\"contend history WORD --help\" tells more.\n");
    int failed = cli_print(buf_text(&b), err);
    buf_release(&b);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

static int run(int argc, char *const *argv, struct err *err)
{
    const char *names[WORDS];
    if (argc < 2) {
        err_set(err, ERR_USAGE, "history: needs a word: add, show, check, accept or export");
        return EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
        return help(err);
    for (int i = 0; i < WORDS; i++) {
        if (!strcmp(words[i].name, argv[1]))
            return words[i].run(argc - 1, argv + 1, err);
        names[i] = words[i].name;
    }
    const char *near = suggest(argv[1], names, WORDS);
    if (near)
        err_set(err, ERR_USAGE, "history: unknown word \"%s\"; did you mean \"%s\"?", argv[1],
                near);
    else
        err_set(err, ERR_USAGE, "history: unknown word \"%s\" (add, show, check, accept, export)",
                argv[1]);
    return EXIT_USAGE;
}

const struct command command_history = {
    .name = "history",
    .usage = usage,
    .summary = "what was measured of each commit, and which commit changed it",
    .run = run,
};
