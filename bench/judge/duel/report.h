/* What a duel found: a page, a document, and the words of both. */
#ifndef CONTEND_JUDGE_DUEL_REPORT_H
#define CONTEND_JUDGE_DUEL_REPORT_H

#include "bench/base/buf.h"
#include "bench/judge/duel/duel.h"
#include "bench/page/page.h"

/* What all comparisons of one duel say together. */
enum duel_status {
    DUEL_FINE,
    DUEL_REGRESSION,
    DUEL_UNDECIDED,  /* nothing slower, but not everything judged */
    DUEL_NO_VERDICT, /* a control fired, or nothing can be compared */
};

struct duel_report {
    const struct duel_subject *subjects;
    const struct duel_outcome *outcomes;
    size_t count;
    const struct duel_options *options;
};

/* What all rows of all comparisons come to. */
enum duel_status duel_status_of(const struct duel_report *r);

/* Whether base differs from itself, or identical sides from each other: nothing can be said. */
bool duel_control_fired(const struct duel_subject *s, const struct duel_outcome *o);

/* All of it but the document, which needs to know more; page_release() when it was shown. */
void duel_page(struct page *p, const struct duel_report *r);

/* How many times as bad each judged row is, as a chart; nothing where there is none. */
void duel_chart(struct page *p, const struct duel_report *r);

/*
 * The document contend.duel/1, with every raw value.  Takes over the references `run` and `host`,
 * which may be NULL.  A new reference; NULL when memory ran out.
 */
json_t *duel_document(const struct duel_report *r, json_t *run, json_t *host);

/* ---- Words and numbers both share ------------------------------------------------------ */

/* What an arm changes of the metric itself, with its interval; NAN of one pair, which is none yet.
 */
struct page_value duel_change_of(const struct arm_effect *e, bool higher_is_better);
/* "+2.01 %"; "-" of one pair. */
void duel_add_effect(struct buf *out, const struct arm_effect *e, bool higher_is_better);
/* "+1.95 % .. +2.10 %" */
void duel_add_interval(struct buf *out, const struct arm_effect *e, bool higher_is_better);
/* What stands behind the verdict: pairs, what they could show, confirmation, what is missing. */
void duel_add_grounds(struct buf *out, const struct duel_outcome *o, const struct duel_row *row);
/* "a CPU was waited for 41 % of the time, others used 3.1 s of CPU time" */
void duel_add_noise(struct buf *out, const struct noise_delta *d);
/* Why the rows say little of the locks that are compared; "" where they do, or locks are not. */
const char *duel_lock_note(const struct duel_subject *s, const struct duel_outcome *o);
/* "slower 1, faster 0, same 2, shifted 0, undecided 1 of 4 rows judged" */
void duel_add_tally(struct buf *out, const struct duel_report *r);

#endif
