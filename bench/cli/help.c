#include "bench/cli/help.h"

#include "bench/cli/cli.h"
#include "bench/cli/terminal.h"
#include "bench/core/utf8.h"
#include "bench/core/wrap.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Longer lines are hard to read, however wide the terminal. */
enum { PIPE = 80, READABLE = 100 };

size_t help_width(void)
{
    const char *said = getenv("COLUMNS");
    int wanted = said ? atoi(said) : 0;
    int columns = terminal_columns(STDOUT_FILENO, wanted > 0 ? wanted : PIPE);
    return (size_t)(columns < WIDTH_LEAST ? WIDTH_LEAST : columns > READABLE ? READABLE : columns);
}

/* ---- Parts --------------------------------------------------------------------------- */

static void add_commands(const struct command *const *commands, size_t width, struct buf *out)
{
    size_t column = 0;
    for (const struct command *const *c = commands; *c; c++)
        if ((*c)->summary && strlen((*c)->name) + 2 * WRAP_GAP > column)
            column = strlen((*c)->name) + 2 * WRAP_GAP;
    for (const struct command *const *c = commands; *c; c++)
        if ((*c)->summary)
            wrap_row(out, (*c)->name, (*c)->summary, column, width);
}

static void add_arguments(const struct argument *arguments, size_t width, struct buf *out)
{
    size_t column = 0;
    for (const struct argument *a = arguments; a->name; a++)
        if (strlen(a->name) + 2 * WRAP_GAP > column)
            column = strlen(a->name) + 2 * WRAP_GAP;
    for (const struct argument *a = arguments; a->name; a++) {
        struct buf text = {0};
        buf_add(&text, a->help);
        for (size_t i = 0; a->choices && a->choices[i]; i++)
            buf_printf(&text, "%s%s", i ? ", " : ": ", a->choices[i]);
        wrap_row(out, a->name, buf_text(&text), column, width);
        buf_settle(out, &text);
    }
}

/* "usage: contend NAME FORM", a line a form. */
static void add_usage(const struct command *c, const char *path, size_t width, struct buf *out)
{
    const char *form = c->usage ? c->usage : "[OPTION]...";
    for (size_t i = 0; *form; i++) {
        size_t length = strcspn(form, "\n");
        struct buf line = {0};
        buf_printf(&line, "contend %s %.*s", path, (int)length, form);
        buf_add(out, i ? "       " : "usage: ");
        wrap_words(out, buf_text(&line), 7, 11, width);
        buf_add(out, "\n");
        buf_settle(out, &line);
        form += length + (form[length] == '\n');
    }
}

/* A part of its own behind an empty line. */
static void add_part(const char *text, size_t width, struct buf *out)
{
    if (!text)
        return;
    buf_add(out, "\n");
    wrap_text(out, text, width);
}

/* ---- Texts --------------------------------------------------------------------------- */

void help_of(const struct command *c, const char *path, size_t width, struct buf *out)
{
    static const struct opt none[] = {{0}};
    struct buf more = {0};
    add_usage(c, path, width, out);
    add_part(c->about ? c->about : c->summary, width, out);
    if (c->arguments) {
        buf_add(out, "\n");
        add_arguments(c->arguments, width, out);
    }
    buf_add(out, "\n");
    if (c->commands) {
        add_commands(c->commands, width, out);
        buf_printf(&more, "\"contend %s WORD --help\" tells more.\n", path);
        add_part(buf_text(&more), width, out);
    } else {
        opts_help(c->options ? c->options : none, width, out);
    }
    if (c->describe) {
        buf_add(out, "\n");
        c->describe(width, out);
    }
    buf_settle(out, &more);
    add_part(c->statuses, width, out);
    add_part(c->examples, width, out);
}

void help_of_all(size_t width, struct buf *out)
{
    wrap_text(out,
              "usage: contend COMMAND [OPTION]...\n\n"
              "Measures what threads, processes and coroutines cost on this machine: to start, to "
              "run, and to contend.\n\n"
              "commands:\n",
              width);
    add_commands(cli_commands, width, out);
    add_part("\"contend COMMAND --help\" tells more; \"contend --version\" the version.\n", width,
             out);
}
