/* contend reference: the same workloads in another runtime. */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/cli/reference.h"
#include "bench/core/buf.h"
#include "bench/core/units.h"

#include <string.h>

#define HOUR_NS 3600000000000

static const char usage[] = "cpython -o FILE [options]";

static const char help_text[] =
    "contend reference cpython -o FILE [options]\n\n"
    "Runs the workloads in the machine's CPython, with its threads, processes and asyncio, and\n"
    "writes a result as contend does. \"contend compare --fidelity\" sets the two side by side.\n\n"
    "  -o FILE            the result; replaced only by one that can be read\n"
    "  --python PATH      the interpreter ($CONTEND_PYTHON, /usr/bin/python3, python3 in PATH)\n"
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

static int parse(struct reference_request *r, int argc, char *const *argv, struct err *err)
{
    bool is_list = false;
    for (int i = 2; i < argc; i++) {
        const char *text;
        int64_t timeout_ns;
        if (is_option(argv[i], "-o") || is_option(argv[i], "--output")) {
            if (!(r->output = value_of("-o", argc, argv, &i, err)))
                return -1;
        } else if (is_option(argv[i], "--python")) {
            if (!(r->python = value_of("--python", argc, argv, &i, err)))
                return -1;
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
    if (is_list)
        r->output = NULL;
    else if (!r->output || !r->output[0])
        return err_set(err, ERR_USAGE, "reference: -o FILE is needed");
    return 0;
}

static int run(int argc, char *const *argv, struct err *err)
{
    struct reference_request request = {.timeout_ns = HOUR_NS};
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
            return cli_print(help_text, err) ? EXIT_RUN_FAILED : EXIT_FINE;
    if (argc < 2 || strcmp(argv[1], "cpython")) {
        err_set(err, ERR_USAGE, "reference: %s%s%s (expected: cpython)", argc < 2 ? "" : "\"",
                argc < 2 ? "needs a runtime" : argv[1], argc < 2 ? "" : "\" is none there is");
        return EXIT_USAGE;
    }
    if (parse(&request, argc, argv, err))
        return EXIT_USAGE;
    return reference_run(&request, err);
}

const struct command command_reference = {
    .name = "reference",
    .usage = usage,
    .summary = "the same workloads in another runtime (CPython)",
    .run = run,
};
