#include "bench/judge/parts/cell.h"

#include <string.h>

/* "switch", or "switch: the program's own clock": with how it was had. */
bool cell_has_own(const struct result_cell *c, const struct result_metric *m)
{
    size_t length = strlen(c->workload);
    return !strncmp(m->source, c->workload, length) &&
           (!m->source[length] || m->source[length] == ':');
}

bool cell_lock_is_shared(const struct result_cell *c)
{
    const char *scope = json_string_value(json_object_get(c->lock_params, "scope"));
    return scope && !strcmp(scope, "shared");
}

struct ratio ratio_of_metrics(const struct result_metric *a, const struct result_metric *b,
                              bool *failed)
{
    struct ratio r = ratio_of_summaries(&a->summary, &b->summary);
    if (a->sample_count && b->sample_count)
        *failed |= ratio_of_samples(a->samples, a->sample_count, b->samples, b->sample_count,
                                    SUMMARY_LEVEL, &r, NULL) != 0;
    return r;
}
