#include "bench/probes/window.h"

enum { WARM_UP_FROM_BATCHES = 8 };

/* Stamp k of a unit: 0 is its first operation's begin, batch_count its last one's end. */
static uint64_t stamp(const struct launch *l, uint32_t task, uint32_t k)
{
    const struct task *t = &l->tasks[task];
    if (!l->stamps)
        return k == 0 ? t->go_ns : t->last_ns;
    return l->stamps[(size_t)task * (l->batch_count + 1) + k];
}

/* The part of [a, b] that lies in [begin, end]; 0 to 1. A batch without length counts whole. */
static double share(uint64_t a, uint64_t b, uint64_t begin, uint64_t end)
{
    uint64_t low = a > begin ? a : begin, high = b < end ? b : end;
    if (high < low || (high == low && a != b))
        return 0;
    return a == b ? 1 : (double)(high - low) / (double)(b - a);
}

double window_ops(const struct launch *l, uint32_t task, uint64_t begin_ns, uint64_t end_ns)
{
    double ops = 0;
    for (uint32_t k = 0; k < l->batch_count; k++)
        ops += share(stamp(l, task, k), stamp(l, task, k + 1), begin_ns, end_ns) *
               (double)l->batch_ops;
    return ops;
}

bool window_of_launch(const struct launch *l, struct window *out)
{
    uint32_t batches = l->batch_count;
    uint32_t first = batches >= WARM_UP_FROM_BATCHES ? 1 : 0;
    uint64_t overlap_begin = 0, overlap_end = UINT64_MAX, span_begin = UINT64_MAX, span_end = 0;
    for (uint32_t i = 0; i < l->task_count; i++) {
        uint64_t go = stamp(l, i, 0), warm = stamp(l, i, first), last = stamp(l, i, batches);
        span_begin = go < span_begin ? go : span_begin;
        span_end = last > span_end ? last : span_end;
        overlap_begin = warm > overlap_begin ? warm : overlap_begin;
        overlap_end = last < overlap_end ? last : overlap_end;
    }
    if (batches == 0 || span_end <= span_begin)
        return false;
    out->is_overlap =
        overlap_end > overlap_begin && overlap_end - overlap_begin >= (span_end - span_begin) / 4;
    out->begin_ns = out->is_overlap ? overlap_begin : span_begin;
    out->end_ns = out->is_overlap ? overlap_end : span_end;
    out->op_count = 0;
    for (uint32_t i = 0; i < l->task_count; i++)
        out->op_count += window_ops(l, i, out->begin_ns, out->end_ns);
    return true;
}
