/*
 * Results with odd names in the formats of other programs: each can be read there, and what contend
 * imports of them is a result again.
 */
/* fuzz: rooms exchange */
#include "bench/exchange/export/make.h"

#include "bench/exchange/import/import.h"
#include "tests/fuzz/lib/made_result.h"
#include "tests/fuzz/lib/parse.h"

#include <stdlib.h>
#include <string.h>

static const char *read_separated(const struct buf *out)
{
    struct buf last = {0};
    size_t records;
    const char *fault = parse_separated(out, ',', &records, &last);
    buf_release(&last);
    return fault;
}

static const char *read_xml(const struct buf *out)
{
    return parse_xml(out, NULL, NULL);
}

static const char *read_openmetrics(const struct buf *out)
{
    return parse_exposition(out, true);
}

static const char *read_prometheus(const struct buf *out)
{
    return parse_exposition(out, false);
}

/* What is not named here is JSON. */
static const char *read_back(const char *format, const struct buf *out)
{
    static const struct {
        const char *format;
        const char *(*parse)(const struct buf *text);
    } readers[] = {
        {"csv", read_separated},
        {"otava-csv", read_separated},
        {"junit", read_xml},
        {"benchfmt", parse_benchfmt},
        {"openmetrics", read_openmetrics},
        {"prometheus", read_prometheus},
    };
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (!strcmp(format, readers[i].format))
            return readers[i].parse(out);
    return parse_json(out);
}

/* One that holds nothing that format has a place for is no benchmark file; and the time of one,
 * where a rate is next to nothing, may be more than a result takes. */
static void check_import(const char *format, const struct buf *out)
{
    struct buf result = {0};
    struct err err = {0};
    size_t i = 0;
    while (import_formats[i] && strcmp(import_formats[i]->name, format))
        i++;
    if (import_formats[i] && import_text("x", buf_text(out), out->len, format, &result, &err) &&
        !strstr(err.text, "holds no benchmark") && !strstr(err.text, "is too big"))
        target_fail("%s: is not imported again: %s", format, err.text);
    buf_release(&result);
}

static void check(const struct export_format *f, const struct export_input *in)
{
    struct err several = {0};
    if (export_check_names(in, f, &several))
        return;
    for (size_t which = 0; which < EXPORT_FILES_MAX && (!which || f->suffixes[which]); which++) {
        struct buf out = {0};
        struct err err = {0};
        if (f->write(in, which, &out, &err)) {
            target_expect_reason(f->name, &err);
        } else {
            target_expect(f->name, read_back(f->name, &out), buf_text(&out));
            check_import(f->name, &out);
        }
        buf_release(&out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { RESULTS_MAX = 3 };
    static const char *const names[] = {"a.json", "b.json", "c.json"};
    struct result results[RESULTS_MAX];
    struct input in;
    input_open(&in, data, size);
    struct metric_choice all = {.all = input_below(&in, 4) > 0};
    const char *branch = input_below(&in, 2) ? input_text(&in) : NULL;
    size_t count = 0;
    for (size_t wanted = 1 + input_below(&in, RESULTS_MAX), i = 0; i < wanted; i++)
        count += !made_result(&in, names[i], &results[count]);
    struct err err = {0};
    if (count && !results_tell_apart(results, count, &err))
        for (size_t i = 0; export_formats[i]; i++)
            if (export_formats[i]->write)
                check(export_formats[i],
                      &(struct export_input){results, count, &all, branch, NULL});
    for (size_t i = 0; i < count; i++)
        result_unload(&results[i]);
    input_close(&in);
    return 0;
}
