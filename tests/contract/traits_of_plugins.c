/* Traits and roles in results: their words, and what names stand for in files without them. */
#include "bench/registry.h"
#include "bench/result/result.h"
#include "tests/test.h"

static void words_lead_back_to_the_traits(void)
{
    const struct executor *x;
    const struct lock *k;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++) {
        json_t *words = traits_of_executor_json(x->traits);
        CHECK_MSG(traits_of_executor(words) == (x->traits & ~(unsigned)EXECUTOR_HIDDEN), "%s",
                  x->name);
        json_decref(words);
    }
    for (size_t i = 0; (k = registry_lock(i)) != NULL; i++) {
        json_t *words = traits_of_lock_json(k->traits);
        CHECK_MSG(traits_of_lock(words) == (k->traits & ~(unsigned)LOCK_TELLS), "%s", k->name);
        json_decref(words);
    }
    for (int role = ROLE_NONE + 1; role < ROLES; role++)
        CHECK_EQ((int)role_of_word(role_word((enum role)role)), role);
    CHECK_EQ((int)role_of_word("unheard_of"), (int)ROLE_NONE);
}

/* A file of 0.1.0 is read as one of today: the one table of names tells the truth. */
static void names_stand_for_what_the_descriptors_say(void)
{
    const struct executor *x;
    const struct lock *k;
    size_t known = 0;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++) {
        unsigned named = traits_of_executor_named(x->name);
        known += named != 0;
        CHECK_MSG(!named || named == x->traits, "%s: %#x, and it is %#x", x->name, named,
                  x->traits);
        CHECK_MSG(named || !(x->traits & EXECUTOR_TYPICAL), "%s is typical", x->name);
    }
    CHECK_EQ(known, 6);
    for (size_t i = 0; (k = registry_lock(i)) != NULL; i++) {
        unsigned named = traits_of_lock_named(k->name);
        unsigned told = LOCK_EXCLUSIVE | LOCK_TYPICAL | LOCK_NONE;
        CHECK_MSG((named & told) == (k->traits & told), "%s", k->name);
    }
}

static void check_roles(const char *name, const struct metric *metrics,
                        const struct metric_role *roles)
{
    for (; roles && roles->role != ROLE_NONE; roles++) {
        const char *metric = metrics[roles->metric].name;
        CHECK_MSG(role_of_metric_named(metric) == roles->role, "%s: %s", name, metric);
    }
}

static void metrics_without_a_role_have_the_one_of_their_name(void)
{
    const struct probe *p;
    const struct workload *w;
    for (size_t i = 0; (p = registry_probe(i)) != NULL; i++)
        check_roles(p->name, p->metrics, p->roles);
    for (size_t i = 0; (w = registry_workload(i)) != NULL; i++)
        check_roles(w->name, w->metrics, w->roles);
}

/* One of each kind that sentences speak of, so that none is left to the order of a file. */
static void each_kind_has_one_that_is_typical(void)
{
    const struct executor *x;
    size_t units[UNIT_NONE + 1] = {0}, pools[UNIT_NONE + 1] = {0};
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++)
        if (x->traits & EXECUTOR_TYPICAL)
            (x->traits & EXECUTOR_POOLED ? pools : units)[unit_kind_of(x->traits)]++;
    CHECK_EQ(units[UNIT_THREAD], 1);
    CHECK_EQ(units[UNIT_PROCESS], 1);
    CHECK_EQ(units[UNIT_COROUTINE], 1);
    CHECK_EQ(pools[UNIT_THREAD], 1);
    CHECK_EQ(pools[UNIT_PROCESS], 1);
    CHECK_EQ(units[UNIT_NONE] + pools[UNIT_NONE] + pools[UNIT_COROUTINE], 0);
}

static const struct test tests[] = {
    {"words_lead_back_to_the_traits", words_lead_back_to_the_traits},
    {"names_stand_for_what_the_descriptors_say", names_stand_for_what_the_descriptors_say},
    {"metrics_without_a_role_have_the_one_of_their_name",
     metrics_without_a_role_have_the_one_of_their_name},
    {"each_kind_has_one_that_is_typical", each_kind_has_one_that_is_typical},
    {0},
};

TEST_MAIN(tests)
