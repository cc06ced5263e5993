/*
 * Files of other programs as results, so that their numbers get contend's verdicts.
 *
 * A format is a descriptor in a file of its own and a line in imports.def.  It reads a JSON
 * document and calls the functions below; errors name the path to the field.  What becomes of
 * a file in a result is said in docs/exports.md.
 */
#ifndef CONTEND_EXCHANGE_IMPORT_IMPORT_H
#define CONTEND_EXCHANGE_IMPORT_IMPORT_H

#include "bench/base/buf.h"
#include "bench/base/json_make.h"
#include "bench/result/field.h"

#include <jansson.h>
#include <stdbool.h>

/* A result being put together. */
struct import {
    struct json_maker made; /* the document; remembers what could not be added to any part of it */
    json_t *cells;
    json_t *names;              /* id without its number -> how often it was met */
    json_t *host;               /* what the file says of the machine, in the result's words */
    char started_at[24];        /* "": the file does not say */
    char tool[32], version[32]; /* of the program that measured */
    const char *workload;       /* the workload in ids: the format's name as a plug-in's name */
};

struct import_format {
    const char *name; /* as on the command line */
    const char *tool; /* as in run.tool.name */
    const char *workload;
    /* Whether a document looks like one of this format. */
    bool (*is_one)(const json_t *document);
    /* Returns 0, or -1 with ERR_INPUT and the path to what is wrong. */
    int (*read)(const struct place *at, const json_t *document, struct import *out,
                struct err *err);
};

extern const struct import_format *const import_formats[];
/* The name of the i-th; NULL behind the last. */
const char *import_name_at(size_t i);

/*
 * A result as text from a file's text; `format` NULL: what it looks like.  -1 with ERR_INPUT that
 * names line and column, or the path to the field; ERR_USAGE when no format fits.
 */
int import_text(const char *path, const char *text, size_t length, const char *format,
                struct buf *out, struct err *err);

/* The same of a file. */
int import_file(const char *path, const char *format, struct buf *out, struct err *err);

/* ---- for the formats ---- */

/*
 * A cell called `name`, as "WORKLOAD/none/command/tasks=1,name=...", and behind it each parameter,
 * by its name: a parameter that is itself called "name" (or "tasks") becomes "name_".  What is
 * equal in all of it gets "#2", and a warning that only the order tells them apart.
 */
json_t *import_cell(struct import *in, const char *name, const json_t *params);
void import_cell_fails(struct import *in, json_t *cell, const char *status, const char *reason);
void import_cell_warns(struct import *in, json_t *cell, const char *code, const char *text);
/* What the file says of the machine. */
void import_host(struct import *in, const char *key, json_t *value);

/* What a metric of an import is. */
struct import_metric {
    const char *name, *unit, *better, *group, *definition;
};

/*
 * Samples (taken over) as a metric of the cell, with their summary; without samples it could not
 * be had, for `reason`.  `rounds` (taken over, NULL: each its own) gives the round of each sample.
 */
int import_add(struct import *in, json_t *cell, const struct import_metric *metric, json_t *samples,
               json_t *rounds, const char *reason, struct err *err);

/* In the unit of the metric it must be a number still. */
int import_finite(const struct place *at, double value, struct err *err);

/* A number that must be there. */
int import_number(const struct place *at, const json_t *object, const char *key, double *out,
                  struct err *err);

/* A value that must be a number. */
int import_value(const struct place *at, const json_t *value, double *out, struct err *err);

/*
 * "2026-01-31 12:00:00+01:00" and the like, in UTC, where it is earlier than what was seen before;
 * a time without a zone is taken for UTC.  Anything else leaves it as it is.
 */
void import_instant(struct import *in, const char *text);

#endif
