#include "bench/lab/reference.h"

#include "bench/base/buf.h"
#include "bench/base/output.h"
#include "bench/child/child.h"
#include "bench/lab/runtimes/folder.h"
#include "bench/result/result.h"
#include "bench/trace/chrome.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern const struct reference reference_cpython;

const struct reference *const references[] = {&reference_cpython, NULL};

const struct reference *reference_named(const char *name)
{
    size_t i = 0;
    while (references[i] && strcmp(references[i]->name, name) != 0)
        i++;
    return references[i];
}

enum { PATH_BYTES = 4096, LINE_BYTES = 200 };

/* The program's own exit statuses. */
enum { STATUS_USAGE = 2, STATUS_CELL_FAILED = 3 };

/* What it says meanwhile. */
struct talk {
    const struct reference_request *request;
    char last[LINE_BYTES]; /* the last line of it that was not progress */
    char line[LINE_BYTES]; /* the line being read */
    size_t line_len;
};

/* ---- Running it -------------------------------------------------------------------- */

/* Progress is shown; of everything else the last line is kept, it is the cause of a failure. */
static void end_line(struct talk *t)
{
    t->line[t->line_len] = '\0';
    if (!strncmp(t->line, "reference: ", 11))
        t->request->say(t->line);
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
static int run_watched(struct talk *talk, char *const *args, struct child_end *end, struct err *err)
{
    const struct reference_request *request = talk->request;
    const struct child_request program = {
        .what = args[0],
        .program = args[0],
        .argv = args,
        .out = request->output ? CHILD_NOTHING : CHILD_OURS,
        .errors = CHILD_PIPE,
    };
    const struct child_watch watch = {
        .timeout_ns = request->timeout_ns,
        .interrupted = request->interrupted,
        .pass_on = SIGINT,
        .on_output = take_errors,
        .context = talk,
    };
    child_adopt();
    int failed = child_run(&program, &watch, end, err);
    child_end_strays(); /* units that it has left running */
    end_line(talk);
    return failed;
}

/* ---- What came of it --------------------------------------------------------------- */

static const char *message_of(const struct talk *t)
{
    const char *mark = strstr(t->last, "error: ");
    return !t->last[0] ? "it said nothing" : mark ? mark + 7 : t->last;
}

/* A child that cannot have done its work. */
static int judge_end(const struct talk *talk, const struct child_end *end, const char *runtime,
                     struct err *err)
{
    char words[160];
    bool is_ended = end->in_time && !end->start_errno;
    if (is_ended && *talk->request->interrupted)
        return 0;
    if (is_ended && WIFEXITED(end->status) && WEXITSTATUS(end->status) == STATUS_USAGE)
        return err_set(err, ERR_USAGE, "reference: %s", message_of(talk));
    if (child_is_fine(end) ||
        (is_ended && WIFEXITED(end->status) && WEXITSTATUS(end->status) == STATUS_CELL_FAILED))
        return 0;
    child_words(end, words, sizeof words);
    if (is_ended && WIFEXITED(end->status))
        return err_set(err, ERR_FAILED, "reference: %s %s: %s", runtime, words, message_of(talk));
    return err_set(err, ERR_FAILED, "reference: %s %s%s", runtime, words,
                   end->in_time ? "" : " (--timeout)");
}

/* Whether it can be read as what it should be. */
static int check_made(const struct reference_request *request, const char *made, struct err *err)
{
    struct result r;
    struct trace t;
    if (request->is_traced) {
        if (trace_load(&t, made, err))
            return -1;
        trace_release(&t);
        return 0;
    }
    if (result_load(&r, made, err))
        return -1;
    result_unload(&r);
    return 0;
}

/* Puts the file that was made where it was wanted, if it is a result. */
static int take_result(const struct talk *talk, const char *made, const char *runtime,
                       struct err *err)
{
    struct err cause = {0};
    if (access(made, R_OK))
        return err_set(err, ERR_FAILED, "reference: %s wrote no result: %s", runtime,
                       message_of(talk));
    if (check_made(talk->request, made, &cause)) {
        const char *text = strstr(cause.text, "result.json");
        return err_set(err, ERR_FAILED, "reference: what %s wrote is no result: %s", runtime,
                       text ? text : cause.text);
    }
    return output_keep_file(talk->request->output, made, ".json", err);
}

static int make_args(struct opt_list *args, const struct reference_request *request,
                     const char *runtime, const char *program, const char *made, struct err *err)
{
    vec_add(args, runtime);
    for (const char *const *flag = request->reference->flags; *flag; flag++)
        vec_add(args, *flag);
    vec_add(args, program);
    for (size_t i = 0; i < request->passed.count; i++)
        vec_add(args, request->passed.items[i]);
    if (request->shows_list)
        vec_add(args, "--list");
    if (request->is_quiet)
        vec_add(args, "--quiet");
    if (request->is_traced)
        vec_add(args, "--trace");
    if (request->output) {
        vec_add(args, "-o");
        vec_add(args, made);
    }
    return vec_add(args, NULL) ? 0 : err_set(err, ERR_SYSTEM, "reference: no memory for options");
}

/* From the folder with the program in it to the result. */
static int run_in(const struct reference_request *request, char *runtime,
                  const struct reference_folder *folder, struct err *err)
{
    char program[PATH_BYTES], made[PATH_BYTES];
    struct opt_list args = {0};
    struct talk talk = {.request = request};
    struct child_end end;
    snprintf(program, sizeof program, "%s/%s", folder->path, request->reference->program);
    snprintf(made, sizeof made, "%s/result.json", folder->path);
    int failed = make_args(&args, request, runtime, program, made, err) ||
                 run_watched(&talk, (char *const *)(uintptr_t)args.items, &end, err);
    vec_release(&args);
    failed = failed || judge_end(&talk, &end, runtime, err);
    if (!failed && request->output && *request->interrupted && access(made, R_OK))
        return RUNTIMES_UNTOUCHED;
    if (failed || (request->output && take_result(&talk, made, runtime, err)))
        return -1;
    if (*request->interrupted)
        return RUNTIMES_PARTIAL;
    return WEXITSTATUS(end.status) == STATUS_CELL_FAILED
               ? err_set(err, ERR_FAILED, "reference: %s", message_of(&talk))
               : 0;
}

int reference_run(const struct reference_request *request, struct err *err)
{
    struct reference_runtime found;
    struct reference_folder folder;
    int outcome = -1;
    if (request->reference->find(request->runtime, &found, err) ||
        (request->output && output_check(request->output, err)))
        return -1;
    if (*request->interrupted)
        return RUNTIMES_UNTOUCHED;
    if (!reference_folder_open(&folder, request->reference->files, err))
        outcome = run_in(request, found.path, &folder, err);
    reference_folder_close(&folder);
    return outcome;
}
