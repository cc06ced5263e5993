/*
 * Timelines: a trace as a page, with who had the lock when as a picture.
 *
 * What is said of a part are plain counts and sums of what was recorded, no estimate: one launch
 * was looked at, and a second one differs.
 */
#ifndef CONTEND_JUDGE_TIMELINE_TIMELINE_H
#define CONTEND_JUDGE_TIMELINE_TIMELINE_H

#include "bench/page/page.h"
#include "bench/trace/trace.h"

/* How `report --plot` calls the picture. */
extern const char timeline_chart_name[];

/* Of a lane, or of all units of a part together. */
struct timeline_figures {
    double at_a_time;        /* of the units that run, on average */
    size_t turns, waits;     /* with the lock; for it, that were longer than nothing */
    uint64_t median_turn_ns; /* 0: there was none */
    uint64_t longest_turn_ns;
    uint64_t longest_lock_ns; /* of the waits for it; 0: there was none */
    uint64_t longest_wait_ns; /* for the lock, a CPU or its turn; 0: there was none */
    size_t put_outs;
};

/* lane UINT32_MAX: of all.  False when memory ran out. */
bool timeline_figures(const struct trace_part *p, uint32_t lane, struct timeline_figures *out);

/*
 * The share of its units' time that they waited for a CPU, where that is worth a word: what they
 * might have done with the lock meanwhile is not seen.  0: little, or tasks of an event loop, which
 * share one.
 */
double timeline_queued_ratio(const struct trace_part *p);

/* Units among its lanes: an event loop is none. */
size_t timeline_units(const struct trace_part *p);
bool timeline_is_loop(const struct trace_part *p, uint32_t lane);

/* All of it: words, a table for each part, the picture, and the trace itself as JSON. */
void timeline_page(struct page *p, const struct trace *t);

/* The picture alone, of several traces' parts under each other; the first one's title. */
void timeline_chart(struct page *p, const struct trace *traces, size_t count);

/* The same of files that hold traces. -1: ERR_INPUT names the file and what is wrong. */
int timeline_of_files(struct page *p, const char *const *paths, size_t count, struct err *err);

/* What is to be seen in it, as a sentence; the caller frees it, NULL when memory ran out. */
char *timeline_finding(const struct trace *traces, size_t count);

#endif
