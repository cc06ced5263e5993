#include "bench/machine/topology/topology.h"
#include "tests/test.h"

enum { MANY = 4096 };

/* The CPUs from..to as a mask would allow them; the caller frees nothing. */
static int allowed[MANY];

static size_t allow(int from, int to, int step)
{
    size_t count = 0;
    for (int cpu = from; cpu <= to; cpu += step)
        allowed[count++] = cpu;
    return count;
}

static const char *const names[] = {"core", "smt", "llc", "numa", "spread"};

/* false where hwloc is not here: then there is nothing to test. */
static bool made(struct topology *t, const char *synthetic, size_t count)
{
    struct err err = {0};
    if (!topology_read(t, &(const struct topology_source){.synthetic = synthetic}, allowed, count,
                       &err))
        return true;
    if (strstr(err.text, "without hwloc") || strstr(err.text, "cannot load"))
        test_skip_reason = "hwloc is not here";
    else
        CHECK_MSG(false, "%s: %s", synthetic, err.text);
    return false;
}

/* The first CPUs of an order, or why there is none. */
static const char *order_text(const struct topology *t, enum topology_order order, size_t most)
{
    static char text[4096];
    struct topology_list list;
    struct err err = {0};
    size_t used = 0;
    text[0] = '\0';
    if (topology_list(t, order, &list, &err)) {
        snprintf(text, sizeof text, "%s", err.text);
        return text;
    }
    for (size_t i = 0; i < list.count && i < most; i++)
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%s%d", i ? " " : "", list.items[i]);
    vec_release(&list);
    return text;
}

static size_t order_count(const struct topology *t, enum topology_order order)
{
    struct topology_list list;
    if (topology_list(t, order, &list, NULL))
        return 0;
    size_t count = list.count;
    vec_release(&list);
    return count;
}

/* Each CPU once, and none that is not allowed. */
static void check_lists(const struct topology *t, size_t allowed_count)
{
    for (enum topology_order o = TOPOLOGY_CORE; o <= TOPOLOGY_SPREAD; o++) {
        struct topology_list list;
        static unsigned char seen[MANY];
        memset(seen, 0, sizeof seen);
        if (topology_list(t, o, &list, NULL))
            continue;
        for (size_t i = 0; i < allowed_count; i++)
            seen[allowed[i]] = 1;
        for (size_t i = 0; i < list.count; i++) {
            CHECK_MSG(seen[list.items[i]] == 1, "%s: CPU %d is allowed, and there once", names[o],
                      list.items[i]);
            seen[list.items[i]] = 2;
        }
        if (o != TOPOLOGY_CORE && o != TOPOLOGY_LLC)
            CHECK_MSG(list.count == allowed_count, "%s takes all CPUs", names[o]);
        vec_release(&list);
    }
}

/* ---- Four sockets, 192 cores, two CPUs a core ---------------------------------------------- */

/* CPU 2c and 2c + 1 are core c; 12 cores a cache, 2 caches a node, 2 nodes a package. */
static const char four_sockets[] = "package:4 numa:2 l3:2 core:12 pu:2";

static void four_sockets_are_counted(void)
{
    struct topology t;
    char words[TOPOLOGY_WORDS_BYTES];
    if (!made(&t, four_sockets, allow(0, 383, 1)))
        return;
    topology_words(&t, words);
    CHECK_EQ((const char *)words,
             "4 packages, 8 NUMA nodes, 16 last-level caches, 192 cores, 384 CPUs");
    check_lists(&t, 384);
    topology_release(&t);
}

static void core_takes_the_first_cpu_of_each_core(void)
{
    struct topology t;
    if (!made(&t, four_sockets, allow(0, 383, 1)))
        return;
    CHECK_EQ(order_text(&t, TOPOLOGY_CORE, 5), "0 2 4 6 8");
    CHECK_EQ(order_count(&t, TOPOLOGY_CORE), 192);
    topology_release(&t);
}

static void smt_fills_a_core_before_the_next(void)
{
    struct topology t;
    if (!made(&t, four_sockets, allow(0, 383, 1)))
        return;
    CHECK_EQ(order_text(&t, TOPOLOGY_SMT, 5), "0 1 2 3 4");
    topology_release(&t);
}

static void llc_stays_in_one_cache_core_by_core(void)
{
    struct topology t;
    if (!made(&t, four_sockets, allow(0, 383, 1)))
        return;
    CHECK_EQ(order_text(&t, TOPOLOGY_LLC, MANY),
             "0 2 4 6 8 10 12 14 16 18 20 22 1 3 5 7 9 11 13 15 17 19 21 23");
    topology_release(&t);
}

static void numa_fills_a_node_core_by_core_then_the_next(void)
{
    struct topology t;
    struct topology_list list;
    if (!made(&t, four_sockets, allow(0, 383, 1)))
        return;
    if (CHECK(!topology_list(&t, TOPOLOGY_NUMA, &list, NULL))) {
        CHECK_EQ(list.items[0], 0);
        CHECK_EQ(list.items[23], 46); /* the last core of the node */
        CHECK_EQ(list.items[24], 1);  /* second CPUs only then */
        CHECK_EQ(list.items[47], 47);
        CHECK_EQ(list.items[48], 48); /* the next node */
        vec_release(&list);
    }
    topology_release(&t);
}

static void spread_goes_round_packages_then_nodes_then_caches_then_cores(void)
{
    struct topology t;
    struct topology_list list;
    if (!made(&t, four_sockets, allow(0, 383, 1)))
        return;
    CHECK_EQ(order_text(&t, TOPOLOGY_SPREAD, 18),
             "0 96 192 288 48 144 240 336 24 120 216 312 72 168 264 360 2 98");
    if (CHECK(!topology_list(&t, TOPOLOGY_SPREAD, &list, NULL))) {
        CHECK_EQ(list.items[191] % 2, 0);
        CHECK_EQ(list.items[192], 1); /* no second CPU of a core before all cores have one */
        vec_release(&list);
    }
    topology_release(&t);
}

/* ---- Less than all ------------------------------------------------------------------------- */

static void cpus_that_are_not_allowed_are_left_out(void)
{
    struct topology t;
    size_t count = allow(20, 27, 1); /* cores 10 to 13, of two caches */
    if (!made(&t, four_sockets, count))
        return;
    check_lists(&t, count);
    CHECK_EQ(order_text(&t, TOPOLOGY_CORE, MANY), "20 22 24 26");
    CHECK_EQ(order_text(&t, TOPOLOGY_LLC, MANY), "20 22 21 23");
    CHECK_EQ(order_text(&t, TOPOLOGY_SPREAD, MANY), "20 24 22 26 21 25 23 27");
    topology_release(&t);
}

static void the_cache_with_most_of_the_allowed_cpus_is_taken(void)
{
    struct topology t;
    if (!made(&t, four_sockets, allow(22, 29, 1)))
        return;
    CHECK_EQ(order_text(&t, TOPOLOGY_LLC, MANY), "24 26 28 25 27 29");
    topology_release(&t);
}

static void of_cores_with_one_cpu_allowed_that_is_the_first(void)
{
    struct topology t;
    if (!made(&t, "package:1 core:4 pu:2", allow(1, 7, 2)))
        return;
    CHECK_EQ(order_text(&t, TOPOLOGY_CORE, MANY), "1 3 5 7");
    CHECK_EQ(order_text(&t, TOPOLOGY_SMT, MANY), "no core here has a second CPU that may be used");
    topology_release(&t);
}

static void machines_without_second_cpus_refuse_smt(void)
{
    struct topology t;
    if (!made(&t, "package:2 l3:1 core:4 pu:1", allow(0, 7, 1)))
        return;
    CHECK_EQ(order_text(&t, TOPOLOGY_SMT, MANY), "no core here has a second CPU that may be used");
    CHECK_EQ(order_text(&t, TOPOLOGY_SPREAD, MANY), "0 4 1 5 2 6 3 7");
    topology_release(&t);
}

static void machines_without_caches_refuse_llc(void)
{
    struct topology t;
    if (!made(&t, "package:1 core:2 pu:1", allow(0, 1, 1)))
        return;
    CHECK_EQ(order_text(&t, TOPOLOGY_LLC, MANY), "which CPUs share a cache is not told here");
    topology_release(&t);
}

static void one_cpu_is_every_order(void)
{
    struct topology t;
    char words[TOPOLOGY_WORDS_BYTES];
    if (!made(&t, "package:1 l3:1 core:1 pu:1", allow(0, 0, 1)))
        return;
    topology_words(&t, words);
    CHECK_EQ((const char *)words, "1 package, 1 NUMA node, 1 last-level cache, 1 core, 1 CPU");
    CHECK_EQ(order_text(&t, TOPOLOGY_CORE, MANY), "0");
    CHECK_EQ(order_text(&t, TOPOLOGY_LLC, MANY), "0");
    CHECK_EQ(order_text(&t, TOPOLOGY_NUMA, MANY), "0");
    CHECK_EQ(order_text(&t, TOPOLOGY_SPREAD, MANY), "0");
    topology_release(&t);
}

static void no_allowed_cpu_of_the_machine_is_said(void)
{
    struct topology t;
    if (!made(&t, "core:2 pu:1", allow(64, 65, 1)))
        return;
    CHECK_EQ(order_text(&t, TOPOLOGY_SPREAD, MANY),
             "hwloc knows none of the CPUs that may be used");
    topology_release(&t);
}

static void what_hwloc_does_not_understand_is_an_error(void)
{
    struct topology t;
    struct err err = {0};
    CHECK_EQ(topology_read(&t, &(const struct topology_source){.synthetic = "no such thing"},
                           allowed, 0, &err),
             -1);
    CHECK_EQ((int)err.code, ERR_LIMIT);
    CHECK_EQ(t.cpus.count, 0);
}

/* ---- Hybrid machines ----------------------------------------------------------------------- */

/* Two cores with two CPUs, and two that are less capable with one, of a made-up machine. */
static struct topology hybrid(void)
{
    struct topology t = {.packages = 1, .nodes = 1, .llcs = 1, .cores = 4};
    static const struct topology_cpu cpus[] = {
        {.cpu = 4, .core = 0, .kind = 0, .is_allowed = true},
        {.cpu = 5, .core = 1, .kind = 0, .is_allowed = true},
        {.cpu = 0, .core = 2, .kind = 1, .is_allowed = true},
        {.cpu = 1, .core = 2, .kind = 1, .is_allowed = true},
        {.cpu = 2, .core = 3, .kind = 1, .is_allowed = true},
        {.cpu = 3, .core = 3, .kind = 1, .is_allowed = true},
    };
    for (size_t i = 0; i < sizeof cpus / sizeof cpus[0]; i++)
        vec_add(&t.cpus, cpus[i]);
    vec_add(&t.kinds, (struct topology_kind){.name = "small", .rank = 0, .cpus = 2});
    vec_add(&t.kinds, (struct topology_kind){.name = "large", .rank = 1, .cpus = 4});
    return t;
}

static void units_stay_on_the_most_capable_kind_while_they_can(void)
{
    struct topology t = hybrid();
    char words[TOPOLOGY_WORDS_BYTES];
    topology_words(&t, words);
    CHECK_EQ((const char *)words, "1 package, 1 NUMA node, 1 last-level cache, 4 cores, 6 CPUs; "
                                  "2 of kind small, 4 of kind large");
    CHECK_EQ(order_text(&t, TOPOLOGY_CORE, MANY), "0 2 4 5");
    CHECK_EQ(order_text(&t, TOPOLOGY_SMT, MANY), "0 1 2 3 4 5");
    CHECK_EQ(order_text(&t, TOPOLOGY_LLC, MANY), "0 2 1 3 4 5");
    CHECK_EQ(order_text(&t, TOPOLOGY_NUMA, MANY), "0 2 1 3 4 5");
    CHECK_EQ(order_text(&t, TOPOLOGY_SPREAD, MANY), "0 2 1 3 4 5");
    topology_release(&t);
}

/* hwloc's own document of a machine with two kinds of cores, cut to what is read of it. */
static const char hybrid_xml[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n"
    "<topology version=\"2.0\">\n"
    " <object type=\"Machine\" os_index=\"0\" cpuset=\"0x0000000f\" complete_cpuset=\"0x0000000f\" "
    "allowed_cpuset=\"0x0000000f\" nodeset=\"0x00000001\" complete_nodeset=\"0x00000001\" "
    "allowed_nodeset=\"0x00000001\" gp_index=\"1\">\n"
    "  <object type=\"Package\" os_index=\"0\" cpuset=\"0x0000000f\" "
    "complete_cpuset=\"0x0000000f\" nodeset=\"0x00000001\" complete_nodeset=\"0x00000001\" "
    "gp_index=\"2\">\n"
    "   <object type=\"NUMANode\" os_index=\"0\" cpuset=\"0x0000000f\" "
    "complete_cpuset=\"0x0000000f\" nodeset=\"0x00000001\" complete_nodeset=\"0x00000001\" "
    "gp_index=\"3\" local_memory=\"1073741824\"/>\n"
    "   <object type=\"Core\" os_index=\"0\" cpuset=\"0x00000003\" complete_cpuset=\"0x00000003\" "
    "nodeset=\"0x00000001\" complete_nodeset=\"0x00000001\" gp_index=\"4\">\n"
    "    <object type=\"PU\" os_index=\"0\" cpuset=\"0x00000001\" complete_cpuset=\"0x00000001\" "
    "nodeset=\"0x00000001\" complete_nodeset=\"0x00000001\" gp_index=\"5\"/>\n"
    "    <object type=\"PU\" os_index=\"1\" cpuset=\"0x00000002\" complete_cpuset=\"0x00000002\" "
    "nodeset=\"0x00000001\" complete_nodeset=\"0x00000001\" gp_index=\"6\"/>\n"
    "   </object>\n"
    "   <object type=\"Core\" os_index=\"1\" cpuset=\"0x00000004\" complete_cpuset=\"0x00000004\" "
    "nodeset=\"0x00000001\" complete_nodeset=\"0x00000001\" gp_index=\"7\">\n"
    "    <object type=\"PU\" os_index=\"2\" cpuset=\"0x00000004\" complete_cpuset=\"0x00000004\" "
    "nodeset=\"0x00000001\" complete_nodeset=\"0x00000001\" gp_index=\"8\"/>\n"
    "   </object>\n"
    "   <object type=\"Core\" os_index=\"2\" cpuset=\"0x00000008\" complete_cpuset=\"0x00000008\" "
    "nodeset=\"0x00000001\" complete_nodeset=\"0x00000001\" gp_index=\"9\">\n"
    "    <object type=\"PU\" os_index=\"3\" cpuset=\"0x00000008\" complete_cpuset=\"0x00000008\" "
    "nodeset=\"0x00000001\" complete_nodeset=\"0x00000001\" gp_index=\"10\"/>\n"
    "   </object>\n"
    "  </object>\n"
    " </object>\n"
    " <cpukind cpuset=\"0x0000000c\"><info name=\"CoreType\" value=\"IntelAtom\"/></cpukind>\n"
    " <cpukind cpuset=\"0x00000003\"><info name=\"CoreType\" value=\"IntelCore\"/></cpukind>\n"
    "</topology>\n";

static void kinds_have_the_names_that_hwloc_has_for_them(void)
{
    struct topology t;
    struct err err = {0};
    char words[TOPOLOGY_WORDS_BYTES];
    if (topology_read(&t, &(const struct topology_source){.xml = hybrid_xml}, allowed,
                      allow(0, 3, 1), &err)) {
        if (strstr(err.text, "without hwloc") || strstr(err.text, "cannot load"))
            SKIP("hwloc is not here");
        CHECK_MSG(false, "%s", err.text);
        return;
    }
    topology_words(&t, words);
    CHECK_EQ((const char *)words, "1 package, 1 NUMA node, 3 cores, 4 CPUs; 2 of kind IntelAtom, "
                                  "2 of kind IntelCore");
    CHECK_EQ(order_text(&t, TOPOLOGY_CORE, MANY), "0 2 3");
    CHECK_EQ(order_text(&t, TOPOLOGY_SPREAD, MANY), "0 1 2 3");
    topology_release(&t);
}

/* ---- This machine -------------------------------------------------------------------------- */

static void this_machine_is_read_once(void)
{
    struct err err = {0};
    const struct topology *t = topology_here(&err);
    if (!t)
        SKIP("hwloc is not here");
    CHECK(t == topology_here(NULL));
    CHECK(t->cores >= 1 && (size_t)t->cores <= t->cpus.count);
    CHECK_CONTAINS(t->source, "hwloc ");
    CHECK(order_count(t, TOPOLOGY_SPREAD) >= order_count(t, TOPOLOGY_CORE));
    CHECK(order_count(t, TOPOLOGY_CORE) >= 1);
}

static const struct test tests[] = {
    {"four_sockets_are_counted", four_sockets_are_counted},
    {"core_takes_the_first_cpu_of_each_core", core_takes_the_first_cpu_of_each_core},
    {"smt_fills_a_core_before_the_next", smt_fills_a_core_before_the_next},
    {"llc_stays_in_one_cache_core_by_core", llc_stays_in_one_cache_core_by_core},
    {"numa_fills_a_node_core_by_core_then_the_next", numa_fills_a_node_core_by_core_then_the_next},
    {"spread_goes_round_packages_then_nodes_then_caches_then_cores",
     spread_goes_round_packages_then_nodes_then_caches_then_cores},
    {"cpus_that_are_not_allowed_are_left_out", cpus_that_are_not_allowed_are_left_out},
    {"the_cache_with_most_of_the_allowed_cpus_is_taken",
     the_cache_with_most_of_the_allowed_cpus_is_taken},
    {"of_cores_with_one_cpu_allowed_that_is_the_first",
     of_cores_with_one_cpu_allowed_that_is_the_first},
    {"machines_without_second_cpus_refuse_smt", machines_without_second_cpus_refuse_smt},
    {"machines_without_caches_refuse_llc", machines_without_caches_refuse_llc},
    {"one_cpu_is_every_order", one_cpu_is_every_order},
    {"no_allowed_cpu_of_the_machine_is_said", no_allowed_cpu_of_the_machine_is_said},
    {"what_hwloc_does_not_understand_is_an_error", what_hwloc_does_not_understand_is_an_error},
    {"units_stay_on_the_most_capable_kind_while_they_can",
     units_stay_on_the_most_capable_kind_while_they_can},
    {"kinds_have_the_names_that_hwloc_has_for_them", kinds_have_the_names_that_hwloc_has_for_them},
    {"this_machine_is_read_once", this_machine_is_read_once},
    {0},
};
TEST_MAIN(tests)
