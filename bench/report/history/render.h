/* The history as people and machines read it. Everything goes into a buffer. */
#ifndef CONTEND_REPORT_HISTORY_RENDER_H
#define CONTEND_REPORT_HISTORY_RENDER_H

#include "bench/page/formats.h"
#include "bench/report/history/judge.h"

struct history_style {
    struct page_style base;
    bool utf8;     /* sparklines in block elements */
    bool is_check; /* what changed and what could not be judged; otherwise every series */
};

extern const char *const history_formats[]; /* "text", "markdown", "json"; NULL-terminated */
enum history_format { HISTORY_TEXT, HISTORY_MARKDOWN, HISTORY_JSON };

/* Returns 0, or -1 with ERR_SYSTEM when memory runs out. */
int history_render(const struct history_judgements *all, const struct history_tracks *tracks,
                   const struct history *h, enum history_format format,
                   const struct history_style *style, struct buf *out, struct err *err);

/* Shared by the formats. */

/* "+5.0 %", as the value itself moves: the sign is that of the series, not of its worth. */
char *history_move_text(char *out, size_t size, const struct track *t, double move);

/* The first 12 characters of a commit. Returns out (at least 16 bytes). */
char *history_commit_text(char *out, const char *commit);

/* "+4.8 % since 3f2a1bc (last good 91cd02e), a step" and, where it is so, who accepted it. */
void history_change_text(struct buf *out, const struct history_judgement *j,
                         const struct history_change *c);

/* "1.0483x of anchor 1a2b3c4" or "38.2 us": the newest point. */
void history_value_text(struct buf *out, const struct track *t);

/* Why that track was not judged, or what it takes to judge its parts together. */
void history_track_note(struct buf *out, const struct history_judgement *j);

/* Counts in words: "12 series of 48 commits: 1 worse, ...". */
void history_summary_text(struct buf *out, const struct history_judgements *all,
                          const struct history_tracks *tracks);

void history_render_json(const struct history_judgements *all, const struct history_tracks *tracks,
                         const struct history *h, const struct history_style *style,
                         struct buf *out);

#endif
