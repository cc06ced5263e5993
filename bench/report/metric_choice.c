#include "bench/report/metric_choice.h"

#include "bench/core/suggest.h"
#include "bench/report/compare/comparable.h"

#include <stdlib.h>
#include <string.h>

static int check_name(const char *name, const struct result *r, struct err *err)
{
    const char *known[256];
    size_t count = 0;
    for (size_t i = 0; i < r->cell_count; i++)
        for (size_t j = 0; j < r->cells[i].metric_count; j++) {
            const char *one = r->cells[i].metrics[j].name;
            if (!strcmp(one, name))
                return 0;
            size_t k = 0;
            while (k < count && strcmp(known[k], one))
                k++;
            if (k == count && count < sizeof known / sizeof *known)
                known[count++] = one;
        }
    const char *near = suggest(name, known, count);
    return err_set(err, ERR_USAGE, "--metric: %s has no \"%s\"%s%s%s", r->path, name,
                   near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

int metric_choice_parse(struct metric_choice *out, const char *text, const struct result *r,
                        struct err *err)
{
    *out = (struct metric_choice){.all = text && !strcmp(text, "all")};
    if (!text || out->all)
        return 0;
    for (const char *at = text; *at;) {
        size_t length = strcspn(at, ",");
        if (out->count == sizeof out->names / sizeof *out->names)
            return err_set(err, ERR_USAGE, "--metric: more than %zu metrics", out->count);
        char *name = strndup(at, length);
        if (!name)
            return err_set(err, ERR_SYSTEM, "--metric: out of memory");
        out->names[out->count++] = name;
        if (check_name(name, r, err))
            return -1;
        at += length + (at[length] == ',');
    }
    return out->count ? 0 : err_set(err, ERR_USAGE, "--metric: a name is missing");
}

void metric_choice_release(struct metric_choice *c)
{
    for (size_t i = 0; i < c->count; i++)
        free(c->names[i]);
    c->count = 0;
}

/*
 * By default what a user waits for or pays: the cost of starting, operations a second, the CPU time
 * of one, latencies;
 * and every exact count.  Spans within these (create, gate, reap) explain a verdict, they do not
 * make one; totals depend on how many operations a run was given.
 */
static bool is_headline(const struct result_metric *m)
{
    static const char *const names[] = {"startup_ns", "lifecycle_ns", "throughput_per_s",
                                        "cpu_per_op_ns"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(m->name, names[i]))
            return true;
    return !strcmp(m->group, "latency") && !metric_is_total(m);
}

bool metric_is_chosen(const struct metric_choice *c, const struct result_metric *m)
{
    for (size_t i = 0; i < c->count; i++)
        if (!strcmp(c->names[i], m->name))
            return true;
    if (c->count)
        return false;
    if (!strcmp(m->nature, "exact"))
        return true;
    return strcmp(m->better, "neutral") && (c->all || is_headline(m));
}
