#include "bench/base/command_help.h"

#include "bench/base/wrap.h"

#include <string.h>

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

static void add_argument(const struct argument *a, size_t width, struct buf *out)
{
    struct buf text = {0};
    buf_add(&text, a->help);
    for (size_t i = 0; a->choices && a->choices[i]; i++)
        buf_printf(&text, "%s%s", i ? ", " : ": ", a->choices[i]);
    wrap_row(out, a->name, buf_text(&text), strlen(a->name) + 2 * WRAP_GAP, width);
    buf_settle(out, &text);
}

/* "usage: PROGRAM NAME FORM", a line a form. */
static void add_usage(const struct command *program, const struct command *c, const char *path,
                      size_t width, struct buf *out)
{
    const char *form = c->usage ? c->usage : "[OPTION]...";
    for (size_t i = 0; *form; i++) {
        size_t length = strcspn(form, "\n");
        struct buf line = {0};
        buf_printf(&line, "%s %s %.*s", program->name, path, (int)length, form);
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

void help_of_command(const struct command *program, const struct command *c, const char *path,
                     size_t width, struct buf *out)
{
    static const struct opt none[] = {{0}};
    struct buf more = {0};
    if (!c || c == program) {
        help_of_program(program, width, out);
        return;
    }
    add_usage(program, c, path, width, out);
    add_part(c->about ? c->about : c->summary, width, out);
    if (c->argument.name) {
        buf_add(out, "\n");
        add_argument(&c->argument, width, out);
    }
    buf_add(out, "\n");
    if (c->commands) {
        add_commands(c->commands, width, out);
        buf_printf(&more, "\"%s %s WORD --help\" tells more.\n", program->name, path);
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

void help_of_program(const struct command *program, size_t width, struct buf *out)
{
    struct buf head = {0}, more = {0};
    buf_printf(&head, "usage: %s COMMAND [OPTION]...\n\n%s\n\ncommands:\n", program->name,
               program->about);
    buf_printf(&more, "\"%s COMMAND --help\" tells more; \"%s --version\" the version.\n",
               program->name, program->name);
    wrap_text(out, buf_text(&head), width);
    add_commands(program->commands, width, out);
    add_part(buf_text(&more), width, out);
    buf_settle(out, &head);
    buf_settle(out, &more);
}
