/* contend list: what there is to be combined. */
#include "bench/claims/judge/claims.h"
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/cli/show.h"
#include "bench/core/buf.h"
#include "bench/core/opts.h"
#include "bench/core/units.h"
#include "bench/registry.h"
#include "bench/run/suite.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"executors", "workloads", "locks", "probes",
                                    "suites",    "claims",    NULL};

/* One listed thing, whatever its kind. */
struct item {
    const char *name, *summary, *unavailable;
    const char *detail; /* a workload's kind */
    const struct param *params;
    const struct metric *metrics;
};

static bool get_executor(size_t i, struct item *out, bool *hidden)
{
    const struct executor *x = registry_executor(i);
    if (!x)
        return false;
    *hidden = x->traits & EXECUTOR_HIDDEN;
    *out = (struct item){.name = x->name,
                         .summary = x->summary,
                         .unavailable = x->unavailable ? x->unavailable() : NULL,
                         .params = x->params};
    return true;
}

static bool get_workload(size_t i, struct item *out, bool *hidden)
{
    const struct workload *w = registry_workload(i);
    if (!w)
        return false;
    *hidden = false;
    *out = (struct item){.name = w->name,
                         .summary = w->summary,
                         .detail = registry_kind_name(w->kind),
                         .params = w->params,
                         .metrics = w->metrics};
    return true;
}

static bool get_lock(size_t i, struct item *out, bool *hidden)
{
    const struct lock *k = registry_lock(i);
    if (!k)
        return false;
    *hidden = false;
    *out = (struct item){.name = k->name,
                         .summary = k->summary,
                         .unavailable = k->unavailable ? k->unavailable() : NULL,
                         .params = k->params};
    return true;
}

static bool get_probe(size_t i, struct item *out, bool *hidden)
{
    const struct probe *p = registry_probe(i);
    if (!p)
        return false;
    *hidden = false;
    *out = (struct item){.name = p->name,
                         .summary = p->summary,
                         .unavailable = p->unavailable ? p->unavailable() : NULL,
                         .metrics = p->metrics};
    return true;
}

/* The text of a suite stays alive with its document. */
static bool get_suite(size_t i, struct item *out, bool *hidden)
{
    static struct {
        VEC(json_t *);
    } kept;
    const struct suite_text *s = suite_builtin(i);
    if (!s)
        return false;
    *hidden = false;
    while (kept.count <= i && vec_add(&kept, NULL))
        ;
    if (kept.count > i && !kept.items[i])
        kept.items[i] = suite_load(s->name, NULL);
    const json_t *document = kept.count > i ? kept.items[i] : NULL;
    const char *summary = json_string_value(json_object_get(document, "summary"));
    *out = (struct item){.name = s->name, .summary = summary ? summary : ""};
    return true;
}

static bool get_claim(size_t i, struct item *out, bool *hidden)
{
    const struct claim *c = claim_at(i);
    if (!c)
        return false;
    *hidden = false;
    *out = (struct item){.name = c->name, .summary = c->sentence, .detail = c->where};
    return true;
}

static bool (*const getters[])(size_t, struct item *, bool *) = {
    get_executor, get_workload, get_lock, get_probe, get_suite, get_claim};

static void add_params(struct page *p, const struct item *item)
{
    page_empty(p);
    for (const struct param *one = item->params; one && one->name; one++) {
        char value[32], min[32], max[32];
        struct buf choices = {0};
        for (size_t i = 0; one->choices && one->choices[i]; i++)
            buf_printf(&choices, "%s%s", i ? "|" : "", one->choices[i]);
        if (one->choices)
            page_line(p, "-p %s.%s=%s  %s (default %s)", item->name, one->name,
                      page_text_of(p, &choices), one->help, one->choices[one->value]);
        else
            page_line(p, "-p %s.%s=%s  %s (%s to %s)", item->name, one->name,
                      units_format_exact(value, sizeof value, one->value, one->unit), one->help,
                      units_format_exact(min, sizeof min, one->min, one->unit),
                      units_format_exact(max, sizeof max, one->max, one->unit));
        buf_release(&choices);
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
    struct item item;
    bool hidden;
    page_grid(
        p,
        &(struct page_grid_form){
            .key = kinds[kind], .columns = columns, .is_headless = true, .margin = 2, .below = 6});
    for (size_t i = 0; getters[kind](i, &item, &hidden); i++) {
        if (hidden)
            continue;
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

static json_t *item_json(const struct item *item)
{
    json_t *o = json_pack("{s:s, s:s, s:b}", "name", item->name, "summary", item->summary,
                          "available", item->unavailable == NULL);
    if (item->unavailable)
        json_object_set_new(o, "reason", json_string(item->unavailable));
    if (item->detail)
        json_object_set_new(o, "kind", json_string(item->detail));
    json_t *params = json_array(), *metrics = json_array();
    for (const struct param *p = item->params; p && p->name; p++) {
        json_t *row = json_pack("{s:s, s:s, s:I, s:I, s:I, s:s}", "name", p->name, "unit", p->unit,
                                "default", (json_int_t)p->value, "min", (json_int_t)p->min, "max",
                                (json_int_t)p->max, "help", p->help);
        if (p->choices) {
            json_t *choices = json_array();
            for (size_t i = 0; p->choices[i]; i++)
                json_array_append_new(choices, json_string(p->choices[i]));
            json_object_set_new(row, "choices", choices);
        }
        json_array_append_new(params, row);
    }
    for (const struct metric *m = item->metrics; m && m->name; m++)
        json_array_append_new(metrics,
                              json_pack("{s:s, s:s, s:s, s:s}", "name", m->name, "unit", m->unit,
                                        "group", m->group, "definition", m->definition));
    json_object_set_new(o, "params", params);
    json_object_set_new(o, "metrics", metrics);
    return o;
}

static json_t *document(int only)
{
    json_t *root = json_object();
    for (size_t kind = 0; kinds[kind]; kind++) {
        if (only >= 0 && (size_t)only != kind)
            continue;
        json_t *list = json_array();
        struct item item;
        bool hidden;
        for (size_t i = 0; getters[kind](i, &item, &hidden); i++)
            if (!hidden)
                json_array_append_new(list, item_json(&item));
        json_object_set_new(root, kinds[kind], list);
    }
    return root;
}

static int show(int only, const char *format, struct err *err)
{
    struct page p;
    page_init(&p, "contend list");
    for (size_t kind = 0; kinds[kind]; kind++) {
        if (only >= 0 && (size_t)only != kind)
            continue;
        if (only < 0)
            page_heading(&p, 2, "%s", kinds[kind]);
        add_kind(&p, kind);
    }
    page_document(&p, document(only), JSON_INDENT(1));
    return show_page(&p, format, SHOW_UNWRAPPED, err);
}

struct settings {
    const char *format;
    bool json;
    struct opt_list plugins;
};

static const struct opt options[] = {
    SHOW_FORMAT_OPT(struct settings, format),
    SHOW_JSON_OPT(struct settings, json),
    {OPT_AT(struct settings, plugins), .name = "plugin", .argument = "FILE",
     .help = "also what this shared object offers; may be given again"},
    {0},
};

static const struct argument arguments[] = {
    {.name = "KIND", .help = "these alone", .most = 1, .choices = kinds},
    {0},
};

static int run(void *settings, const struct call *call, struct err *err)
{
    const struct settings *s = settings;
    for (size_t i = 0; i < s->plugins.count; i++)
        if (registry_load_plugin(s->plugins.items[i], err))
            return EXIT_USAGE;
    int only = -1;
    for (int kind = 0; call->words->count && kinds[kind]; kind++)
        if (!strcmp(kinds[kind], call->words->items[0]))
            only = kind;
    return show(only, s->json ? "json" : s->format, err) ? EXIT_RUN_FAILED : EXIT_FINE;
}

const struct command command_list = {
    .name = "list",
    .summary = "what there is to be combined",
    .usage = "[KIND] [--format F] [--plugin FILE]",
    .arguments = arguments,
    .options = options,
    .settings_size = sizeof(struct settings),
    .run = run,
};
