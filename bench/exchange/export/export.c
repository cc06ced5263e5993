#include "bench/exchange/export/export.h"

#include "bench/base/json.h"
#include "bench/base/wrap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define JSON_FLAGS (JSON_INDENT(1) | JSON_REAL_PRECISION(17))

#define EXPORT(name) extern const struct export_format export_##name;
#include "bench/exchange/export/exports.def"
#undef EXPORT

const struct export_format *const export_formats[] = {
#define EXPORT(name) &export_##name,
#include "bench/exchange/export/exports.def"
#undef EXPORT
    NULL,
};

const char *export_name_at(size_t i)
{
    return export_formats[i] ? export_formats[i]->name : NULL;
}

const struct export_format *export_named(const char *name)
{
    size_t i = 0;
    while (export_formats[i] && strcmp(export_formats[i]->name, name))
        i++;
    return export_formats[i];
}

void export_formats_help(size_t width, struct buf *out)
{
    enum { NARROW = 60, UNDER = 8, BESIDE = 21 };
    buf_add(out, "formats:\n");
    for (const struct export_format *const *f = export_formats; *f; f++) {
        struct buf text = {0};
        buf_printf(&text, "%s%s", (*f)->consumer, (*f)->suffixes[0] ? "; -o PREFIX" : "");
        wrap_row(out, (*f)->name, buf_text(&text), width < NARROW ? UNDER : BESIDE, width);
        buf_settle(out, &text);
    }
}

static bool is_wanted(const struct result_cell *c)
{
    return c->status == CELL_OK && strcmp(c->role, "control") != 0;
}

bool export_is_value(const struct export_input *in, const struct result_cell *c,
                     const struct result_metric *m)
{
    return is_wanted(c) && m->summary.n && metric_is_chosen(in->metrics, m);
}

bool export_next(const struct export_input *in, struct export_walk *walk, struct export_value *out)
{
    for (; walk->result < in->count; walk->result++, walk->cell = 0) {
        const struct result *r = &in->results[walk->result];
        for (; walk->cell < r->cell_count; walk->cell++, walk->metric = 0) {
            const struct result_cell *c = &r->cells[walk->cell];
            while (is_wanted(c) && walk->metric < c->metric_count) {
                const struct result_metric *m = &c->metrics[walk->metric++];
                if (!export_is_value(in, c, m))
                    continue;
                *out = (struct export_value){r, c, m};
                return true;
            }
        }
    }
    return false;
}

static bool has_several_hosts(const struct export_input *in)
{
    for (size_t i = 1; i < in->count; i++)
        if (strcmp(in->results[i].hostname, in->results[0].hostname) != 0)
            return true;
    return false;
}

void export_name(const struct export_input *in, const struct export_value *v, struct buf *out)
{
    if (has_several_hosts(in) && v->result->hostname[0])
        buf_printf(out, "%s/", v->result->hostname);
    buf_add(out, v->cell->id);
}

void export_number(struct buf *out, double value)
{
    char text[40];
    snprintf(text, sizeof text, "%.15g", value);
    double back = strtod(text, NULL);
    if (back < value || back > value)
        snprintf(text, sizeof text, "%.17g", value);
    buf_add(out, text);
}

bool export_seconds(const struct result_metric *m, double value, double *seconds)
{
    if (!(value > 0))
        return false;
    if (!strcmp(m->unit, "ns"))
        *seconds = value / 1e9;
    else if (!strcmp(m->unit, "per_s") || !strcmp(m->unit, "hz"))
        *seconds = 1 / value;
    else
        return false;
    return isfinite(*seconds * 1e9); /* some formats want nanoseconds */
}

long long export_epoch(const char *instant)
{
    struct tm t = {0};
    const char *end = strptime(instant, "%Y-%m-%dT%H:%M:%S", &t);
    return end ? (long long)timegm(&t) : -1;
}

int export_pass_on(const struct export_input *in, struct buf *out, struct err *err)
{
    enum { PIECE_BYTES = 65536 };
    if (out->failed)
        return err_set(err, ERR_SYSTEM, "export: out of memory");
    if (!in->file || out->len < PIECE_BYTES)
        return 0;
    int failed = output_add(in->file, out->data, out->len, err);
    buf_reset(out);
    return failed;
}

static void indent(struct buf *out, int depth)
{
    buf_add(out, "\n");
    buf_pad(out, (size_t)depth);
}

/* Texts have no line ends of their own in JSON. */
void export_json_part(json_t *value, int depth, struct buf *out)
{
    struct buf text = {0};
    json_add_text(&text, value, JSON_FLAGS | JSON_ENCODE_ANY);
    for (const char *at = buf_text(&text); *at;) {
        size_t length = strcspn(at, "\n");
        buf_add_bytes(out, at, length);
        at += length;
        if (at[0] && at[1])
            indent(out, depth);
        at += at[0] == '\n';
    }
    buf_settle(out, &text);
}

void export_list_begin(struct export_list *list, struct buf *out)
{
    list->has_items = false;
    buf_add(out, list->is_object ? "{" : "[");
}

void export_list_next(struct export_list *list, const char *key, struct buf *out)
{
    buf_add(out, list->has_items ? "," : "");
    indent(out, list->depth);
    list->has_items = true;
    if (!key)
        return;
    export_json_part(json_text(key), list->depth, out);
    buf_add(out, ": ");
}

void export_list_add_as(struct export_list *list, const char *key, json_t *item, struct buf *out)
{
    export_list_next(list, key, out);
    export_json_part(item, list->depth, out);
}

void export_list_add(struct export_list *list, json_t *item, struct buf *out)
{
    export_list_add_as(list, NULL, item, out);
}

void export_list_end(const struct export_list *list, struct buf *out)
{
    if (list->has_items)
        indent(out, list->depth - 1);
    buf_add(out, list->is_object ? "}" : "]");
}

int export_json(json_t *document, struct buf *out, struct err *err)
{
    json_add_text(out, document, JSON_FLAGS);
    return out->failed ? err_set(err, ERR_SYSTEM, "export: out of memory") : 0;
}
