/* contend merge: shards, and hosts, as one document. */
#include "bench/base/output.h"
#include "bench/cli/cli.h"
#include "bench/page/picture/picture.h"
#include "bench/result/merge.h"

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

static int run(void *settings, const struct call *call, struct err *err)
{
    const struct settings *s = settings;
    struct buf said = {0};
    if (picture_refuse_result(s->output, err) || (s->output && output_check(s->output, err)))
        return -1;
    int failed = results_merge_paths(call->words, s->host, s->output, &said, err);
    cli_tell(&said);
    return failed;
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
    .argument = {ARGUMENT_SOME("RESULT",
                               "a result file, merged before or not; \"-\" reads standard input",
                               "the results to merge")},
    COMMAND_DOES(options, struct settings, run),
};
