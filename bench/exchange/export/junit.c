/* JUnit XML as CI servers read it: a test case for each cell, what it measured as its output. */
#include "bench/exchange/export/export.h"
#include "bench/page/escape.h"

#include <string.h>

static size_t count_status(const struct result *r, enum cell_status s)
{
    size_t count = 0;
    for (size_t i = 0; i < r->cell_count; i++)
        count += r->cells[i].status == s;
    return count;
}

static void add_attribute(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, " %s=\"", name);
    escape_xml(out, value);
    buf_add(out, "\"");
}

static void add_values(const struct export_input *in, const struct result_cell *c, struct buf *out)
{
    buf_add(out, "<system-out>");
    for (size_t i = 0; i < c->metric_count; i++) {
        const struct result_metric *m = &c->metrics[i];
        if (m->summary.n == 0 || !metric_is_chosen(in->metrics, m))
            continue;
        escape_xml(out, m->name);
        buf_add(out, " ");
        export_number(out, m->summary.center);
        buf_add(out, " [");
        export_number(out, m->summary.lo);
        buf_add(out, ", ");
        export_number(out, m->summary.hi);
        buf_printf(out, "] n=%zu\n", m->summary.n);
    }
    buf_add(out, "</system-out>");
}

static void add_case(const struct export_input *in, const struct result_cell *c, struct buf *out)
{
    buf_add(out, "<testcase");
    add_attribute(out, "classname", c->workload);
    add_attribute(out, "name", c->id);
    buf_add(out, " time=\"0\">");
    if (c->status == CELL_OK) {
        add_values(in, c, out);
    } else {
        buf_add(out, c->status == CELL_FAILED ? "<failure" : "<skipped");
        add_attribute(out, "message", c->reason);
        buf_add(out, "/>");
    }
    buf_add(out, "</testcase>\n");
}

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    buf_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (size_t i = 0; i < in->count; i++) {
        const struct result *r = &in->results[i];
        buf_add(out, "<testsuite");
        add_attribute(out, "name", r->label);
        if (r->hostname[0])
            add_attribute(out, "hostname", r->hostname);
        if (r->started_at[0])
            buf_printf(out, " timestamp=\"%.19s\"", r->started_at);
        buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n",
                   r->cell_count, count_status(r, CELL_FAILED), count_status(r, CELL_SKIPPED));
        for (size_t j = 0; j < r->cell_count; j++) {
            add_case(in, &r->cells[j], out);
            if (export_pass_on(in, out, err))
                return -1;
        }
        buf_add(out, "</testsuite>\n");
    }
    buf_add(out, "</testsuites>\n");
    return out->failed ? err_set(err, ERR_SYSTEM, "export: out of memory") : 0;
}

const struct export_format export_junit = {
    .name = "junit",
    .tells_without_values = true,
    .consumer = "JUnit XML, a test case a cell",
    .write = write_all,
};
