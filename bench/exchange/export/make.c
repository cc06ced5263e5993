#include "bench/exchange/export/make.h"

#include "bench/result/list.h"

static int check_values(const struct export_input *in, const struct export_format *format,
                        struct err *err)
{
    struct export_walk walk = {0};
    struct export_value v;
    if (format->tells_without_values || export_next(in, &walk, &v))
        return 0;
    return err_set(err, ERR_NOTCOMPARABLE,
                   "%s holds no value to export (cells measured: %zu; --metric all takes every "
                   "metric)",
                   in->results[0].path, in->results[0].cell_count);
}

static int make_files(struct export_files *out, const struct export_request *r,
                      const struct export_input *in, struct err *err)
{
    const struct export_format *format = r->format;
    for (size_t i = 0; i < (format->suffixes[1] ? 2 : 1); i++, out->count++) {
        struct export_file *file = &out->items[i];
        if (r->path)
            buf_printf(&file->name, "%s%s", r->path,
                       format->suffixes[i] ? format->suffixes[i] : "");
        if (format->write(in, i, &file->text, err))
            return -1;
    }
    return 0;
}

int export_make(struct export_files *out, const struct export_request *request,
                const char *const *paths, size_t count, struct err *err)
{
    struct metric_choice choice = {0};
    struct result_list results;
    *out = (struct export_files){0};
    int failed = results_load(&results, paths, count, RESULT_SUMMARIES | RESULT_HOSTS, err) ||
                 results_tell_apart(results.items, results.count, err) ||
                 metric_choice_parse(&choice, request->metric, &results.items[0], err);
    if (!failed) {
        const struct export_input in = {results.items, results.count, &choice, request->branch};
        failed = check_values(&in, request->format, err) || make_files(out, request, &in, err);
    }
    metric_choice_release(&choice);
    results_unload(&results);
    return failed ? -1 : 0;
}

void export_files_release(struct export_files *f)
{
    for (size_t i = 0; i < EXPORT_FILES_MAX; i++) {
        buf_release(&f->items[i].name);
        buf_release(&f->items[i].text);
    }
}
