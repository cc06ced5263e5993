#include "bench/lab/catalogue.h"

#include "bench/base/buf.h"
#include "bench/base/json.h"
#include "bench/base/json_make.h"
#include "bench/base/units.h"
#include "bench/judge/claims/claims.h"
#include "bench/registry.h"
#include "bench/registry_open.h"
#include "bench/run/plan/suite.h"

#include <string.h>

const char *const catalogue_kinds[] = {"executors", "workloads", "locks", "probes",
                                       "suites",    "claims",    NULL};

/* One listed thing, whatever its kind. */
struct item {
    const char *name, *summary, *unavailable;
    const char *detail; /* a workload's kind */
    const struct param *params;
    const struct metric *metrics;
    bool is_hidden;
    json_t *owner; /* of borrowed texts; released with the item */
};

/* ---- One of each kind ---------------------------------------------------------------------- */

static bool get_executor(size_t i, struct item *out)
{
    const struct executor *x = registry_executor(i);
    if (!x)
        return false;
    *out = (struct item){.name = x->name,
                         .summary = x->summary,
                         .unavailable = x->unavailable ? x->unavailable() : NULL,
                         .params = x->params,
                         .is_hidden = x->traits & EXECUTOR_HIDDEN};
    return true;
}

static bool get_workload(size_t i, struct item *out)
{
    const struct workload *w = registry_workload(i);
    if (!w)
        return false;
    *out = (struct item){.name = w->name,
                         .summary = w->summary,
                         .detail = registry_kind_name(w->kind),
                         .params = w->params,
                         .metrics = w->metrics};
    return true;
}

static bool get_lock(size_t i, struct item *out)
{
    const struct lock *k = registry_lock(i);
    if (!k)
        return false;
    *out = (struct item){.name = k->name,
                         .summary = k->summary,
                         .unavailable = k->unavailable ? k->unavailable() : NULL,
                         .params = k->params};
    return true;
}

static bool get_probe(size_t i, struct item *out)
{
    const struct probe *p = registry_probe(i);
    if (!p)
        return false;
    *out = (struct item){.name = p->name,
                         .summary = p->summary,
                         .unavailable = p->unavailable ? p->unavailable() : NULL,
                         .metrics = p->metrics};
    return true;
}

static bool get_suite(size_t i, struct item *out)
{
    const struct suite_text *s = suite_builtin(i);
    if (!s)
        return false;
    json_t *document = suite_load(s->name, NULL);
    const char *summary = json_string_value(json_object_get(document, "summary"));
    *out = (struct item){.name = s->name, .summary = summary ? summary : "", .owner = document};
    return true;
}

static bool get_claim(size_t i, struct item *out)
{
    const struct claim *c = claim_at(i);
    if (!c)
        return false;
    *out = (struct item){.name = c->name, .summary = c->sentence, .detail = c->where};
    return true;
}

static bool (*const getters[])(size_t, struct item *) = {get_executor, get_workload, get_lock,
                                                         get_probe,    get_suite,    get_claim};

/* The next of its kind that is shown, *at its place (0 at first); false behind the last.  The item
 * before is let go. */
static bool next_item(size_t kind, size_t *at, struct item *item)
{
    do {
        json_decref(item->owner);
        *item = (struct item){0};
        if (!getters[kind]((*at)++, item))
            return false;
    } while (item->is_hidden);
    return true;
}

/* ---- For readers --------------------------------------------------------------------------- */

static void add_params(struct page *p, const struct item *item)
{
    page_empty(p);
    for (const struct param *one = item->params; one && one->name; one++) {
        char value[32], min[32], max[32];
        struct buf choices = {0};
        for (size_t i = 0; one->choices && one->choices[i]; i++)
            buf_printf(&choices, "%s%s", i ? "|" : "", one->choices[i]);
        if (one->text)
            page_line(p, "-p %s.%s=\"%s\"  %s (text, at most %lld bytes)", item->name, one->name,
                      one->text, one->help, (long long)one->max);
        else if (one->choices)
            page_line(p, "-p %s.%s=%s  %s (default %s)", item->name, one->name,
                      page_text_of(p, &choices), one->help, one->choices[one->value]);
        else
            page_line(p, "-p %s.%s=%s  %s (%s to %s)", item->name, one->name,
                      units_format_exact(value, sizeof value, one->value, one->unit), one->help,
                      units_format_exact(min, sizeof min, one->min, one->unit),
                      units_format_exact(max, sizeof max, one->max, one->unit));
        page_settle(p, &choices);
    }
}

static void add_kind(struct page *p, size_t kind)
{
    static const struct page_column columns[] = {
        {.key = "name", .flags = PAGE_RAGGED, .width = 20},
        {.key = "summary_of_kind", .gap = 1, .to = PAGE_TERMINAL},
        {.key = "summary", .to = PAGE_DOCUMENT | PAGE_DATA},
        {.key = "kind", .to = PAGE_DOCUMENT | PAGE_DATA},
        {.key = "unavailable", .before = "not available here: ", .flags = PAGE_BELOW},
        {.key = "parameters", .flags = PAGE_BELOW},
        {.key = "metrics", .flags = PAGE_BELOW},
        {0},
    };
    struct item item = {0};
    page_grid(p, &(struct page_grid_form){.key = catalogue_kinds[kind],
                                          .columns = columns,
                                          .is_headless = true,
                                          .margin = 2,
                                          .below = 6});
    for (size_t at = 0; next_item(kind, &at, &item);) {
        page_row(p);
        page_text(p, "%s", item.name);
        page_text(p, "%s%s%s%s", item.summary, item.detail ? " (" : "",
                  item.detail ? item.detail : "", item.detail ? ")" : "");
        page_texts(p, item.summary, item.detail ? item.detail : "",
                   item.unavailable ? item.unavailable : "", NULL);
        add_params(p, &item);
        page_empty(p);
        for (const struct metric *m = item.metrics; m && m->name; m++)
            page_line(p, "%-24s %s", m->name, m->definition);
    }
}

/* ---- For programs ------------------------------------------------------------------------- */

static json_t *param_json(const struct param *p)
{
    struct json_maker m = json_maker_new();
    json_make_text(&m, "name", p->name);
    json_make_text(&m, "unit", p->unit);
    if (p->text)
        json_make_text(&m, "default", p->text);
    else
        json_make_int(&m, "default", p->value);
    json_make_int(&m, "min", p->min);
    json_make_int(&m, "max", p->max);
    json_make_text(&m, "help", p->help);
    json_t *choices = p->choices ? json_array() : NULL;
    for (size_t i = 0; p->choices && p->choices[i]; i++)
        json_make_item(&m, choices, json_text(p->choices[i]));
    if (p->choices)
        json_make_value(&m, "choices", choices);
    return json_made(&m);
}

static json_t *metric_json(const struct metric *metric)
{
    struct json_maker m = json_maker_new();
    json_make_text(&m, "name", metric->name);
    json_make_text(&m, "unit", metric->unit);
    json_make_text(&m, "group", metric->group);
    json_make_text(&m, "definition", metric->definition);
    return json_made(&m);
}

static json_t *item_json(const struct item *item)
{
    struct json_maker m = json_maker_new();
    json_make_text(&m, "name", item->name);
    json_make_text(&m, "summary", item->summary);
    json_make_bool(&m, "available", item->unavailable == NULL);
    if (item->unavailable)
        json_make_text(&m, "reason", item->unavailable);
    if (item->detail)
        json_make_text(&m, "kind", item->detail);
    json_t *params = json_array(), *metrics = json_array();
    for (const struct param *p = item->params; p && p->name; p++)
        json_make_item(&m, params, param_json(p));
    for (const struct metric *one = item->metrics; one && one->name; one++)
        json_make_item(&m, metrics, metric_json(one));
    json_make_value(&m, "params", params);
    json_make_value(&m, "metrics", metrics);
    return json_made(&m);
}

static bool is_wanted(const char *only, size_t kind)
{
    return !only || !strcmp(only, catalogue_kinds[kind]);
}

static json_t *document(const char *only)
{
    struct json_maker m = json_maker_new();
    for (size_t kind = 0; catalogue_kinds[kind]; kind++) {
        if (!is_wanted(only, kind))
            continue;
        json_t *list = json_array();
        struct item item = {0};
        for (size_t at = 0; next_item(kind, &at, &item);)
            json_make_item(&m, list, item_json(&item));
        json_make_value(&m, catalogue_kinds[kind], list);
    }
    return json_made(&m);
}

void catalogue_page(struct page *p, const char *only)
{
    struct muting muting;
    page_init(p, "contend list");
    registry_mute(&muting);
    for (size_t kind = 0; catalogue_kinds[kind]; kind++) {
        if (!is_wanted(only, kind))
            continue;
        if (!only)
            page_heading(p, 2, "%s", catalogue_kinds[kind]);
        add_kind(p, kind);
    }
    page_document(p, document(only), JSON_INDENT(1));
    registry_unmute(&muting);
}
