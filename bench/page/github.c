/*
 * Workflow commands of GitHub, which become annotations.  It shows ten of a kind a step: so what
 * shuts the gate or needs a look has one each, and the summary speaks for the rest.
 */
#include "bench/page/escape.h"
#include "bench/page/formats.h"
#include "bench/page/model.h"

static void add_verdict(const struct page_verdict *v, struct buf *out)
{
    if (v->severity == PAGE_PASS || v->severity == PAGE_SKIP)
        return;
    buf_printf(out, "::%s title=", v->severity == PAGE_FAIL ? "error" : "warning");
    escape_github(out, v->word, true);
    buf_add(out, "%3A ");
    escape_github(out, v->id, true);
    buf_add(out, "::");
    escape_github(out, v->id, false);
    buf_add(out, " ");
    escape_github(out, v->name, false);
    buf_add(out, v->text[0] ? ": " : "");
    escape_github(out, v->text, false);
    buf_add(out, "\n");
}

static void add_words(const struct page *p, const struct page_block *b, const char *command,
                      struct buf *out)
{
    buf_printf(out, "::%s title=", command);
    escape_github(out, p->title, true);
    buf_add(out, "::");
    escape_github(out, b->text, false);
    buf_add(out, "\n");
}

static void write(const struct page *p, const struct page_style *style, struct buf *out)
{
    (void)style;
    bool is_whole = true; /* everything could be judged */
    for (const struct page_block *b = page_next(p->blocks, PAGE_GATE); b;
         b = page_next(b->next, PAGE_GATE)) {
        if (b->kind == BLOCK_VERDICT) {
            add_verdict(&b->verdict, out);
            is_whole &= b->verdict.severity == PAGE_PASS || b->verdict.severity == PAGE_FAIL;
        } else if (b->kind == BLOCK_WORDS && b->role == PAGE_WARNING) {
            add_words(p, b, "warning", out);
        } else if (b->kind == BLOCK_WORDS && b->role == PAGE_SUMMARY) {
            add_words(p, b, is_whole ? "notice" : "warning", out);
        }
    }
}

const struct page_format page_format_github = {
    .name = "github",
    .audience = PAGE_GATE,
    .need = PAGE_NEEDS_VERDICT,
    .write = write,
};
