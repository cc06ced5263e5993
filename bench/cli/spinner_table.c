#include "bench/cli/spinner_table.h"

#include "bench/cli/cli.h"
#include "bench/cli/spinner_screen.h"
#include "bench/core/buf.h"
#include "bench/core/units.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Least width of a terminal for a table with medians. */
enum { WIDE_COLUMNS = 72 };

/* One row; `reason` is why there is no outcome, or NULL. */
struct row {
    const struct spinner_request *request;
    const struct spinner_outcome *outcome;
    const char *reason;
};

struct form {
    int (*add)(void *context, const struct row *row, struct err *err);
    void *context;
};

/* What cannot be done here is a row with its reason; whatever else fails ends the table. */
static int run_row(const struct spinner_request *r, const volatile bool *interrupted,
                   const struct form *form, struct err *err)
{
    struct spinner_outcome o;
    struct err why = {0};
    int rc = spinner_run(r, NULL, interrupted, &o, &why);
    if (rc > 0)
        return rc;
    if (rc < 0 && why.code != ERR_USAGE && why.code != ERR_UNAVAILABLE)
        return err_set(err, why.code, "%s", why.text);
    const struct row row = {r, &o, rc ? why.text : NULL};
    return form->add(form->context, &row, err);
}

/* Every value of a dimension, or the one that was named. */
static bool is_wanted(const char *named, const char *name)
{
    return !named || !strcmp(named, name);
}

static int run_rows(const struct spinner_table *table, const volatile bool *interrupted,
                    const struct form *form, struct err *err)
{
    for (int m = 0; spinner_models[m]; m++)
        for (int w = 0; spinner_works[w]; w++)
            for (size_t k = 0; k < table->lock_count; k++) {
                if (!is_wanted(table->model, spinner_models[m]) ||
                    !is_wanted(table->work, spinner_works[w]))
                    continue;
                const struct spinner_request r = {.model = (enum spinner_model)m,
                                                  .work = (enum slow_kind)w,
                                                  .lock = table->locks[k],
                                                  .duration_ns = table->duration_ns};
                int rc = run_row(&r, interrupted, form, err);
                if (rc)
                    return rc;
            }
    return 0;
}

/* ---- Text -------------------------------------------------------------------------- */

struct layout {
    bool is_wide;   /* narrow terminals go without a median */
    int lock_width; /* columns of the longest name */
};

static int add_line(void *context, const struct row *row, struct err *err)
{
    const struct layout *layout = context;
    const struct spinner_request *r = row->request;
    const struct spinner_outcome *o = row->outcome;
    char worst[32] = "-", median[32] = "-", frames[32];
    struct buf line = {0};
    buf_printf(&line, "%-9s %-5s %-*s ", spinner_models[r->model], spinner_works[r->work],
               layout->lock_width, r->lock->name);
    if (row->reason) {
        buf_printf(&line, "skipped: %s\n", row->reason);
    } else {
        snprintf(frames, sizeof frames, "%llu/%llu", (unsigned long long)o->shown,
                 (unsigned long long)o->due);
        if (o->frames > 0) {
            units_format(worst, sizeof worst, (double)o->worst_ns, "ns", 3);
            units_format(median, sizeof median, (double)o->median_ns, "ns", 3);
        }
        buf_printf(&line, "%6s %8s", frames, worst);
        if (layout->is_wide)
            buf_printf(&line, " %8s", median);
        buf_add(&line, "\n");
    }
    int failed = cli_print(buf_text(&line), err);
    buf_release(&line);
    return failed;
}

static int print_heading(const struct layout *layout, struct err *err)
{
    char text[128];
    snprintf(text, sizeof text, "model     work  %-*s frames    worst%s\n", layout->lock_width,
             "lock", layout->is_wide ? "   median" : "");
    return cli_print(text, err);
}

int spinner_table_text(const struct spinner_table *table, const volatile bool *interrupted,
                       struct err *err)
{
    struct spinner_terminal terminal;
    spinner_terminal_begin(&terminal);
    struct layout layout = {.is_wide = terminal.columns >= WIDE_COLUMNS, .lock_width = 4};
    for (size_t k = 0; k < table->lock_count; k++)
        if ((int)strlen(table->locks[k]->name) > layout.lock_width)
            layout.lock_width = (int)strlen(table->locks[k]->name);
    if (print_heading(&layout, err))
        return -1;
    int rc = run_rows(table, interrupted, &(struct form){add_line, &layout}, err);
    if (rc)
        return rc;
    return cli_print(layout.is_wide
                         ? "frames: shown/due, ten a second; worst, median: how late those came\n"
                         : "frames: shown/due; worst: how late\n",
                     err);
}

/* ---- JSON -------------------------------------------------------------------------- */

static int add_object(void *context, const struct row *row, struct err *err)
{
    json_t *rows = context;
    const struct spinner_request *r = row->request;
    const struct spinner_outcome *o = row->outcome;
    json_t *object = json_pack("{s:s, s:s, s:s, s:s}", "model", spinner_models[r->model], "work",
                               spinner_works[r->work], "lock", r->lock->name, "status",
                               row->reason ? "skipped" : "ok");
    int failed = object ? 0 : -1;
    if (!failed && row->reason) {
        failed = json_object_set_new(object, "reason", json_string(row->reason));
    } else if (!failed) {
        json_t *figures = json_pack("{s:I, s:I, s:I, s:I}", "answer", (json_int_t)o->answer,
                                    "frames_shown", (json_int_t)o->shown, "frames_due",
                                    (json_int_t)o->due, "work_ns", (json_int_t)o->work_ns);
        failed = figures ? json_object_update(object, figures) : -1;
        json_decref(figures);
    }
    /* A spinner that never turned has no lateness. */
    if (!failed && !row->reason && o->frames > 0) {
        json_t *lateness = json_pack("{s:I, s:I}", "lateness_worst_ns", (json_int_t)o->worst_ns,
                                     "lateness_median_ns", (json_int_t)o->median_ns);
        failed = lateness ? json_object_update(object, lateness) : -1;
        json_decref(lateness);
    }
    if (failed || json_array_append(rows, object))
        failed = err_set(err, ERR_SYSTEM, "no memory for a row");
    json_decref(object);
    return failed;
}

int spinner_table_json(const struct spinner_table *table, const volatile bool *interrupted,
                       struct err *err)
{
    json_t *rows = json_array();
    if (!rows)
        return err_set(err, ERR_SYSTEM, "no memory for a table");
    int rc = run_rows(table, interrupted, &(struct form){add_object, rows}, err);
    if (!rc)
        return cli_print_json(rows, JSON_INDENT(1), err);
    json_decref(rows);
    return rc;
}
