#include "bench/result/load.h"

#include <math.h>

/* The step of the kernel's counters of CPU time: USER_HZ is 100 on every Linux. */
#define TICK_NS 1e7
/* Standard deviation of what others take while one cell or another is measured, in all CPUs. */
#define SPREAD 0.25

/* Of a cell's own reading, in CPUs: a counter a CPU, at the beginning and the end of each launch.
 */
static double error_of(const struct result_cell *c, double cpus)
{
    return TICK_NS * sqrt((double)c->ledger_launches * cpus / 6) / c->ledger_ns;
}

void result_share_load(struct result *r)
{
    double taken_ns = 0, known_ns = 0, cpus = r->cpus_allowed > 0 ? (double)r->cpus_allowed : 1;
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct result_cell *c = &r->cells[i];
        if (isnan(c->foreign_cpus))
            continue;
        taken_ns += c->foreign_cpus * c->ledger_ns;
        known_ns += c->ledger_ns;
    }
    double of_run = known_ns > 0 ? fmax(0, taken_ns / known_ns) : 0;
    for (size_t i = 0; i < r->cell_count; i++) {
        struct result_cell *c = &r->cells[i];
        if (isnan(c->foreign_cpus))
            continue;
        double spread = SPREAD * cpus, error = error_of(c, cpus);
        double own = spread * spread / (spread * spread + error * error);
        c->foreign_cpus = fmax(0, of_run + own * (c->foreign_cpus - of_run));
    }
}
