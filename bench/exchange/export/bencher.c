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

/* The measures of the cell whose first value is *v, which becomes the first of the next one. */
static json_t *take_cell(const struct export_input *in, struct export_walk *walk,
                         struct export_value *v, bool *has_more, struct err *err)
{
    const struct result_cell *cell = v->cell;
    struct json_maker measures = json_maker_new();
    struct buf slug = {0};
    int failed = 0;
    for (; *has_more && v->cell == cell; *has_more = export_next(in, walk, v)) {
        const struct summary *s = &v->metric->summary;
        buf_reset(&slug);
        add_slug(&slug, v->metric->name);
        if (json_object_get(measures.object, buf_text(&slug)))
            failed = err_set(err, ERR_INPUT, "%s: two of its metrics would both be %s", cell->id,
                             buf_text(&slug));
        json_make_value(&measures, buf_text(&slug),
                        json_pack("{s:f, s:f, s:f}", "value", s->center, "lower_value", s->lo,
                                  "upper_value", s->hi));
    }
    measures.failed |= slug.failed;
    buf_release(&slug);
    json_t *made = json_made(&measures);
    if (!made)
        err_set(err, ERR_SYSTEM, "export: out of memory");
    if (!failed)
        return made;
    json_decref(made);
    return NULL;
}

/* All cells, into `out`; NULL: whether they can be written. */
static int go_through(const struct export_input *in, struct buf *out, struct err *err)
{
    struct export_walk walk = {0};
    struct export_value v;
    struct buf name = {0};
    struct export_list cells = {.depth = 1, .is_object = true};
    int failed = 0;
    if (out)
        export_list_begin(&cells, out);
    for (bool has_more = export_next(in, &walk, &v); has_more && !failed;) {
        buf_reset(&name);
        export_name(in, &v, &name);
        if (name.len > NAME_MAX_BYTES)
            failed = err_set(err, ERR_INPUT, "%s: a name of %zu bytes; bencher takes %d",
                             v.cell->id, name.len, NAME_MAX_BYTES);
        json_t *measures = failed ? NULL : take_cell(in, &walk, &v, &has_more, err);
        failed = measures ? 0 : -1;
        if (measures && out) {
            export_list_add_as(&cells, buf_text(&name), measures, out);
            out->failed |= name.failed;
            failed = export_pass_on(in, out, err);
        } else {
            json_decref(measures);
        }
    }
    if (out) {
        export_list_end(&cells, out);
        buf_add(out, "\n");
    }
    buf_release(&name);
    return failed;
}

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    return go_through(in, NULL, err) || go_through(in, out, err) ? -1 : 0;
}

const struct export_format export_bencher = {
    .name = "bencher",
    .has_names_once = true,
    .consumer = "Bencher Metric Format",
    .write = write_all,
};
