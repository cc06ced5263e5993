#include "bench/run/words.h"

#include "bench/base/interrupt.h"
#include "bench/base/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void add_unusable(struct buf *out, const struct run_report *r)
{
    if (r->unusable_count)
        buf_printf(out, "; %zu of %zu UNUSABLE: others used the CPUs in every launch",
                   r->unusable_count, r->ok_count);
}

/* "0.4 s", "32 s" */
static void add_seconds(struct buf *out, uint64_t ns)
{
    double s = (double)ns * 1e-9;
    buf_printf(out, "%.*f s", s < 10, s);
}

void run_outlook_words(struct buf *out, const struct outlook *o)
{
    char words[40];
    if (o->is_virtual)
        return;
    buf_add(out, words_count(words, sizeof words, o->cells, "cell"));
    if (o->controls)
        buf_printf(out, " (and %zu to compare with)", o->controls);
    buf_printf(out, ": %s in about ", words_count(words, sizeof words, o->rounds, "round"));
    add_seconds(out, o->rounds_ns);
    if (o->rounds_most > o->rounds)
        buf_add(out, ", then where intervals are wide; in all at most ");
    else if (o->run_ns < o->rounds_ns)
        buf_add(out, "; as many of them as fit into ");
    if (o->rounds_most > o->rounds || o->run_ns < o->rounds_ns)
        add_seconds(out, o->run_ns);
}

void run_report_words(struct buf *out, const struct run_report *r)
{
    char cells[40];
    if (r->is_untouched) {
        buf_add(out, "interrupted before anything was measured; no result was written\n");
        return;
    }
    buf_printf(out, "%s measured", words_count(cells, sizeof cells, r->ok_count, "cell"));
    if (r->skipped_count)
        buf_printf(out, ", %zu skipped", r->skipped_count);
    if (r->failed_count)
        buf_printf(out, ", %zu FAILED", r->failed_count);
    if (r->failed_controls)
        buf_printf(out, ", %zu to compare with FAILED", r->failed_controls);
    buf_printf(out, " in %s", words_count(cells, sizeof cells, r->rounds, "round"));
    if (r->extra_visits)
        buf_printf(out, " and %zu more visit%s where intervals were wide", r->extra_visits,
                   r->extra_visits == 1 ? "" : "s");
    buf_printf(out, ", %.1f s", (double)r->duration_ns * 1e-9);
    add_unusable(out, r);
    buf_add(out, "\n");
    if (r->wanted_ns && !r->is_interrupted)
        buf_printf(out, "(%u rounds were wanted; --budget %.0f%s would do for them)\n",
                   r->rounds_planned,
                   ceil((double)r->wanted_ns / (r->wanted_ns < 1000000000 ? 1e6 : 1e9)),
                   r->wanted_ns < 1000000000 ? "ms" : "s");
    if (r->journal_faults.count)
        buf_printf(out, "%s of the journal could not be used (%s)\n",
                   words_count(cells, sizeof cells, r->journal_faults.count, "line"),
                   r->journal_faults.first);
    if (!r->ok_count && !r->is_interrupted)
        buf_add(out, "no cell could be measured; the result says of each why\n");
}

void run_result_words(struct buf *out, const struct run_report *r, const char *path)
{
    buf_printf(out, "result: %s", path);
    add_unusable(out, r);
    buf_add(out, "\n");
}

void run_interrupted_words(struct buf *out, const char *path)
{
    struct buf further = {0};
    buf_add(&further, "go on with: contend run --resume -o ");
    words_add_quoted(&further, path);
    interrupt_words(out, path, buf_text(&further));
    buf_settle(out, &further);
}

void run_progress_words(struct buf *out, const struct progress *p)
{
    if (p->round > p->rounds)
        buf_printf(out, "round %u (wide intervals)", p->round);
    else
        buf_printf(out, "round %u of %u", p->round, p->rounds);
    buf_printf(out, ", cell %zu of %zu", p->cell + 1, p->cells);
    if (p->left_ns != UINT64_MAX)
        buf_printf(out, ", %llu s left", (unsigned long long)(p->left_ns / 1000000000));
    buf_printf(out, "  %s", p->id);
}
