/* contend merge: shards, and hosts, as one document. */
#include "bench/base/clock.h"
#include "bench/base/output.h"
#include "bench/cli/cli.h"
#include "bench/result/merge.h"

#include <stdio.h>
#include <string.h>

struct settings {
    const char *output, *host;
};

static const struct opt options[] = {
    {OPT_AT(struct settings, output), .name = "output", .letter = 'o', .argument = "FILE",
     .help = "the result", .without = "standard output"},
    {OPT_AT(struct settings, host), .name = "host", .argument = "NAME",
     .help = "only what was measured on this host", .without = "of all"},
    {0},
};

static const struct argument arguments[] = {
    {.name = "RESULT",
     .help = "a result file, merged before or not; \"-\" reads standard input",
     .missing = "the results to merge",
     .least = 1,
     .most = ARGUMENTS_ANY},
    {0},
};

/* Parts are settled by when they began, so that clocks that disagree are worth a line. */
static void say_clocks(const struct result_list *results)
{
    char now[40];
    clock_utc_text(now, sizeof now);
    for (size_t i = 0; i < results->count; i++) {
        const struct result *r = &results->items[i];
        if (strcmp(r->started_at, now) > 0)
            fprintf(stderr, "%s: host \"%s\" began it at %s, and here it is %s: clocks disagree\n",
                    r->path, r->hostname, r->started_at, now);
    }
}

static int run(void *settings, const struct call *call, struct err *err)
{
    const struct settings *s = settings;
    struct result_list results;
    struct merge_report report = {0};
    struct buf made = {0}, said = {0};
    if (s->output && output_check(s->output, err))
        return EXIT_USAGE;
    int failed = results_load(&results, call->words->items, call->words->count,
                              RESULT_ALL | RESULT_HOSTS, err);
    if (!failed)
        say_clocks(&results);
    int status =
        failed || results_merge(&results, s->host, &made, &report, err) ? EXIT_USAGE : EXIT_FINE;
    results_unload(&results);
    buf_add(&made, s->output ? "" : "\n");
    if (!status && cli_put(s->output, &made, err))
        status = EXIT_RUN_FAILED;
    if (!status)
        merge_words(&said, &report);
    fputs(buf_text(&said), stderr);
    buf_release(&report.missing);
    buf_release(&made);
    buf_release(&said);
    return status;
}

const struct command command_merge = {
    .name = "merge",
    .summary = "shards and hosts as one result",
    .usage = "RESULT... [-o FILE] [--host NAME]",
    .about = "Makes one result of several: of shards of one plan, of runs that measured different "
             "cells, of several hosts, which stand side by side in it and are never pooled.  What "
             "comes again with the same values is there once, so that merging again changes "
             "nothing; two different results of one cell on one host are refused.",
    .examples = "  contend run --suite quick --shard 1/2 -o one.json\n"
                "  contend run --suite quick --shard 2/2 -o two.json\n"
                "  contend merge one.json two.json -o quick.json\n"
                "  contend report quick.json\n",
    .arguments = arguments,
    .options = options,
    .settings_size = sizeof(struct settings),
    .run = run,
};
