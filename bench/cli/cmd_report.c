/* contend report: tables and sentences from result files. */
#include "bench/cli/cli.h"
#include "bench/cli/show.h"
#include "bench/lab/known.h"

struct wishes {
    struct view_wishes view;
    struct show show;
};

static const char *const weights[] = {"relative", "absolute", NULL};

static const struct opt options[] = {
    {OPT_AT(struct wishes, show.format), SHOW_FORMAT},
    {OPT_AT(struct wishes, show.output), SHOW_OUTPUT},
    {OPT_AT(struct wishes, view.plot), .name = "plot", .argument = "CHART",
     .help = "one picture, 600 pixels wide; timeline is of what contend trace writes",
     .choice_at = view_plot_name},
    {OPT_AT(struct wishes, view.tables), .name = "tables",
     .help = "a table for each workload and lock in place of the first screen, as with any option "
             "that shapes them"},
    {OPT_AT(struct wishes, view.rows), .name = "rows", .argument = "DIM[,DIM]",
     .help = "what rows are made of", .without = "executor,tasks"},
    {OPT_AT(struct wishes, view.cols), .name = "cols", .argument = "DIM",
     .help = "a column group for each value of this"},
    {OPT_AT(struct wishes, view.metric), .name = "metric", .letter = 'm', .argument = "M[,M]",
     .help = "metrics by the names in tables' heads or in the file, or \"all\"",
     .without = "startup, throughput, contention", .choice_at = known_metric, .is_open = true,
     .is_many = true},
    {OPT_AT(struct wishes, view.filter), .name = "filter", .argument = "EXPR",
     .help = "only cells such as workload=sleep,tasks>=10"},
    {OPT_AT(struct wishes, view.ratio), .name = "ratio",
     .help = "a ratio behind each metric: to the first row, or of several results to the first"},
    {OPT_AT(struct wishes, view.relative_to), .name = "relative-to", .argument = "DIM=VALUE",
     .help =
         "ratios to the cells that differ in this alone, such as executor=thread or result=base"},
    {OPT_AT(struct wishes, view.sort), .name = "sort", .argument = "M",
     .help = "rows by a metric, the best first, or by a dimension; -M the other way round"},
    {OPT_AT(struct wishes, view.digits), .name = "digits", OPT_COUNT(1, 15),
     .help = "significant digits of measured values", .without = "as many as intervals deserve"},
    {OPT_AT(struct wishes, view.ci), .name = "ci", .help = "intervals behind measured values"},
    {OPT_AT(struct wishes, view.caption), .name = "caption", .argument = "TEXT",
     .help = "stands over the tables"},
    {OPT_AT(struct wishes, view.columns), .name = "columns", OPT_COUNT(1, 100),
     .help = "of --format latex: most columns beside the labels in a tabular",
     .without = "as many as a page of one column holds"},
    {OPT_AT(struct wishes, view.sentences), .name = "sentences",
     .help = "say in words what the numbers mean"},
    {OPT_AT(struct wishes, view.scaling), .name = "scaling",
     .help = "speed-up over tasks and the scaling law"},
    {OPT_AT(struct wishes, view.weights), .name = "weights", .argument = "W",
     .help = "of --scaling's fit, how deviations count", .without = "relative", .choices = weights},
    {OPT_AT(struct wishes, show.width), SHOW_WIDTH_TEXT},
    {0},
};

static int run(void *settings, const struct call *call, struct err *err)
{
    struct wishes *w = settings;
    return show_view(call->words, &w->view, &w->show, err);
}

const struct command command_report = {
    .name = "report",
    .summary = "what results say: one screen, or comparison tables",
    .usage = "RESULT... [OPTION]...",
    .about = "Without options one screen: what units cost, what they yield waiting and computing, "
             "what it means and what not to trust.  With --tables, or any option that says how "
             "tables should look: what it costs to start, what it yields and what contention "
             "takes, for each workload and lock.  Those of different hosts stand side by side and "
             "are never pooled.\n\n"
             "Dimensions: workload lock executor tasks workers placement host result commit role "
             "status id, and every parameter by its name.",
    .examples = "  contend report results/a.json results/b.json --tables --sentences\n"
                "  contend report a.json --rows tasks --cols executor --metric throughput\n"
                "  contend report base.json head.json --cols result --metric throughput --ratio\n"
                "  contend report a.json --relative-to executor=thread --sort throughput --ci\n"
                "  contend report a.json --filter 'lock=none|gil,tasks>=2' --ratio\n",
    .argument = {ARGUMENT_SOME("RESULT", "a result file; \"-\" reads standard input",
                               "a result file, such as results/standard.json")},
    COMMAND_DOES(options, struct wishes, run),
};
