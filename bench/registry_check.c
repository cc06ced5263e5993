#include "bench/registry_check.h"

#include "bench/registry.h"

#include <stdio.h>
#include <string.h>

/* A broken table may have no end: nothing reads further than this. */
enum { ROWS_MAX = 256 };

/* Of a lock, a probe or a unit.  As many as there can be of all of them are still a number. */
#define RECORD_MAX_BYTES ((size_t)1 << 36)

static bool is_word(const char *name)
{
    return name && *name && strlen(name) < 64 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

static int wrong(struct err *err, const char *kind, const char *name, const char *what)
{
    return err_set(err, ERR_INPUT, "%s \"%.63s\": %s", kind, name ? name : "(no name)", what);
}

static int check_head(const char *kind, const char *name, const char *summary, struct err *err)
{
    if (!is_word(name))
        return wrong(err, kind, name, "its name is not a word of a-z, 0-9 and _ (1 to 63)");
    if (!summary || !*summary || strlen(summary) > SUMMARY_COLUMNS)
        return wrong(err, kind, name, "its summary is empty or longer than 60 columns");
    return 0;
}

static int check_bytes(const char *kind, const char *name, size_t state, size_t unit,
                       struct err *err)
{
    if (state <= RECORD_MAX_BYTES && unit <= RECORD_MAX_BYTES)
        return 0;
    return err_set(err, ERR_INPUT, "%s \"%s\": its %s is %zu (at most %zu)", kind, name,
                   state > RECORD_MAX_BYTES ? "state_bytes" : "unit_bytes",
                   state > RECORD_MAX_BYTES ? state : unit, RECORD_MAX_BYTES);
}

/* The last row of choices, -1 for a list without an end. */
static int64_t last_choice(const struct param *p)
{
    int64_t n = 0;
    while (n < ROWS_MAX && p->choices[n])
        n++;
    return n < ROWS_MAX ? n - 1 : -1;
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (; word && *words; words++)
        if (!strcmp(*words, word))
            return true;
    return false;
}

static const char *text_fault(const struct param *p)
{
    if (strcmp(p->unit ? p->unit : "", "text") != 0)
        return "it is a text, and its unit is not";
    if (p->choices || p->value)
        return "it is a text, and has choices or a number";
    if (p->min < 0 || p->max > CONTEND_PARAM_TEXT_MAX)
        return "its range is not that of a text's bytes";
    if ((int64_t)strlen(p->text) < p->min || (int64_t)strlen(p->text) > p->max ||
        (p->fault && p->fault(p->text)))
        return "its default is not among what it takes";
    return NULL;
}

static const char *param_fault(const struct param *table, const struct param *p)
{
    static const char *const units[] = {"ns", "bytes", "count", NULL};
    if (!is_word(p->name))
        return "its name is not a word of a-z, 0-9 and _";
    if (!p->help || !*p->help)
        return "it has no help";
    if (param_find(table, p->name) != p - table)
        return "it is there twice";
    if (p->text)
        return text_fault(p);
    if (!p->choices && !is_one_of(p->unit, units))
        return "its unit is none of ns, bytes, count";
    if (p->choices && (p->min != 0 || p->max != last_choice(p)))
        return "its range is not that of its choices";
    if (p->value < p->min || p->value > p->max)
        return "its default is outside its own range";
    return NULL;
}

static int check_params(const char *kind, const char *name, const struct param *table,
                        struct err *err)
{
    size_t count = 0;
    while (table && count <= CONTEND_PARAM_MAX && table[count].name)
        count++;
    if (count > CONTEND_PARAM_MAX)
        return err_set(err, ERR_INPUT,
                       "%s \"%s\": more than %d parameters, or a table without an end", kind, name,
                       CONTEND_PARAM_MAX);
    for (size_t i = 0; i < count; i++) {
        const char *fault = param_fault(table, &table[i]);
        if (fault)
            return err_set(err, ERR_INPUT, "%s \"%s\": parameter \"%.63s\": %s", kind, name,
                           table[i].name, fault);
    }
    return 0;
}

/* "startup_ns" ends in its unit; a count may say it otherwise. */
static bool ends_in_unit(const struct metric *m)
{
    size_t length = strlen(m->name), tail = strlen(m->unit);
    return !strcmp(m->unit, "count") ||
           (length > tail && !strcmp(m->name + length - tail, m->unit));
}

static const char *metric_fault(const struct metric *table, size_t i)
{
    static const char *const units[] = {"ns", "bytes", "count", "ratio", "per_s", NULL};
    const struct metric *m = &table[i];
    if (!is_word(m->name))
        return "its name is not a word of a-z, 0-9 and _";
    if (!is_one_of(m->unit, units))
        return "its unit is none of ns, bytes, count, ratio, per_s";
    if (!ends_in_unit(m))
        return "its name does not end in its unit";
    if (m->better < BETTER_LOWER || m->better > BETTER_NEUTRAL || m->nature < NATURE_NOISY ||
        m->nature > NATURE_EXACT)
        return "its direction or nature is unknown";
    if (!m->definition || !*m->definition)
        return "it has no definition";
    if (!m->group || !*m->group)
        return "it has no group";
    for (size_t j = 0; j < i; j++)
        if (!strcmp(table[j].name, m->name))
            return "it is there twice";
    return NULL;
}

static int check_metrics(const char *kind, const char *name, const struct metric *table,
                         struct err *err)
{
    for (size_t i = 0; table && table[i].name; i++) {
        const char *fault = i < METRICS_MAX ? metric_fault(table, i) : "a table without an end";
        if (fault)
            return err_set(err, ERR_INPUT, "%s \"%s\": metric \"%.63s\": %s", kind, name,
                           table[i].name, fault);
    }
    return 0;
}

int workload_check_metrics(const struct workload *w, const int64_t *params, struct err *err)
{
    const struct metric *table = workload_metrics(w, params);
    size_t fixed = metric_count(w->metrics), most = fixed + CONTEND_OWN_MAX, count = 0;
    if (check_metrics("workload", w->name, table, err))
        return -1;
    while (table && count <= most && table[count].name)
        count++;
    if (count > most)
        return err_set(
            err, ERR_INPUT,
            "workload \"%s\": metrics_of() gives more than %zu metrics: %zu of the table "
            "and %d",
            w->name, most, fixed, CONTEND_OWN_MAX);
    for (size_t i = 0; i < fixed; i++)
        if (i >= count || strcmp(table[i].name, w->metrics[i].name) != 0)
            return err_set(err, ERR_INPUT,
                           "workload \"%s\": metrics_of() does not begin with the table: metric "
                           "\"%s\" is not its row %zu",
                           w->name, w->metrics[i].name, i);
    return 0;
}

/* A hook that says why not, and is asked here so that one that crashes does so in time. */
static int check_reason(const char *kind, const char *name, const char *reason, struct err *err)
{
    return reason && !*reason ? wrong(err, kind, name, "it cannot be had, for no reason") : 0;
}

/* What is asked while a run is planned, with its defaults. */
static int check_hooks(const struct workload *w, struct err *err)
{
    int64_t values[CONTEND_PARAM_MAX];
    const struct executor *x;
    param_defaults(w->params, values);
    if (workload_check_metrics(w, values, err))
        return -1;
    for (size_t i = 0; w->unfit && (x = registry_executor(i)) != NULL; i++)
        if (check_reason("workload", w->name, w->unfit(x, values), err))
            return -1;
    return 0;
}

/* Each role is there once, and is that of a metric there is. */
static int check_roles(const char *kind, const char *name, const struct metric_role *roles,
                       const struct metric *table, struct err *err)
{
    bool is_given[ROLES] = {false};
    for (; roles && roles->role != ROLE_NONE; roles++) {
        bool is_known = roles->role > ROLE_NONE && roles->role < ROLES;
        if (!is_known || is_given[roles->role])
            return err_set(err, ERR_INPUT, "%s \"%s\": role %d %s", kind, name, (int)roles->role,
                           is_known ? "is given twice" : "is unknown, or a table without an end");
        if (roles->metric < 0 || (size_t)roles->metric >= metric_count(table))
            return err_set(err, ERR_INPUT, "%s \"%s\": role %d is of metric %d, and there are %zu",
                           kind, name, (int)roles->role, roles->metric, metric_count(table));
        is_given[roles->role] = true;
    }
    return 0;
}

int workload_check(const struct workload *w, struct err *err)
{
    if (check_head("workload", w->name, w->summary, err) ||
        check_params("workload", w->name, w->params, err) ||
        check_metrics("workload", w->name, w->metrics, err) ||
        check_roles("workload", w->name, w->roles, w->metrics, err))
        return -1;
    if (w->kind < WORKLOAD_IO || w->kind > WORKLOAD_STARTUP)
        return wrong(err, "workload", w->name, "its kind is unknown");
    if (!w->run)
        return wrong(err, "workload", w->name, "it has no run()");
    if (((w->metrics && w->metrics->name) || w->metrics_of) && !w->collect)
        return wrong(err, "workload", w->name, "it has metrics and no collect()");
    return check_hooks(w, err);
}

int executor_check(const struct executor *x, struct err *err)
{
    if (check_head("executor", x->name, x->summary, err) ||
        check_params("executor", x->name, x->params, err))
        return -1;
    const char *why_not = x->unavailable ? x->unavailable() : NULL;
    if (check_reason("executor", x->name, why_not, err))
        return -1;
    if (x->variant)
        x->variant();
    if (why_not) /* the library it stands for was not there when this was built */
        return 0;
    if (!x->start || !x->join || !x->sleep_until || !x->wait || !x->wake)
        return wrong(err, "executor", x->name,
                     "it lacks one of start, join, sleep_until, wait, "
                     "wake");
    /* A task without a stack steps aside by returning. */
    if (!(x->traits & (EXECUTOR_PREEMPTIVE | EXECUTOR_SEQUENTIAL | EXECUTOR_STACKLESS)) &&
        !x->yield)
        return wrong(err, "executor", x->name, "it is cooperative and has no yield()");
    if (!x->open != !x->close)
        return wrong(err, "executor", x->name,
                     "it has one of open() and close() without the other");
    return 0;
}

int lock_check(const struct lock *k, struct err *err)
{
    if (check_head("lock", k->name, k->summary, err) ||
        check_params("lock", k->name, k->params, err) ||
        check_bytes("lock", k->name, k->state_bytes, k->unit_bytes, err))
        return -1;
    if (!k->acquire || !k->release)
        return wrong(err, "lock", k->name, "it lacks acquire() or release()");
    return check_reason("lock", k->name, k->unavailable ? k->unavailable() : NULL, err);
}

int probe_check(const struct probe *p, struct err *err)
{
    if (check_head("probe", p->name, p->summary, err) ||
        check_metrics("probe", p->name, p->metrics, err) ||
        check_roles("probe", p->name, p->roles, p->metrics, err) ||
        check_bytes("probe", p->name, p->state_bytes, p->unit_bytes, err))
        return -1;
    if (!p->metrics || !p->metrics->name || !p->collect)
        return wrong(err, "probe", p->name, "it has no metrics, or no collect()");
    return check_reason("probe", p->name, p->unavailable ? p->unavailable() : NULL, err);
}
