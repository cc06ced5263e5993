/* Raw samples as CSV (RFC 4180), a line each: what spreadsheets and data frames read. */
#include "bench/exchange/export/export.h"
#include "bench/page/escape.h"

static void add_text(struct buf *out, const char *text)
{
    escape_csv(out, text);
    buf_add(out, ",");
}

static void add_sample(const struct export_value *v, size_t i, struct buf *out)
{
    const struct result_cell *c = v->cell;
    add_text(out, v->result->hostname);
    add_text(out, v->result->run_id);
    add_text(out, v->result->started_at);
    add_text(out, c->id);
    add_text(out, c->workload);
    add_text(out, c->lock);
    add_text(out, c->executor);
    buf_printf(out, "%lld,%lld,", (long long)c->tasks, (long long)c->workers);
    add_text(out, c->placement);
    add_text(out, v->metric->name);
    add_text(out, v->metric->unit);
    add_text(out, v->metric->better);
    buf_printf(out, "%zu,", result_round(c, v->metric, i));
    export_number(out, v->metric->samples[i]);
    buf_add(out, "\r\n");
}

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    struct export_walk walk = {0};
    struct export_value v;
    buf_add(out, "host,run,started_at,cell,workload,lock,executor,tasks,workers,placement,metric,"
                 "unit,better,round,value\r\n");
    while (export_next(in, &walk, &v))
        for (size_t i = 0; i < v.metric->sample_count; i++) {
            add_sample(&v, i, out);
            if (export_pass_on(in, out, err))
                return -1;
        }
    return out->failed ? err_set(err, ERR_SYSTEM, "export: out of memory") : 0;
}

const struct export_format export_csv = {
    .name = "csv",
    .consumer = "raw samples, a line each",
    .write = write_all,
};
