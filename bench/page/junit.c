/* JUnit's XML: a test case a verdict. */
#include "bench/page/escape.h"
#include "bench/page/formats.h"
#include "bench/page/model.h"

/* How JUnit calls it; passed ones say their grounds as output. */
static const char *const elements[] = {
    [PAGE_PASS] = "system-out", [PAGE_FAIL] = "failure", [PAGE_ERROR] = "error",
    [PAGE_WARNED] = "skipped",  [PAGE_SKIP] = "skipped",
};

static void add_grounds(const struct page_verdict *v, struct buf *out)
{
    escape_xml(out, v->word);
    buf_add(out, v->text[0] ? ": " : "");
    escape_xml(out, v->text);
}

static void add_case(const struct page_verdict *v, struct buf *out)
{
    buf_add(out, "<testcase classname=\"");
    escape_xml(out, v->id);
    buf_add(out, "\" name=\"");
    escape_xml(out, v->name);
    buf_printf(out, "\" time=\"0\"><%s", elements[v->severity]);
    buf_add(out, v->severity == PAGE_PASS ? ">" : " message=\"");
    add_grounds(v, out);
    buf_add(out, v->severity == PAGE_PASS ? "</system-out></testcase>\n" : "\"/></testcase>\n");
}

static const struct page_block *next_verdict(const struct page_block *b)
{
    b = page_next(b, PAGE_GATE);
    while (b && b->kind != BLOCK_VERDICT)
        b = page_next(b->next, PAGE_GATE);
    return b;
}

static void write(const struct page *p, const struct page_style *style, struct buf *out)
{
    (void)style;
    size_t counts[PAGE_SKIP + 1] = {0}, tests = 0;
    for (const struct page_block *b = next_verdict(p->blocks); b; b = next_verdict(b->next)) {
        counts[b->verdict.severity]++;
        tests++;
    }
    buf_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"");
    escape_xml(out, p->title);
    buf_printf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n", tests,
               counts[PAGE_FAIL], counts[PAGE_ERROR], counts[PAGE_WARNED] + counts[PAGE_SKIP]);
    for (const struct page_block *b = next_verdict(p->blocks); b; b = next_verdict(b->next))
        add_case(&b->verdict, out);
    buf_add(out, "</testsuite>\n</testsuites>\n");
}

const struct page_format page_format_junit = {
    .name = "junit",
    .audience = PAGE_GATE,
    .need = PAGE_NEEDS_VERDICT,
    .write = write,
};
