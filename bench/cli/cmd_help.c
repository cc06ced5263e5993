/* contend help: what the other commands take. */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/cli/help.h"

struct settings {
    bool json;
};

static const struct opt options[] = {
    {OPT_AT(struct settings, json), .name = "json",
     .help = "every command with its options, defaults, choices and arguments, for programs"},
    {0},
};

static const struct argument arguments[] = {
    {.name = "COMMAND",
     .help = "that command alone, as \"contend COMMAND --help\"",
     .least = 0,
     .most = 2},
    {0},
};

static int run(void *settings, const struct call *call, struct err *err)
{
    const struct settings *s = settings;
    const struct command *command = NULL;
    struct buf path = {0}, out = {0};
    int failed = 0;
    if (s->json && call->words->count) {
        err_set(err, ERR_USAGE, "help: --json lists all commands; \"%s\" is one too many",
                call->words->items[0]);
        return EXIT_USAGE;
    }
    if (s->json)
        return cli_print_json(help_json(), JSON_INDENT(1), err) ? EXIT_RUN_FAILED : EXIT_FINE;
    for (size_t i = 0; i < call->words->count && !failed; i++) {
        command = cli_find(i ? command : NULL, call->words->items[i], err);
        failed = !command;
        buf_printf(&path, "%s%s", i ? " " : "", call->words->items[i]);
    }
    if (!failed && command)
        help_of(command, buf_text(&path), help_width(), &out);
    else if (!failed)
        help_of_all(help_width(), &out);
    failed = failed || cli_print(buf_text(&out), err);
    buf_release(&path);
    buf_release(&out);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

const struct command command_help = {
    .name = "help",
    .summary = "what a command does and takes",
    .usage = "[COMMAND [WORD]]\n--json",
    .arguments = arguments,
    .options = options,
    .settings_size = sizeof(struct settings),
    .run = run,
};
