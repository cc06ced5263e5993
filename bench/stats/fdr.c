#include "bench/stats/fdr.h"

#include <math.h>
#include <stdlib.h>

struct ranked {
    double p;
    size_t place;
};

static int by_p(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return (x->p > y->p) - (x->p < y->p);
}

int fdr_adjust(const double *p, size_t count, double *adjusted, struct err *err)
{
    struct ranked *ranked = malloc((count ? count : 1) * sizeof *ranked);
    if (!ranked)
        return err_set(err, ERR_SYSTEM, "%zu p-values: out of memory", count);
    for (size_t i = 0; i < count; i++)
        ranked[i] = (struct ranked){p[i], i};
    qsort(ranked, count, sizeof *ranked, by_p);
    double smallest = 1;
    for (size_t i = count; i-- > 0;) {
        smallest = fmin(smallest, ranked[i].p * (double)count / (double)(i + 1));
        adjusted[ranked[i].place] = smallest;
    }
    free(ranked);
    return 0;
}
