#include "bench/judge/summary/doubts.h"

#include "bench/base/vec.h"
#include "bench/base/words.h"
#include "bench/judge/parts/low.h"
#include "bench/judge/summary/fit.h"

#include <string.h>

/* Warnings of one code; codes are few. */
struct code {
    const char *name;
    size_t count;
};

struct codes {
    VEC(struct code);
};

enum {
    CODES_NAMED = 8,       /* of the kinds of warnings */
    REASON_WORD_MOST = 40, /* columns of a word of a reason */
};

static void count_code(struct codes *codes, const char *name)
{
    for (size_t i = 0; i < codes->count; i++)
        if (!strcmp(codes->items[i].name, name)) {
            codes->items[i].count++;
            return;
        }
    vec_add(codes, (struct code){name, 1});
}

static bool is_control(const struct result_cell *c)
{
    return !strcmp(c->role, "control");
}

size_t doubts_cells(const struct result *r)
{
    size_t count = 0;
    for (size_t i = 0; i < r->cell_count; i++)
        count += !is_control(&r->cells[i]);
    return count;
}

static void begin(struct buf *out)
{
    buf_add(out, out->len ? "; " : "");
}

static void add_build(const struct result *r, struct buf *out)
{
    if (r->sanitizer[0])
        buf_printf(out, "BUILT WITH SANITIZER %s: these are no measurements", r->sanitizer);
    else if (!strcmp(r->build_type, "Debug"))
        buf_add(out, "DEBUG BUILD: compare with nothing");
}

static void add_partial(const struct result *r, struct buf *out)
{
    if (strcmp(r->status, "complete") != 0) {
        begin(out);
        buf_add(out, "the run was cut short");
    }
}

/* Cells that others disturbed, in all their launches or while they started. */
static void add_disturbed(const struct result *r, struct buf *out)
{
    struct usable_count n = result_usable(r);
    char cells[40];
    if (n.unusable) {
        begin(out);
        buf_printf(out, "%zu of %s UNUSABLE (others had the CPUs)", n.unusable,
                   words_count(cells, sizeof cells, n.measured, "cell"));
    }
    if (n.kept_waiting) {
        begin(out);
        buf_printf(out, "the start of %s (others kept the CPU from it)",
                   words_count(cells, sizeof cells, n.kept_waiting, "cell"));
    }
}

/* Those that are not ok, with the reason of the first. */
static void add_unmeasured(const struct result *r, enum cell_status status, bool with_reason,
                           struct buf *out)
{
    const struct result_cell *first = NULL;
    size_t count = 0;
    for (size_t i = 0; i < r->cell_count; i++)
        if (r->cells[i].status == status) {
            first = first ? first : &r->cells[i];
            count++;
        }
    if (!first)
        return;
    const char *word = status == CELL_FAILED ? "FAILED" : "skipped";
    begin(out);
    buf_printf(out, "%zu %s", count, word);
    if (!with_reason)
        return;
    struct buf reason = {0};
    buf_add(&reason, first->reason);
    fit_words(&reason, REASON_WORD_MOST);
    fit_lines(&reason, 0, 0, 2);
    buf_printf(out, " (%s%s)", count > 1 ? "the first: " : "", buf_text(&reason));
    out->failed |= reason.failed;
    buf_release(&reason);
}

/* Each metric of a cell may have one of that code: it is one cell. */
static bool is_again(const struct result_cell *c, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (!strcmp(c->warnings[i].code, c->warnings[at].code))
            return true;
    return false;
}

/* What has been said in words is left out. */
static void add_warnings(const struct result *r, struct buf *out)
{
    struct codes codes = {0};
    char cells[40];
    for (size_t i = 0; i < r->warning_count; i++) {
        begin(out);
        buf_printf(out, "the whole run: %s", r->warnings[i].code);
    }
    for (size_t i = 0; i < r->cell_count; i++)
        for (size_t k = 0; k < r->cells[i].warning_count && !is_control(&r->cells[i]); k++) {
            const char *code = r->cells[i].warnings[k].code;
            if (strcmp(code, "unusable") != 0 && strcmp(code, "kept_waiting") != 0 &&
                !is_again(&r->cells[i], k))
                count_code(&codes, code);
        }
    size_t named = codes.count < CODES_NAMED ? codes.count : CODES_NAMED;
    for (size_t i = 0; i < named; i++) {
        if (i == 0)
            begin(out);
        buf_printf(out, "%s%s (%s)", i ? ", " : "", codes.items[i].name,
                   words_count(cells, sizeof cells, codes.items[i].count, "cell"));
    }
    if (codes.count > named)
        buf_printf(out, " and %zu other warnings", codes.count - named);
    out->failed |= codes.failed;
    vec_release(&codes);
}

void doubts_of(const struct result *r, bool with_reasons, struct buf *out)
{
    add_build(r, out);
    add_partial(r, out);
    add_disturbed(r, out);
    add_unmeasured(r, CELL_FAILED, with_reasons, out);
    add_unmeasured(r, CELL_SKIPPED, with_reasons, out);
    add_warnings(r, out);
}
