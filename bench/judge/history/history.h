/*
 * The history file: what was measured of each commit, one JSON line at a time.
 *
 *   {"schema":"contend.history/1","kind":"point","commit":..,"anchor":..,"machine":..,"series":{..}}
 *   {"schema":"contend.history/1","kind":"accept","from":..,"to":..,"series":"*","reason":..}
 *
 * Lines are only ever added.  A point measured again (--replace) stands behind the one it replaces
 * and wins; nothing is rewritten, so a file can be shared, cut and merged line by line.  A line
 * that is no JSON (cut short by a full disk or a crash) is skipped with a warning.
 *
 * The *regime* of a point is what its numbers hang on: the machine it was measured on and the
 * anchor, the pinned build that was measured interleaved with it.  Without an anchor there are raw
 * medians alone.
 */
#ifndef CONTEND_JUDGE_HISTORY_HISTORY_H
#define CONTEND_JUDGE_HISTORY_HISTORY_H

#include "bench/base/buf.h"
#include "bench/base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define HISTORY_SCHEMA "contend.history/1"

/* One series' number of one commit. Texts are borrowed from the history's JSON. */
struct history_value {
    const char *series; /* "spin/none/thread/tasks=2/throughput_per_s" */
    const char *unit;   /* "ns", "per_s" */
    bool higher_is_better;
    double ratio;  /* commit / anchor; 0 without an anchor */
    double median; /* of the commit, in `unit`; 0 when the line has none */
};

struct history_point {
    const char *commit;
    const char *anchor; /* NULL: raw medians alone */
    const char *machine;
    const char *time; /* of measuring, "2026-01-31T12:00:00Z"; NULL: not stated */
    struct history_value *values;
    size_t value_count;
    size_t line; /* in the file, from 1 */
    bool is_replaced;
    size_t earlier; /* the latest earlier point that may be of the same place, from 1; 0: none */
};

struct history_accept {
    const char *from, *to; /* commits; the same for one */
    const char *series;    /* a pattern as of the shell, "*" for all */
    const char *reason;
};

struct history {
    char *path;
    struct history_point *points; /* in the order of the file */
    size_t point_count;
    struct history_accept *accepts;
    size_t accept_count;
    json_t *places;      /* what history_find() looks under -> the latest such point, from 1 */
    json_t *lines;       /* an array that owns what the texts are borrowed from */
    struct buf warnings; /* a line each: what was skipped */
};

/* The one that is meant: as asked for, else history.jsonl, beside results where those have a
 * folder, as contend's own tree does. */
const char *history_file(const char *asked);

/*
 * Reads a history.  A file that is not there is an empty history where `may_be_absent`.  -1 with
 * ERR_INPUT that names file, line and field; history_unload() is not needed then.
 */
int history_load(struct history *out, const char *path, bool may_be_absent, struct err *err);
/* The same from its text. */
int history_parse(struct history *out, const char *path, const char *text, size_t length,
                  struct err *err);
void history_unload(struct history *h);

/*
 * Whether two commit ids name one commit: equal, or one the beginning of the other and at least 7
 * hexadecimal digits.  A "+" behind (uncommitted changes) is part of the id.
 */
bool history_same_commit(const char *a, const char *b);

/* The point of that commit in that regime that counts (the last one), or NULL. */
const struct history_point *history_find(const struct history *h, const char *commit,
                                         const char *machine, const char *anchor);

/*
 * Adds a line under the file's lock.  `check` is called with what the file holds at that moment
 * and refuses by returning -1; NULL checks nothing.  The line is one write at the end of the file,
 * behind a line feed of its own where the last line was cut short; it is synced before the lock is
 * let go.  On failure the file is as long as it was.
 */
typedef int history_check(const struct history *h, void *context, struct err *err);
int history_append(const char *path, const json_t *line, history_check *check, void *context,
                   struct err *err);

/* ---- Lines -------------------------------------------------------------------------- */

/* What the user said about a point; what is NULL is taken from the file. */
struct history_origin {
    const char *commit;         /* as the user said */
    const char *commit_of_tree; /* for a file that does not say: that of the working directory */
    const char *anchor;
    const char *metrics; /* "makespan_ns,startup_ns": of a result; NULL: the headline's */
};

/*
 * A point from a file `contend duel` or `contend run` wrote: the caller owns it.  NULL with
 * ERR_INPUT or ERR_USAGE.  `path` is for messages.
 */
json_t *history_point_make(const char *path, const struct history_origin *origin, struct err *err);

/* The same from the file's text. */
json_t *history_point_parse(const char *path, const char *text, size_t length,
                            const struct history_origin *origin, struct err *err);

/* The line that accepts a change; none of it NULL. NULL: a text is no UTF-8, or no memory. */
json_t *history_accept_make(const char *from, const char *to, const char *series,
                            const char *reason);

/* What machine a host object describes: what makes two machines different, and no more; or "". */
void history_machine_key(const json_t *host, struct buf *out);

/* A line's machine (NULL: it has none) as points have it: files that do not say go together. */
const char *history_machine_name(const char *key);

#endif
