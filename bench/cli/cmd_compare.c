/* contend compare: two stored results side by side, judged row by row. */
#include "bench/cli/cli.h"
#include "bench/cli/show.h"
#include "bench/judge/compare/compare.h"
#include "bench/judge/compare/files.h"
#include "bench/judge/fidelity/files.h"

struct settings {
    struct compare_wishes wishes;
    struct show show;
};

static const struct opt options[] = {
    {OPT_AT(struct settings, wishes.threshold), .name = "threshold", .argument = "R",
     .help = "changes up to this are no regression", .without = "3%", .absent = COMPARE_TOLERANCE},
    {OPT_AT(struct settings, wishes.moment_sd), .name = "moment-sd", .argument = "R",
     .help = "what two moments of this machine differ by, as doctor --moments finds it",
     .without = "3%", .absent = -1},
    {OPT_AT(struct settings, wishes.is_gated), .name = "gate",
     .help = "exit 1 when something is slower"},
    {OPT_AT(struct settings, wishes.is_strict), .name = "strict",
     .help = "exit 4 when something could not be decided"},
    {OPT_AT(struct settings, wishes.metric), .name = "metric", .letter = 'm', .argument = "M[,M]",
     .help = "these metrics, or \"all\"", .without = "startup, throughput, latency"},
    {OPT_AT(struct settings, wishes.filter), .name = "filter", .argument = "EXPR",
     .help = "only cells such as workload=sleep,tasks>=10"},
    {OPT_AT(struct settings, wishes.allow), .name = "allow", .argument = "DIMENSION",
     .help = "compare although this differs; may be given again"},
    {OPT_AT(struct settings, wishes.base), .name = "base", .argument = "FILE",
     .help = "a result of base; may be given again"},
    {OPT_AT(struct settings, wishes.head), .name = "head", .argument = "FILE",
     .help = "a result of head; may be given again"},
    {OPT_AT(struct settings, wishes.is_whole), .name = "all", .help = "every row, in text"},
    {OPT_AT(struct settings, wishes.is_fidelity), .name = "fidelity",
     .help = "an emulated runtime (BASE) against the real one (HEAD, or several)"},
    {OPT_AT(struct settings, show.format), SHOW_FORMAT},
    {OPT_AT(struct settings, show.output), SHOW_OUTPUT},
    {OPT_AT(struct settings, show.width), SHOW_WIDTH_LINES},
    {0},
};

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    struct compare_wishes *w = &s->wishes;
    struct page page;
    int status;
    if (compare_wishes_sort(w, call, s->show.output, err) || show_take(&s->show, "text", NULL, err))
        return -1;
    int failed = w->is_fidelity
                     ? fidelity_files_page(&page, w->base.items[0], &w->head, &status, err)
                     : compare_files_page(&page, w, s->show.format, &status, err);
    return failed || show_page(&page, &s->show, err) ? -1 : status;
}

const struct command command_compare = {
    .name = "compare",
    .summary = "two stored results, judged row by row",
    .usage = "BASE HEAD [OPTION]...\nBASE... -- HEAD...",
    .about = "Is HEAD slower than BASE?  Each metric of each cell that both have is called "
             "slower, faster, same, shifted (real, inside the tolerance), undecided or not "
             "comparable. Two stored results come from two moments, and moments differ: what is "
             "said allows for that, and often it is \"undecided\".  Several files a side are "
             "replications and sharpen it; interleaved runs of both sides see far smaller "
             "effects. Results of other machines, kernels, compilers or parameters are "
             "refused.\n\n"
             "Dimensions of --allow: machine kernel libc runtime compiler sanitizer parameters "
             "placement operations.",
    .statuses = "Exit status: 0 nothing against it; with --gate 1 when a row is slower; with "
                "--strict 4 when a row is undecided or not comparable; 2 unreadable input; 5 the "
                "results are not comparable.  With --fidelity 0 all rows agree, 1 some differ, 5 "
                "there was no row to compare.",
    .examples = "  contend compare base.json head.json --gate\n"
                "  contend compare base1.json base2.json -- head1.json head2.json\n"
                "  contend compare base.json head.json --format markdown --threshold 5%\n"
                "  contend run --suite fidelity -o emulated.json\n"
                "  contend reference cpython --plan fidelity -o real.json\n"
                "  contend compare --fidelity emulated.json real.json\n",
    .argument = {.name = "RESULT",
                 .help = "BASE and HEAD; several a side are replications",
                 .most = ARGUMENTS_ANY},
    COMMAND_DOES(options, struct settings, run),
};
