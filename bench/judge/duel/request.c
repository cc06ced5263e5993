#include "bench/judge/duel/request.h"

int duel_request_check(const struct duel_request *r, struct err *err)
{
    bool is_cell = r->workloads.count > 0;
    if (r->set && r->command_count)
        return err_set(err, ERR_USAGE,
                       "duel: --set compares settings of this program; it does not "
                       "go with -- BASE -- HEAD");
    if (r->command_count)
        return 0;
    if (!is_cell && (r->set || r->plugins.count))
        return err_set(err, ERR_USAGE, "duel: --workload is needed: which cell is compared");
    if (!is_cell)
        return err_set(err, ERR_USAGE,
                       "duel: nothing to compare; expected -- BASE [ARG].. -- HEAD [ARG].., or "
                       "--workload W with --set KEY=A,B or with two --plugin");
    if (!r->set && r->plugins.count != 2)
        return err_set(err, ERR_USAGE,
                       "duel: %zu --plugin given; two are compared, or two settings with --set",
                       r->plugins.count);
    if (r->prints_metrics)
        return err_set(err, ERR_USAGE,
                       "--metrics: cells print theirs anyway; it is for -- BASE .. "
                       "-- HEAD ..");
    return 0;
}
