/* contend help: what the other commands take. */
#include "bench/base/command_help.h"
#include "bench/base/json.h"
#include "bench/cli/cli.h"
#include "version.h"

struct settings {
    bool json;
};

static const struct opt options[] = {
    {OPT_AT(struct settings, json), .name = "json",
     .help = "every command with its options, defaults, choices and arguments, for programs"},
    {0},
};

static int print_help(const struct opt_list *words, struct err *err)
{
    struct buf path = {0};
    const struct command *c = command_find_path(&cli_program, words, &path, err);
    int failed = !c || cli_help(c, buf_text(&path), err);
    buf_release(&path);
    return failed;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    const struct settings *s = settings;
    if (s->json && call->words->count)
        return err_set(err, ERR_USAGE, "help: --json lists all commands; \"%s\" is one too many",
                       call->words->items[0]);
    if (!s->json)
        return print_help(call->words, err);
    struct buf text = {0};
    json_add_text(&text, help_json(&cli_program, CONTEND_VERSION), JSON_INDENT(1));
    return cli_put(NULL, &text, err);
}

const struct command command_help = {
    .name = "help",
    .summary = "what a command does and takes",
    .usage = "[COMMAND [WORD]]\n--json",
    .argument = {.name = "COMMAND",
                 .help = "that command alone, as \"contend COMMAND --help\"",
                 .least = 0,
                 .most = 2},
    COMMAND_DOES(options, struct settings, run),
};
