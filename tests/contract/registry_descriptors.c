/* Every registered plug-in is well-formed: tested by being in the registry. */
#include "bench/registry.h"
#include "tests/test.h"

#include <ctype.h>

enum { SUMMARY_COLUMNS = 60 };

static bool is_word(const char *name)
{
    for (const char *p = name; *p; p++)
        if (!(islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '_'))
            return false;
    return *name;
}

static void check_text(const char *kind, const char *name, const char *summary)
{
    CHECK_MSG(is_word(name), "%s \"%s\": not a word of a-z, 0-9 and _", kind, name);
    CHECK_MSG(summary && *summary && strlen(summary) <= SUMMARY_COLUMNS,
              "%s %s: its summary is empty or longer than %d columns", kind, name, SUMMARY_COLUMNS);
}

static void check_params(const char *name, const struct param *params)
{
    CHECK_MSG(param_count(params) <= CONTEND_PARAM_MAX, "%s: too many parameters", name);
    for (const struct param *p = params; p && p->name; p++) {
        CHECK_MSG(is_word(p->name), "%s.%s: not a word", name, p->name);
        CHECK_MSG(p->help && *p->help, "%s.%s: no help", name, p->name);
        CHECK_MSG(p->value >= p->min && p->value <= p->max, "%s.%s: default out of range", name,
                  p->name);
        CHECK_MSG(param_find(params, p->name) == p - params, "%s.%s: twice", name, p->name);
        int64_t choices = 0;
        while (p->choices && p->choices[choices])
            choices++;
        CHECK_MSG(!p->choices || p->max == choices - 1, "%s.%s: max is not the last choice", name,
                  p->name);
    }
}

/* "startup_ns" ends in its unit; a ratio, a rate and a count may say it otherwise. */
static void check_metrics(const char *name, const struct metric *metrics)
{
    static const char *const units[] = {"ns", "bytes", "count", "ratio", "per_s", NULL};
    for (const struct metric *m = metrics; m && m->name; m++) {
        bool known = false;
        for (const char *const *u = units; *u; u++)
            known |= !strcmp(*u, m->unit);
        CHECK_MSG(known, "%s: metric %s has the unknown unit \"%s\"", name, m->name, m->unit);
        size_t length = strlen(m->name), tail = strlen(m->unit);
        bool ends = length > tail && !strcmp(m->name + length - tail, m->unit);
        CHECK_MSG(ends || !strcmp(m->unit, "count"), "%s: metric %s does not end in its unit %s",
                  name, m->name, m->unit);
        CHECK_MSG(m->definition && strlen(m->definition) > 10, "%s: metric %s has no definition",
                  name, m->name);
        CHECK_MSG(m->group && *m->group, "%s: metric %s has no group", name, m->name);
    }
}

static void workloads_are_well_formed(void)
{
    const struct workload *w;
    for (size_t i = 0; (w = registry_workload(i)) != NULL; i++) {
        check_text("workload", w->name, w->summary);
        check_params(w->name, w->params);
        check_metrics(w->name, w->metrics);
        CHECK_MSG(w->run != NULL, "workload %s has no body", w->name);
        CHECK_MSG(!w->metrics || w->collect, "workload %s has metrics and does not collect",
                  w->name);
        CHECK_MSG(registry_find_workload(w->name, NULL) == w, "workload %s is there twice",
                  w->name);
    }
}

static void executors_are_well_formed(void)
{
    const struct executor *x;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++) {
        check_text("executor", x->name, x->summary);
        check_params(x->name, x->params);
        const char *why_not = x->unavailable ? x->unavailable() : NULL;
        CHECK_MSG(!why_not || *why_not, "executor %s is unavailable for no reason", x->name);
        CHECK_MSG(registry_find_executor(x->name, NULL) == x, "executor %s is there twice",
                  x->name);
        if (why_not) /* the library it stands for was not there when this was built */
            continue;
        CHECK_MSG(x->start && x->join && x->sleep_until && x->wait && x->wake,
                  "executor %s lacks a verb", x->name);
        bool cooperative = !(x->traits & (EXECUTOR_PREEMPTIVE | EXECUTOR_SEQUENTIAL));
        /* A task without a stack steps aside by returning. */
        bool can_yield = x->yield || (x->traits & EXECUTOR_STACKLESS);
        CHECK_MSG(!cooperative || can_yield, "executor %s is cooperative and cannot yield",
                  x->name);
        CHECK_MSG(!x->open == !x->close, "executor %s has open without close", x->name);
    }
}

static void locks_are_well_formed(void)
{
    const struct lock *k;
    for (size_t i = 0; (k = registry_lock(i)) != NULL; i++) {
        check_text("lock", k->name, k->summary);
        check_params(k->name, k->params);
        CHECK_MSG(k->acquire && k->release, "lock %s lacks a verb", k->name);
        CHECK_MSG(registry_find_lock(k->name, NULL) == k, "lock %s is there twice", k->name);
    }
}

static void probes_are_well_formed(void)
{
    const struct probe *p;
    for (size_t i = 0; (p = registry_probe(i)) != NULL; i++) {
        check_text("probe", p->name, p->summary);
        check_metrics(p->name, p->metrics);
        CHECK_MSG(p->metrics && p->collect, "probe %s finds nothing", p->name);
        CHECK_MSG(registry_find_probe(p->name, NULL) == p, "probe %s is there twice", p->name);
    }
}

static void metric_names_are_unique_over_all_probes(void)
{
    const struct probe *p, *q;
    for (size_t i = 0; (p = registry_probe(i)) != NULL; i++)
        for (size_t j = i + 1; (q = registry_probe(j)) != NULL; j++)
            for (const struct metric *m = p->metrics; m->name; m++)
                for (const struct metric *n = q->metrics; n->name; n++)
                    CHECK_MSG(strcmp(m->name, n->name) != 0, "%s: in %s and in %s", m->name,
                              p->name, q->name);
}

static void an_unknown_name_is_answered_with_the_nearest(void)
{
    struct err err = {0};
    CHECK(registry_find_executor("tread", &err) == NULL);
    CHECK_EQ(err.code, ERR_USAGE);
    CHECK_CONTAINS(err.text, "thread");
}

static void a_plugin_that_is_none_is_refused(void)
{
    struct err err = {0};
    CHECK_EQ(registry_load_plugin("/nonexistent/plugin.so", &err), -1);
    CHECK_EQ(err.code, ERR_INPUT);
    err = (struct err){0};
    CHECK_EQ(registry_load_plugin("/lib/x86_64-linux-gnu/libm.so.6", &err), -1);
    CHECK_EQ(err.code, ERR_INPUT);
}

static const struct test tests[] = {
    {"workloads_are_well_formed", workloads_are_well_formed},
    {"executors_are_well_formed", executors_are_well_formed},
    {"locks_are_well_formed", locks_are_well_formed},
    {"probes_are_well_formed", probes_are_well_formed},
    {"metric_names_are_unique_over_all_probes", metric_names_are_unique_over_all_probes},
    {"an_unknown_name_is_answered_with_the_nearest", an_unknown_name_is_answered_with_the_nearest},
    {"a_plugin_that_is_none_is_refused", a_plugin_that_is_none_is_refused},
    {0},
};
TEST_MAIN(tests)
