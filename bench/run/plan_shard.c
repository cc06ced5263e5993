#include "bench/run/plan_shard.h"

#include <stdlib.h>

enum share { NOT_OURS, CEILING, OURS };

/* Returns how many measured cells are ours. */
static size_t deal(const struct plan *p, int64_t index, int64_t count, enum share *shares)
{
    int64_t seen = 0;
    size_t ours = 0;
    for (size_t i = 0; i < p->cell_count; i++)
        if (!p->cells[i].is_control && seen++ % count == index - 1) {
            shares[i] = OURS;
            ours++;
        }
    for (size_t i = 0; i < p->cell_count; i++) {
        int control = p->cells[i].control;
        if (shares[i] == OURS && control != NO_CONTROL && shares[control] == NOT_OURS)
            shares[control] = CEILING;
    }
    return ours;
}

int plan_take_shard(struct plan *p, int64_t index, int64_t count, struct err *err)
{
    enum share *shares = calloc(p->cell_count + 1, sizeof *shares);
    int *moved = calloc(p->cell_count + 1, sizeof *moved);
    int failed = !shares || !moved ? err_set(err, ERR_SYSTEM, "no memory for a shard") : 0;
    if (!failed && !deal(p, index, count, shares))
        failed = err_set(err, ERR_USAGE,
                         "--shard: \"%lld/%lld\" has nothing to measure: the plan has fewer cells",
                         (long long)index, (long long)count);
    size_t kept = 0;
    for (size_t i = 0; !failed && i < p->cell_count; i++) {
        moved[i] = (int)kept;
        if (shares[i] == NOT_OURS) {
            cell_release(&p->cells[i]);
            continue;
        }
        p->cells[i].is_control |= shares[i] == CEILING;
        p->cells[kept++] = p->cells[i];
    }
    for (size_t i = 0; i < kept; i++) {
        struct cell *c = &p->cells[i];
        if (c->control != NO_CONTROL)
            c->control = shares[c->control] == NOT_OURS ? NO_CONTROL : moved[c->control];
    }
    if (!failed)
        p->cell_count = kept;
    free(shares);
    free(moved);
    return failed;
}
