/* contend compare: two stored results side by side, judged row by row. */
#include "bench/cli/cli.h"
#include "bench/cli/show.h"
#include "bench/judge/compare/files.h"
#include "bench/judge/fidelity/files.h"
#include "bench/stats/paired.h"

#define NOT_SAID (-1.0)

struct wishes {
    bool fidelity, gate, strict, all;
    const char *format, *metric, *filter;
    double threshold, moment_sd;
    struct opt_list allow, base, head;
};

static int verdict_status(const struct wishes *w, const struct comparison *c)
{
    size_t open = c->counts[VERDICT_UNDECIDED] + c->counts[VERDICT_NOT_COMPARABLE];
    if (w->gate && c->counts[VERDICT_SLOWER])
        return EXIT_REGRESSION;
    if (c->counts[VERDICT_NOT_COMPARABLE] == c->count)
        return EXIT_NO_VERDICT;
    return w->strict && open ? EXIT_UNDECIDED : EXIT_FINE;
}

static int compare(const struct wishes *w, struct err *err)
{
    struct compare_files f;
    struct page page;
    struct compare_request request = {
        .metric = w->metric,
        .filter = w->filter,
        .tolerance = w->threshold,
        .moment_sd = w->moment_sd > 0 ? log_ratio_of_change(w->moment_sd) : 0,
    };
    int status = EXIT_USAGE;
    if (!compare_files_judge(&f, &w->base, &w->head, &w->allow, &request, err)) {
        compare_page(&page, &f.comparison, w->all);
        status = show_page(&page, w->format, SHOW_UNWRAPPED, err)
                     ? EXIT_RUN_FAILED
                     : verdict_status(w, &f.comparison);
    }
    compare_files_release(&f);
    return status;
}

/* 0 in all tables, 1 differs in one, 5 when there is no row to judge. */
static int compare_fidelity(const struct wishes *w, struct err *err)
{
    struct fidelity_files f;
    struct page page;
    int failed = fidelity_files_judge(&f, w->base.items[0], &w->head, err);
    if (!failed) {
        fidelity_files_page(&page, &f);
        failed = show_page(&page, w->format, SHOW_UNWRAPPED, err);
    }
    if (!failed && !f.rows)
        err_set(err, ERR_NOTCOMPARABLE, "compare: the two results have no row in common");
    int status = failed ? EXIT_RUN_FAILED : f.differing ? EXIT_REGRESSION : EXIT_FINE;
    fidelity_files_release(&f);
    return status;
}

/* BASE HEAD, BASE... -- HEAD..., or --base and --head as often as there are files. */
static int sort_paths(struct wishes *w, const struct call *call, struct err *err)
{
    const struct opt_list *words = call->words;
    size_t before = call->is_divided ? call->before : words->count;
    bool is_named = w->base.count || w->head.count;
    /* How many of the words are of base; the others are of head. */
    size_t of_base = call->is_divided ? before : 1;
    if (is_named && (before || call->is_divided))
        return err_set(err, ERR_USAGE, "compare: \"%s\" stands beside --base and --head",
                       before ? words->items[0] : "--");
    if (!is_named && !call->is_divided && before != 2 && !(w->fidelity && before > 2))
        return err_set(err, ERR_USAGE,
                       "compare: needs two results, BASE and HEAD, not %zu (several a side: "
                       "BASE... -- HEAD...)",
                       before);
    for (size_t i = 0; i < words->count; i++)
        if (opt_list_add(i < of_base ? &w->base : &w->head, words->items[i], err))
            return -1;
    if (w->base.count && w->head.count)
        return 0;
    return err_set(err, ERR_USAGE, "compare: a result of %s is missing",
                   w->base.count ? "head" : "base");
}

static const struct opt options[] = {
    {OPT_AT(struct wishes, threshold), .name = "threshold", .argument = "R",
     .help = "changes up to this are no regression", .without = "3%"},
    {OPT_AT(struct wishes, moment_sd), .name = "moment-sd", .argument = "R",
     .help = "what two moments of this machine differ by, as doctor --moments finds it",
     .without = "3%"},
    {OPT_AT(struct wishes, gate), .name = "gate", .help = "exit 1 when something is slower"},
    {OPT_AT(struct wishes, strict), .name = "strict",
     .help = "exit 4 when something could not be decided"},
    {OPT_AT(struct wishes, metric), .name = "metric", .letter = 'm', .argument = "M[,M]",
     .help = "these metrics, or \"all\"", .without = "startup, throughput, latency"},
    {OPT_AT(struct wishes, filter), .name = "filter", .argument = "EXPR",
     .help = "only cells such as workload=sleep,tasks>=10"},
    {OPT_AT(struct wishes, allow), .name = "allow", .argument = "DIMENSION",
     .help = "compare although this differs; may be given again"},
    {OPT_AT(struct wishes, base), .name = "base", .argument = "FILE",
     .help = "a result of base; may be given again"},
    {OPT_AT(struct wishes, head), .name = "head", .argument = "FILE",
     .help = "a result of head; may be given again"},
    {OPT_AT(struct wishes, all), .name = "all", .help = "every row, in text"},
    {OPT_AT(struct wishes, fidelity), .name = "fidelity",
     .help = "an emulated runtime (BASE) against the real one (HEAD, or several)"},
    SHOW_FORMAT_OPT(struct wishes, format),
    {0},
};

static const struct argument arguments[] = {
    {.name = "RESULT",
     .help = "BASE and HEAD; several a side are replications",
     .most = ARGUMENTS_ANY},
    {0},
};

static void init(void *settings)
{
    struct wishes *w = settings;
    w->threshold = COMPARE_TOLERANCE;
    w->moment_sd = NOT_SAID;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct wishes *w = settings;
    if (w->moment_sd <= 0 && w->moment_sd > NOT_SAID) {
        err_set(err, ERR_USAGE, "--moment-sd: moments that do not differ at all are none (3%%)");
        return EXIT_USAGE;
    }
    if (sort_paths(w, call, err))
        return EXIT_USAGE;
    if (w->fidelity && w->base.count != 1) {
        err_set(err, ERR_USAGE,
                "compare: --fidelity needs two results, EMULATED and REFERENCE (or several)");
        return EXIT_USAGE;
    }
    return w->fidelity ? compare_fidelity(w, err) : compare(w, err);
}

const struct command command_compare = {
    .name = "compare",
    .summary = "two stored results, judged row by row",
    .usage = "BASE HEAD [OPTION]...\nBASE... -- HEAD...",
    .about =
        "Is HEAD slower than BASE?  Each metric of each cell that both have is called slower, "
        "faster, same, shifted (real, inside the tolerance), undecided or not comparable. Two "
        "stored results come from two moments, and moments differ: what is said allows for that, "
        "and often it is \"undecided\".  Several files a side are replications and sharpen it; "
        "interleaved runs of both sides see far smaller effects. Results of other machines, "
        "kernels, compilers or parameters are refused.\n\n"
        "Dimensions of --allow: machine kernel libc runtime compiler sanitizer parameters "
        "placement "
        "operations.",
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
    .arguments = arguments,
    .options = options,
    .settings_size = sizeof(struct wishes),
    .init = init,
    .run = run,
};
