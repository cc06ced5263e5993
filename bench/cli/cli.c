#include "bench/cli/cli.h"

#include "bench/base/buf.h"
#include "bench/base/command_help.h"
#include "bench/base/file.h"
#include "bench/base/interrupt.h"
#include "bench/base/output.h"
#include "bench/base/wrap.h"
#include "bench/cli/progress.h"
#include "bench/cli/terminal.h"
#include "bench/lab/claims_run.h"
#include "bench/page/escape.h"
#include "bench/run/header.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

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

/* All of it, or until a signal comes: a reader may have stopped reading. */
static int put(int fd, const char *text, size_t length)
{
    while (length) {
        ssize_t wrote = write(fd, text, length);
        if (wrote < 0 && !file_awaits(fd, POLLOUT))
            return -1;
        text += wrote < 0 ? 0 : wrote;
        length -= wrote < 0 ? 0 : (size_t)wrote;
    }
    return 0;
}

/* What acts becomes a question mark, since there is no memory to name it: the words must be told
 * all the same. */
static void put_without_memory(const char *before, const char *text)
{
    char last = 0;
    fputs(before, stderr);
    for (; *text; last = *text++)
        fputc((*text >= ' ' && *text <= '~') || *text == '\n' ? *text : '?', stderr);
    if (last != '\n')
        fputs("\n", stderr);
}

/*
 * Lines on standard error, each ended: whole for a file, which is searched; at a terminal those
 * that it would break within a word are broken between two.  False: no memory.
 */
static bool put_lines(const char *before, const char *text)
{
    struct buf named = {0}, lines = {0};
    progress_end();
    buf_add(&named, before);
    escape_lines(&named, text);
    wrap_lines(&lines, buf_text(&named), (size_t)terminal_width(STDERR_FILENO, 0));
    buf_settle(&lines, &named);
    bool is_there = !lines.failed;
    if (is_there)
        (void)put(STDERR_FILENO, buf_text(&lines), lines.len);
    buf_release(&lines);
    return is_there;
}

void cli_say(const char *what, const char *text)
{
    char before[80];
    snprintf(before, sizeof before, "contend: %s: ", what);
    if (!put_lines(before, text))
        put_without_memory(before, text);
}

void cli_say_line(const char *line)
{
    if (!put_lines("", line))
        put_without_memory("", line);
}

void cli_tell(struct buf *lines)
{
    if (lines->len)
        cli_say_line(buf_text(lines));
    buf_release(lines);
}

int cli_interrupted(const char *path, const char *further)
{
    struct buf said = {0};
    interrupt_words(&said, path, further);
    cli_tell(&said);
    return EXIT_INTERRUPTED;
}

int cli_print(const char *text, struct err *err)
{
    progress_end();
    if (put(STDOUT_FILENO, text, strlen(text)))
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

int cli_help(const struct command *command, const char *path, struct err *err)
{
    struct buf out = {0};
    help_of_command(&cli_program, command, path, terminal_help_width(), &out);
    return cli_put(NULL, &out, err);
}

/* Nothing was asked for: how to ask is no answer, so it goes where errors go. */
static int show_how_to_ask(void)
{
    struct buf out = {0};
    help_of_program(&cli_program, terminal_help_width(), &out);
    cli_tell(&out);
    return EXIT_USAGE;
}

/* Does what a line says; the status, or one chosen by the error. */
static int do_line(int argc, char *const *argv, struct err *err)
{
    struct invocation line;
    struct buf version = {0};
    if (argc > 1 && !strcmp(argv[1], "--version")) {
        header_version_words(&version);
        return cli_put(NULL, &version, err);
    }
    int status = invocation_parse(&line, &cli_program, argc, argv, err) ? EXIT_USAGE
                 : line.wants_help ? cli_help(line.command, buf_text(&line.path), err)
                 : !line.command   ? show_how_to_ask()
                                   : invocation_run(&line, err);
    invocation_release(&line);
    return status;
}

int cli_main(int argc, char *const *argv)
{
    struct err err = {0};
    interrupt_begin();
    int status = claims_suite_add(&err) ? EXIT_RUN_FAILED : do_line(argc, argv, &err);
    progress_end();
    if (status < 0) /* where nobody had words for it */
        err_set(&err, ERR_SYSTEM, "%s: could not be done, for want of memory as a rule", argv[1]);
    if (err.code == ERR_NONE)
        return status;
    cli_say("error", err.text);
    return exit_status_of(&err);
}
