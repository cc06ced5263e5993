#include "bench/demo/spinner_table.h"

#include "bench/base/json_make.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

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

/* ---- What is shown ------------------------------------------------------------------- */

struct sheet {
    struct page page;
    int lock_width;         /* columns of the longest name */
    bool is_wide;           /* narrow terminals go without a median */
    struct json_maker rows; /* of the document */
    const struct spinner_viewer *viewer;
};

static void begin_grid(struct sheet *s, bool is_headless)
{
    const unsigned data = PAGE_DATA, readers = PAGE_READERS;
    const struct page_column columns[] = {
        {.key = "model", .flags = PAGE_LABEL, .width = 9},
        {.key = "work", .flags = PAGE_LABEL, .width = 5, .gap = 1},
        {.key = "lock", .flags = PAGE_LABEL, .width = (unsigned)s->lock_width, .gap = 1},
        {.key = "frames", .align = PAGE_RIGHT, .width = 6, .gap = 1, .to = readers},
        {.key = "frames_shown", .to = data},
        {.key = "frames_due", .to = data},
        {.key = "lateness_worst_ns",
         .head = "worst",
         .unit = "ns",
         .align = PAGE_RIGHT,
         .width = 8,
         .gap = 1},
        {.key = "lateness_median_ns",
         .head = "median",
         .unit = "ns",
         .align = PAGE_RIGHT,
         .width = 8,
         .gap = 1,
         .to = s->is_wide ? 0 : PAGE_DOCUMENT | PAGE_DATA},
        {.key = "answer", .to = data},
        {.key = "work_ns", .unit = "ns", .to = data},
        {0},
    };
    page_grid(&s->page, &(struct page_grid_form){
                            .key = "spinners", .columns = columns, .is_headless = is_headless});
}

static void say_legend(struct sheet *s)
{
    page_say(&s->page, PAGE_LEGEND, "%s",
             s->is_wide ? "frames: shown/due, ten a second; worst, median: how late those came"
                        : "frames: shown/due; worst: how late");
}

static int show(struct sheet *s, struct err *err)
{
    return s->viewer->show(s->viewer->context, &s->page, err);
}

static void add_row(struct page *p, const struct row *row)
{
    const struct spinner_request *r = row->request;
    const struct spinner_outcome *o = row->outcome;
    page_row(p);
    page_texts(p, spinner_models[r->model], spinner_works[r->work], r->lock->name, NULL);
    if (row->reason) {
        page_status(p, "skipped", row->reason);
        return;
    }
    page_text(p, "%llu/%llu", (unsigned long long)o->shown, (unsigned long long)o->due);
    page_count(p, o->shown);
    page_count(p, o->due);
    /* A spinner that never turned has no lateness. */
    page_number(p, o->frames ? (double)o->worst_ns : (double)NAN, NULL, 3);
    page_number(p, o->frames ? (double)o->median_ns : (double)NAN, NULL, 3);
    page_count(p, o->answer);
    page_count(p, o->work_ns);
}

/* A page a row, each under the one before. */
static int print_row(void *context, const struct row *row, struct err *err)
{
    struct sheet *s = context;
    page_init(&s->page, "contend spinner");
    begin_grid(s, true);
    add_row(&s->page, row);
    return show(s, err);
}

static int show_text(struct sheet *s, const struct spinner_table *table,
                     const volatile bool *interrupted, struct err *err)
{
    page_init(&s->page, "contend spinner");
    begin_grid(s, false);
    int rc = show(s, err);
    rc = rc ? rc : run_rows(table, interrupted, &(struct form){print_row, s}, err);
    if (rc)
        return rc;
    page_init(&s->page, "contend spinner");
    say_legend(s);
    return show(s, err);
}

static json_t *row_json(const struct row *row)
{
    const struct spinner_request *r = row->request;
    const struct spinner_outcome *o = row->outcome;
    struct json_maker object = json_maker_new();
    json_make_text(&object, "model", spinner_models[r->model]);
    json_make_text(&object, "work", spinner_works[r->work]);
    json_make_text(&object, "lock", r->lock->name);
    json_make_text(&object, "status", row->reason ? "skipped" : "ok");
    if (row->reason) {
        json_make_text(&object, "reason", row->reason);
        return json_made(&object);
    }
    json_make_int(&object, "answer", (int64_t)o->answer);
    json_make_int(&object, "frames_shown", (int64_t)o->shown);
    json_make_int(&object, "frames_due", (int64_t)o->due);
    json_make_int(&object, "work_ns", (int64_t)o->work_ns);
    if (o->frames) {
        json_make_int(&object, "lateness_worst_ns", (int64_t)o->worst_ns);
        json_make_int(&object, "lateness_median_ns", (int64_t)o->median_ns);
    }
    return json_made(&object);
}

static int collect_row(void *context, const struct row *row, struct err *err)
{
    struct sheet *s = context;
    add_row(&s->page, row);
    json_make_add(&s->rows, row_json(row));
    return s->rows.failed ? err_set(err, ERR_SYSTEM, "no memory for a row") : 0;
}

static int show_whole(struct sheet *s, const struct spinner_table *table,
                      const volatile bool *interrupted, struct err *err)
{
    s->rows = json_maker_list();
    page_init(&s->page, "contend spinner");
    s->page.is_measured = true;
    begin_grid(s, false);
    int rc = run_rows(table, interrupted, &(struct form){collect_row, s}, err);
    page_document(&s->page, json_made(&s->rows), JSON_INDENT(1));
    say_legend(s);
    if (!rc)
        return show(s, err);
    page_release(&s->page);
    return rc;
}

int spinner_table_run(const struct spinner_table *table, const struct spinner_viewer *viewer,
                      const volatile bool *interrupted, struct err *err)
{
    struct sheet s = {.is_wide = table->is_wide, .lock_width = 4, .viewer = viewer};
    for (size_t k = 0; k < table->lock_count; k++)
        if ((int)strlen(table->locks[k]->name) > s.lock_width)
            s.lock_width = (int)strlen(table->locks[k]->name);
    return table->is_whole ? show_whole(&s, table, interrupted, err)
                           : show_text(&s, table, interrupted, err);
}
