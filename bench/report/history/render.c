/* The history as text for terminals and as Markdown; see history_render.h. */
#include "bench/report/history/render.h"

#include "bench/page/sparkline.h"
#include "bench/page/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const history_formats[] = {"text", "markdown", "json", NULL};

enum { SPARK_MOST = 60, INDENT = 2 };
#define SPARK_SPAN 0.05 /* 5 % from the lowest bar to the highest, at least */

/* What an accepted, quiet or short series is shown for in a check: nothing. */
static bool is_shown(const struct history_judgement *j, bool is_check)
{
    return !is_check || (j->verdict != HISTORY_STEADY && j->verdict != HISTORY_TOO_SHORT);
}

/* As the figure is read: a sparkline that rises is a figure that rises. */
static int add_sparkline(struct buf *out, const struct track *t, size_t width, bool utf8,
                         struct err *err)
{
    double *values = calloc(t->point_count + 1, sizeof *values);
    if (!values)
        return err_set(err, ERR_SYSTEM, "history: out of memory");
    for (size_t i = 0; i < t->point_count; i++)
        values[i] = t->higher_is_better ? -t->points[i].value : t->points[i].value;
    sparkline(out, values, t->point_count, width, SPARK_SPAN, utf8);
    free(values);
    return 0;
}

/* ---- Text --------------------------------------------------------------------------- */

static const char *paint(enum history_verdict v)
{
    return v == HISTORY_WORSE ? "\033[1;31m" : v == HISTORY_BETTER ? "\033[32m" : "\033[1m";
}

/* Names are long words: broken behind "/" and "," where a line is full. */
static void add_name(struct buf *out, const char *name, size_t column, size_t indent, size_t width)
{
    for (size_t length; *name; name += length) {
        length = strcspn(name, "/,");
        length += name[length] != '\0';
        if (column + length > width && column > indent) {
            buf_add(out, "\n");
            buf_pad(out, indent);
            column = indent;
        }
        buf_add_bytes(out, name, length);
        column += length;
    }
}

static void add_line(struct buf *out, const char *text, size_t width)
{
    buf_pad(out, INDENT);
    text_words(out, text, INDENT, INDENT, width);
    buf_add(out, "\n");
}

static void add_watch(struct buf *out, const struct history_judgement *j)
{
    char commit[16];
    const struct track *t = j->track;
    history_commit_text(commit, t->points[j->watch_from].point->commit);
    if (j->watch_from > 0)
        buf_printf(out, "may be worse since %s", commit);
    else
        buf_add(out, "may be drifting");
    if (j->doubt == HISTORY_ONE_POINT)
        buf_add(out, " (one point alone says so); more points or a duel settle it");
    else if (j->doubt == HISTORY_RESEMBLING)
        buf_printf(out, " (p %.2g, as points resemble each other); a duel settles it", j->p_worse);
    else
        buf_printf(out, " (p %.2g, too weak to say); a duel settles it", j->p_worse);
}

static int add_track(struct buf *out, const struct history_judgement *j,
                     const struct history_style *style, struct err *err)
{
    size_t width = (size_t)style->base.width;
    const char *word = history_verdict_name(j->verdict);
    struct buf line = {0};
    bool is_marked = style->base.colour && j->verdict <= HISTORY_BETTER;
    if (is_marked)
        buf_add(out, paint(j->verdict));
    buf_add(out, word);
    if (is_marked)
        buf_add(out, "\033[0m");
    buf_add(out, "  ");
    add_name(out, j->track->series, strlen(word) + INDENT, INDENT, width);
    buf_add(out, "\n");
    buf_pad(out, INDENT);
    size_t room = width - INDENT < SPARK_MOST ? width - INDENT : SPARK_MOST;
    int failed = add_sparkline(out, j->track, room, style->utf8, err);
    buf_add(out, "\n");
    history_value_text(&line, j->track);
    add_line(out, buf_text(&line), width);
    for (size_t i = 0; i < j->change_count; i++) {
        buf_reset(&line);
        history_change_text(&line, j, &j->changes[i]);
        add_line(out, buf_text(&line), width);
    }
    buf_reset(&line);
    if (j->verdict == HISTORY_WATCH_IT)
        add_watch(&line, j);
    if (line.len > 0)
        add_line(out, buf_text(&line), width);
    buf_reset(&line);
    history_track_note(&line, j);
    if (line.len > 0)
        add_line(out, buf_text(&line), width);
    buf_add(out, "\n");
    buf_release(&line);
    return failed;
}

static int render_as_text(const struct history_judgements *all, const struct history_tracks *tracks,
                          const struct history_style *style, struct buf *out, struct err *err)
{
    struct buf line = {0};
    int failed = 0;
    for (int v = 0; v <= HISTORY_TOO_SHORT && !failed; v++)
        for (size_t i = 0; i < all->count && !failed; i++)
            if (all->items[i].verdict == (enum history_verdict)v &&
                is_shown(&all->items[i], style->is_check))
                failed = add_track(out, &all->items[i], style, err);
    history_summary_text(&line, all, tracks);
    text_words(out, buf_text(&line), 0, 0, (size_t)style->base.width);
    buf_add(out, "\n");
    buf_release(&line);
    return failed;
}

/* ---- Markdown ----------------------------------------------------------------------- */

static void add_escaped(struct buf *out, const char *text)
{
    for (; *text; text++)
        buf_printf(out, *text == '|' ? "\\%c" : "%c", *text);
}

static void add_row_words(struct buf *out, const struct history_judgement *j)
{
    struct buf words = {0};
    for (size_t i = 0; i < j->change_count; i++) {
        if (words.len > 0)
            buf_add(&words, "; ");
        history_change_text(&words, j, &j->changes[i]);
    }
    if (j->verdict == HISTORY_WATCH_IT)
        add_watch(&words, j);
    struct buf note = {0};
    history_track_note(&note, j);
    if (note.len > 0)
        buf_printf(&words, "%s%s", words.len ? "; " : "", buf_text(&note));
    add_escaped(out, buf_text(&words));
    buf_release(&words);
    buf_release(&note);
}

static int render_as_markdown(const struct history_judgements *all,
                              const struct history_tracks *tracks,
                              const struct history_style *style, struct buf *out, struct err *err)
{
    bool has_head = false;
    buf_add(out, "**History:** ");
    history_summary_text(out, all, tracks);
    buf_add(out, "\n");
    for (int v = 0; v <= HISTORY_TOO_SHORT; v++)
        for (size_t i = 0; i < all->count; i++) {
            const struct history_judgement *j = &all->items[i];
            if (j->verdict != (enum history_verdict)v || !is_shown(j, style->is_check))
                continue;
            if (!has_head)
                buf_add(out, "\n| verdict | series | trend | now | what |\n"
                             "|---|---|---|---|---|\n");
            has_head = true;
            buf_printf(out, v == HISTORY_WORSE ? "| **%s** | " : "| %s | ",
                       history_verdict_name(j->verdict));
            add_escaped(out, j->track->series);
            buf_add(out, " | ");
            if (add_sparkline(out, j->track, SPARK_MOST, true, err))
                return -1;
            buf_add(out, " | ");
            history_value_text(out, j->track);
            buf_add(out, " | ");
            add_row_words(out, j);
            buf_add(out, " |\n");
        }
    return 0;
}

int history_render(const struct history_judgements *all, const struct history_tracks *tracks,
                   const struct history *h, enum history_format format,
                   const struct history_style *style, struct buf *out, struct err *err)
{
    int failed = 0;
    if (format == HISTORY_TEXT)
        failed = render_as_text(all, tracks, style, out, err);
    else if (format == HISTORY_MARKDOWN)
        failed = render_as_markdown(all, tracks, style, out, err);
    else
        history_render_json(all, tracks, h, style, out);
    if (!failed && out->failed)
        failed = err_set(err, ERR_SYSTEM, "%s: out of memory", h->path);
    return failed;
}
