#include "bench/base/command.h"

#include "bench/base/suggest.h"

#include <stdlib.h>
#include <string.h>

int exit_status_of(const struct err *err)
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

/* ---- Which command ------------------------------------------------------------------------- */

const struct command *command_find(const struct command *program, const struct command *parent,
                                   const char *name, struct err *err)
{
    static const struct command *const none[] = {NULL};
    struct opt_list names = {0};
    struct buf list = {0};
    const struct command *found = NULL;
    for (const struct command *const *c = parent->commands ? parent->commands : none; *c && !found;
         c++) {
        if (!strcmp((*c)->name, name))
            found = *c;
        else if ((*c)->summary && vec_add(&names, (*c)->name))
            buf_printf(&list, "%s%s", list.len ? ", " : "", (*c)->name);
    }
    const char *near = found ? NULL : suggest(name, names.items, names.count);
    bool is_word = parent != program;
    const char *whose = is_word ? parent->name : "", *colon = is_word ? ": " : "";
    if (found)
        ;
    else if (near)
        err_set(err, ERR_USAGE, "%s%sunknown %s \"%s\"; did you mean \"%s\"?", whose, colon,
                is_word ? "word" : "command", name, near);
    else if (is_word)
        err_set(err, ERR_USAGE, "%s: unknown word \"%s\" (%s)", whose, name,
                list.len ? buf_text(&list) : "there are none");
    else
        err_set(err, ERR_USAGE, "unknown command \"%s\"; \"%s --help\" lists them", name,
                program->name);
    vec_release(&names);
    buf_release(&list);
    return found;
}

const struct command *command_find_path(const struct command *program, const struct opt_list *words,
                                        struct buf *path, struct err *err)
{
    const struct command *c = program;
    for (size_t i = 0; i < words->count && c; i++) {
        c = command_find(program, c, words->items[i], err);
        buf_printf(path, "%s%s", i ? " " : "", words->items[i]);
    }
    return c;
}

static bool is_help(const char *word)
{
    return !strcmp(word, "--help") || !strcmp(word, "-h");
}

/* "run", or both words of "history add"; how many of argv that were, -1 with err. */
static int find_words(struct invocation *line, const struct command *program, struct err *err)
{
    const struct command *c = command_find(program, program, line->argv[1], err);
    if (!c)
        return -1;
    line->command = c;
    buf_add(&line->path, c->name);
    if (!c->commands)
        return 1;
    if (line->argc < 3) {
        struct buf list = {0};
        for (const struct command *const *one = c->commands; *one; one++)
            buf_printf(&list, "%s%s",
                       one == c->commands ? ""
                       : one[1]           ? ", "
                                          : " or ",
                       (*one)->name);
        err_set(err, ERR_USAGE, "%s: needs a word: %s", c->name, buf_text(&list));
        buf_release(&list);
        return -1;
    }
    line->wants_help = is_help(line->argv[2]);
    if (line->wants_help)
        return 2;
    line->command = command_find(program, c, line->argv[2], err);
    buf_printf(&line->path, " %s", line->argv[2]);
    return line->command ? 2 : -1;
}

/* ---- What it is given ---------------------------------------------------------------------- */

static int refuse_word(const struct argument *a, const char *path, const char *word,
                       struct err *err)
{
    size_t count = 0;
    while (a->choices[count])
        count++;
    return suggest_unknown(path, word, a->choices, count, err);
}

static bool is_choice(const struct argument *a, const char *word)
{
    size_t i = 0;
    while (a->choices && a->choices[i] && strcmp(a->choices[i], word) != 0)
        i++;
    return !a->choices || a->choices[i];
}

static int check_words(const struct argument *a, const char *path, const struct opt_rest *rest,
                       struct err *err)
{
    const struct opt_list *words = &rest->words;
    for (size_t i = 0; i < words->count && i < a->most; i++)
        if (!is_choice(a, words->items[i]))
            return refuse_word(a, path, words->items[i], err);
    if (words->count < a->least)
        return err_set(err, ERR_USAGE, "%s: needs %s", path, a->missing);
    if (a->is_behind && words->count && (!rest->is_divided || rest->before))
        return err_set(err, ERR_USAGE, "%s: unexpected \"%s\": %s stands behind --", path,
                       words->items[0], a->name);
    if (words->count > a->most)
        return err_set(err, ERR_USAGE, "%s: unexpected argument \"%s\"; --help shows the usage",
                       path, words->items[a->most]);
    return 0;
}

static const struct opt *options_of(const struct command *c)
{
    static const struct opt none[] = {{0}};
    return c->options ? c->options : none;
}

static int parse_settings(struct invocation *line, int at, struct err *err)
{
    const struct command *c = line->command;
    line->settings = calloc(1, c->settings_size ? c->settings_size : 1);
    if (!line->settings)
        return err_set(err, ERR_SYSTEM, "%s: no memory for its options", c->name);
    if (c->init)
        c->init(line->settings);
    if (opts_parse(options_of(c), line->settings, line->argc - at, line->argv + at, &line->rest,
                   &line->wants_help, err))
        return -1;
    const char *path = line->path.failed ? c->name : buf_text(&line->path);
    return line->wants_help ? 0 : check_words(&c->argument, path, &line->rest, err);
}

/* ---- All of it ----------------------------------------------------------------------------- */

int invocation_parse(struct invocation *out, const struct command *program, int argc,
                     char *const *argv, struct err *err)
{
    *out = (struct invocation){.argc = argc, .argv = argv};
    if (argc < 2)
        return 0;
    out->wants_help = is_help(argv[1]);
    if (out->wants_help)
        return 0;
    int at = find_words(out, program, err);
    if (at < 0)
        return -1;
    return out->wants_help ? 0 : parse_settings(out, at, err);
}

void invocation_release(struct invocation *line)
{
    if (line->settings)
        opts_release(options_of(line->command), line->settings);
    vec_release(&line->rest.words);
    free(line->settings);
    buf_release(&line->path);
    *line = (struct invocation){0};
}

int invocation_run(const struct invocation *line, struct err *err)
{
    const struct call call = {.words = &line->rest.words,
                              .is_divided = line->rest.is_divided,
                              .before = line->rest.before,
                              .argc = line->argc,
                              .argv = line->argv};
    return line->command->run(line->settings, &call, err);
}
