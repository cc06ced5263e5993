/* A cell of another runtime: what is asked, and what came of it so far. */
#ifndef CONTEND_LAB_RUNTIMES_CELL_H
#define CONTEND_LAB_RUNTIMES_CELL_H

#include "bench/lab/runtimes/instance.h"
#include "bench/lab/runtimes/question.h"
#include "bench/lab/runtimes/visit.h"
#include "bench/result/result.h"
#include "bench/stats/histogram.h"

struct made_series {
    struct {
        VEC(double);
    } samples;
    struct {
        VEC(uint32_t);
    } launches;                  /* which launch each is of */
    struct histogram *histogram; /* owned; of single values; NULL: there are none */
};

struct runtime_cell {
    struct instance *instance;
    const struct runtime_unit *unit;
    struct asked asked;
    char executor[96];
    char id[256];
    char *skip, *failure; /* owned; why it has no numbers */
    bool is_wild;         /* its program is not to be asked again */
    struct {
        VEC(struct result_launch);
    } launches;
    struct made_series made[MADE_METRICS];
};

struct runtime_cells {
    VEC(struct runtime_cell);
};

/* All of an instance. Adds one that is skipped for each unit where the instance has a reason. */
int cells_add(struct runtime_cells *out, struct instance *i, const struct asked_list *asked,
              struct err *err);
void cells_release(struct runtime_cells *all);

/* The launch of a visit, and what it gave. */
int cell_book(struct runtime_cell *c, uint32_t round, const struct noise_delta *noise,
              const struct answer *a, struct err *err);

/* The median of a metric over all launches so far; NaN. */
double cell_median(const struct runtime_cell *c, enum runtime_metric m);

/* The result of all of them. `header` is taken over. */
int cells_assemble(const struct runtime_cells *all, json_t *header, struct result *out,
                   struct err *err);

#endif
