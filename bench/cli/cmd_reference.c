/* contend reference: the same workloads in another runtime. */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/cli/interpreter.h"
#include "bench/cli/reference.h"
#include "bench/core/buf.h"
#include "bench/core/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HOUR_NS 3600000000000

static const char usage[] = "cpython -o FILE [options]";

static const char help_text[] =
    "contend reference cpython -o FILE [options]\n\n"
    "Runs the workloads in the machine's CPython, with its threads, processes and asyncio, and\n"
    "writes a result as contend does. \"contend compare --fidelity\" sets the two side by side.\n\n"
    "  -o FILE            the result; replaced only by one that can be read\n"
    "  --python PATH      the interpreter ($CONTEND_PYTHON, /usr/bin/python3, python3 in PATH); "
    "again\n"
    "                     for more: each writes a file of its own, FILE-3.12.1.json\n"
    "  --which            print which interpreters these are, and measure nothing\n"
    "  --timeout D        all of it, at most (1h)\n"
    "  --help             this text\n\n"
    "options of the reference itself:\n"
    "  --workload A,B     noop sleep spin prime mixed echo release counter queue (sleep,spin)\n"
    "  --executor A,B     serial thread process spawn coroutine (thread)\n"
    "  --tasks N,N        units of each cell (1,2,4)\n"
    "  --interval D,D     switch intervals of the interpreter's lock (5ms)\n"
    "  --task-time D      how long a task works, where it has no end of its own (500ms)\n"
    "  -p W.P=V           a parameter, such as mixed.mode=echo\n"
    "  --cell ID          a cell by its name, sleep/gil/thread/tasks=10,duration=10ms; again for "
    "more\n"
    "  --plan fidelity    the cells of the fidelity table in place of all of these\n"
    "  --rounds N --budget D --seed N --quiet\n"
    "  --list             workloads and their executors, without -o\n";

/* The value of an option in either form; *i is moved past it. NULL with err when it is missing. */
static const char *value_of(const char *name, int argc, char *const *argv, int *i, struct err *err)
{
    const char *equals = strncmp(argv[*i], "--", 2) ? NULL : strchr(argv[*i], '=');
    if (equals)
        return equals + 1;
    if (++*i < argc)
        return argv[*i];
    err_set(err, ERR_USAGE, "%s needs a value", name);
    return NULL;
}

static bool is_option(const char *arg, const char *name)
{
    size_t len = strlen(name);
    return !strncmp(arg, name, len) && (arg[len] == '\0' || arg[len] == '=');
}

struct wishes {
    struct reference_request request;
    struct opt_list pythons;
    bool is_which;
};

static int parse(struct wishes *w, int argc, char *const *argv, struct err *err)
{
    struct reference_request *r = &w->request;
    bool is_list = false;
    for (int i = 2; i < argc; i++) {
        const char *text;
        int64_t timeout_ns;
        if (is_option(argv[i], "-o") || is_option(argv[i], "--output")) {
            if (!(r->output = value_of("-o", argc, argv, &i, err)))
                return -1;
        } else if (is_option(argv[i], "--python")) {
            if (!(text = value_of("--python", argc, argv, &i, err)))
                return -1;
            if (w->pythons.count == OPT_LIST_MAX)
                return err_set(err, ERR_USAGE, "--python: more than %d interpreters", OPT_LIST_MAX);
            w->pythons.items[w->pythons.count++] = text;
        } else if (!strcmp(argv[i], "--which")) {
            w->is_which = true;
        } else if (is_option(argv[i], "--timeout")) {
            if (!(text = value_of("--timeout", argc, argv, &i, err)) ||
                units_parse("--timeout", text, "ns", 1000000, 24 * HOUR_NS, &timeout_ns, err))
                return -1;
            r->timeout_ns = (uint64_t)timeout_ns;
        } else if (r->passed.count < OPT_LIST_MAX) {
            is_list |= !strcmp(argv[i], "--list");
            r->passed.items[r->passed.count++] = argv[i];
        }
    }
    if (is_list || w->is_which)
        r->output = NULL;
    else if (!r->output || !r->output[0])
        return err_set(err, ERR_USAGE, "reference: -o FILE is needed");
    return 0;
}

/* ---- Several interpreters ------------------------------------------------------------ */

struct interpreters {
    struct interpreter *items; /* owned */
    size_t count;
};

/* By what the paths lead to. */
static bool is_known(const struct interpreters *all, const char *path)
{
    struct stat wanted, other;
    if (stat(path, &wanted))
        return false;
    for (size_t i = 0; i < all->count; i++)
        if (!stat(all->items[i].path, &other) && other.st_dev == wanted.st_dev &&
            other.st_ino == wanted.st_ino)
            return true;
    return false;
}

/* Each once: python3 and python3.11 may be the same one. */
static int find_all(const struct wishes *w, struct interpreters *out, struct err *err)
{
    size_t wanted = w->pythons.count ? w->pythons.count : 1;
    out->items = calloc(wanted, sizeof *out->items);
    if (!out->items)
        return err_set(err, ERR_SYSTEM, "%zu interpreters: out of memory", wanted);
    for (size_t i = 0; i < wanted; i++) {
        struct interpreter *found = &out->items[out->count];
        const char *asked = w->pythons.count ? w->pythons.items[i] : NULL;
        if (interpreter_find(asked, found, err))
            return -1;
        if (is_known(out, found->path))
            fprintf(stderr, "reference: %s is %s once more\n", asked, found->path);
        else
            out->count++;
    }
    return 0;
}

static int print_which(const struct interpreters *all, struct err *err)
{
    struct buf out = {0};
    for (size_t i = 0; i < all->count; i++)
        buf_printf(&out, "%s %s\n", all->items[i].version, all->items[i].path);
    int failed = cli_print(buf_text(&out), err);
    buf_release(&out);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

/* "real.json" -> "real-3.12.1.json"; the second of a version "real-3.12.1-2.json". */
static void name_output(const struct interpreters *all, size_t i, const char *output,
                        struct buf *name)
{
    size_t length = strlen(output), same = 1;
    bool is_json = length > 5 && !strcmp(output + length - 5, ".json");
    for (size_t k = 0; k < i; k++)
        same += !strcmp(all->items[k].version, all->items[i].version);
    buf_printf(name, "%.*s-%s", (int)(is_json ? length - 5 : length), output,
               all->items[i].version);
    if (same > 1)
        buf_printf(name, "-%zu", same);
    buf_add(name, is_json ? ".json" : "");
}

/* One after the other; what fails first ends it. */
static int run_each(const struct wishes *w, const struct interpreters *all, struct err *err)
{
    int status = EXIT_FINE;
    for (size_t i = 0; i < all->count && status == EXIT_FINE; i++) {
        struct reference_request one = w->request;
        struct buf name = {0};
        one.python = all->items[i].path;
        if (one.output && all->count > 1) {
            name_output(all, i, one.output, &name);
            one.output = buf_text(&name);
            fprintf(stderr, "reference: %s -> %s\n", one.python, one.output);
        }
        status = reference_run(&one, err);
        buf_release(&name);
    }
    return status;
}

static int run(int argc, char *const *argv, struct err *err)
{
    static struct wishes w;
    w = (struct wishes){.request = {.timeout_ns = HOUR_NS}};
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
            return cli_print(help_text, err) ? EXIT_RUN_FAILED : EXIT_FINE;
    if (argc < 2 || strcmp(argv[1], "cpython")) {
        err_set(err, ERR_USAGE, "reference: %s%s%s (expected: cpython)", argc < 2 ? "" : "\"",
                argc < 2 ? "needs a runtime" : argv[1], argc < 2 ? "" : "\" is none there is");
        return EXIT_USAGE;
    }
    if (parse(&w, argc, argv, err))
        return EXIT_USAGE;
    struct interpreters all = {0};
    int status = find_all(&w, &all, err) ? EXIT_RUN_FAILED
                 : w.is_which            ? print_which(&all, err)
                                         : run_each(&w, &all, err);
    free(all.items);
    return status;
}

const struct command command_reference = {
    .name = "reference",
    .usage = usage,
    .summary = "the same workloads in another runtime (CPython)",
    .run = run,
};
