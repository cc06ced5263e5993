/* contend compare: two stored results side by side, judged row by row. */
#include "bench/base/output.h"
#include "bench/cli/cli.h"
#include "bench/cli/show.h"
#include "bench/cli/terminal.h"
#include "bench/judge/compare/files.h"
#include "bench/judge/fidelity/files.h"
#include "bench/page/picture/picture.h"

struct settings {
    int64_t width;
    struct compare_wishes wishes;
    bool fidelity, gate, strict, all;
    const char *format, *output;
};

static int verdict_status(const struct settings *s, const struct comparison *c)
{
    size_t open = c->counts[VERDICT_UNDECIDED] + c->counts[VERDICT_NOT_COMPARABLE];
    if (s->gate && c->counts[VERDICT_SLOWER])
        return EXIT_REGRESSION;
    if (c->counts[VERDICT_NOT_COMPARABLE] == c->count)
        return EXIT_NO_VERDICT;
    return s->strict && open ? EXIT_UNDECIDED : EXIT_FINE;
}

static int compare(const struct settings *s, struct err *err)
{
    struct compare_files f;
    struct page page;
    int failed = compare_files_judge(&f, &s->wishes, err);
    if (!failed) {
        page_init(&page, "contend compare");
        if (!s->output) /* of a file the ending says it */
            page_expect(&page, s->format ? s->format : page_formats[0]);
        compare_page(&page, &f.comparison, s->all);
        failed = show_page_to(&page, s->format, show_lines(s->width), s->output, err);
    }
    int status = failed ? -1 : verdict_status(s, &f.comparison);
    compare_files_release(&f);
    return status;
}

/* 0 in all tables, 1 differs in one, 5 when there is no row to judge. */
static int compare_fidelity(const struct settings *s, struct err *err)
{
    struct fidelity_files f;
    struct page page;
    int failed = fidelity_files_judge(&f, s->wishes.base.items[0], &s->wishes.head, err);
    if (!failed) {
        fidelity_files_page(&page, &f);
        failed = show_page_to(&page, s->format, show_lines(s->width), s->output, err);
    }
    if (!failed && !f.rows)
        failed = err_set(err, ERR_NOTCOMPARABLE, "compare: the two results have no row in common");
    int status = failed ? -1 : f.differing ? EXIT_REGRESSION : EXIT_FINE;
    fidelity_files_release(&f);
    return status;
}

/* BASE HEAD, BASE... -- HEAD..., or --base and --head as often as there are files. */
static int sort_paths(struct compare_wishes *w, const struct call *call, bool is_fidelity,
                      struct err *err)
{
    const struct opt_list *words = call->words;
    size_t before = call->is_divided ? call->before : words->count;
    bool is_named = w->base.count || w->head.count;
    /* How many of the words are of base; the others are of head. */
    size_t of_base = call->is_divided ? before : 1;
    if (is_named && (before || call->is_divided))
        return err_set(err, ERR_USAGE, "compare: \"%s\" stands beside --base and --head",
                       before ? words->items[0] : "--");
    if (!is_named && !call->is_divided && before != 2 && !(is_fidelity && before > 2))
        return err_set(err, ERR_USAGE,
                       "compare: needs two results, BASE and HEAD, not %zu (several a side: "
                       "BASE... -- HEAD...)",
                       before);
    for (size_t i = 0; i < words->count; i++)
        if (opt_list_add(i < of_base ? &w->base : &w->head, words->items[i], err))
            return -1;
    if (!w->base.count || !w->head.count)
        return err_set(err, ERR_USAGE, "compare: a result of %s is missing",
                       w->base.count ? "head" : "base");
    if (is_fidelity && w->base.count != 1)
        return err_set(
            err, ERR_USAGE,
            "compare: --fidelity needs two results, EMULATED and REFERENCE (or several)");
    return 0;
}

/* What is read is not written over. */
static int keep_inputs(const struct settings *s, struct err *err)
{
    const struct opt_list *sides[] = {&s->wishes.base, &s->wishes.head};
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < sides[i]->count; k++)
            if (output_keep(sides[i]->items[k], s->output, err))
                return -1;
    return 0;
}

static const struct opt options[] = {
    {OPT_AT(struct settings, wishes.threshold), .name = "threshold", .argument = "R",
     .help = "changes up to this are no regression", .without = "3%"},
    {OPT_AT(struct settings, wishes.moment_sd), .name = "moment-sd", .argument = "R",
     .help = "what two moments of this machine differ by, as doctor --moments finds it",
     .without = "3%"},
    {OPT_AT(struct settings, gate), .name = "gate", .help = "exit 1 when something is slower"},
    {OPT_AT(struct settings, strict), .name = "strict",
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
    {OPT_AT(struct settings, all), .name = "all", .help = "every row, in text"},
    {OPT_AT(struct settings, fidelity), .name = "fidelity",
     .help = "an emulated runtime (BASE) against the real one (HEAD, or several)"},
    SHOW_FORMAT_OPT(struct settings, format),
    SHOW_OUTPUT_OPT(struct settings, output),
    TERMINAL_LINES_OPT(struct settings, width),
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
    compare_wishes_init(&((struct settings *)settings)->wishes);
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    if (sort_paths(&s->wishes, call, s->fidelity, err) || keep_inputs(s, err))
        return -1;
    s->format = picture_place(s->format, s->output, "text", err);
    if (!s->format)
        return -1;
    return s->fidelity ? compare_fidelity(s, err) : compare(s, err);
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
    .arguments = arguments,
    .options = options,
    .settings_size = sizeof(struct settings),
    .init = init,
    .run = run,
};
