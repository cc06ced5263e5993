#include "bench/result/load.h"
#include "tests/test.h"

#include <math.h>

#define MS 1e6

/* A cell of seven launches, in all of which others took so much. */
static struct result_cell cell(double launch_ms, double taken_ms)
{
    return (struct result_cell){.foreign_cpus = taken_ms / (7 * launch_ms),
                                .ledger_ns = 7 * launch_ms * MS,
                                .ledger_launches = 7};
}

static void share(struct result_cell *cells, size_t count)
{
    struct result r = {.cells = cells, .cell_count = count, .cpus_allowed = 2};
    result_share_load(&r);
}

/* Buggy: 3.6 CPUs of two, and "others were busy on the machine" where nobody was. */
static void a_tick_in_a_short_cell_is_no_load(void)
{
    struct result_cell cells[] = {cell(0.4, 10), cell(0.4, -3), cell(100, 0), cell(300, 5)};
    share(cells, 4);
    CHECK(cells[0].foreign_cpus < 0.05);
    CHECK(cells[1].foreign_cpus >= 0);
    CHECK(cells[1].foreign_cpus < 0.05);
}

/* What is busy all the time is so in short cells, too: they cannot tell by themselves. */
static void what_the_run_says_stands_for_short_cells(void)
{
    struct result_cell cells[] = {cell(0.4, 0), cell(100, 700), cell(300, 2100)};
    share(cells, 3);
    CHECK_NEAR(cells[0].foreign_cpus, 1.0, 0.05);
    CHECK_NEAR(cells[1].foreign_cpus, 1.0, 0.05);
}

static void a_long_cell_speaks_for_itself(void)
{
    struct result_cell cells[] = {cell(300, 2100), cell(300, 0), cell(300, 0), cell(300, 0)};
    share(cells, 4);
    CHECK(cells[0].foreign_cpus > 0.95);
    CHECK(cells[1].foreign_cpus < 0.05);
}

static void what_is_not_known_stays_so(void)
{
    struct result_cell cells[] = {{.foreign_cpus = NAN}, cell(300, 2100)};
    share(cells, 2);
    CHECK(isnan(cells[0].foreign_cpus));
    struct result_cell alone[] = {{.foreign_cpus = NAN}};
    share(alone, 1);
    CHECK(isnan(alone[0].foreign_cpus));
    share(NULL, 0);
}

static const struct test tests[] = {
    {"a_tick_in_a_short_cell_is_no_load", a_tick_in_a_short_cell_is_no_load},
    {"what_the_run_says_stands_for_short_cells", what_the_run_says_stands_for_short_cells},
    {"a_long_cell_speaks_for_itself", a_long_cell_speaks_for_itself},
    {"what_is_not_known_stays_so", what_is_not_known_stays_so},
    {0},
};
TEST_MAIN(tests)
