/* The history as people and machines read it. */
#ifndef CONTEND_JUDGE_HISTORY_PAGE_H
#define CONTEND_JUDGE_HISTORY_PAGE_H

#include "bench/judge/history/judge.h"
#include "bench/page/page.h"

/*
 * `is_check`: people are told what changed and what could not be judged, otherwise of every series;
 * programs and jobs are told of all of them anyway.  page_release() when it was shown.
 */
void history_page(struct page *p, const struct history_judgements *all,
                  const struct history_tracks *tracks, const struct history *h, bool is_check);

/* One series as a picture. */
void history_chart(struct page *p, const struct history_judgement *j);

/* contend.history-check/1; NULL when memory ran out. */
json_t *history_document(const struct history_judgements *all, const struct history_tracks *tracks,
                         const struct history *h);

/* ---- Words -------------------------------------------------------------------------------- */

/* How many bytes of it are shown: of an id as many as tell it from others, of a name all. */
int history_shown(const char *commit);

/* "+4.8 %, a step at 3f2a1bc (last good 91cd02e)", as the figure moves; and why it was accepted. */
void history_change_text(struct buf *out, const struct history_judgement *j,
                         const struct history_change *c);

/* "1.0483x of anchor 1a2b3c4" or "38.2 us": the newest point. */
void history_value_text(struct buf *out, const struct track *t);

/* Why that track was not judged, or what it takes to judge its parts together. */
void history_track_note(struct buf *out, const struct history_judgement *j);

/* Counts in words: "12 series of 48 commits: 1 worse, ...". */
void history_summary_text(struct buf *out, const struct history_judgements *all,
                          const struct history_tracks *tracks);

#endif
