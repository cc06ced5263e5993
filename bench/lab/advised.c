#include "bench/lab/advised.h"

#include "bench/base/interrupt.h"
#include "bench/base/opts.h"
#include "bench/base/units.h"
#include "bench/page/formats.h"
#include "bench/run/plan/plan.h"

#include <string.h>

/* "p99=50ms" */
static int parse_slo(const char *text, struct advise_work *w, struct err *err)
{
    int64_t ns;
    bool is_p50 = !strncmp(text, "p50=", 4);
    if (!is_p50 && strncmp(text, "p99=", 4) != 0)
        return err_set(err, ERR_USAGE, "--slo: \"%s\" is not like p99=50ms (p50 or p99)", text);
    if (units_parse("--slo", text + 4, "ns", 1, OPT_DAY_NS, &ns, err))
        return -1;
    w->slo_ratio = is_p50 ? 0.5 : 0.99;
    w->slo_ns = (double)ns;
    return 0;
}

/* Nobody is to wait for the timeout to be told that it is too short. */
static int check_timeout(const struct advise_work *w, int64_t timeout_ns, struct err *err)
{
    char least[40], given[40];
    if (w->cpu_ns + w->wait_ns < (double)timeout_ns)
        return 0;
    return err_set(err, ERR_USAGE, "--timeout: %s is less than one request takes (%s)",
                   units_format(given, sizeof given, (double)timeout_ns, "ns", 3),
                   units_format(least, sizeof least, w->cpu_ns + w->wait_ns, "ns", 3));
}

static int describe(struct advised *a, const struct advise_wishes *wishes, struct err *err)
{
    struct advise_work *w = &a->request.work;
    bool has_lock = false;
    *w = (struct advise_work){
        .cpu_ns = (double)wishes->cpu_ns,
        .wait_ns = (double)wishes->wait_ns,
        .concurrency = (double)wishes->concurrency,
        .rate_per_s = (double)wishes->rate_per_s,
        .payload_bytes = (double)wishes->payload_bytes,
        .image_bytes = (double)wishes->image_bytes,
        .memory_bytes = (double)wishes->memory_bytes,
        .slo_ratio = 0.99,
        .cpus = plan_cpus(),
    };
    if (wishes->slo && parse_slo(wishes->slo, w, err))
        return -1;
    if (wishes->requests && !wishes->from)
        return err_set(err, ERR_USAGE, "--requests says something of a file: --from is missing");
    if (wishes->from &&
        advise_from_watch(wishes->from, (double)wishes->requests, w, &has_lock, &a->from, err))
        return -1;
    w->has_gil = wishes->lock ? !strcmp(wishes->lock, "gil") : has_lock;
    return advise_check(w, err) || check_timeout(w, wishes->timeout_ns, err) ? -1 : 0;
}

int advised_look(struct advised *a, const struct advise_wishes *wishes, struct err *err)
{
    *a = (struct advised){.request = {
                              .asked_cpus = (uint32_t)wishes->cpus,
                              .budget_ns = (uint64_t)wishes->budget_ns,
                              .timeout_ns = (uint64_t)wishes->timeout_ns,
                              .seed = wishes->seed,
                              .verifies = wishes->verifies,
                              .is_exhaustive = wishes->is_exhaustive,
                              .reference = wishes->reference,
                              .runtime = wishes->python,
                              .interrupted = &interrupt_came,
                          }};
    return describe(a, wishes, err);
}

void advised_release(struct advised *a)
{
    advise_found_release(&a->found);
    buf_release(&a->from);
}

static struct advise_view view_of(const struct advised *a)
{
    const struct advise_found *f = &a->found;
    return (struct advise_view){
        .work = &f->work,
        .costs = &f->costs,
        .board = &f->board,
        .flips = &f->flips,
        .verified = f->is_verified ? &f->verified : NULL,
        .reference = f->has_reference ? &f->reference : NULL,
        .asked_cpus = a->request.asked_cpus,
        .turn_ns = f->turn_ns,
        .seed = f->seed,
        .took_ns = f->took_ns,
        .others_ratio = f->others_ratio,
        .rounds = f->rounds,
        .from = a->from.len ? buf_text(&a->from) : NULL,
    };
}

int advised_run(struct advised *a, const char *format, struct page *p, int *status, struct err *err)
{
    interrupt_catch(INTERRUPT_ENDS);
    int outcome = advise_run(&a->request, &a->found, err);
    if (outcome > 0)
        *err = (struct err){0};
    *status = EXIT_INTERRUPTED;
    if (outcome)
        return outcome < 0 ? -1 : 0;
    const struct advise_view view = view_of(a);
    advise_page(p, &view);
    p->is_measured = true;
    page_expect(p, format);
    *status = advise_choice(&view) ? EXIT_FINE : EXIT_NO_VERDICT;
    return 0;
}
