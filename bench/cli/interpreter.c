#include "bench/cli/interpreter.h"

#include "bench/core/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_LIMIT_NS UINT64_C(20000000000)

/* What it says of itself: version, implementation, sys.executable, and what the kernel runs. */
static const char question[] =
    "import os, sys\n"
    "print('contend-python %d.%d.%d' % sys.version_info[:3])\n"
    "print(getattr(getattr(sys, 'implementation', None), 'name', 'cpython'))\n"
    "print(sys.executable)\n"
    "print(os.path.realpath('/proc/self/exe'))\n";

enum { ANSWER_BYTES = 3 * INTERPRETER_PATH_BYTES };

struct answer {
    char text[ANSWER_BYTES];
    const char *version, *implementation, *executable, *image; /* lines of it */
};

/* ---- Looking --------------------------------------------------------------------------- */

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

static int look(const char *asked, char *out, size_t size, struct err *err)
{
    const char *variable = getenv("CONTEND_PYTHON");
    const char *source = asked ? "--python" : "$CONTEND_PYTHON";
    const char *wanted = asked ? asked : variable && variable[0] ? variable : NULL;
    if (wanted && !wanted[0])
        return err_set(err, ERR_UNAVAILABLE,
                       "no Python interpreter found: --python: \"\" names none");
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

/* ---- Asking ---------------------------------------------------------------------------- */

static void become(const char *path, int output, pid_t parent)
{
    /* A group of its own: a script may have started more than itself. */
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execl(path, path, "-I", "-c", question, (char *)NULL);
    dprintf(STDERR_FILENO, "%s\n", strerror(errno));
    _exit(127);
}

/* All it prints, or as much as there is room for; false when it took too long. */
static bool read_until_end(int from, char *out, size_t size)
{
    uint64_t deadline_ns = clock_now_ns() + ANSWER_LIMIT_NS;
    size_t length = 0;
    ssize_t got = 1;
    while (got != 0 && length + 1 < size && clock_now_ns() < deadline_ns) {
        struct pollfd ready = {.fd = from, .events = POLLIN};
        if (poll(&ready, 1, 100) <= 0)
            continue;
        got = read(from, out + length, size - 1 - length);
        if (got > 0)
            length += (size_t)got;
        else if (got < 0 && errno != EINTR)
            got = 0;
    }
    out[length] = '\0';
    return got == 0;
}

static const char *next_line(char **rest)
{
    const char *line = strsep(rest, "\n");
    return line ? line : "";
}

static int ask(const char *path, struct answer *a, struct err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return err_set_sys(err, errno, "pipe");
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        become(path, ends[1], parent);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return err_set_sys(err, errno, "fork");
    }
    setpgid(pid, pid);
    bool ended = read_until_end(ends[0], a->text, sizeof a->text);
    close(ends[0]);
    kill(-pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    char *rest = strstr(a->text, "contend-python ");
    if (!rest && ended) {
        for (char *p = a->text; *p; p++)
            *p = (unsigned char)*p < ' ' ? ' ' : *p;
        return err_set(err, ERR_UNAVAILABLE, "%s is no Python that can be used: it %s%s%.200s%s",
                       path, *a->text ? "says " : "says nothing", *a->text ? "\"" : "", a->text,
                       *a->text ? "\"" : "");
    }
    if (!rest)
        return err_set(err, ERR_UNAVAILABLE, "%s is no Python that can be used: it does not answer",
                       path);
    rest += strlen("contend-python ");
    a->version = next_line(&rest);
    a->implementation = next_line(&rest);
    a->executable = next_line(&rest);
    a->image = next_line(&rest);
    return 0;
}

/* Whatever is given the question may print it: an answer is a version and the name of one. */
static bool is_answer(const struct answer *a, int *major, int *minor)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t length = strlen(a->implementation);
    return sscanf(a->version, "%d.%d", major, minor) == 2 && length > 0 &&
           strspn(a->implementation, name) == length;
}

static int check(const char *path, const struct answer *a, struct err *err)
{
    int major = 0, minor = 0;
    if (!is_answer(a, &major, &minor))
        return err_set(err, ERR_UNAVAILABLE,
                       "%s is no Python that can be used: it does not say which it is", path);
    if (strcmp(a->implementation, "cpython") != 0)
        return err_set(err, ERR_UNAVAILABLE, "%s is %.40s, not CPython", path, a->implementation);
    if (major != 3 || minor < 9)
        return err_set(err, ERR_UNAVAILABLE, "%s is Python %.40s; the reference needs 3.9 or later",
                       path, a->version);
    return 0;
}

/* Whether the kernel runs the file itself; a script names another program in its first line. */
static bool is_script(const char *path)
{
    char mark[2] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, mark, sizeof mark);
    if (fd >= 0)
        close(fd);
    return got == (ssize_t)sizeof mark && mark[0] == '#' && mark[1] == '!';
}

int interpreter_find(const char *asked, struct interpreter *out, struct err *err)
{
    char found[INTERPRETER_PATH_BYTES];
    struct answer a;
    if (look(asked, found, sizeof found, err) || ask(found, &a, err) || check(found, &a, err))
        return -1;
    /* A script that hands on its own name is taken for the interpreter; the kernel knows better. */
    const char *real = *a.executable && !is_script(a.executable) ? a.executable : a.image;
    snprintf(out->path, sizeof out->path, "%s", real);
    snprintf(out->version, sizeof out->version, "%.31s", a.version);
    if (is_script(out->path) || !is_program(out->path))
        return err_set(err, ERR_UNAVAILABLE,
                       "%s is a script, and what it starts cannot be told: name the interpreter",
                       found);
    if (!strcmp(out->path, found))
        return 0;
    /* Without the script's preparations it has to be the same. */
    if (ask(out->path, &a, err) || check(out->path, &a, err))
        return -1;
    if (strcmp(a.version, out->version) != 0)
        return err_set(err, ERR_UNAVAILABLE, "%s starts Python %s, but %s by itself is %.31s",
                       found, out->version, out->path, a.version);
    return 0;
}
