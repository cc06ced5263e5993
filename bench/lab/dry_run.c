#include "bench/lab/dry_run.h"

#include "bench/base/words.h"
#include "bench/run/plan/outlook.h"
#include "bench/run/words.h"

static void add_cells(struct page *p, const struct plan *plan)
{
    static const struct page_column columns[] = {
        {.key = "cell", .head = "cell", .flags = PAGE_LABEL | PAGE_CODE},
        {.key = "role", .head = "role"},
        {.key = "visit_ns", .head = "a visit", .unit = "ns"},
        {0},
    };
    page_grid(p, &(struct page_grid_form){.key = "cells", .columns = columns});
    for (size_t i = 0; i < plan->cell_count; i++) {
        const struct cell *c = &plan->cells[i];
        page_row(p);
        page_text(p, "%s", c->id);
        if (c->skip_reason) {
            page_status(p, "skipped", c->skip_reason);
            continue;
        }
        page_text(p, "%s", c->is_control ? "control" : "measured");
        if (outlook_is_untimed(c))
            page_missing(p, "what its operations take is found out by a run");
        else
            page_number(p, outlook_visit_ns(c, plan, plan_cpus()), NULL, 2);
    }
}

static void say_share(struct page *p, const struct plan *plan)
{
    if (plan->share.count)
        page_say(p, PAGE_SOURCE, "Shard %u of %u of plan %016llx.", plan->share.index,
                 plan->share.count, (unsigned long long)plan->share.plan);
}

static void say_time(struct page *p, const struct outlook *o)
{
    struct buf text = {0};
    char cells[40];
    run_outlook_words(&text, o);
    if (o->is_virtual)
        page_say(p, PAGE_SUMMARY, "%s in %u rounds, on simulated clocks.",
                 words_count(cells, sizeof cells, o->cells + o->controls, "cell"), o->rounds);
    else
        page_say(p, PAGE_SUMMARY, "%s", page_text_of(p, &text));
    page_settle(p, &text);
    if (o->untimed)
        page_say(
            p, PAGE_WARNING,
            "The operations of %s are a number that was given, and what they take is not in it.",
            words_count(cells, sizeof cells, o->untimed, "cell"));
    page_say(p, PAGE_NOTE,
             "Nothing was measured. What computes is taken for as long as it will be made to take "
             "(--task-time); contention, and what the machine does meanwhile, come on top.");
}

int dry_run_page(struct page *p, const struct plan_request *request, struct err *err)
{
    struct plan plan;
    struct outlook outlook;
    if (plan_build(request, &plan, err))
        return -1;
    page_init(p, "contend run");
    outlook_of_plan(&plan, (uint64_t)request->ops, &outlook);
    say_share(p, &plan);
    add_cells(p, &plan);
    page_gap(p);
    say_time(p, &outlook);
    plan_release(&plan);
    return 0;
}
