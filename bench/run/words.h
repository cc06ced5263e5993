/* What a run says of itself: what it will take, how it went. */
#ifndef CONTEND_RUN_WORDS_H
#define CONTEND_RUN_WORDS_H

#include "bench/base/buf.h"
#include "bench/run/run.h"

/* A line on what will be done and how long it will take; nothing where nothing takes time. */
void run_outlook_words(struct buf *out, const struct outlook *o);

/* Where it is: "round 2 of 7, cell 3 of 39, 41 s left  spin/gil/thread/tasks=2". */
void run_progress_words(struct buf *out, const struct progress *p);

/* How it went, in a line or some. */
void run_report_words(struct buf *out, const struct run_report *r);

/* "; 3 of 12 UNUSABLE: others used the CPUs in every launch", or nothing. */
void run_unusable_words(struct buf *out, const struct run_report *r);

#endif
