#include "bench/cli/reference.h"

#include "bench/cli/cli.h"
#include "bench/core/buf.h"
#include "bench/core/clock.h"
#include "bench/core/file.h"
#include "bench/core/output.h"
#include "bench/report/result.h"
#include "reference_files.h"

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

enum { PATH_BYTES = 4096, LINE_BYTES = 200, ARGS_MAX = OPT_LIST_MAX + 8 };

static const struct {
    const char *name, *text;
} files[] = {CONTEND_REFERENCE_FILES};

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

/* ---- The interpreter --------------------------------------------------------------- */

static bool is_program(const char *path)
{
    return access(path, X_OK) == 0;
}

/* Looks `name` up in PATH as execvp would. */
static bool find_in_path(const char *name, char *out, size_t size)
{
    const char *at = getenv("PATH");
    for (size_t len; at && *at; at += len + (at[len] == ':')) {
        len = strcspn(at, ":");
        snprintf(out, size, "%.*s/%s", (int)len, len ? at : ".", name);
        if (is_program(out))
            return true;
    }
    return false;
}

static int find_python(const char *asked, char *out, size_t size, struct err *err)
{
    const char *variable = getenv("CONTEND_PYTHON");
    const char *source = asked ? "--python" : "$CONTEND_PYTHON";
    const char *wanted = asked ? asked : variable && variable[0] ? variable : NULL;
    if (wanted && strchr(wanted, '/')) {
        snprintf(out, size, "%s", wanted);
        if (!is_program(out))
            return err_set(err, ERR_UNAVAILABLE, "no Python interpreter found: %s: \"%s\": %s",
                           source, wanted, strerror(errno));
        return 0;
    }
    if (wanted && !find_in_path(wanted, out, size))
        return err_set(err, ERR_UNAVAILABLE,
                       "no Python interpreter found: %s: \"%s\" is not in PATH", source, wanted);
    if (wanted)
        return 0;
    snprintf(out, size, "/usr/bin/python3");
    if (is_program(out) || find_in_path("python3", out, size))
        return 0;
    return err_set(err, ERR_UNAVAILABLE,
                   "no Python interpreter found: neither /usr/bin/python3 nor python3 in PATH; "
                   "name one with --python");
}

/* ---- The program ------------------------------------------------------------------- */

static int write_file(const char *folder, const char *name, const char *text, struct err *err)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    if (!f)
        return err_set_sys(err, errno, "%s", path);
    bool is_written = fputs(text, f) != EOF;
    if (fclose(f) != 0 || !is_written)
        return err_set_sys(err, errno, "%s", path);
    return 0;
}

static int unpack(char *folder, size_t size, struct err *err)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, size, "%s/contend-reference.XXXXXX", base && base[0] ? base : "/tmp");
    if (!mkdtemp(folder)) {
        err_set_sys(err, errno, "a temporary folder %s", folder);
        folder[0] = '\0';
        return -1;
    }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (write_file(folder, files[i].name, files[i].text, err))
            return -1;
    return 0;
}

static void remove_folder(const char *folder)
{
    char path[PATH_BYTES];
    if (!folder[0])
        return;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i].name);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/result.json", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/result.json.tmp", folder);
    unlink(path);
    rmdir(folder);
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
    const struct sigaction handler = {.sa_handler = note_stop};
    struct sigaction old_int, old_term;
    stop_signal = 0;
    sigaction(SIGINT, &handler, &old_int);
    sigaction(SIGTERM, &handler, &old_term);
    int failed = start(c, args, !request->output, err);
    if (!failed)
        watch(c, request->timeout_ns);
    sigaction(SIGINT, &old_int, NULL);
    sigaction(SIGTERM, &old_term, NULL);
    return failed;
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

int reference_run(const struct reference_request *request, struct err *err)
{
    char python[PATH_BYTES], folder[PATH_BYTES - 64] = "", program[PATH_BYTES], made[PATH_BYTES];
    char isolated[] = "-I", no_cache[] = "-B", output[] = "-o";
    char *args[ARGS_MAX] = {python, isolated, no_cache, program};
    size_t n = 4;
    struct child child = {0};
    int status = EXIT_RUN_FAILED;
    if (find_python(request->python, python, sizeof python, err) ||
        (request->output && output_check(request->output, err)))
        return status;
    if (unpack(folder, sizeof folder, err))
        goto remove;
    snprintf(program, sizeof program, "%s/cpython.py", folder);
    snprintf(made, sizeof made, "%s/result.json", folder);
    for (size_t i = 0; i < request->passed.count; i++)
        args[n++] = (char *)(uintptr_t)request->passed.items[i];
    if (request->output) {
        args[n++] = output;
        args[n++] = made;
    }
    if (run_watched(&child, args, request, err) || judge_end(&child, python, err) ||
        (request->output && take_result(&child, made, python, request->output, err)))
        goto remove;
    status = stop_signal ? EXIT_INTERRUPTED : WEXITSTATUS(child.status);
    if (status == EXIT_RUN_FAILED)
        err_set(err, ERR_FAILED, "reference: %s", message_of(&child));
remove:
    remove_folder(folder);
    return status;
}
