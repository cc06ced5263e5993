/* contend history add, accept: what goes into the file. */
#include "bench/child/child.h"
#include "bench/cli/cli.h"
#include "bench/cli/history.h"
#include "bench/report/history/history.h"

#include <stdio.h>
#include <string.h>

#define GIT_MOST_NS UINT64_C(10000000000)

static int print_warnings(const struct history *h)
{
    return h->warnings.len > 0 && fprintf(stderr, "contend: warning: %s", h->warnings.data) < 0;
}

/* What git calls the commit of this directory; false where it says nothing. */
static bool ask_git(char *out, size_t size)
{
    static const char *const argv[] = {"git", "rev-parse", "HEAD", NULL};
    struct child_text text = {.text = out, .size = size};
    const struct child_request request = {
        .what = "git",
        .program = "git",
        .argv = (char *const *)(uintptr_t)argv,
        .out = CHILD_PIPE,
    };
    const struct child_watch watch = {
        .timeout_ns = GIT_MOST_NS, .on_output = child_keep_text, .context = &text};
    struct child_end end;
    out[0] = '\0';
    if (child_run(&request, &watch, &end, NULL) || !child_is_fine(&end))
        return false;
    out[strcspn(out, "\n")] = '\0';
    return out[0] != '\0';
}

/* ---- add ---------------------------------------------------------------------------- */

struct addition {
    const json_t *point;
    bool may_replace;
};

static const char *text_of(const json_t *line, const char *key)
{
    return json_string_value(json_object_get(line, key));
}

static int refuse_duplicate(const struct history *h, void *context, struct err *err)
{
    const struct addition *a = context;
    const char *commit = text_of(a->point, "commit"), *anchor = text_of(a->point, "anchor");
    const struct history_point *known =
        history_find(h, commit, history_machine_name(text_of(a->point, "machine")), anchor);
    print_warnings(h);
    if (!known || a->may_replace)
        return 0;
    return err_set(err, ERR_USAGE,
                   "%s: line %zu has commit %s on this machine%s%s already; --replace takes the "
                   "new numbers",
                   h->path, known->line, known->commit, anchor ? " against anchor " : "",
                   anchor ? anchor : "");
}

static int report_added(const char *path, const json_t *point, struct err *err)
{
    struct buf b = {0};
    const char *anchor = text_of(point, "anchor");
    size_t count = json_object_size(json_object_get(point, "series"));
    buf_printf(&b, "%s: commit %s, %zu series, ", path, text_of(point, "commit"), count);
    if (anchor)
        buf_printf(&b, "ratios to anchor %s\n", anchor);
    else
        buf_add(&b, "raw medians (only a duel against an anchor gives ratios)\n");
    int failed = cli_print(buf_text(&b), err);
    buf_release(&b);
    return failed;
}

struct add_settings {
    const char *file;
    struct history_origin origin;
    bool may_replace;
};

static const struct opt add_options[] = {
    HISTORY_FILE_OPT(struct add_settings, file),
    {OPT_AT(struct add_settings, origin.commit), .name = "commit", .argument = "ID",
     .help = "what was measured", .without = "as a result says; else git's HEAD"},
    {OPT_AT(struct add_settings, origin.anchor), .name = "anchor", .argument = "ID",
     .help = "what it was measured against", .without = "the base's code"},
    {OPT_AT(struct add_settings, origin.metrics), .name = "metric", .letter = 'm',
     .argument = "M[,M]", .help = "metrics of a result", .without = "the headline's"},
    {OPT_AT(struct add_settings, may_replace), .name = "replace",
     .help = "the commit's numbers take the place of earlier ones"},
    {0},
};

static const struct argument add_arguments[] = {
    {.name = "FILE",
     .help = "of a duel or a result",
     .missing = "one file of a duel or a result, not 0",
     .least = 1,
     .most = 1},
    {0},
};

static int add(void *settings, const struct call *call, struct err *err)
{
    struct add_settings *s = settings;
    struct addition addition = {.may_replace = s->may_replace};
    char head[80];
    if (ask_git(head, sizeof head))
        s->origin.commit_of_tree = head;
    json_t *point = history_point_make(call->words->items[0], &s->origin, err);
    addition.point = point;
    int failed = !point || history_append(s->file, point, refuse_duplicate, &addition, err) ||
                 report_added(s->file, point, err);
    json_decref(point);
    return failed ? EXIT_USAGE : EXIT_FINE;
}

const struct command history_add = {
    .name = "add",
    .summary = "a line a commit: from a duel against the anchor, or from a result",
    .usage = "FILE [OPTION]...",
    .about =
        "FILE is what \"contend duel -o\" wrote, base being the anchor and head the commit; or "
        "a result of \"contend run\", of which raw medians alone are kept.  Several may add "
        "at once; a line is there whole or not at all.",
    .examples = "  contend duel --workload queue -o duel.json -- anchor/contend -- head/contend\n"
                "  contend history add duel.json --anchor v1.0 --commit $(git rev-parse HEAD)\n",
    .arguments = add_arguments,
    .options = add_options,
    .settings_size = sizeof(struct add_settings),
    .run = add,
};

/* ---- accept ------------------------------------------------------------------------- */

struct acceptance {
    const char *from, *to, *series;
};

static bool has_commit(const struct history *h, const char *commit)
{
    for (size_t i = 0; i < h->point_count; i++)
        if (history_same_commit(h->points[i].commit, commit))
            return true;
    return false;
}

/* An accept that matches nothing would be a silent mistake. */
static int refuse_unknown(const struct history *h, void *context, struct err *err)
{
    const struct acceptance *a = context;
    const char *missing = !has_commit(h, a->from) ? a->from : !has_commit(h, a->to) ? a->to : NULL;
    print_warnings(h);
    if (!missing)
        return 0;
    return err_set(err, ERR_USAGE, "history accept: commit \"%s\" is not in %s", missing, h->path);
}

/* "A..B" in two; a commit alone is a range of one. */
static int split_range(char *text, struct acceptance *out, struct err *err)
{
    char *dots = strstr(text, "..");
    out->from = out->to = text;
    if (dots) {
        *dots = '\0';
        out->to = dots + 2;
    }
    if (!out->from[0] || !out->to[0])
        return err_set(err, ERR_USAGE, "history accept: a range is FROM..TO, both of them commits");
    return 0;
}

static int append_accept(const char *file, const char *range, const char *series,
                         const char *reason, struct err *err)
{
    char text[256];
    struct acceptance a = {.series = series ? series : "*"};
    if ((size_t)snprintf(text, sizeof text, "%s", range) >= sizeof text)
        return err_set(err, ERR_USAGE, "history accept: \"%.40s...\" is no commit", range);
    if (split_range(text, &a, err))
        return -1;
    json_t *line = history_accept_make(a.from, a.to, a.series, reason);
    int failed = line ? history_append(file, line, refuse_unknown, &a, err)
                      : err_set(err, ERR_USAGE, "history accept: the texts must be UTF-8");
    json_decref(line);
    return failed;
}

struct accept_settings {
    const char *file, *series, *reason;
};

static const struct opt accept_options[] = {
    {OPT_AT(struct accept_settings, reason), .name = "reason", .letter = 'r', .argument = "TEXT",
     .help = "why it is meant; shown from now on"},
    {OPT_AT(struct accept_settings, series), .name = "series", .letter = 's', .argument = "GLOB",
     .help = "only series of that name, as \"spin/*\"", .without = "all"},
    HISTORY_FILE_OPT(struct accept_settings, file),
    {0},
};

static const struct argument accept_arguments[] = {
    {.name = "COMMIT",
     .help = "or a range, FROM..TO",
     .missing = "one commit or range, not 0",
     .least = 1,
     .most = 1},
    {0},
};

static int accept_change(void *settings, const struct call *call, struct err *err)
{
    const struct accept_settings *s = settings;
    if (!s->reason || !s->reason[0]) {
        err_set(err, ERR_USAGE, "history accept: needs --reason TEXT: who reads it next year?");
        return EXIT_USAGE;
    }
    return append_accept(s->file, call->words->items[0], s->series, s->reason, err) ? EXIT_USAGE
                                                                                    : EXIT_FINE;
}

const struct command history_accept = {
    .name = "accept",
    .summary = "a change that is meant: check stays quiet about it",
    .usage = "COMMIT|FROM..TO --reason TEXT [OPTION]...",
    .about = "Changes between those commits are meant: check names them, and stays quiet.  A drift "
             "is looked at again from there on.",
    .examples =
        "  contend history accept 3f2a1bc --series 'queue/*' --reason \"bounded queue, #412\"\n",
    .arguments = accept_arguments,
    .options = accept_options,
    .settings_size = sizeof(struct accept_settings),
    .run = accept_change,
};
