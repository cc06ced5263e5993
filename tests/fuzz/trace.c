/* Traces: what was read is drawn, in each format, and written and read again it is the same. */
/* fuzz: max_len 8192 */
/* fuzz: rooms timeline trace */
#include "bench/trace/chrome.h"

#include "bench/judge/timeline/timeline.h"
#include "tests/fuzz/lib/page_check.h"
#include "tests/fuzz/lib/target.h"

static void show(const struct trace *t)
{
    static const struct page_style style = {.width = 80, .utf8 = true};
    struct page p;
    page_init(&p, "contend trace");
    timeline_page(&p, t);
    page_check(&p, &style);
    page_release(&p);
    page_init(&p, "contend report");
    timeline_chart(&p, t, 1);
    page_check(&p, &style);
    page_release(&p);
}

/* What is written of it says the same once it is read: the second document is the first. */
static void write_again(const struct trace *t)
{
    struct trace again;
    struct err err = {0};
    json_t *first = trace_document(t);
    if (!first)
        target_fail("a trace that was read cannot be written");
    if (trace_of_document(&again, first, "again", &err))
        target_fail("what was written is refused: %s", err.text);
    json_t *second = trace_document(&again);
    if (!second || !json_equal(first, second))
        target_fail("written and read it is another one");
    json_decref(first);
    json_decref(second);
    trace_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trace t;
    struct err err = {0};
    json_t *document = json_loadb((const char *)data, size, 0, NULL);
    if (!document)
        return 0;
    if (trace_of_document(&t, document, "x.json", &err)) {
        target_expect_reason("trace", &err);
    } else {
        show(&t);
        write_again(&t);
        trace_release(&t);
    }
    json_decref(document);
    return 0;
}
