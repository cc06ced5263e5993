/* What a watched program's locks did: a page, the document contend.watch/1, a gate. */
#ifndef CONTEND_JUDGE_LEDGER_LEDGER_VIEW_H
#define CONTEND_JUDGE_LEDGER_LEDGER_VIEW_H

#include "bench/page/page.h"
#include "bench/trace/trace.h"
#include "bench/watch/ledger.h"

struct ledger_view {
    const struct ledger *ledger;
    char *const *argv;                 /* of the program, ended by NULL */
    unsigned cpus;                     /* that it may use */
    uint64_t max_hold_ns, max_wait_ns; /* 0: no gate */
    bool is_all;                       /* all locks and threads, also at a terminal */
};

/* Whether nothing was seen of its locks; then why, in a line. */
bool ledger_saw_nothing(const struct ledger_view *v, struct buf *why);

/* Whether a hold that made somebody wait, or a wait, was longer than it may be. */
bool ledger_is_over(const struct ledger_view *v);

/* page_release() when it was shown. */
void ledger_page(struct page *p, const struct ledger_view *v);

/* A new reference; NULL when memory ran out. */
json_t *ledger_document(const struct ledger_view *v);

/*
 * The stretch of that length in which most was waited for the interpreter's lock, or else for the
 * one that cost most waiting.  ERR_FAILED where nobody waited; trace_release() in both cases.
 */
int ledger_trace(struct trace *out, const struct ledger_view *v, uint64_t length_ns,
                 struct err *err);

/* ---- Their parts --------------------------------------------------------------------------------
 */

/* How many threads had it or wanted it at a moment, on average over its process's life. */
double ledger_wanted(const struct ledger_view *v, const struct ledger_lock *l);
/* Which share of its process's life somebody had it. */
double ledger_held(const struct ledger_view *v, const struct ledger_lock *l);

/* One sentence that the numbers bear out; empty where they do not. */
void ledger_meaning(const struct ledger_view *v, struct buf *out);
/* Remarks: what was not seen, and what it means for the numbers. A line each. */
void ledger_remarks(const struct ledger_view *v, void (*say)(void *context, const char *text),
                    void *context);

/* "thread 3 (worker)", "pid 17 thread 3" where there are several processes. */
void ledger_thread_name(const struct ledger_view *v, int thread, char *out, size_t size);
void ledger_lock_name(const struct ledger_view *v, const struct ledger_lock *l, char *out,
                      size_t size);

#endif
