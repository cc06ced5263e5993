/* contend hosts: where results were measured. */
#include "bench/base/output.h"
#include "bench/cli/cli.h"
#include "bench/cli/show.h"
#include "bench/result/list.h"

struct settings {
    struct show show;
    bool is_long;
};

static const struct opt options[] = {
    {OPT_AT(struct settings, is_long), .name = "long", .letter = 'l', .help = "with the kernel"},
    {OPT_AT(struct settings, show.format), SHOW_FORMAT},
    {OPT_AT(struct settings, show.output), SHOW_OUTPUT},
    {0},
};

static void make_page(struct page *p, const struct result_list *results, bool is_long)
{
    static const struct page_column columns[] = {
        {.key = "result", .flags = PAGE_LABEL},
        {.key = "host"},
        {.key = "cpus"},
        {.key = "kernel"},
        {0},
    };
    page_init(p, "contend hosts");
    page_grid(p, &(struct page_grid_form){.key = "hosts", .columns = columns});
    for (size_t i = 0; i < results->count; i++) {
        const struct result *r = &results->items[i];
        page_row(p);
        page_texts(p, r->label, r->hostname, NULL);
        page_count(p, (uint64_t)r->cpus_allowed);
        if (is_long)
            page_text(p, "%s", r->kernel);
    }
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    struct result_list results;
    struct page page;
    if (output_keep_all(call->words, s->show.output, err) || show_take(&s->show, "text", NULL, err))
        return -1; /* err is set, and main chooses the status */
    int failed = results_load(&results, call->words->items, call->words->count,
                              RESULT_SUMMARIES | RESULT_HOSTS, err);
    if (!failed) {
        make_page(&page, &results, s->is_long);
        failed = show_page(&page, &s->show, err);
    }
    results_unload(&results);
    return failed ? -1 : EXIT_FINE;
}

const struct command command_hosts = {
    .name = "hosts",                          /* Required */
    .summary = "where results were measured", /* one line; without it, it is not listed */
    .usage = "RESULT... [--long] [--format F] [-o FILE]", /* Optional: a line a form */
    .examples = "  contend hosts results/*.json\n",       /* Optional */
    .argument = {ARGUMENT_SOME("RESULT", "a result file", /* one at least; ARGUMENT_ONE: just one */
                               "a result file, such as results/standard.json")},
    /* The rows, where their values go, and what is called then.  Without rows: --help alone; in
     * place of all three words of its own: see cmd_history.c. */
    COMMAND_DOES(options, struct settings, run),
};
