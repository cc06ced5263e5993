/* Bencher Metric Format: {benchmark: {measure: {value, lower_value, upper_value}}}. */
#include "bench/base/json_make.h"
#include "bench/exchange/export/export.h"

#include <string.h>

enum { NAME_MAX_BYTES = 1024, MEASURE_MAX_BYTES = 64 };

/* A measure is known by its slug: lower case, digits and hyphens, at most 64; no character is cut
 * in two. */
static void add_slug(struct buf *out, const char *name)
{
    size_t end = strnlen(name, MEASURE_MAX_BYTES);
    while (name[end] && end > 0 && ((unsigned char)name[end] & 0xc0) == 0x80)
        end--;
    for (size_t i = 0; i < end; i++)
        buf_add_bytes(out, name[i] == '_' ? "-" : &name[i], 1);
}

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    struct export_walk walk = {0};
    struct export_value v;
    struct buf name = {0}, slug = {0};
    struct json_maker all = json_maker_new();
    int status = 0;
    while (!status && export_next(in, &walk, &v)) {
        buf_reset(&name);
        buf_reset(&slug);
        export_name(in, &v, &name);
        add_slug(&slug, v.metric->name);
        if (name.len > NAME_MAX_BYTES)
            status = err_set(err, ERR_INPUT, "%s: a name of %zu bytes; bencher takes %d",
                             v.cell->id, name.len, NAME_MAX_BYTES);
        json_t *measures = json_object_get(all.object, buf_text(&name));
        if (!measures) {
            measures = json_object();
            json_make_value(&all, buf_text(&name), measures);
        }
        const struct summary *s = &v.metric->summary;
        if (json_object_get(measures, buf_text(&slug)) && !status)
            status = err_set(err, ERR_INPUT, "%s: two of its metrics would both be %s", v.cell->id,
                             buf_text(&slug));
        json_make_member(&all, measures, buf_text(&slug),
                         json_pack("{s:f, s:f, s:f}", "value", s->center, "lower_value", s->lo,
                                   "upper_value", s->hi));
    }
    buf_release(&name);
    buf_release(&slug);
    if (!status)
        return export_json(json_made(&all), out, err);
    json_decref(json_made(&all));
    return status;
}

const struct export_format export_bencher = {
    .name = "bencher",
    .has_names_once = true,
    .consumer = "Bencher Metric Format",
    .write = write_all,
};
