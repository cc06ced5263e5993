/* A cell's list of CPUs: what the plan makes of a placement, and what comes back from a journal. */
#include "bench/registry.h"
#include "bench/run/launch/assignment.h"
#include "bench/run/plan/cell_place.h"
#include "bench/run/plan/plan.h"
#include "tests/test.h"

static void cell_of(struct cell *c, const char *executor, enum placement placement)
{
    cell_init(c, registry_find_workload("spin", NULL), registry_find_lock("none", NULL),
              registry_find_executor(executor, NULL));
    c->placement = placement;
    cell_make_id(c);
}

static void equal_lists_are_one(void)
{
    const struct cpu_list *a, *b, *c;
    static const int some[] = {4, 0, 6}, others[] = {0, 4, 6};
    CHECK_EQ(cpu_list_keep(some, 3, &a, NULL), 0);
    CHECK_EQ(cpu_list_keep(some, 3, &b, NULL), 0);
    CHECK_EQ(cpu_list_keep(others, 3, &c, NULL), 0);
    CHECK(a && a == b && a != c);
    CHECK_EQ(a->count, 3);
    CHECK_EQ(a->cpus[0], 4);
    CHECK_EQ(cpu_list_keep(some, 0, &a, NULL), 0);
    CHECK(!a);
}

static void what_does_not_fit_a_list_is_refused(void)
{
    const struct cpu_list *list;
    struct err err = {0}, other = {0};
    static int many[CPU_LIST_MAX + 1];
    CHECK_EQ(cpu_list_keep(many, CPU_LIST_MAX + 1, &list, &err), -1);
    CHECK_EQ((int)err.code, ERR_LIMIT);
    CHECK_CONTAINS(err.text, "8193 CPUs are too many");
    CHECK(!list);
    CHECK_EQ(cpu_list_keep((const int[]){65536}, 1, &list, &other), -1);
    CHECK_CONTAINS(other.text, "CPU 65536");
}

static void a_list_survives_the_journal(void)
{
    struct cell c, back;
    struct err err = {0};
    cell_of(&c, "thread", PLACEMENT_NUMA);
    CHECK_EQ(cpu_list_keep((const int[]){2, 0, 300}, 3, &c.cpus, NULL), 0);
    json_t *written = cell_to_json(&c);
    if (CHECK_MSG(!cell_from_json(written, &back, &err), "%s", err.text)) {
        CHECK(back.cpus == c.cpus);
        CHECK_EQ((int)back.placement, PLACEMENT_NUMA);
        CHECK_EQ(back.id, "spin/none/thread/tasks=1,placement=numa");
        cell_release(&back);
    }
    json_decref(written);
    cell_release(&c);
}

static void lists_of_a_journal_that_are_none_are_refused(void)
{
    static const struct {
        const char *cpus, *said;
    } rows[] = {
        {"[0,-1]", "\"cpus\" holds what is no CPU"},
        {"[65536]", "\"cpus\" holds what is no CPU"},
        {"[\"0\"]", "\"cpus\" holds what is no CPU"},
        {"{}", "\"cpus\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cell c, back;
        struct err err = {0};
        cell_of(&c, "thread", PLACEMENT_CORE);
        json_t *written = cell_to_json(&c);
        json_object_set_new(written, "cpus", json_loads(rows[i].cpus, 0, NULL));
        CHECK_MSG(cell_from_json(written, &back, &err) == -1, "%s is refused", rows[i].cpus);
        CHECK_CONTAINS(err.text, rows[i].said);
        json_decref(written);
        cell_release(&c);
    }
}

static void a_worker_is_told_the_list(void)
{
    static struct assignment a;
    struct cell c, told;
    struct err err = {0};
    cell_of(&c, "process", PLACEMENT_CORE);
    CHECK_EQ(cpu_list_keep((const int[]){1, 3}, 2, &c.cpus, NULL), 0);
    assignment_init(&a, ASSIGN_VISIT);
    CHECK_EQ(assignment_set_cell(&a, &c, &err), 0);
    if (CHECK_MSG(!assignment_cell(&a, &told, &err), "%s", err.text)) {
        CHECK(told.cpus == c.cpus);
        cell_release(&told);
    }
    cell_release(&c);
}

static void a_placement_counts_the_cpus_it_uses(void)
{
    struct cell c;
    cell_of(&c, "thread", PLACEMENT_LLC);
    CHECK_EQ(cell_cpus(&c, 8), 8);
    CHECK_EQ(cpu_list_keep((const int[]){1, 3}, 2, &c.cpus, NULL), 0);
    CHECK_EQ(cell_cpus(&c, 8), 2);
    CHECK_EQ(cell_cpus(&c, 1), 1); /* of a quota */
    cell_release(&c);
}

static void what_needs_no_list_gets_none(void)
{
    static const struct {
        const char *executor;
        enum placement placement;
    } rows[] = {
        {"thread", PLACEMENT_FREE},
        {"thread", PLACEMENT_SAME},
        {"fake", PLACEMENT_CORE},
        {"coroutine", PLACEMENT_SPREAD},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cell c;
        cell_of(&c, rows[i].executor, rows[i].placement);
        char *reason = cell_place(&c);
        CHECK_MSG(!reason && !c.cpus, "%s: %s", c.id, reason ? reason : "has a list");
        free(reason);
        cell_release(&c);
    }
}

static void as_many_spread_units_as_cpus_take_them_as_the_kernel_counts(void)
{
    struct cell c;
    cell_of(&c, "thread", PLACEMENT_SPREAD);
    c.tasks = 1000000;
    char *reason = cell_place(&c);
    CHECK(!reason && !c.cpus);
    free(reason);
    cell_release(&c);
}

static void one_thread_for_all_units_is_told(void)
{
    struct cell c;
    cell_of(&c, "coroutine", PLACEMENT_CORE);
    char *reason = cell_place(&c);
    CHECK_EQ((const char *)reason,
             "placement core: the executor coroutine has all its units on one thread");
    free(reason);
    cell_release(&c);
}

static const struct test tests[] = {
    {"equal_lists_are_one", equal_lists_are_one},
    {"what_does_not_fit_a_list_is_refused", what_does_not_fit_a_list_is_refused},
    {"a_list_survives_the_journal", a_list_survives_the_journal},
    {"lists_of_a_journal_that_are_none_are_refused", lists_of_a_journal_that_are_none_are_refused},
    {"a_worker_is_told_the_list", a_worker_is_told_the_list},
    {"a_placement_counts_the_cpus_it_uses", a_placement_counts_the_cpus_it_uses},
    {"what_needs_no_list_gets_none", what_needs_no_list_gets_none},
    {"as_many_spread_units_as_cpus_take_them_as_the_kernel_counts",
     as_many_spread_units_as_cpus_take_them_as_the_kernel_counts},
    {"one_thread_for_all_units_is_told", one_thread_for_all_units_is_told},
    {0},
};
TEST_MAIN(tests)
