/* contend compare: two stored results side by side, judged row by row. */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/cli/compare.h"
#include "bench/cli/show.h"
#include "bench/core/opts.h"
#include "bench/report/compare/compare.h"
#include "bench/stats/paired.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define NOT_SAID (-1.0)

static const char usage[] = "BASE HEAD [options]   (or BASE... -- HEAD...)";

struct wishes {
    bool fidelity, gate, strict, all;
    const char *format, *metric, *filter;
    double threshold, moment_sd;
    struct opt_list allow, base, head;
};

static int print_help(const struct opt *table, struct err *err)
{
    struct buf b = {0};
    buf_printf(&b, "contend compare %s\n\n", usage);
    buf_add(&b,
            "Is HEAD slower than BASE?  Each metric of each cell that both have is called slower,\n"
            "faster, same, shifted (real, inside the tolerance), undecided or not comparable.\n"
            "Two stored results come from two moments, and moments differ: what is said allows\n"
            "for that, and often it is \"undecided\".  Several files a side are replications and\n"
            "sharpen it; interleaved runs of both sides see far smaller effects.\n"
            "Results of other machines, kernels, compilers or parameters are refused.\n\n");
    opts_help(table, &b);
    buf_add(&b, "\nDimensions of --allow: machine kernel libc runtime compiler sanitizer\n"
                "parameters placement operations.\n\n"
                "Exit status: 0 nothing against it; with --gate 1 when a row is slower; with\n"
                "--strict 4 when a row is undecided or not comparable; 2 unreadable input;\n"
                "5 the results are not comparable.  With --fidelity 0 all rows agree, 1 some\n"
                "differ, 5 there was no row to compare.\n\n"
                "  contend compare base.json head.json --gate\n"
                "  contend compare base1.json base2.json -- head1.json head2.json\n"
                "  contend compare base.json head.json --format markdown --threshold 5%\n"
                "  contend run --suite fidelity -o emulated.json\n"
                "  contend reference cpython --plan fidelity -o real.json\n"
                "  contend compare --fidelity emulated.json real.json\n");
    int failed = cli_print(buf_text(&b), err);
    buf_release(&b);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

static int verdict_status(const struct wishes *w, const struct comparison *c)
{
    size_t open = c->counts[VERDICT_UNDECIDED] + c->counts[VERDICT_NOT_COMPARABLE];
    if (w->gate && c->counts[VERDICT_SLOWER])
        return EXIT_REGRESSION;
    if (c->counts[VERDICT_NOT_COMPARABLE] == c->count)
        return EXIT_NO_VERDICT;
    return w->strict && open ? EXIT_UNDECIDED : EXIT_FINE;
}

static int compare(const struct wishes *w, struct compare_side *base, struct compare_side *head,
                   struct err *err)
{
    struct comparison comparison;
    struct compare_request request = {
        .metric = w->metric,
        .filter = w->filter,
        .tolerance = w->threshold,
        .moment_sd = w->moment_sd > 0 ? log_ratio_of_change(w->moment_sd) : 0,
    };
    struct page page;
    if (comparable_allow(w->allow.items, w->allow.count, &request.allowed, err) ||
        compare_results(&comparison, base, head, &request, err))
        return EXIT_USAGE;
    compare_page(&page, &comparison, w->all);
    int failed = show_page(&page, w->format, SHOW_UNWRAPPED, err);
    int status = failed ? EXIT_RUN_FAILED : verdict_status(w, &comparison);
    comparison_release(&comparison);
    return status;
}

/* The files of one side. */
struct loading {
    const struct opt_list *paths;
    struct result *results; /* as many as paths, of which `loaded` are filled */
    size_t loaded;
    struct err err;
};

static void *load_side(void *arg)
{
    struct loading *l = arg;
    while (l->loaded < l->paths->count &&
           !result_load_samples(&l->results[l->loaded], l->paths->items[l->loaded], &l->err))
        l->loaded++;
    return NULL;
}

/* Both sides at the same time: parsing is nearly all there is to do. */
static void load_sides(struct loading *base, struct loading *head)
{
    pthread_t thread;
    bool is_apart = !pthread_create(&thread, NULL, load_side, head);
    load_side(base);
    if (is_apart)
        pthread_join(thread, NULL);
    else
        load_side(head);
}

static int load_and_compare(const struct wishes *w, struct err *err)
{
    size_t count = w->base.count + w->head.count;
    struct result *results = calloc(count, sizeof *results);
    if (!results) {
        err_set(err, ERR_SYSTEM, "%zu results: out of memory", count);
        return EXIT_USAGE;
    }
    struct loading base = {.paths = &w->base, .results = results};
    struct loading head = {.paths = &w->head, .results = results + w->base.count};
    int status = EXIT_USAGE;
    load_sides(&base, &head);
    if (base.loaded < w->base.count)
        *err = base.err;
    else if (head.loaded < w->head.count)
        *err = head.err;
    else
        status = compare(w, &(struct compare_side){base.results, base.loaded},
                         &(struct compare_side){head.results, head.loaded}, err);
    for (size_t i = 0; i < base.loaded; i++)
        result_unload(&base.results[i]);
    for (size_t i = 0; i < head.loaded; i++)
        result_unload(&head.results[i]);
    free(results);
    return status;
}

/* BASE HEAD, BASE... -- HEAD..., or --base and --head as often as there are files. */
static int sort_paths(struct wishes *w, const struct opt_list *before, int argc, char *const *argv,
                      int dashes, struct err *err)
{
    bool is_named = w->base.count || w->head.count;
    if (is_named && (before->count || dashes < argc))
        return err_set(err, ERR_USAGE, "compare: \"%s\" stands beside --base and --head",
                       before->count ? before->items[0] : "--");
    if (argc - dashes - 1 > OPT_LIST_MAX)
        return err_set(err, ERR_USAGE, "compare: more than %d results of head", OPT_LIST_MAX);
    if (dashes < argc) {
        w->base = *before;
        for (int i = dashes + 1; i < argc; i++)
            w->head.items[w->head.count++] = argv[i];
    } else if (!is_named && (before->count == 2 || (w->fidelity && before->count > 2))) {
        w->base.items[w->base.count++] = before->items[0];
        for (size_t i = 1; i < before->count; i++)
            w->head.items[w->head.count++] = before->items[i];
    } else if (!is_named) {
        return err_set(err, ERR_USAGE,
                       "compare: needs two results, BASE and HEAD, not %zu (several a side: "
                       "BASE... -- HEAD...)",
                       before->count);
    }
    if (w->base.count && w->head.count)
        return 0;
    return err_set(err, ERR_USAGE, "compare: a result of %s is missing",
                   w->base.count ? "head" : "base");
}

static int run(int argc, char *const *argv, struct err *err)
{
    static struct wishes w;
    w = (struct wishes){.threshold = COMPARE_TOLERANCE, .moment_sd = NOT_SAID};
    const struct opt table[] = {
        {.name = "threshold",
         .kind = OPT_RATIO,
         .out = &w.threshold,
         .argument = "R",
         .help = "changes up to this are no regression (3%)"},
        {.name = "moment-sd",
         .kind = OPT_RATIO,
         .out = &w.moment_sd,
         .argument = "R",
         .help = "what two moments of this machine differ by (3%; doctor --moments)"},
        {.name = "gate",
         .kind = OPT_FLAG,
         .out = &w.gate,
         .help = "exit 1 when something is slower"},
        {.name = "strict",
         .kind = OPT_FLAG,
         .out = &w.strict,
         .help = "exit 4 when something could not be decided"},
        {.name = "metric",
         .letter = 'm',
         .kind = OPT_TEXT,
         .out = &w.metric,
         .argument = "M[,M]",
         .help = "these metrics, or \"all\" (startup, throughput, latency)"},
        {.name = "filter",
         .kind = OPT_TEXT,
         .out = &w.filter,
         .argument = "EXPR",
         .help = "only cells such as workload=sleep,tasks>=10"},
        {.name = "allow",
         .kind = OPT_LIST,
         .out = &w.allow,
         .argument = "DIMENSION",
         .help = "compare although this differs; may be given again"},
        {.name = "base",
         .kind = OPT_LIST,
         .out = &w.base,
         .argument = "FILE",
         .help = "a result of base; may be given again"},
        {.name = "head",
         .kind = OPT_LIST,
         .out = &w.head,
         .argument = "FILE",
         .help = "a result of head; may be given again"},
        {.name = "all", .kind = OPT_FLAG, .out = &w.all, .help = "every row, in text"},
        {.name = "fidelity",
         .kind = OPT_FLAG,
         .out = &w.fidelity,
         .help = "an emulated runtime (BASE) against the real one (HEAD, or several)"},
        SHOW_FORMAT_OPT(&w.format),
        {0},
    };
    static struct opt_list paths;
    paths.count = 0;
    bool help = false;
    int dashes = 1;
    while (dashes < argc && strcmp(argv[dashes], "--") != 0)
        dashes++;
    if (opts_parse(table, dashes, argv, &paths, &help, err))
        return EXIT_USAGE;
    if (help)
        return print_help(table, err);
    if (w.moment_sd <= 0 && w.moment_sd > NOT_SAID) {
        err_set(err, ERR_USAGE, "--moment-sd: moments that do not differ at all are none (3%%)");
        return EXIT_USAGE;
    }
    if (sort_paths(&w, &paths, argc, argv, dashes, err))
        return EXIT_USAGE;
    if (!w.fidelity)
        return load_and_compare(&w, err);
    if (w.base.count != 1) {
        err_set(err, ERR_USAGE,
                "compare: --fidelity needs two results, EMULATED and REFERENCE (or several)");
        return EXIT_USAGE;
    }
    return compare_fidelity(w.base.items[0], &w.head, w.format, err);
}

const struct command command_compare = {
    .name = "compare",
    .usage = usage,
    .summary = "two stored results, judged row by row",
    .run = run,
};
