#include "bench/exchange/export/make.h"

#include "bench/base/json_make.h"
#include "bench/base/output.h"
#include "bench/base/words.h"
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

int export_check_names(const struct export_input *in, const struct export_format *format,
                       struct err *err)
{
    const struct result_cell *last = NULL;
    struct export_walk walk = {0};
    struct export_value v;
    struct buf name = {0};
    struct json_maker seen = json_maker_new();
    int failed = 0;
    while (format->has_names_once && in->count > 1 && !failed && export_next(in, &walk, &v)) {
        if (v.cell == last)
            continue;
        last = v.cell;
        buf_reset(&name);
        export_name(in, &v, &name);
        if (json_object_get(seen.object, buf_text(&name)))
            failed =
                err_set(err, ERR_INPUT, "%s: several results have it; %s takes one report a file",
                        v.cell->id, format->name);
        json_make_bool(&seen, buf_text(&name), true);
    }
    buf_release(&name);
    json_t *all = json_made(&seen);
    if (!all && !failed)
        failed = err_set(err, ERR_SYSTEM, "export: out of memory");
    json_decref(all);
    return failed;
}

static size_t count_files(const struct export_format *format)
{
    return format->suffixes[1] ? 2 : 1;
}

static int name_file(struct buf *out, const struct export_request *r,
                     const struct export_format *format, size_t which, struct err *err)
{
    const char *suffix = format->suffixes[which];
    buf_printf(out, "%s%s", r->path ? r->path : "", suffix ? suffix : "");
    return out->failed ? err_set(err, ERR_SYSTEM, "export: out of memory") : 0;
}

/* Before the first is read: whether all can be written, and none of them is one that is read. */
static int check_places(const struct export_request *r, const struct export_format *format,
                        const char *const *paths, size_t count, struct err *err)
{
    int failed = 0;
    for (size_t i = 0; r->path && i < count_files(format) && !failed; i++) {
        struct buf name = {0};
        failed = name_file(&name, r, format, i, err);
        for (size_t k = 0; k < count && !failed; k++)
            failed = output_keep(paths[k], buf_text(&name), err);
        failed = failed || output_check(buf_text(&name), err) ? -1 : 0;
        buf_release(&name);
    }
    return failed;
}

/* One file, as far as its end. */
static int write_file(const struct export_input *in, const struct export_format *format,
                      size_t which, struct err *err)
{
    struct buf rest = {0};
    int failed = format->write(in, which, &rest, err);
    if (!failed && rest.failed)
        failed = err_set(err, ERR_SYSTEM, "export: out of memory");
    failed = failed || output_add(in->file, buf_text(&rest), rest.len, err);
    buf_release(&rest);
    return failed;
}

static int write_files(const struct export_request *r, const struct export_format *format,
                       struct export_input *in, struct err *err)
{
    struct output *files[EXPORT_FILES_MAX];
    struct buf names[EXPORT_FILES_MAX] = {0};
    size_t count = 0, wanted = count_files(format);
    int failed = 0;
    while (count < wanted && !failed) {
        struct buf *name = &names[count];
        failed = name_file(name, r, format, count, err);
        in->file = failed ? NULL : output_open(r->path ? buf_text(name) : NULL, err);
        if (!in->file)
            break;
        files[count] = in->file;
        failed = write_file(in, format, count++, err);
    }
    failed = failed || count < wanted ? -1 : 0;
    for (size_t i = 0; i < count; i++)
        failed = output_end(files[i], !failed, err) || failed ? -1 : 0;
    for (size_t i = 0; i < wanted; i++)
        buf_release(&names[i]);
    return failed;
}

static int store(const struct export_request *r, const struct export_format *format,
                 const char *const *paths, size_t count, struct buf *said, struct err *err)
{
    struct export_stored done;
    char words[2][40];
    if (!r->path || output_is_stream(r->path))
        return err_set(err, ERR_USAGE,
                       "--to %s: makes a file that no stream can take and later results are added "
                       "to; -o FILE says which",
                       r->format);
    if (r->metric)
        return err_set(err, ERR_USAGE, "--metric: --to %s takes every metric", r->format);
    if (check_places(r, format, paths, count, err) ||
        format->store(paths, count, r->path, &done, err))
        return -1;
    buf_printf(said, "%s of %s added to %s",
               words_count(words[0], sizeof words[0], done.cells, "cell"),
               words_count(words[1], sizeof words[1], done.results, "result"), r->path);
    if (done.known)
        buf_printf(said, "; %zu were there already", done.known);
    buf_add(said, "\n");
    return 0;
}

int export_make(const struct export_request *r, const char *const *paths, size_t count,
                struct buf *said, struct err *err)
{
    const struct export_format *format = r->format ? export_named(r->format) : NULL;
    struct metric_choice choice = {0};
    struct result_list results;
    if (!format)
        return err_set(err, ERR_USAGE,
                       "export: --to says in which format; \"export --help\" lists them");
    if (format->store)
        return store(r, format, paths, count, said, err);
    if (format->suffixes[0] && (!r->path || !*r->path || output_is_stream(r->path)))
        return err_set(err, ERR_USAGE,
                       "--to %s: writes two files; -o PREFIX says how their names begin",
                       r->format);
    if (check_places(r, format, paths, count, err))
        return -1;
    int failed = results_load(&results, paths, count, RESULT_SUMMARIES | RESULT_HOSTS, err) ||
                 results_tell_apart(results.items, results.count, err) ||
                 metric_choice_parse(&choice, r->metric, &results.items[0], err);
    if (!failed) {
        struct export_input in = {results.items, results.count, &choice, r->branch, NULL};
        failed = check_values(&in, format, err) || export_check_names(&in, format, err) ||
                 write_files(r, format, &in, err);
    }
    metric_choice_release(&choice);
    results_unload(&results);
    return failed ? -1 : 0;
}
