/* contend list: what there is to be combined. */
#include "bench/cli/cli.h"
#include "bench/cli/show.h"
#include "bench/lab/catalogue.h"
#include "bench/registry.h"

struct settings {
    struct show show;
    struct opt_list plugins;
};

static const struct opt options[] = {
    {OPT_AT(struct settings, show.format), SHOW_FORMAT},
    {OPT_AT(struct settings, show.is_json), SHOW_JSON},
    {OPT_AT(struct settings, show.output), SHOW_OUTPUT},
    {OPT_AT(struct settings, show.width), SHOW_WIDTH_LINES},
    {OPT_AT(struct settings, plugins), .name = "plugin", .argument = "FILE",
     .help = "also what this shared object offers; may be given again"},
    {0},
};

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    struct page page;
    if (show_take(&s->show, "text", NULL, err) ||
        registry_load_plugins(s->plugins.items, s->plugins.count, err))
        return -1;
    catalogue_page(&page, call->words->count ? call->words->items[0] : NULL);
    return show_page(&page, &s->show, err);
}

const struct command command_list = {
    .name = "list",
    .summary = "what there is to be combined",
    .usage = "[KIND] [--format F] [-o FILE] [--plugin FILE]",
    .argument = {.name = "KIND", .help = "these alone", .most = 1, .choices = catalogue_kinds},
    COMMAND_DOES(options, struct settings, run),
};
