#include "bench/cli/reference.h"

#include "bench/cli/cli.h"
#include "bench/cli/interpreter.h"
#include "bench/cli/reference_folder.h"
#include "bench/core/buf.h"
#include "bench/core/clock.h"
#include "bench/core/file.h"
#include "bench/core/output.h"
#include "bench/report/result.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, LINE_BYTES = 200 };

/* A program at work. */
struct child {
    pid_t pid;
    int errors;            /* read end of its stderr */
    char last[LINE_BYTES]; /* the last line of it that was not progress */
    char line[LINE_BYTES]; /* the line being read */
    size_t line_len;
    int status; /* of waitpid */
    bool has_timed_out;
};

/* Set by the handler while a child runs. */
static volatile sig_atomic_t stop_signal;

static void note_stop(int number)
{
    stop_signal = number;
}

/* ---- Running it -------------------------------------------------------------------- */

static int start(struct child *c, char *const *args, bool shows_output, struct err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return err_set_sys(err, errno, "pipe");
    pid_t parent = getpid();
    c->pid = fork();
    if (c->pid == 0) {
        /* A group of its own, so that all it starts can be ended with it. */
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(127);
        int nothing = open("/dev/null", O_RDWR);
        dup2(nothing, STDIN_FILENO);
        dup2(ends[1], STDERR_FILENO);
        if (!shows_output)
            dup2(nothing, STDOUT_FILENO);
        execv(args[0], args);
        dprintf(STDERR_FILENO, "%s\n", strerror(errno));
        _exit(127);
    }
    close(ends[1]);
    if (c->pid < 0) {
        close(ends[0]);
        return err_set_sys(err, errno, "fork");
    }
    setpgid(c->pid, c->pid);
    c->errors = ends[0];
    return 0;
}

/* Progress is shown; of everything else the last line is kept, it is the cause of a failure. */
static void end_line(struct child *c)
{
    c->line[c->line_len] = '\0';
    if (!strncmp(c->line, "reference: ", 11))
        fprintf(stderr, "%s\n", c->line);
    else if (c->line_len)
        snprintf(c->last, sizeof c->last, "%s", c->line);
    c->line_len = 0;
}

/* False when there is no more. */
static bool read_errors(struct child *c)
{
    char bytes[1024];
    ssize_t count = read(c->errors, bytes, sizeof bytes);
    if (count < 0)
        return errno == EINTR;
    for (ssize_t i = 0; i < count; i++) {
        if (bytes[i] == '\n')
            end_line(c);
        else if (c->line_len + 1 < sizeof c->line)
            c->line[c->line_len++] = (unsigned char)bytes[i] < ' ' ? ' ' : bytes[i];
    }
    return count > 0;
}

/* Waits for the end of the child, with a limit; hands signals on. */
static void watch(struct child *c, uint64_t timeout_ns)
{
    uint64_t deadline_ns = clock_now_ns() + timeout_ns;
    bool is_open = true;
    while (waitpid(c->pid, &c->status, WNOHANG) == 0) {
        if (stop_signal)
            kill(c->pid, SIGINT);
        if (clock_now_ns() > deadline_ns) {
            c->has_timed_out = true;
            kill(-c->pid, SIGKILL);
        }
        struct pollfd ready = {.fd = is_open ? c->errors : -1, .events = POLLIN};
        if (poll(&ready, 1, 50) > 0)
            is_open = read_errors(c);
    }
    kill(-c->pid, SIGKILL);
    /* What it left in the pipe; a grandchild may still hold the other end. */
    fcntl(c->errors, F_SETFL, O_NONBLOCK);
    while (is_open && read_errors(c))
        ;
    end_line(c);
    close(c->errors);
}

static int run_watched(struct child *c, char *const *args, const struct reference_request *request,
                       struct err *err)
{
    int failed = start(c, args, !request->output, err);
    if (!failed)
        watch(c, request->timeout_ns);
    return failed;
}

/* Whatever asks a program to end; a hang-up that was ignored stays so (nohup). */
static const int stops[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { STOPS = sizeof stops / sizeof *stops };

static void catch_stops(struct sigaction *old)
{
    const struct sigaction handler = {.sa_handler = note_stop};
    stop_signal = 0;
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

static const char *message_of(const struct child *c)
{
    const char *mark = strstr(c->last, "error: ");
    return !c->last[0] ? "it said nothing" : mark ? mark + 7 : c->last;
}

/* A child that cannot have done its work. */
static int judge_end(const struct child *c, const char *python, struct err *err)
{
    if (c->has_timed_out)
        return err_set(err, ERR_FAILED, "reference: %s did not end in time (--timeout)", python);
    if (stop_signal)
        return 0;
    if (WIFSIGNALED(c->status))
        return err_set(err, ERR_FAILED, "reference: %s was ended by signal %d (%s)", python,
                       WTERMSIG(c->status), strsignal(WTERMSIG(c->status)));
    int code = WEXITSTATUS(c->status);
    if (code == 2)
        return err_set(err, ERR_USAGE, "reference: %s", message_of(c));
    if (code != 0 && code != EXIT_RUN_FAILED)
        return err_set(err, ERR_FAILED, "reference: %s ended with status %d: %s", python, code,
                       message_of(c));
    return 0;
}

/* Puts the file that was made where it was wanted, if it is a result. */
static int take_result(const struct child *c, const char *made, const char *python,
                       const char *output, struct err *err)
{
    struct result r;
    struct err cause = {0};
    size_t length;
    if (access(made, R_OK))
        return err_set(err, ERR_FAILED, "reference: %s wrote no result: %s", python,
                       stop_signal ? "it was interrupted" : message_of(c));
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
    struct child child = {0};
    snprintf(program, sizeof program, "%s/cpython.py", folder->path);
    snprintf(made, sizeof made, "%s/result.json", folder->path);
    int failed = make_args(&args, request, python, program, made, err) ||
                 run_watched(&child, (char *const *)(uintptr_t)args.items, request, err);
    vec_release(&args);
    if (failed || judge_end(&child, python, err) ||
        (request->output && take_result(&child, made, python, request->output, err)))
        return EXIT_RUN_FAILED;
    int status = stop_signal ? EXIT_INTERRUPTED : WEXITSTATUS(child.status);
    if (status == EXIT_RUN_FAILED)
        err_set(err, ERR_FAILED, "reference: %s", message_of(&child));
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
