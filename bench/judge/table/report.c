/* The parts of a report in the order they are read. */
#include "bench/judge/table/report.h"

#include "bench/judge/parts/low.h"
#include "bench/judge/parts/result_line.h"
#include "bench/judge/table/table_page.h"

#include <stdlib.h>
#include <string.h>

static void say_sources(struct page *p, const struct tables *t)
{
    for (size_t i = 0; i < t->result_count; i++)
        result_say(p, "", &t->results[i]);
}

/* Over what follows; documents need no heading for a list under their tables. */
static void head(struct page *p, const char *words)
{
    page_to(p, PAGE_TERMINAL);
    page_gap(p);
    page_heading(p, 3, "%s", words);
    page_to(p, PAGE_READERS);
}

static void say_notes(struct page *p, const struct report_parts *r)
{
    struct buf cells = {0};
    if (r->notes.count) {
        head(p, "Notes");
        page_to(p, PAGE_VIEWER);
        page_heading(p, 2, "Warnings and what is missing");
        page_to(p, PAGE_READERS);
    }
    for (size_t i = 0; i < r->notes.count; i++) {
        const struct note *n = &r->notes.items[i];
        buf_reset(&cells);
        note_cells(n, &r->tables, &cells);
        page_say(p, PAGE_NOTE, "%s: %s (%s)", n->kind, n->text, page_text_of(p, &cells));
    }
    page_settle(p, &cells);
}

static void say_sentences(struct page *p, const struct report_parts *r)
{
    bool is_first = true, has_several = r->tables.result_count > 1;
    for (size_t i = 0; r->sentences && i < r->tables.result_count; i++)
        for (size_t s = 0; s < r->sentences[i].count; s++, is_first = false) {
            if (is_first)
                head(p, "What it means");
            page_say(p, PAGE_MEANING, "%s%s%s", has_several ? r->tables.results[i].label : "",
                     has_several ? ": " : "", r->sentences[i].items[s]);
        }
}

static void add_reading(struct page *p, const struct report_parts *r)
{
    page_to(p, PAGE_TERMINAL | PAGE_PAPER); /* viewers see them above the pictures */
    say_sources(p, &r->tables);
    page_to(p, PAGE_VIEWER);
    page_fold(p, "All %zu cells", r->tables.entries.count);
    page_to(p, PAGE_READERS);
    tables_for_readers(p, &r->tables);
    page_to(p, PAGE_VIEWER);
    page_unfold(p);
    page_to(p, PAGE_READERS);
    say_notes(p, r);
    say_sentences(p, r);
}

/* ---- Jobs: was everything measured? ----------------------------------------------------- */

static enum page_severity severity_of(const struct result_cell *c)
{
    switch (c->status) {
    case CELL_OK:
        return cell_is_unusable(c) ? PAGE_WARNED : PAGE_PASS;
    case CELL_FAILED:
        return PAGE_FAIL;
    case CELL_SKIPPED:
        break;
    }
    return PAGE_SKIP;
}

static void add_verdicts(struct page *p, const struct tables *t)
{
    size_t counts[CELL_FAILED + 1] = {0};
    struct buf id = {0};
    page_to(p, PAGE_GATE);
    for (size_t i = 0; i < t->entries.count; i++) {
        const struct entry *e = &t->entries.items[i];
        enum page_severity severity = severity_of(e->cell);
        bool is_warned = severity == PAGE_WARNED;
        buf_reset(&id);
        buf_printf(&id, "%s%s%s", t->result_count > 1 ? e->result->label : "",
                   t->result_count > 1 ? ": " : "", e->cell->id);
        page_verdict(p, &(struct page_verdict){
                            .id = page_text_of(p, &id),
                            .name = "measured",
                            .word = is_warned ? "unusable" : cell_status_name(e->cell->status),
                            .severity = severity,
                            .text = is_warned ? "others used the CPUs" : e->cell->reason});
        counts[e->cell->status]++;
    }
    page_say(p, PAGE_SUMMARY, "%zu of %zu cells measured, %zu skipped, %zu failed", counts[CELL_OK],
             t->entries.count, counts[CELL_SKIPPED], counts[CELL_FAILED]);
    page_settle(p, &id);
}

/* ---- All of it -------------------------------------------------------------------------- */

static int collect_sentences(struct report_parts *r, struct err *err)
{
    r->sentences = calloc(r->tables.result_count + 1, sizeof *r->sentences);
    if (!r->sentences)
        return err_set(err, ERR_SYSTEM, "sentences: out of memory");
    for (size_t i = 0; i < r->tables.result_count; i++)
        if (sentences_of(&r->sentences[i], &r->tables.results[i], err))
            return -1;
    return 0;
}

static int build_ladder(struct report_parts *r, struct err *err)
{
    const struct ladder_source source = {.results = r->tables.results,
                                         .count = r->tables.result_count,
                                         .entries = r->tables.entries.items,
                                         .entry_count = r->tables.entries.count};
    return ladder_of(&r->ladder, &source, err);
}

static void add_document(struct page *p, const struct report_parts *r)
{
    struct buf text = {0};
    report_document(r, &text);
    page_document_text(p, &text);
}

static void add_all(struct page *p, const struct report_parts *r)
{
    if (page_is_for(p, PAGE_READERS))
        add_reading(p, r);
    if (page_is_for(p, PAGE_OWN_JSON))
        add_document(p, r);
    if (page_is_for(p, PAGE_DATA))
        tables_for_programs(p, &r->tables);
    if (page_is_for(p, PAGE_GATE))
        add_verdicts(p, &r->tables);
}

int report_page(struct page *p, const struct result *results, size_t count,
                const struct report_request *request, struct err *err)
{
    struct report_parts r = {0};
    int status = -1;
    if (!tables_build(&r.tables, results, count, &request->table, err) &&
        !notes_collect(&r.notes, &r.tables, err) &&
        !(page_is_for(p, PAGE_OWN_JSON) && build_ladder(&r, err)) &&
        !(request->with_sentences && collect_sentences(&r, err))) {
        add_all(p, &r);
        status = 0;
    }
    for (size_t i = 0; r.sentences && i < count; i++)
        sentences_release(&r.sentences[i]);
    free(r.sentences);
    ladder_release(&r.ladder);
    notes_release(&r.notes);
    tables_release(&r.tables);
    return status;
}
