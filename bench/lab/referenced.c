#include "bench/lab/referenced.h"

#include "bench/base/interrupt.h"
#include "bench/base/json_make.h"
#include "bench/base/name_list.h"
#include "bench/base/units.h"
#include "bench/run/header.h"
#include "bench/run/plan/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* ---- Workloads of contend's in one runtime ----------------------------------------------- */

/* What only those who run workloads understand. */
static const char *workload_option(const struct reference_wishes *w)
{
    const struct reference_passed *p = &w->passed;
    return p->workload       ? "--workload"
           : p->executor     ? "--executor"
           : p->tasks        ? "--tasks"
           : p->interval     ? "--interval"
           : p->task_time    ? "--task-time"
           : p->plan         ? "--plan"
           : p->params.count ? "--param"
           : p->cells.count  ? "--cell"
           : w->is_traced    ? "--trace"
           : w->shows_list   ? "--list"
                             : NULL;
}

/* The program of the runtime reads them; that they are lists is looked at here. */
static int check_lists(const struct reference_passed *p, struct err *err)
{
    return name_list_check("--workload", p->workload, err) ||
                   name_list_check("--executor", p->executor, err) ||
                   name_list_check("--tasks", p->tasks, err) ||
                   name_list_check("--interval", p->interval, err)
               ? -1
               : 0;
}

static int look_at_workloads(struct referenced *r, const char *option,
                             const struct opt_list *passed, struct err *err)
{
    const struct reference_wishes *w = r->wishes;
    const char *name = r->names.count == 1 ? r->names.items[0] : NULL;
    bool writes = !w->shows_list && !w->is_which;
    if (check_lists(&w->passed, err))
        return -1;
    r->is_of_workloads = true;
    r->workloads = (struct reference_request){.reference = name ? reference_named(name) : NULL,
                                              .output = writes ? w->output : NULL,
                                              .timeout_ns = (uint64_t)w->timeout_ns,
                                              .passed = *passed,
                                              .shows_list = w->shows_list,
                                              .is_quiet = w->is_quiet,
                                              .is_traced = w->is_traced,
                                              .interrupted = &interrupt_came,
                                              .say = r->say};
    if (!r->workloads.reference)
        return err_set(
            err, ERR_USAGE, "%s: %s%s%s run contend's workloads; one that does is needed (cpython)",
            option, name ? "\"" : "", name ? name : "several", name ? "\" does not" : " do not");
    if (writes && (!w->output || !w->output[0]))
        return err_set(err, ERR_USAGE, "reference: -o FILE is needed");
    return runtimes_find(&r->runtimes, r->workloads.reference, &w->pythons, r->say, err);
}

/* ---- The six questions -------------------------------------------------------------------- */

/* Texts, for in the other form the program reads them itself. */
static int read_numbers(struct runtimes_request *q, const struct reference_passed *p,
                        struct err *err)
{
    int64_t rounds = q->effort.is_quick ? 1 : 3, budget_ns = 0, seed = 1;
    uint32_t drawn;
    if (!p->seed && getrandom(&drawn, sizeof drawn, 0) == sizeof drawn)
        seed = drawn;
    if ((p->rounds && units_parse("--rounds", p->rounds, "count", 1, 1000, &rounds, err)) ||
        (p->budget && units_parse("--budget", p->budget, "ns", 1, OPT_DAY_NS, &budget_ns, err)) ||
        (p->seed && units_parse("--seed", p->seed, "count", 0, INT64_MAX, &seed, err)))
        return -1;
    q->rounds = (uint64_t)rounds;
    q->budget_ns = (uint64_t)budget_ns;
    q->seed = (uint64_t)seed;
    return 0;
}

static int look_at_questions(struct referenced *r, struct err *err)
{
    const struct reference_wishes *w = r->wishes;
    r->questions =
        (struct runtimes_request){.names = &r->names,
                                  .asked = &w->pythons,
                                  .output = w->output,
                                  .timeout_ns = (uint64_t)w->timeout_ns,
                                  .effort = {.cpus = plan_cpus(), .is_quick = w->is_quick},
                                  .is_quiet = w->is_quiet,
                                  .interrupted = &interrupt_came,
                                  .say = r->say};
    if (w->is_which)
        return 0;
    if (!w->output || !w->output[0])
        return err_set(err, ERR_USAGE, "reference: -o FILE is needed");
    /* Before anybody waits for another one who measures. */
    if (runtimes_check(&r->questions, err))
        return -1;
    return read_numbers(&r->questions, &w->passed, err);
}

static json_t *make_header(const struct runtimes_request *q, int argc, char *const *argv)
{
    const struct header h = {.argc = argc,
                             .argv = argv,
                             .seed = q->seed,
                             .rounds_planned = (uint32_t)q->rounds,
                             .timer_slack_ns = HEADER_NO_SLACK};
    struct json_maker o = json_maker_new();
    json_make_text(&o, "schema", "contend.result/1");
    json_make_value(&o, "run", header_run(&h));
    json_make_value(&o, "host", header_host(&h));
    return json_made(&o);
}

static int ask(struct runtimes_request *q, int argc, char *const *argv, struct err *err)
{
    json_t *header = make_header(q, argc, argv);
    q->header = header;
    int outcome =
        header ? runtimes_run(q, err) : err_set(err, ERR_SYSTEM, "reference: out of memory");
    json_decref(header);
    if (outcome > 0)
        reference_tell_cut(q->say, outcome == RUNTIMES_PARTIAL ? q->output : NULL);
    return outcome;
}

/* ---- Which of them ------------------------------------------------------------------------ */

/* "cpython,go" -> two names, pieces of the text. */
static int split_names(struct referenced *r, const struct opt_list *words, struct err *err)
{
    for (size_t i = 0; i < words->count; i++)
        buf_printf(&r->text, "%s%s", i ? "," : "", words->items[i]);
    for (char *rest = r->text.data, *name; rest && (name = strsep(&rest, ",")) != NULL;) {
        if (!*name)
            return err_set(err, ERR_USAGE, "reference: \"%s\" names nothing between two commas",
                           words->items[0]);
        if (opt_list_add(&r->names, name, err))
            return -1;
    }
    return r->text.failed ? err_set(err, ERR_SYSTEM, "reference: out of memory") : 0;
}

int referenced_look(struct referenced *r, const struct reference_wishes *w,
                    const struct opt_list *names, const struct opt_list *passed,
                    void (*say)(const char *line), struct err *err)
{
    const char *option = workload_option(w);
    *r = (struct referenced){.wishes = w, .say = say};
    if (split_names(r, names, err))
        return -1;
    if (w->is_all && r->names.count)
        return err_set(err, ERR_USAGE, "reference: --all and \"%s\": one of the two",
                       r->names.items[0]);
    if (!w->is_all && !r->names.count)
        return err_set(err, ERR_USAGE,
                       "reference: a runtime is needed (cpython, go, node ..., or --all)");
    if (w->is_all && w->pythons.count)
        return err_set(err, ERR_USAGE, "reference: --python goes with a runtime, not with --all");
    /* What --which has always said of CPython's interpreters is what they run workloads with. */
    if (w->is_which && r->names.count == 1 && reference_named(r->names.items[0]))
        option = "--which";
    return option ? look_at_workloads(r, option, passed, err) : look_at_questions(r, err);
}

void referenced_release(struct referenced *r)
{
    free(r->runtimes.items);
    vec_release(&r->names);
    buf_release(&r->text);
}

int referenced_which(const struct referenced *r, struct buf *out, struct err *err)
{
    if (!r->is_of_workloads)
        return runtimes_which(&r->questions, out, err);
    runtimes_words(out, &r->runtimes);
    return 0;
}

int referenced_run(struct referenced *r, const struct call *call, struct err *err)
{
    /* Before there is anything to be left behind. */
    interrupt_catch(INTERRUPT_IGNORED);
    int outcome = r->is_of_workloads ? reference_run_each(&r->workloads, &r->runtimes, err)
                                     : ask(&r->questions, call->argc, call->argv, err);
    return outcome > 0 ? EXIT_INTERRUPTED : outcome;
}
