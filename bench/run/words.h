/* What a run says of itself: what it will take, how it went. */
#ifndef CONTEND_RUN_WORDS_H
#define CONTEND_RUN_WORDS_H

#include "bench/base/buf.h"
#include "bench/run/run.h"

/* What will be done and how long it will take; nothing where nothing takes time. */
void run_outlook_words(struct buf *out, const struct outlook *o);

/* Where it is: "round 2 of 7, cell 3 of 39, 41 s left  spin/gil/thread/tasks=2". */
void run_progress_words(struct buf *out, const struct progress *p);

/* How it went, in a line or some. */
void run_report_words(struct buf *out, const struct run_report *r);

/* Where it is, and how much of it cannot be used: "result: a.json; 3 of 12 UNUSABLE: ..". */
void run_result_words(struct buf *out, const struct run_report *r, const char *path);

/* Of one that was interrupted: where what there is is, and how to go on. */
void run_interrupted_words(struct buf *out, const char *path);

#endif
