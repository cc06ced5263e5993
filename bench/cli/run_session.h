/* What commands that measure have in common: the machine's turn, where the result goes, progress,
 * interrupts, and what is said at the end. */
#ifndef CONTEND_CLI_RUN_SESSION_H
#define CONTEND_CLI_RUN_SESSION_H

#include "bench/base/command.h"
#include "bench/cli/alone.h"
#include "bench/run/run.h"

struct run_session {
    struct alone alone;
    bool is_quiet;    /* no progress */
    const char *name; /* a suite's, by which a result is called where nobody said where it goes */
    char default_path[256];
};

/*
 * run_do() on the terminal: with progress unless it is to be quiet, until an interrupt, and with
 * one line at the end on how it went.  The path of the result is there afterwards.
 */
int run_session_do(struct run_session *s, struct run_options *o, const struct call *call,
                   struct run_report *report, struct err *err);

/* Takes a path for the result where none was said; gives up again one that was taken so and is
 * still empty. */
void run_session_take_path(struct run_session *s, struct run_options *o);
void run_session_leave_path(struct run_session *s, const struct run_options *o);

/* The last line, to stderr: where the result is, and how much of it is unusable. */
void run_session_end(const struct run_report *r, const char *path);

/* 130, 3 when a cell failed, else 0. */
int run_session_status(const struct run_report *r);

#endif
