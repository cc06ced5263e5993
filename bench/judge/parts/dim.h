/*
 * Dimensions: what cells differ in, and what rows, columns and filters are made of.
 *
 *   workload lock executor tasks workers placement host result commit role status id
 *
 * and every parameter by its name ("duration", "interval") or, where names meet, by plug-in and
 * name as in a cell's id ("gil.interval").
 */
#ifndef CONTEND_JUDGE_PARTS_DIM_H
#define CONTEND_JUDGE_PARTS_DIM_H

#include "bench/base/buf.h"
#include "bench/base/err.h"
#include "bench/result/result.h"

#include <stdbool.h>
#include <stddef.h>

/* One cell in one result: what tables are made of. Both borrowed. */
struct entry {
    const struct result *result;
    const struct result_cell *cell;
    size_t order;          /* its place among all entries: what "first" means */
    size_t executor_order; /* that of the first entry with its executor, in all tables the same */
};

struct entries {
    struct entry *items; /* owned */
    size_t count;
};

/* A cell's place in a dimension. A dimension the cell does not have is empty text. */
struct dim_value {
    const char *word; /* borrowed from the result; NULL: `own` has it */
    char own[40];     /* of a number */
    double number;    /* what it is sorted and compared by, when is_number */
    bool is_number;
};

/* Names of dimensions; as of a vector, `failed` when memory ran out for one. */
struct dims {
    char **names; /* each owned, as is the array */
    size_t count, capacity;
    bool failed;
};

void dims_release(struct dims *d);

/* How it is shown, all of it. */
const char *dim_text(const struct dim_value *v);

/* Returns false, with empty text, when the cell has no such dimension (workers of threads). */
bool dim_value_of(const struct entry *e, const char *dim, struct dim_value *out);

/* Whether dim is known: built in, or a parameter of one of these cells. ERR_USAGE otherwise. */
int dim_check(const char *option, const char *dim, const struct entries *all, struct err *err);

/* Adds all that is known of these cells: built in, then their parameters. */
void dims_of_entries(struct dims *out, const struct entries *all);

/* ERR_USAGE: which values the cells have in that dimension, and the nearest. */
int dim_refuse_value(const char *option, const char *dim, const char *value,
                     const struct entries *all, struct err *err);

/* Splits "executor,tasks" and checks each. */
int dims_parse(struct dims *out, const char *option, const char *text, const struct entries *all,
               struct err *err);
bool dims_have(const struct dims *d, const char *name);
/* Ignored when it is there already. */
void dims_add(struct dims *d, const char *name);
void dims_add_all(struct dims *d, const struct dims *others);

/* Adds the names of the parameters these cells have, "name" or "plug-in.name" where names meet. */
void dims_of_params(struct dims *out, const struct entry *items, size_t count);

/* Whether two of the cells that have it differ in it. */
bool dim_varies(const char *dim, const struct entry *items, size_t count);

/*
 * Keeps the entries that match "workload=sleep,executor=thread|process,tasks>=10": all of the
 * conditions, each with = != < <= > >=, and several values after = and !=.  Controls are kept
 * only when the filter speaks of `role`.  NULL: everything that is not a control.
 * ERR_USAGE names what is not understood, or the filter that nothing matches.
 */
int entries_filter(struct entries *e, const char *filter, struct err *err);

/*
 * Sorts by the values of the first dimension, then the second ...; within one, those without it
 * come first, numbers rise, and words stand in the order of their first entry.  Equal entries
 * keep their order.  Returns 0, or -1 when memory runs out.
 */
int entries_sort(struct entry *items, size_t count, const struct dims *by, struct err *err);

/* Whether two entries have the same values in these dimensions. */
bool entries_agree(const struct entry *a, const struct entry *b, const struct dims *in);

/* All cells of all results, in their order. Returns 0, or -1 when memory runs out. */
int entries_of_results(struct entries *out, const struct result *results, size_t count,
                       struct err *err);
void entries_release(struct entries *e);

#endif
