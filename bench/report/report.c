#include "bench/report/report.h"

#include <stdlib.h>
#include <string.h>

const char *const report_formats[] = {"text", "markdown", "csv", "json", "latex", NULL};

static void (*const renderers[])(const struct page *, struct buf *) = {
    render_text, render_markdown, render_csv, render_json, render_latex};

/* The sentences of all results, each result named when there are several. */
static int collect_sentences(struct sentences *out, const struct result *results, size_t count,
                             struct err *err)
{
    *out = (struct sentences){0};
    for (size_t i = 0; i < count; i++) {
        struct sentences one;
        if (sentences_of(&one, &results[i], err))
            return -1;
        for (size_t s = 0; s < one.count; s++) {
            struct buf b = {0};
            if (count > 1)
                buf_printf(&b, "%s: ", results[i].label);
            buf_add(&b, one.items[s]);
            char *text = buf_steal(&b);
            if (!text || !vec_add(out, text)) {
                free(text);
                sentences_release(&one);
                return err_set(err, ERR_SYSTEM, "sentences: out of memory");
            }
        }
        sentences_release(&one);
    }
    return 0;
}

int report_make(struct buf *out, const struct result *results, size_t count,
                const struct report_request *request, struct err *err)
{
    struct tables tables = {0};
    struct notes notes = {0};
    struct sentences sentences = {0};
    int status = -1;
    if (tables_build(&tables, results, count, &request->table, err) ||
        notes_collect(&notes, &tables, err) ||
        (request->with_sentences && collect_sentences(&sentences, results, count, err)))
        goto release;
    struct page page = {
        .tables = &tables,
        .notes = &notes,
        .sentences = request->with_sentences ? &sentences : NULL,
        .style = request->style,
    };
    renderers[request->format](&page, out);
    status = out->failed ? err_set(err, ERR_SYSTEM, "report: out of memory") : 0;
release:
    sentences_release(&sentences);
    notes_release(&notes);
    tables_release(&tables);
    return status;
}
