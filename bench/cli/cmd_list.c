/* contend list: what there is to be combined. */
#include "bench/cli/cli.h"
#include "bench/cli/show.h"
#include "bench/cli/terminal.h"
#include "bench/lab/catalogue.h"
#include "bench/page/picture/picture.h"
#include "bench/registry.h"

struct settings {
    const char *format, *output;
    bool json;
    int64_t width;
    struct opt_list plugins;
};

static const struct opt options[] = {
    SHOW_FORMAT_OPT(struct settings, format),
    SHOW_JSON_OPT(struct settings, json),
    SHOW_OUTPUT_OPT(struct settings, output),
    TERMINAL_LINES_OPT(struct settings, width),
    {OPT_AT(struct settings, plugins), .name = "plugin", .argument = "FILE",
     .help = "also what this shared object offers; may be given again"},
    {0},
};

static const struct argument arguments[] = {
    {.name = "KIND", .help = "these alone", .most = 1, .choices = catalogue_kinds},
    {0},
};

static int run(void *settings, const struct call *call, struct err *err)
{
    const struct settings *s = settings;
    struct page page;
    const char *format = picture_place(s->json ? "json" : s->format, s->output, "text", err);
    if (!format || registry_load_plugins(s->plugins.items, s->plugins.count, err))
        return -1;
    catalogue_page(&page, call->words->count ? call->words->items[0] : NULL);
    return show_page_to(&page, format, show_lines(s->width), s->output, err);
}

const struct command command_list = {
    .name = "list",
    .summary = "what there is to be combined",
    .usage = "[KIND] [--format F] [-o FILE] [--plugin FILE]",
    .arguments = arguments,
    .options = options,
    .settings_size = sizeof(struct settings),
    .run = run,
};
