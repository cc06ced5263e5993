#include "bench/judge/parts/metric_choice.h"

#include "bench/base/buf.h"
#include "bench/base/name_list.h"
#include "bench/judge/parts/comparable.h"
#include "bench/judge/parts/metric_names.h"

#include <stdlib.h>
#include <string.h>

/* The name in the file, of what was typed; NULL with the error. */
static const char *find_name(const char *typed, const struct result *r, struct err *err)
{
    struct metric_names names = {0};
    struct buf whose = {0};
    for (size_t i = 0; i < r->cell_count; i++)
        metric_names_add(&names, &r->cells[i]);
    buf_printf(&whose, "no cell of %s", r->path);
    const char *found =
        names.failed ? NULL : metric_names_find(&names, "--metric", buf_text(&whose), typed, err);
    if (names.failed)
        err_set(err, ERR_SYSTEM, "--metric: out of memory");
    buf_release(&whose);
    vec_release(&names);
    return found;
}

int metric_choice_parse(struct metric_choice *out, const char *text, const struct result *r,
                        struct err *err)
{
    *out = (struct metric_choice){.all = text && !strcmp(text, "all")};
    if (!text || out->all)
        return 0;
    if (!*text)
        return err_set(err, ERR_USAGE, "--metric: needs a metric, such as throughput_per_s");
    if (name_list_check("--metric", text, err))
        return -1;
    for (const char *at = text; *at;) {
        size_t length = strcspn(at, ",");
        if (out->count == sizeof out->names / sizeof *out->names)
            return err_set(err, ERR_USAGE, "--metric: more than %zu metrics", out->count);
        char *typed = strndup(at, length);
        const char *found = typed ? find_name(typed, r, err) : NULL;
        char *name = found ? strdup(found) : NULL;
        bool is_missing = typed && !found;
        free(typed);
        if (!name)
            return is_missing ? -1 : err_set(err, ERR_SYSTEM, "--metric: out of memory");
        out->names[out->count++] = name;
        at += length + (at[length] == ',');
    }
    return 0;
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
    if (m->role == ROLE_START || m->role == ROLE_LIFECYCLE || m->role == ROLE_RATE ||
        m->role == ROLE_CPU_PER_OP)
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
