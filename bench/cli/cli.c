#include "bench/cli/cli.h"

#include "bench/cli/claims_run.h"
#include "bench/cli/commands.h"
#include "bench/cli/interrupt.h"
#include "bench/core/buf.h"
#include "bench/core/json.h"
#include "bench/core/suggest.h"
#include "version.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
    &command_run,    &command_report,  &command_compare, &command_duel,   &command_history,
    &command_claims, &command_spinner, &command_export,  &command_import, &command_reference,
    &command_list,   &command_doctor,  &command_once,    &command_cell,   NULL,
};

static void add_usage(struct buf *out)
{
    buf_add(out,
            "usage: contend COMMAND [OPTION]...\n\n"
            "Measures what threads, processes and coroutines cost on this machine: to start, to "
            "run,\nand to contend.\n\ncommands:\n");
    for (const struct command *const *c = commands; *c; c++)
        if ((*c)->summary)
            buf_printf(out, "  %-10s %s\n", (*c)->name, (*c)->summary);
    buf_add(out, "\n\"contend COMMAND --help\" tells more; \"contend --version\" the version.\n");
}

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

int cli_print(const char *text, struct err *err)
{
    if (fputs(text, stdout) == EOF || fflush(stdout) == EOF)
        return err_set_sys(err, errno, "writing to standard output");
    return 0;
}

int cli_print_json(json_t *document, size_t flags, struct err *err)
{
    struct buf text = {0};
    json_add_text(&text, document, flags);
    int failed = text.failed ? err_set(err, ERR_SYSTEM, "no memory for a JSON document")
                             : cli_print(buf_text(&text), err);
    buf_release(&text);
    return failed;
}

static const struct command *find_command(const char *name, struct err *err)
{
    const char *names[32];
    size_t count = 0;
    for (const struct command *const *c = commands; *c; c++) {
        if (!strcmp((*c)->name, name))
            return *c;
        if ((*c)->summary)
            names[count++] = (*c)->name;
    }
    const char *near = suggest(name, names, count);
    err_set(err, ERR_USAGE, "unknown command \"%s\"%s%s%s", name, near ? "; did you mean \"" : "",
            near ? near : "; \"contend --help\" lists them", near ? "\"?" : "");
    return NULL;
}

static int dispatch(int argc, char *const *argv, struct err *err)
{
    if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
        !strcmp(argv[1], "help")) {
        struct buf text = {0};
        add_usage(&text);
        int failed = argc < 2 ? 0 : cli_print(buf_text(&text), err);
        if (argc < 2) {
            fputs(buf_text(&text), stderr);
            buf_release(&text);
            return EXIT_USAGE;
        }
        buf_release(&text);
        return failed ? EXIT_RUN_FAILED : EXIT_FINE;
    }
    if (!strcmp(argv[1], "--version"))
        return cli_print("contend " CONTEND_VERSION " (" CONTEND_COMMIT ")\n", err)
                   ? EXIT_RUN_FAILED
                   : EXIT_FINE;
    const struct command *command = find_command(argv[1], err);
    return command ? command->run(argc - 1, argv + 1, err) : EXIT_USAGE;
}

int cli_main(int argc, char *const *argv)
{
    struct err err = {0};
    interrupt_begin();
    int status = claims_suite_add(&err) ? EXIT_RUN_FAILED : dispatch(argc, argv, &err);
    if (err.code == ERR_NONE)
        return status;
    fprintf(stderr, "contend: error: %s\n", err.text);
    return cli_status(&err);
}
