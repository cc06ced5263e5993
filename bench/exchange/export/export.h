/*
 * Results in the formats of other programs.
 *
 * A format is a descriptor in a file of its own and a line in exports.def.  It puts a text together
 * from the values the walk hands it: measured cells that are ok, metrics with a value; and hands it
 * on piece by piece, so that a million cells have no text in memory beside them.  Or
 * it adds to a file that holds other results already, and then reads each by itself.
 * docs/exports.md says what becomes of a result in each.
 */
#ifndef CONTEND_EXCHANGE_EXPORT_EXPORT_H
#define CONTEND_EXCHANGE_EXPORT_EXPORT_H

#include "bench/base/buf.h"
#include "bench/base/output.h"
#include "bench/judge/parts/metric_choice.h"
#include "bench/result/result.h"

#include <stdbool.h>

enum { EXPORT_FILES_MAX = 2 };

struct export_input {
    const struct result *results;
    size_t count;
    const struct metric_choice *metrics;
    const char *branch;  /* NULL: not said */
    struct output *file; /* where pieces go; NULL: all stays in the text */
};

/* A metric with a value. */
struct export_value {
    const struct result *result;
    const struct result_cell *cell;
    const struct result_metric *metric;
};

/* What was added to a file that holds more than one result. */
struct export_stored {
    size_t results; /* of one host each */
    size_t cells;   /* that are new, or say more than those that were there */
    size_t known;   /* that were there already */
};

struct export_format {
    const char *name;     /* as on the command line */
    const char *consumer; /* whose format it is, one line */
    /* Appended to PATH where a result becomes two files; {NULL}: one file at PATH. */
    const char *suffixes[EXPORT_FILES_MAX];
    bool tells_without_values; /* it says something of cells that have none: what failed, and why */
    bool has_names_once;       /* its consumer takes each cell's name once a file */
    /*
     * Writes file number `which`: what export_pass_on() left of it is in `out`. 0, or -1 with err.
     * What may be refused is looked at before the first piece.
     */
    int (*write)(const struct export_input *in, size_t which, struct buf *out, struct err *err);
    /*
     * Or, in place of that: adds the results, files as typed, to the one at `path`, which is made
     * where there is none.  All of them or, with -1 and err, none.
     */
    int (*store)(const char *const *results, size_t count, const char *path,
                 struct export_stored *report, struct err *err);
};

/* All formats, ended by NULL, and the name of the i-th; NULL behind the last. */
extern const struct export_format *const export_formats[];
const char *export_name_at(size_t i);
const struct export_format *export_named(const char *name);
/* "formats:" and a row each, in so many columns, for a help. */
void export_formats_help(size_t width, struct buf *out);

/*
 * The values of all results in order: set *at to a zeroed walk, returns false after the last.
 * Only metrics chosen, only cells that are measured and ok.
 */
struct export_walk {
    size_t result, cell, metric;
};
bool export_next(const struct export_input *in, struct export_walk *walk, struct export_value *out);
/* Whether that metric of that cell is one of them. */
bool export_is_value(const struct export_input *in, const struct result_cell *c,
                     const struct result_metric *m);

/* "sleep/none/thread/tasks=1", with the host in front where results of several are written. */
void export_name(const struct export_input *in, const struct export_value *v, struct buf *out);

/* A number that reads back as the same double. */
void export_number(struct buf *out, double value);

/*
 * A value as seconds: nanoseconds as they are, rates as the time of one.  False for other units
 * and for what is not above 0.
 */
bool export_seconds(const struct result_metric *m, double value, double *seconds);

/* Seconds since 1970 of "2026-01-31T12:00:00Z"; -1 when it is not such a text. */
long long export_epoch(const char *instant);

/* After each line or so: hands `out` on to the file once it is long. -1 with err. */
int export_pass_on(const struct export_input *in, struct buf *out, struct err *err);

/*
 * A list inside of a JSON document, or an object, an item at a time, in the bytes that
 * export_json() would make of it at that depth.
 */
struct export_list {
    int depth; /* of its items: how far they are indented */
    bool is_object;
    bool has_items;
};
void export_list_begin(struct export_list *list, struct buf *out);
void export_list_add(struct export_list *list, json_t *item, struct buf *out); /* takes the item */
/* The same of an object's member. */
void export_list_add_as(struct export_list *list, const char *key, json_t *item, struct buf *out);
/* What stands before an item that is a list itself and comes next; a key in an object, else NULL.
 */
void export_list_next(struct export_list *list, const char *key, struct buf *out);
void export_list_end(const struct export_list *list, struct buf *out);
/* A value of that depth, in those bytes; drops the reference. */
void export_json_part(json_t *value, int depth, struct buf *out);

/* Adds a document as text and drops the reference. -1 with ERR_SYSTEM when memory ran out. */
int export_json(json_t *document, struct buf *out, struct err *err);

#endif
