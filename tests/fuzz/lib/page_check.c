#include "tests/fuzz/lib/page_check.h"

#include "bench/page/model.h"
#include "tests/fuzz/lib/parse.h"
#include "tests/fuzz/lib/target.h"

#include <string.h>

/* Lines the tables of a page take in separated values: their heads and their rows. */
static size_t expected_records(const struct page *p)
{
    size_t count = 0;
    for (const struct page_block *b = page_next(p->blocks, PAGE_DATA); b;
         b = page_next(b->next, PAGE_DATA))
        if (b->kind == BLOCK_GRID)
            count += 1 + b->grid->row_count;
    return count;
}

static const char *check_separated(const struct page *p, const struct buf *out, char separator)
{
    size_t records;
    struct buf last = {0};
    const char *fault = parse_separated(out, separator, &records, &last);
    buf_release(&last);
    /* TSV has no quotes: where a row has one column, and that is empty, it is an empty line. */
    if (!fault && separator == ',' && records != expected_records(p))
        return "other records than rows";
    return fault;
}

static const char *check_junit(const struct buf *out)
{
    return parse_xml(out, NULL, NULL);
}

static const char *check(const struct page *p, const char *format, const struct page_style *style,
                         const struct buf *out)
{
    static const struct {
        const char *format;
        const char *(*parse)(const struct buf *text);
    } readers[] = {
        {"markdown", parse_markdown}, {"latex", parse_latex},   {"json", parse_json},
        {"junit", check_junit},       {"github", parse_github},
    };
    if (!strcmp(format, "csv"))
        return check_separated(p, out, ',');
    if (!strcmp(format, "tsv"))
        return check_separated(p, out, '\t');
    if (!strcmp(format, "text"))
        return parse_terminal(out, style->colour);
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (!strcmp(format, readers[i].format))
            return readers[i].parse(out);
    return parse_characters(out, "\t\r\n");
}

void page_check(const struct page *p, const struct page_style *style)
{
    for (size_t i = 0; page_formats[i]; i++) {
        struct buf out = {0};
        struct err err = {0};
        if (page_write(p, page_formats[i], style, &out, &err))
            target_expect_reason(page_formats[i], &err);
        else
            target_expect(page_formats[i], check(p, page_formats[i], style, &out), buf_text(&out));
        buf_release(&out);
    }
}
