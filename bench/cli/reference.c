#include "bench/cli/reference.h"

#include "bench/child/child.h"
#include "bench/cli/cli.h"
#include "bench/cli/interpreter.h"
#include "bench/cli/reference_folder.h"
#include "bench/core/buf.h"
#include "bench/core/file.h"
#include "bench/core/output.h"
#include "bench/result/result.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, LINE_BYTES = 200 };

/* What it says meanwhile. */
struct talk {
    char last[LINE_BYTES]; /* the last line of it that was not progress */
    char line[LINE_BYTES]; /* the line being read */
    size_t line_len;
};

/* Set by the handler while it runs. */
static volatile bool has_stopped;

static void note_stop(int number)
{
    (void)number;
    has_stopped = true;
}

/* ---- Running it -------------------------------------------------------------------- */

/* Progress is shown; of everything else the last line is kept, it is the cause of a failure. */
static void end_line(struct talk *t)
{
    t->line[t->line_len] = '\0';
    if (!strncmp(t->line, "reference: ", 11))
        fprintf(stderr, "%s\n", t->line);
    else if (t->line_len)
        snprintf(t->last, sizeof t->last, "%s", t->line);
    t->line_len = 0;
}

static bool take_errors(void *talk, const char *bytes, size_t length)
{
    struct talk *t = talk;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n')
            end_line(t);
        else if (t->line_len + 1 < sizeof t->line)
            t->line[t->line_len++] = (unsigned char)bytes[i] < ' ' ? ' ' : bytes[i];
    }
    return true;
}

/* Until its end, with a limit; hands on that it shall end. */
static int run_watched(struct talk *talk, char *const *args,
                       const struct reference_request *request, struct child_end *end,
                       struct err *err)
{
    const struct child_request program = {
        .what = args[0],
        .program = args[0],
        .argv = args,
        .out = request->output ? CHILD_NOTHING : CHILD_OURS,
        .errors = CHILD_PIPE,
    };
    const struct child_watch watch = {
        .timeout_ns = request->timeout_ns,
        .interrupted = &has_stopped,
        .pass_on = SIGINT,
        .on_output = take_errors,
        .context = talk,
    };
    int failed = child_run(&program, &watch, end, err);
    end_line(talk);
    return failed;
}

/* Whatever asks a program to end; a hang-up that was ignored stays so (nohup). */
static const int stops[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { STOPS = sizeof stops / sizeof *stops };

static void catch_stops(struct sigaction *old)
{
    const struct sigaction handler = {.sa_handler = note_stop};
    has_stopped = false;
    for (size_t i = 0; i < STOPS; i++)
        if (!sigaction(stops[i], NULL, &old[i]) &&
            (stops[i] != SIGHUP || old[i].sa_handler != SIG_IGN))
            sigaction(stops[i], &handler, NULL);
}

static void leave_stops(const struct sigaction *old)
{
    for (size_t i = 0; i < STOPS; i++)
        sigaction(stops[i], &old[i], NULL);
}

/* ---- What came of it --------------------------------------------------------------- */

static const char *message_of(const struct talk *t)
{
    const char *mark = strstr(t->last, "error: ");
    return !t->last[0] ? "it said nothing" : mark ? mark + 7 : t->last;
}

/* A child that cannot have done its work. */
static int judge_end(const struct talk *talk, const struct child_end *end, const char *python,
                     struct err *err)
{
    char words[160];
    bool is_ended = end->in_time && !end->start_errno;
    if (is_ended && has_stopped)
        return 0;
    if (is_ended && WIFEXITED(end->status) && WEXITSTATUS(end->status) == 2)
        return err_set(err, ERR_USAGE, "reference: %s", message_of(talk));
    if (child_is_fine(end) ||
        (is_ended && WIFEXITED(end->status) && WEXITSTATUS(end->status) == EXIT_RUN_FAILED))
        return 0;
    child_words(end, words, sizeof words);
    if (is_ended && WIFEXITED(end->status))
        return err_set(err, ERR_FAILED, "reference: %s %s: %s", python, words, message_of(talk));
    return err_set(err, ERR_FAILED, "reference: %s %s%s", python, words,
                   end->in_time ? "" : " (--timeout)");
}

/* Puts the file that was made where it was wanted, if it is a result. */
static int take_result(const struct talk *talk, const char *made, const char *python,
                       const char *output, struct err *err)
{
    struct result r;
    struct err cause = {0};
    size_t length;
    if (access(made, R_OK))
        return err_set(err, ERR_FAILED, "reference: %s wrote no result: %s", python,
                       has_stopped ? "it was interrupted" : message_of(talk));
    if (result_load(&r, made, &cause)) {
        const char *text = strstr(cause.text, "result.json");
        return err_set(err, ERR_FAILED, "reference: what %s wrote is no result: %s", python,
                       text ? text : cause.text);
    }
    result_unload(&r);
    char *text = file_read(made, &length, err);
    int failed = !text || output_write(output, text, length, err);
    free(text);
    return failed ? -1 : 0;
}

static int make_args(struct opt_list *args, const struct reference_request *request,
                     const char *python, const char *program, const char *made, struct err *err)
{
    const char *const first[] = {python, "-I", "-B", program};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        vec_add(args, first[i]);
    for (size_t i = 0; i < request->passed.count; i++)
        vec_add(args, request->passed.items[i]);
    if (request->shows_list)
        vec_add(args, "--list");
    if (request->is_quiet)
        vec_add(args, "--quiet");
    if (request->output) {
        vec_add(args, "-o");
        vec_add(args, made);
    }
    return vec_add(args, NULL) ? 0 : err_set(err, ERR_SYSTEM, "reference: no memory for options");
}

/* From the folder with the program in it to the result; the exit status. */
static int run_in(const struct reference_request *request, char *python,
                  const struct reference_folder *folder, struct err *err)
{
    char program[PATH_BYTES], made[PATH_BYTES];
    struct opt_list args = {0};
    struct talk talk = {0};
    struct child_end end;
    snprintf(program, sizeof program, "%s/cpython.py", folder->path);
    snprintf(made, sizeof made, "%s/result.json", folder->path);
    int failed = make_args(&args, request, python, program, made, err) ||
                 run_watched(&talk, (char *const *)(uintptr_t)args.items, request, &end, err);
    vec_release(&args);
    if (failed || judge_end(&talk, &end, python, err) ||
        (request->output && take_result(&talk, made, python, request->output, err)))
        return EXIT_RUN_FAILED;
    int status = has_stopped ? EXIT_INTERRUPTED : WEXITSTATUS(end.status);
    if (status == EXIT_RUN_FAILED)
        err_set(err, ERR_FAILED, "reference: %s", message_of(&talk));
    return status;
}

int reference_run(const struct reference_request *request, struct err *err)
{
    struct interpreter found;
    struct reference_folder folder;
    struct sigaction old[STOPS];
    int status = EXIT_RUN_FAILED;
    if (interpreter_find(request->python, &found, err) ||
        (request->output && output_check(request->output, err)))
        return status;
    /* Before there is anything to be left behind. */
    catch_stops(old);
    if (!reference_folder_open(&folder, err))
        status = run_in(request, found.path, &folder, err);
    reference_folder_close(&folder);
    leave_stops(old);
    return status;
}
