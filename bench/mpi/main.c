/* contend-mpi: launches ranks, round by round, and writes what they measured as a result. */
#include "bench/mpi/document.h"

#include "bench/base/clock.h"
#include "bench/base/interrupt.h"
#include "bench/base/json_make.h"
#include "bench/base/opts.h"
#include "bench/base/output.h"
#include "bench/base/program.h"
#include "bench/child/child.h"
#include "bench/fleet/launcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STATUS_USAGE = 2, STATUS_FAILED = 3, STATUS_INTERRUPTED = 130, TEXT_MOST = 1 << 22 };

struct settings {
    struct mpi_request request;
    const char *launcher, *output;
    int64_t ranks, rounds, timeout_ns;
};

static const struct opt options[] = {
    {OPT_AT(struct settings, ranks), .name = "ranks", .letter = 'n', .argument = "N",
     .help = "ranks of a launch", .initial = "2", .unit = "count", .min = 1, .max = 100000},
    {OPT_AT(struct settings, launcher), .name = "launcher", .argument = "WORDS",
     .help = "what starts ranks; \"-n N\" and this program are put behind it", .initial = "mpirun"},
    {OPT_AT(struct settings, rounds), .name = "rounds", .argument = "N",
     .help = "launches, each of which measures everything once", .initial = "7", .unit = "count",
     .min = 1, .max = 1000},
    {OPT_AT(struct settings, request.trips), .name = "trips", .argument = "N",
     .help = "round trips of a ping-pong, and barriers", .initial = "1000", .unit = "count",
     .min = 1, .max = 1000000000},
    {OPT_AT(struct settings, request.sleeps), .name = "sleeps", .argument = "N",
     .help = "waits of each rank", .initial = "20", .unit = "count", .min = 1, .max = 1000000},
    {OPT_AT(struct settings, request.sleep_ns), .name = "duration", .argument = "T",
     .help = "of a wait", .initial = "1ms", .unit = "ns", .min = 1000, .max = 1000000000},
    {OPT_AT(struct settings, request.spin_ns), .name = "task-time", .argument = "T",
     .help = "what a rank computes for, alone", .initial = "50ms", .unit = "ns", .min = 1000000,
     .max = INT64_C(60000000000)},
    {OPT_AT(struct settings, request.shares_cpus), .name = "share-cpus",
     .help = "measure though ranks have to share CPUs"},
    {OPT_AT(struct settings, timeout_ns), .name = "timeout", .argument = "T", .help = "of a launch",
     .initial = "5min", .unit = "ns", .min = 100000000, .max = INT64_C(86400000000000)},
    {OPT_AT(struct settings, output), .name = "output", .letter = 'o', .argument = "FILE",
     .help = "the result, as contend reads it"},
    {0},
};

static void print_help(void)
{
    enum { WIDTH = 80 };
    struct buf text = {0};
    buf_add(&text,
            "usage: contend-mpi [-n N] [OPTION]... -o FILE\n\n"
            "Ranks of MPI as units: what they cost to launch, a round trip and a barrier between\n"
            "them, sleeping and computing.  Where each may run is recorded; ranks that have to\n"
            "share CPUs are refused.  The result is one of contend's: contend report FILE.\n\n");
    opts_help(options, WIDTH, &text);
    buf_add(&text, "\nexamples:\n"
                   "  contend-mpi -n 2 -o results/mpi.json\n"
                   "  contend-mpi -n 64 --launcher 'srun --mpi=pmix -N2' -o results/mpi.json\n");
    fputs(buf_text(&text), stdout);
    buf_release(&text);
}

/* ---- A launch ------------------------------------------------------------------------------- */

/* Words of a launch: the launcher's, "-n N", ours. */
struct words {
    VEC(char *);
};

static void add_word(struct words *w, const char *name, const char *value)
{
    char *text = NULL;
    if (asprintf(&text, "%s%s", name, value) < 0)
        w->failed = true;
    else if (!vec_add(w, text))
        free(text);
}

static void add_number(struct words *w, const char *name, int64_t value, const char *unit)
{
    char text[40];
    snprintf(text, sizeof text, "%lld%s", (long long)value, unit);
    add_word(w, name, text);
}

static void make_words(struct words *w, const struct settings *s, const struct launcher *l,
                       const char *self)
{
    const struct mpi_request *r = &s->request;
    for (size_t i = 0; i < l->count; i++)
        add_word(w, l->words[i], "");
    add_word(w, "-n", "");
    add_number(w, "", s->ranks, "");
    add_word(w, self, "");
    add_word(w, "--rank", "");
    add_number(w, "--trips=", r->trips, "");
    add_number(w, "--sleeps=", r->sleeps, "");
    add_number(w, "--duration=", r->sleep_ns, "ns");
    add_number(w, "--task-time=", r->spin_ns, "ns");
    if (r->shares_cpus)
        add_word(w, "--share-cpus", "");
    w->failed |= !vec_add(w, NULL);
}

static void release_words(struct words *w)
{
    for (size_t i = 0; i < w->count; i++)
        free(w->items[i]);
    vec_release(w);
}

/* What rank 0 said: a new reference, or NULL with why there is nothing. */
static json_t *read_line(const char *text, struct err *err)
{
    const char *at = strstr(text, MPI_LINE);
    json_t *line = at ? json_loads(at + strlen(MPI_LINE), JSON_DISABLE_EOF_CHECK, NULL) : NULL;
    const char *refused = json_string_value(json_object_get(line, "refused"));
    if (refused)
        err_set(err, ERR_UNAVAILABLE, "%s; --share-cpus measures all the same", refused);
    if (!refused && json_is_object(line))
        return line;
    json_decref(line);
    return NULL;
}

/* The first line that has words in it: engines like rules of dashes, and say the cause first. */
static const char *first_words(char *text)
{
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (strpbrk(line, "abcdefghijklmnopqrstuvwxyz") && !strstr(line, MPI_LINE))
            return line;
    return "it said nothing";
}

static json_t *launch(const struct settings *s, char *const *argv, struct child_text *text,
                      struct err *err)
{
    char at[40], boot[MPI_BOOT_ID], words[200];
    struct child_end end;
    const struct child_request request = {.what = "a launch of ranks",
                                          .program = argv[0],
                                          .argv = argv,
                                          .out = CHILD_PIPE,
                                          .errors = CHILD_PIPE};
    const struct child_watch watch = {.timeout_ns = (uint64_t)s->timeout_ns,
                                      .interrupted = &interrupt_came,
                                      .on_output = child_keep_text,
                                      .context = text};
    text->length = 0;
    text->text[0] = '\0';
    mpi_boot_id(boot);
    uint64_t begin_ns = clock_now_ns();
    snprintf(at, sizeof at, "%llu", (unsigned long long)begin_ns);
    if (setenv(MPI_LAUNCHED_ON, boot, 1) || setenv(MPI_LAUNCHED_AT, at, 1)) {
        err_set(err, ERR_SYSTEM, "no memory for an environment");
        return NULL;
    }
    if (child_run(&request, &watch, &end, err))
        return NULL;
    json_t *line = read_line(text->text, err);
    if (line && child_is_fine(&end)) {
        struct json_maker o = json_maker_take(line);
        json_make_int(&o, "duration_ns", (int64_t)(end.ended_ns - begin_ns));
        return json_made(&o);
    }
    json_decref(line);
    err_set(err, ERR_FAILED, "%s %s: %s", argv[0], child_words(&end, words, sizeof words),
            first_words(text->text));
    return NULL;
}

/* ---- All of them ---------------------------------------------------------------------------- */

static int launch_all(const struct settings *s, char *const *argv, json_t *lines, struct err *err)
{
    struct json_maker all = json_maker_of(lines);
    struct child_text text = {.text = malloc(TEXT_MOST), .size = TEXT_MOST};
    int failed = text.text ? 0 : err_set(err, ERR_SYSTEM, "no memory for what ranks say");
    for (int64_t i = 0; i < s->rounds && !failed && !interrupt_came; i++) {
        json_t *line = launch(s, argv, &text, err);
        failed = !line;
        if (line)
            json_make_add(&all, line);
        if (line)
            fprintf(stderr, "round %lld of %lld\n", (long long)i + 1, (long long)s->rounds);
    }
    free(text.text);
    json_t *made = json_made(&all);
    json_decref(made);
    return failed ? -1 : made ? 0 : err_set(err, ERR_SYSTEM, "no memory for what ranks say");
}

static int measure(const struct settings *s, int argc, char **argv, struct err *err)
{
    char self[4096];
    struct launcher launcher;
    struct words words = {0};
    struct buf text = {0};
    json_t *lines = json_array();
    const struct mpi_run run = {.argc = argc,
                                .argv = argv,
                                .ranks = s->ranks,
                                .rounds = s->rounds,
                                .launcher = s->launcher,
                                .request = &s->request};
    int failed = launcher_parse(&launcher, s->launcher, err) || output_check(s->output, err) ||
                 program_own(self, sizeof self, err);
    json_t *header = failed ? NULL : mpi_header(&run);
    if (!failed)
        make_words(&words, s, &launcher, self);
    if (words.failed || (!failed && !header))
        failed = err_set(err, ERR_SYSTEM, "no memory for a launch");
    failed = failed || launch_all(s, words.items, lines, err);
    if (!failed && json_array_size(lines))
        failed = mpi_document(&run, header, lines, &text, err) ||
                 output_keep_text(s->output, &text, ".json", err);
    json_decref(header);
    json_decref(lines);
    buf_release(&text);
    release_words(&words);
    launcher_release(&launcher);
    return failed ? -1 : 0;
}

int main(int argc, char **argv)
{
    uint64_t began_ns = clock_now_ns();
    struct settings s = {0};
    struct err err = {0};
    bool help = false, is_rank = argc > 1 && !strcmp(argv[1], "--rank");
    interrupt_begin();
    int skipped = is_rank;
    argv[skipped] = argv[0];
    if (!opts_parse(options, &s, argc - skipped, argv + skipped, NULL, &help, &err)) {
        if (help)
            print_help();
        else if (is_rank)
            return mpi_rank(&s.request, began_ns, argc, argv);
        else if (!s.output)
            err_set(&err, ERR_USAGE, "-o FILE is needed: where the result goes");
        else {
            interrupt_catch(INTERRUPT_ENDS);
            child_adopt();
            measure(&s, argc, argv, &err);
        }
    }
    opts_release(options, &s);
    if (err.code != ERR_NONE && !interrupt_came)
        fprintf(stderr, "contend-mpi: error: %s\n", err.text);
    return interrupt_came                                   ? STATUS_INTERRUPTED
           : err.code == ERR_USAGE || err.code == ERR_INPUT ? STATUS_USAGE
           : err.code != ERR_NONE                           ? STATUS_FAILED
                                                            : EXIT_SUCCESS;
}
