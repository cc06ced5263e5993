#include "bench/judge/history/write.h"

#include "bench/child/ask.h"

#include <stdio.h>
#include <string.h>

static const char *text_of(const json_t *line, const char *key)
{
    return json_string_value(json_object_get(line, key));
}

/* ---- A commit's numbers ------------------------------------------------------------- */

struct addition {
    const json_t *point;
    bool may_replace;
    struct buf *warnings;
};

static int refuse_duplicate(const struct history *h, void *context, struct err *err)
{
    const struct addition *a = context;
    const char *commit = text_of(a->point, "commit"), *anchor = text_of(a->point, "anchor");
    const struct history_point *known =
        history_find(h, commit, history_machine_name(text_of(a->point, "machine")), anchor);
    buf_add(a->warnings, buf_text(&h->warnings));
    if (!known || a->may_replace)
        return 0;
    return err_set(err, ERR_USAGE,
                   "%s: line %zu has commit %s on this machine%s%s already; --replace takes the "
                   "new numbers",
                   h->path, known->line, known->commit, anchor ? " against anchor " : "",
                   anchor ? anchor : "");
}

static int add_point(const char *path, const json_t *point, bool may_replace, struct buf *warnings,
                     struct err *err)
{
    struct addition addition = {point, may_replace, warnings};
    return history_append(path, point, refuse_duplicate, &addition, err);
}

/* "results/history.jsonl: commit 3f2a1bc, 4 series, ratios to anchor v1.0" and a line feed. */
static void say_added(struct buf *out, const char *path, const json_t *point)
{
    const char *anchor = text_of(point, "anchor");
    size_t count = json_object_size(json_object_get(point, "series"));
    buf_printf(out, "%s: commit %s, %zu series, ", path, text_of(point, "commit"), count);
    if (anchor)
        buf_printf(out, "ratios to anchor %s\n", anchor);
    else
        buf_add(out, "raw medians (only a duel against an anchor gives ratios)\n");
}

/* ---- A change that is meant --------------------------------------------------------- */

struct range {
    char from[256];
    const char *to; /* in `from`'s memory, or `from` itself */
    struct buf *warnings;
};

/* "A..B" in two; a commit alone is a range of one. */
static int range_parse(struct range *out, const char *text, struct err *err)
{
    if ((size_t)snprintf(out->from, sizeof out->from, "%s", text) >= sizeof out->from)
        return err_set(err, ERR_USAGE, "history accept: \"%.40s...\" is no commit", text);
    char *dots = strstr(out->from, "..");
    out->to = dots ? dots + 2 : out->from;
    if (dots)
        *dots = '\0';
    if (!out->from[0] || !out->to[0])
        return err_set(err, ERR_USAGE, "history accept: a range is FROM..TO, both of them commits");
    return 0;
}

static bool has_commit(const struct history *h, const char *commit)
{
    for (size_t i = 0; i < h->point_count; i++)
        if (history_same_commit(h->points[i].commit, commit))
            return true;
    return false;
}

static int refuse_unknown(const struct history *h, void *context, struct err *err)
{
    const struct range *r = context;
    const char *missing = !has_commit(h, r->from) ? r->from : !has_commit(h, r->to) ? r->to : NULL;
    buf_add(r->warnings, buf_text(&h->warnings));
    if (!missing)
        return 0;
    return err_set(err, ERR_USAGE, "history accept: commit \"%s\" is not in %s", missing, h->path);
}

int history_add_accept(const struct history_acceptance *a, struct buf *warnings, struct err *err)
{
    struct range range = {.warnings = warnings};
    if (!a->reason || !a->reason[0])
        return err_set(err, ERR_USAGE,
                       "history accept: needs --reason TEXT: who reads it next year?");
    if (range_parse(&range, a->range, err))
        return -1;
    json_t *line =
        history_accept_make(range.from, range.to, a->series ? a->series : "*", a->reason);
    int failed = line ? history_append(history_file(a->file), line, refuse_unknown, &range, err)
                      : err_set(err, ERR_USAGE, "history accept: the texts must be UTF-8");
    json_decref(line);
    return failed;
}

/* What git calls the commit of this directory. */
static bool ask_git(char *out, size_t size)
{
    static const char *const argv[] = {"git", "rev-parse", "HEAD", NULL};
    return child_ask(argv, UINT64_C(10000000000), out, size);
}

/* What was typed may be any bytes, and a history's lines are UTF-8. */
static int check_texts(const struct history_origin *o, struct err *err)
{
    const char *const texts[] = {o->commit, o->anchor}, *const names[] = {"commit", "anchor"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_t *text = texts[i] ? json_string(texts[i]) : NULL;
        json_decref(text);
        if (texts[i] && !text)
            return err_set(err, ERR_USAGE, "--%s: \"%s\" is no UTF-8", names[i], texts[i]);
        /* As a variable of a job that is not set. */
        if (texts[i] && !*texts[i])
            return err_set(err, ERR_USAGE, "--%s: \"\" names none", names[i]);
    }
    return 0;
}

int history_add_file(struct history_addition *a, struct buf *warnings, struct buf *said,
                     struct err *err)
{
    char head[80];
    const char *file = history_file(a->file);
    if (check_texts(&a->origin, err))
        return -1;
    a->origin.commit_of_tree = ask_git(head, sizeof head) ? head : NULL;
    json_t *point = history_point_make(a->source, &a->origin, err);
    int failed = !point || add_point(file, point, a->may_replace, warnings, err);
    if (!failed)
        say_added(said, file, point);
    json_decref(point);
    a->origin.commit_of_tree = NULL;
    return failed ? -1 : 0;
}
