#include "bench/cli/cli.h"

#include "bench/base/buf.h"
#include "bench/base/command_help.h"
#include "bench/base/interrupt.h"
#include "bench/base/json.h"
#include "bench/base/output.h"
#include "bench/base/utf8.h"
#include "bench/base/wrap.h"
#include "bench/cli/terminal.h"
#include "bench/contend.h"
#include "bench/lab/claims_run.h"
#include "bench/page/escape.h"
#include "version.h"

#include <errno.h>
#include <string.h>

enum { LATER_LINES = 2 }; /* how far they are indented */

static const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "bench/cli/commands.def"
#undef COMMAND
    NULL,
};

const struct command cli_program = {
    .name = "contend",
    .about = "Measures what threads, processes and coroutines cost on this machine: to start, to "
             "run, and to contend.",
    .commands = commands,
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

/* What acts becomes a question mark, since there is no memory to name it: the words must be told
 * all the same. */
static void say_without_memory(const char *what, const char *text)
{
    char piece[256];
    fprintf(stderr, "contend: %s: ", what);
    while (*text) {
        size_t used = 0;
        for (; *text && used < sizeof piece - 1; text++)
            piece[used++] = (*text >= ' ' && *text <= '~') || *text == '\n' ? *text : '?';
        piece[used] = '\0';
        fputs(piece, stderr);
        if (!*text && piece[used - 1] != '\n')
            fputs("\n", stderr);
    }
}

/*
 * Lines on standard error: whole for a file, which is searched; at a terminal those that it would
 * break within a word are broken between two.
 */
static void put_lines(const char *text)
{
    size_t width = (size_t)terminal_error_columns();
    struct buf line = {0};
    for (const char *at = text; *at && !line.failed;) {
        size_t length = strcspn(at, "\n");
        bool is_whole = !width || utf8_columns_in(at, length) <= width;
        if (is_whole) {
            buf_add_bytes(&line, at, length);
        } else {
            struct buf one = {0};
            buf_add_bytes(&one, at, length);
            wrap_words(&line, buf_text(&one), 0, LATER_LINES, width);
            buf_settle(&line, &one);
        }
        at += length + (at[length] == '\n');
        buf_add(&line, at[-1] == '\n' ? "\n" : "");
    }
    fputs(line.failed ? text : buf_text(&line), stderr);
    buf_release(&line);
}

void cli_say(const char *what, const char *text)
{
    struct buf out = {0};
    buf_printf(&out, "contend: %s: ", what);
    escape_lines(&out, text);
    if (out.failed)
        say_without_memory(what, text);
    else
        put_lines(buf_text(&out));
    buf_release(&out);
}

void cli_say_line(const char *line)
{
    put_lines(line);
    fputs("\n", stderr);
}

void cli_tell(struct buf *lines)
{
    put_lines(buf_text(lines));
    buf_release(lines);
}

int cli_print(const char *text, struct err *err)
{
    if (fputs(text, stdout) == EOF || fflush(stdout) == EOF)
        return err_set_sys(err, errno, "writing to standard output");
    return 0;
}

int cli_put(const char *path, struct buf *text, struct err *err)
{
    int failed = path           ? output_write_text(path, text, err)
                 : text->failed ? err_set(err, ERR_SYSTEM, "no memory for what was to be printed")
                                : cli_print(buf_text(text), err);
    buf_release(text);
    return failed;
}

int cli_keep_inputs(const struct call *call, const char *output, struct err *err)
{
    for (size_t i = 0; i < call->words->count; i++)
        if (output_keep(call->words->items[i], output, err))
            return -1;
    return 0;
}

int cli_print_json(json_t *document, size_t flags, struct err *err)
{
    struct buf text = {0};
    json_add_text(&text, document, flags);
    return cli_put(NULL, &text, err);
}

int cli_help(const struct command *command, const char *path, FILE *to, struct err *err)
{
    struct buf out = {0};
    if (command && command != &cli_program)
        help_of_command(&cli_program, command, path, terminal_help_width(), &out);
    else
        help_of_program(&cli_program, terminal_help_width(), &out);
    if (to == stdout || out.failed)
        return cli_put(NULL, &out, err);
    cli_tell(&out);
    return 0;
}

/* What a report of a fault needs to know of this program. */
static int print_version(struct err *err)
{
    struct buf out = {0};
    buf_add(&out, "contend " CONTEND_VERSION " (" CONTEND_COMMIT ")\n");
    buf_add(&out, "compiler: " CONTEND_COMPILER ", " CONTEND_FLAGS "\n");
    if (*CONTEND_SANITIZER)
        buf_add(&out, "sanitizer: " CONTEND_SANITIZER "\n");
    buf_printf(&out, "plug-ins: ABI %d\n", CONTEND_ABI);
    if (*CONTEND_FEATURES)
        buf_add(&out, "with: " CONTEND_FEATURES "\n");
    if (*CONTEND_LACKING)
        buf_add(&out, "without: " CONTEND_LACKING "\n");
    return cli_put(NULL, &out, err);
}

/* Nothing was asked for: how to ask is no answer, so it goes where errors go. */
static int show_how_to_ask(struct err *err)
{
    cli_help(NULL, NULL, stderr, err);
    return EXIT_USAGE;
}

/* Does what a line says; the status, or one chosen by the error. */
static int do_line(int argc, char *const *argv, struct err *err)
{
    struct invocation line;
    if (argc > 1 && !strcmp(argv[1], "--version"))
        return print_version(err);
    int status = invocation_parse(&line, &cli_program, argc, argv, err) ? EXIT_USAGE
                 : line.wants_help ? cli_help(line.command, buf_text(&line.path), stdout, err)
                 : !line.command   ? show_how_to_ask(err)
                                   : invocation_run(&line, err);
    invocation_release(&line);
    return status;
}

int cli_main(int argc, char *const *argv)
{
    struct err err = {0};
    interrupt_begin();
    int status = claims_suite_add(&err) ? EXIT_RUN_FAILED : do_line(argc, argv, &err);
    if (err.code == ERR_NONE)
        return status < 0 ? EXIT_RUN_FAILED : status;
    cli_say("error", err.text);
    return cli_status(&err);
}
