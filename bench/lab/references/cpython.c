/*
 * CPython: looked for, asked what it is, and followed to the program itself.
 *
 * What stands in PATH may be a script that starts an interpreter (pyenv's shims are), and its
 * start-up would be measured with it.  So the one that was found is asked for sys.executable, and
 * that one has to be a program that answers the same.
 */
#include "bench/lab/reference.h"
#include "reference_cpython.h"

#include "bench/base/program.h"
#include "bench/child/child.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_LIMIT_NS UINT64_C(20000000000)

/* What it says of itself: version, implementation, sys.executable, and what the kernel runs. */
static const char question[] =
    "import os, sys\n"
    "print('contend-python %d.%d.%d' % sys.version_info[:3])\n"
    "print(getattr(getattr(sys, 'implementation', None), 'name', 'cpython'))\n"
    "print(sys.executable)\n"
    "print(os.path.realpath('/proc/self/exe'))\n";

enum { ANSWER_BYTES = 3 * RUNTIME_PATH_BYTES };

struct answer {
    char text[ANSWER_BYTES];
    const char *version, *implementation, *executable, *image; /* lines of it */
};

/* ---- Looking --------------------------------------------------------------------------- */

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
        if (!program_is(out))
            return err_set(err, ERR_UNAVAILABLE, "no Python interpreter found: %s: \"%s\": %s",
                           source, wanted, strerror(errno));
        return 0;
    }
    if (wanted && !program_find(wanted, out, size))
        return err_set(err, ERR_UNAVAILABLE,
                       "no Python interpreter found: %s: \"%s\" is not in PATH", source, wanted);
    if (wanted)
        return 0;
    snprintf(out, size, "/usr/bin/python3");
    if (program_is(out) || program_find("python3", out, size))
        return 0;
    return err_set(err, ERR_UNAVAILABLE,
                   "no Python interpreter found: neither /usr/bin/python3 nor python3 in PATH; "
                   "name one with --python");
}

/* ---- Asking ---------------------------------------------------------------------------- */

static const char *next_line(char **rest)
{
    const char *line = strsep(rest, "\n");
    return line ? line : "";
}

static int ask(const char *path, struct answer *a, struct err *err)
{
    static char isolated[] = "-I", command[] = "-c";
    char name[RUNTIME_PATH_BYTES], script[sizeof question];
    char *const argv[] = {name, isolated, command, script, NULL};
    struct child_text text = {.text = a->text, .size = sizeof a->text};
    const struct child_request request = {
        .what = path, .program = path, .argv = argv, .out = CHILD_PIPE, .errors = CHILD_PIPE};
    const struct child_watch watch = {
        .timeout_ns = ANSWER_LIMIT_NS, .on_output = child_keep_text, .context = &text};
    struct child_end end;
    a->text[0] = '\0';
    snprintf(name, sizeof name, "%s", path);
    memcpy(script, question, sizeof script);
    child_adopt(); /* whatever it is, it may start something that outlives it */
    int failed = child_run(&request, &watch, &end, err);
    child_end_strays();
    if (failed)
        return -1;
    if (end.start_errno)
        snprintf(a->text, sizeof a->text, "%s", strerror(end.start_errno));
    char words[160];
    char *rest = strstr(a->text, "contend-python ");
    if (!rest && (!end.in_time || end.has_flooded || !*a->text) && !child_is_fine(&end))
        return err_set(err, ERR_UNAVAILABLE, "%s is no Python that can be used: it %s", path,
                       child_words(&end, words, sizeof words));
    if (!rest) {
        for (char *p = a->text; *p; p++)
            *p = (unsigned char)*p < ' ' ? ' ' : *p;
        return err_set(err, ERR_UNAVAILABLE, "%s is no Python that can be used: it %s%s%.200s%s",
                       path, *a->text ? "says " : "says nothing", *a->text ? "\"" : "", a->text,
                       *a->text ? "\"" : "");
    }
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

static int find(const char *asked, struct reference_runtime *out, struct err *err)
{
    char found[RUNTIME_PATH_BYTES];
    struct answer a;
    if (look(asked, found, sizeof found, err) || ask(found, &a, err) || check(found, &a, err))
        return -1;
    /* A script that hands on its own name is taken for the interpreter; the kernel knows better. */
    const char *real = *a.executable && !program_is_script(a.executable) ? a.executable : a.image;
    snprintf(out->path, sizeof out->path, "%s", real);
    snprintf(out->version, sizeof out->version, "%.31s", a.version);
    if (program_is_script(out->path) || !program_is(out->path))
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

static const struct reference_file files[] = {REFERENCE_CPYTHON_FILES{0}};
static const char *const flags[] = {"-I", "-B", NULL};

const struct reference reference_cpython = {
    .name = "cpython",
    .files = files,
    .program = "cpython.py",
    .flags = flags,
    .find = find,
};
