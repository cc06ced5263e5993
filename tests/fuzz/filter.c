/*
 * Filters over a result's cells.  What one keeps is a part of what there was, in its order; two
 * conditions keep what the second keeps of what the first keeps; and a condition and its opposite
 * part the cells in two.
 */
/* fuzz: max_len 256 */
/* fuzz: rooms parts */
#include "bench/judge/parts/dim.h"
#include "tests/fuzz/lib/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct result result;

static void load(void)
{
    struct err err = {0};
    if (!result.path &&
        result_load(&result, TEST_SOURCE_DIR "/tests/fixtures/report/params.json", &err))
        target_fail("%s", err.text);
}

static void open_entries(struct entries *e)
{
    struct err err = {0};
    if (entries_of_results(e, &result, 1, &err))
        target_fail("%s", err.text);
}

/* How many are kept; -1: it is refused, or nothing is left. */
static long kept_by(const char *filter, struct entries *out)
{
    struct err err = {0};
    open_entries(out);
    if (entries_filter(out, filter, &err)) {
        target_expect_reason("filter", &err);
        if (err.code != ERR_USAGE)
            target_fail("a filter is the user's to mend");
        return -1;
    }
    for (size_t i = 1; i < out->count; i++)
        if (out->items[i].order <= out->items[i - 1].order)
            target_fail("they are in another order");
    return (long)out->count;
}

static bool speaks_of_role(const char *filter)
{
    return strstr(filter, "role") != NULL;
}

static void check_both(const char *first, const char *second)
{
    struct buf both = {0};
    struct entries one, two;
    struct err err = {0};
    if (!*second || speaks_of_role(second))
        return;
    buf_printf(&both, "%s,%s", first, second);
    long count = kept_by(first, &one), of_both = kept_by(buf_text(&both), &two);
    /* Dimensions are checked against all cells: only what both take can be held against each other.
     */
    long in_turn = count < 0 || entries_filter(&one, second, &err) ? -1 : (long)one.count;
    if (of_both >= 0 && in_turn >= 0 && of_both != in_turn && !speaks_of_role(first))
        target_fail("\"%s\" keeps %ld cells, and in turn %ld", buf_text(&both), of_both, in_turn);
    buf_release(&both);
    entries_release(&one);
    entries_release(&two);
}

static void check_opposite(const char *filter)
{
    struct buf opposite = {0};
    struct entries all, these, others;
    const char *sign = strchr(filter, '=');
    if (!sign || strchr(filter, ',') || speaks_of_role(filter) || sign == filter ||
        strchr("!<>", sign[-1]))
        return;
    buf_printf(&opposite, "%.*s!%s", (int)(sign - filter), filter, sign);
    long count = kept_by(NULL, &all), with = kept_by(filter, &these),
         without = kept_by(buf_text(&opposite), &others);
    if (with >= 0 && without >= 0 && with + without != count)
        target_fail("\"%s\" keeps %ld of %ld cells, and its opposite %ld", filter, with, count,
                    without);
    buf_release(&opposite);
    entries_release(&all);
    entries_release(&these);
    entries_release(&others);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in;
    struct entries e;
    load();
    input_open(&in, data, size);
    const char *first = input_text(&in), *second = input_text(&in);
    kept_by(first, &e);
    entries_release(&e);
    check_both(first, second);
    check_opposite(first);
    input_close(&in);
    return 0;
}
