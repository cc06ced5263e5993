/* How many NUMA nodes a list of the kernel names, and where we are. */
#include "bench/machine/numa.h"
#include "tests/test.h"

static void nodes_of_a_list_are_counted(void)
{
    CHECK_EQ(numa_count_listed("0\n"), 1);
    CHECK_EQ(numa_count_listed("0-1\n"), 2);
    CHECK_EQ(numa_count_listed("0-3,8,10-11"), 7);
    CHECK_EQ(numa_count_listed("2,5\n"), 2);
}

static void what_is_no_list_is_one_node(void)
{
    static const char *const texts[] = {"",    "\n", "none", "-1",  "0-",
                                        "1-0", "0,", "0;1",  "0-x", "0-99999999999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK_MSG(numa_count_listed(texts[i]) == 1, "\"%s\"", texts[i]);
}

static void this_machine_has_a_node_and_we_are_on_one(void)
{
    uint32_t nodes = numa_node_count();
    CHECK(nodes >= 1);
    /* Numbers need not follow each other; where there is one node there is no other to be on. */
    CHECK(nodes > 1 || numa_node_here() == 0);
}

static const struct test tests[] = {
    {"nodes_of_a_list_are_counted", nodes_of_a_list_are_counted},
    {"what_is_no_list_is_one_node", what_is_no_list_is_one_node},
    {"this_machine_has_a_node_and_we_are_on_one", this_machine_has_a_node_and_we_are_on_one},
    {0},
};
TEST_MAIN(tests)
