#include "bench/cli/cli.h"

#include "bench/cli/claims_run.h"
#include "bench/cli/commands.h"
#include "bench/cli/help.h"
#include "bench/cli/interrupt.h"
#include "bench/core/buf.h"
#include "bench/core/json.h"
#include "bench/core/suggest.h"
#include "version.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct command *const cli_commands[] = {
    &command_run,     &command_report,    &command_compare, &command_duel,
    &command_history, &command_claims,    &command_spinner, &command_export,
    &command_import,  &command_reference, &command_list,    &command_doctor,
    &command_help,    &command_once,      &command_cell,    NULL,
};

int cli_status(const struct err *err)
{
    switch (err->code) {
    case ERR_NONE:
        return EXIT_FINE;
    case ERR_USAGE:
    case ERR_INPUT:
        return EXIT_USAGE;
    case ERR_NOTCOMPARABLE:
        return EXIT_NO_VERDICT;
    case ERR_SYSTEM:
    case ERR_LIMIT:
    case ERR_UNAVAILABLE:
    case ERR_FAILED:
        return EXIT_RUN_FAILED;
    }
    return EXIT_RUN_FAILED;
}

int cli_print(const char *text, struct err *err)
{
    if (fputs(text, stdout) == EOF || fflush(stdout) == EOF)
        return err_set_sys(err, errno, "writing to standard output");
    return 0;
}

int cli_print_json(json_t *document, size_t flags, struct err *err)
{
    struct buf text = {0};
    json_add_text(&text, document, flags);
    int failed = text.failed ? err_set(err, ERR_SYSTEM, "no memory for a JSON document")
                             : cli_print(buf_text(&text), err);
    buf_release(&text);
    return failed;
}

/* ---- Which command ------------------------------------------------------------------------- */

const struct command *cli_find(const struct command *parent, const char *name, struct err *err)
{
    const struct command *const *all = parent ? parent->commands : cli_commands;
    static const struct command *const none[] = {NULL};
    struct opt_list names = {0};
    struct buf list = {0};
    const struct command *found = NULL;
    for (const struct command *const *c = all ? all : none; *c && !found; c++) {
        if (!strcmp((*c)->name, name))
            found = *c;
        else if ((*c)->summary && vec_add(&names, (*c)->name))
            buf_printf(&list, "%s%s", list.len ? ", " : "", (*c)->name);
    }
    const char *near = found ? NULL : suggest(name, names.items, names.count);
    const char *whose = parent ? parent->name : "", *colon = parent ? ": " : "";
    const char *what = parent ? "word" : "command";
    if (found)
        ;
    else if (near)
        err_set(err, ERR_USAGE, "%s%sunknown %s \"%s\"; did you mean \"%s\"?", whose, colon, what,
                name, near);
    else if (parent)
        err_set(err, ERR_USAGE, "%s: unknown word \"%s\" (%s)", whose, name,
                list.len ? buf_text(&list) : "there are none");
    else
        err_set(err, ERR_USAGE, "unknown command \"%s\"; \"contend --help\" lists them", name);
    vec_release(&names);
    buf_release(&list);
    return found;
}

/* ---- What was typed ------------------------------------------------------------------------ */

static int print_help(const struct command *c, const char *path, struct err *err)
{
    struct buf out = {0};
    if (c)
        help_of(c, path, help_width(), &out);
    else
        help_of_all(help_width(), &out);
    int failed = out.failed ? err_set(err, ERR_SYSTEM, "no memory for the help")
                            : cli_print(buf_text(&out), err);
    buf_release(&out);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

static int refuse_word(const struct argument *a, const char *path, const char *word,
                       struct err *err)
{
    struct buf list = {0};
    size_t count = 0;
    for (; a->choices[count]; count++)
        buf_printf(&list, "%s%s", count ? ", " : "", a->choices[count]);
    const char *near = suggest(word, a->choices, count);
    err_set(err, ERR_USAGE, "%s: \"%s\" is unknown (%s)%s%s%s", path, word, buf_text(&list),
            near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    buf_release(&list);
    return -1;
}

static bool is_choice(const struct argument *a, const char *word)
{
    size_t i = 0;
    while (a->choices && a->choices[i] && strcmp(a->choices[i], word) != 0)
        i++;
    return !a->choices || a->choices[i];
}

/* Each kind takes as many as it may, in turn. */
static int check_words(const struct command *c, const char *path, const struct opt_list *words,
                       struct err *err)
{
    size_t i = 0;
    for (const struct argument *a = c->arguments; a && a->name; a++) {
        unsigned taken = 0;
        for (; i < words->count && taken < a->most; i++, taken++)
            if (!is_choice(a, words->items[i]))
                return refuse_word(a, path, words->items[i], err);
        if (taken < a->least)
            return err_set(err, ERR_USAGE, "%s: needs %s", path, a->missing);
    }
    if (i < words->count)
        return err_set(err, ERR_USAGE, "%s: unexpected argument \"%s\"; --help shows the usage",
                       path, words->items[i]);
    return 0;
}

/* ---- Running it ---------------------------------------------------------------------------- */

/* The whole line, of which argv[1..] behind `at` are the command's own. */
struct line {
    int argc;
    char *const *argv;
};

static int run_command(const struct command *c, const char *path, const struct line *line, int at,
                       struct err *err)
{
    static const struct opt none[] = {{0}};
    const struct opt *options = c->options ? c->options : none;
    struct opt_rest rest = {0};
    bool help = false;
    int status = EXIT_USAGE;
    void *settings = calloc(1, c->settings_size ? c->settings_size : 1);
    if (!settings) {
        err_set(err, ERR_SYSTEM, "no memory");
        return EXIT_RUN_FAILED;
    }
    if (c->init)
        c->init(settings);
    if (!opts_parse(options, settings, line->argc - at, line->argv + at, &rest, &help, err)) {
        const struct call call = {.words = &rest.words,
                                  .is_divided = rest.is_divided,
                                  .before = rest.before,
                                  .argc = line->argc,
                                  .argv = line->argv};
        if (help)
            status = print_help(c, path, err);
        else if (!check_words(c, path, &rest.words, err))
            status = c->run(settings, &call, err);
    }
    opts_release(options, settings);
    vec_release(&rest.words);
    free(settings);
    return status;
}

static bool is_help(const char *word)
{
    return !strcmp(word, "--help") || !strcmp(word, "-h");
}

/* A word of the command, its help, or that it needs one. */
static int dispatch_word(const struct command *parent, const struct line *line, struct err *err)
{
    struct buf text = {0};
    int status = EXIT_USAGE;
    if (line->argc < 3) {
        for (const struct command *const *c = parent->commands; *c; c++)
            buf_printf(&text, "%s%s",
                       c == parent->commands ? ""
                       : c[1]                ? ", "
                                             : " or ",
                       (*c)->name);
        err_set(err, ERR_USAGE, "%s: needs a word: %s", parent->name, buf_text(&text));
    } else if (is_help(line->argv[2])) {
        status = print_help(parent, parent->name, err);
    } else {
        const struct command *c = cli_find(parent, line->argv[2], err);
        buf_printf(&text, "%s %s", parent->name, line->argv[2]);
        if (c)
            status = run_command(c, buf_text(&text), line, 2, err);
    }
    buf_release(&text);
    return status;
}

int cli_run(int argc, char *const *argv, struct err *err)
{
    const struct line line = {argc, argv};
    if (argc < 2) {
        struct buf text = {0};
        help_of_all(help_width(), &text);
        fputs(buf_text(&text), stderr);
        buf_release(&text);
        return EXIT_USAGE;
    }
    if (is_help(argv[1]))
        return print_help(NULL, NULL, err);
    if (!strcmp(argv[1], "--version"))
        return cli_print("contend " CONTEND_VERSION " (" CONTEND_COMMIT ")\n", err)
                   ? EXIT_RUN_FAILED
                   : EXIT_FINE;
    const struct command *command = cli_find(NULL, argv[1], err);
    if (!command)
        return EXIT_USAGE;
    return command->commands ? dispatch_word(command, &line, err)
                             : run_command(command, command->name, &line, 1, err);
}

int cli_main(int argc, char *const *argv)
{
    struct err err = {0};
    interrupt_begin();
    int status = claims_suite_add(&err) ? EXIT_RUN_FAILED : cli_run(argc, argv, &err);
    if (err.code == ERR_NONE)
        return status;
    fprintf(stderr, "contend: error: %s\n", err.text);
    return cli_status(&err);
}
