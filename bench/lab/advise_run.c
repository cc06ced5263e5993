#include "bench/lab/advise_run.h"

#include "bench/base/clock.h"
#include "bench/base/units.h"
#include "bench/lab/advise_reference.h"
#include "bench/registry.h"
#include "bench/run/single.h"
#include "bench/stats/summary.h"
#include "workloads/lcg.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { ROUNDS_MOST = 12, SHAPES_MEASURED = 14, VERIFY_PAIRS = 6, OPS_A_UNIT_LEAST = 4 };

struct session {
    const struct advise_request *request;
    struct advise_found *found;
    struct mailbox *mailbox;
    uint64_t begin_ns;
    double others_ns, cpu_time_ns; /* over all measurements: of other programs, and there was */
};

/* ---- Checks ---------------------------------------------------------------------------------- */

int advise_check(const struct advise_work *w, struct err *err)
{
    char a[40], b[40];
    if (!(w->cpu_ns > 0) || w->wait_ns < 0)
        return err_set(
            err, ERR_USAGE,
            "advise: what a request does is needed: --cpu T and --wait T, or --from FILE");
    if (!(w->concurrency > 0))
        return err_set(err, ERR_USAGE,
                       "advise: --concurrency N is needed: how many requests there "
                       "are at once");
    if (w->slo_ns > 0 && w->slo_ns < w->cpu_ns + w->wait_ns)
        return err_set(err, ERR_USAGE,
                       "--slo: %s is less than a request takes that waits for nobody (%s)",
                       units_format(a, sizeof a, w->slo_ns, "ns", 3),
                       units_format(b, sizeof b, w->cpu_ns + w->wait_ns, "ns", 3));
    if (w->memory_bytes > 0 && w->memory_bytes < w->image_bytes + w->payload_bytes)
        return err_set(err, ERR_USAGE,
                       "--memory: %s is less than one process takes with one request (%s)",
                       units_format(a, sizeof a, w->memory_bytes, "bytes", 3),
                       units_format(b, sizeof b, w->image_bytes + w->payload_bytes, "bytes", 3));
    double at_once = w->concurrency / (w->cpu_ns + w->wait_ns) * 1e9;
    if (w->rate_per_s > at_once)
        return err_set(err, ERR_USAGE,
                       "--rate: %s is more than %.0f at once can have answered, if none waits for "
                       "another (%s)",
                       units_format(a, sizeof a, w->rate_per_s, "per_s", 3), w->concurrency,
                       units_format(b, sizeof b, at_once, "per_s", 3));
    double most = w->cpus / w->cpu_ns * 1e9;
    if (w->rate_per_s > most)
        return err_set(err, ERR_USAGE,
                       "--rate: %s is more than any kind can reach: %u CPUs that do nothing else "
                       "compute %s",
                       units_format(a, sizeof a, w->rate_per_s, "per_s", 3), w->cpus,
                       units_format(b, sizeof b, most, "per_s", 3));
    return 0;
}

/* ---- What a turn of computing takes ---------------------------------------------------------- */

/* As the workload does it: a look between strides. The least of several, for others are at work. */
static double measure_turn_ns(void)
{
    enum { TURNS = 1 << 20, STRIDE = 64, TRIES = 15 };
    static _Atomic uint32_t attention;
    double least = (double)INFINITY;
    uint64_t x = 1;
    for (int i = 0; i < TRIES; i++) {
        uint64_t begin_ns = clock_now_ns();
        for (int done = 0; done < TURNS; done += STRIDE) {
            x = lcg_turn(NULL, x, STRIDE);
            x += atomic_load_explicit(&attention, memory_order_relaxed);
        }
        least = fmin(least, (double)(clock_now_ns() - begin_ns) / TURNS);
    }
    task_consume(NULL, x);
    return least;
}

/* ---- A cell ---------------------------------------------------------------------------------- */

struct command {
    struct opt_list words; /* of the plan: borrowed texts of `text` */
    char turns[64], wait[64], every[64], clients[64], payload[64], seed[64], processes[64],
        tasks[32];
    int64_t ops;
};

static int64_t turns_of(const struct session *s)
{
    double turns = round(s->found->work.cpu_ns / s->found->turn_ns);
    return turns < 1 ? 1 : turns > 1e9 ? 1000000000 : (int64_t)turns;
}

/* The parameters of a shape's cell, as they would be typed; each round draws other arrivals. */
static void spell(const struct session *s, const struct advise_shape *shape, uint32_t round,
                  struct command *c)
{
    const struct advise_work *w = &s->found->work;
    char time[40];
    snprintf(c->tasks, sizeof c->tasks, "%u", shape->units);
    snprintf(c->turns, sizeof c->turns, "request.turns=%lld", (long long)turns_of(s));
    snprintf(c->wait, sizeof c->wait, "request.wait=%s",
             units_format_exact(time, sizeof time, w->wait_ns < 1 ? 1 : (int64_t)w->wait_ns, "ns"));
    c->every[0] = c->clients[0] = c->payload[0] = c->processes[0] = c->seed[0] = '\0';
    if (w->rate_per_s > 0) {
        snprintf(c->every, sizeof c->every, "request.every=%s",
                 units_format_exact(time, sizeof time, (int64_t)(1e9 / w->rate_per_s), "ns"));
        snprintf(c->seed, sizeof c->seed, "request.seed=%llu",
                 (unsigned long long)((s->found->seed + round) & INT32_MAX));
    } else {
        snprintf(c->clients, sizeof c->clients, "request.clients=%.0f", w->concurrency);
    }
    if (w->payload_bytes > 0)
        snprintf(c->payload, sizeof c->payload, "request.payload=%.0f", w->payload_bytes);
    if (shape->kind == ADVISE_PROCESS_THREAD || shape->kind == ADVISE_PROCESS_COROUTINE)
        snprintf(c->processes, sizeof c->processes, "%s.processes=%u", advise_executor(shape->kind),
                 shape->processes);
}

/*
 * So many requests that the slice is filled: what the model foretells, with the beginning and end
 * that do not count.  Of long requests at least some for each unit.
 */
static int64_t ops_of(const struct session *s, const struct advise_shape *shape, uint64_t slice_ns)
{
    const struct advise_work *w = &s->found->work;
    double rate = advise_served(w, &s->found->costs, shape);
    double total = rate * (double)slice_ns * 1e-9 * 1.25;
    if (!(w->rate_per_s > 0))
        total += fmin(w->concurrency, total);
    double each = ceil(total / shape->units);
    return each < OPS_A_UNIT_LEAST ? OPS_A_UNIT_LEAST : (int64_t)fmin(each, 1e9);
}

static char *command_text(const struct session *s, const struct advise_shape *shape)
{
    struct command c = {.ops = ops_of(s, shape, 1000000000)};
    struct buf b = {0};
    spell(s, shape, 0, &c);
    buf_printf(&b, "contend run --workload request --lock %s --executor %s --tasks %s",
               s->found->work.has_gil ? "gil" : "none", advise_executor(shape->kind), c.tasks);
    const char *const params[] = {c.processes, c.turns, c.wait,   c.every,
                                  c.clients,   c.seed,  c.payload};
    for (size_t i = 0; i < sizeof params / sizeof params[0]; i++)
        if (params[i][0])
            buf_printf(&b, " -p %s", params[i]);
    buf_printf(&b, " --ops %lld --rounds 5", (long long)c.ops);
    return buf_steal(&b);
}

static int fill_plan(const struct session *s, const struct advise_shape *shape,
                     const struct command *c, struct plan_request *r, struct err *err)
{
    plan_request_init(r);
    r->rounds = 1;
    r->ops = c->ops;
    r->seed = 1;
    r->timeout_ns = (int64_t)s->request->timeout_ns;
    const char *const params[] = {c->processes, c->turns, c->wait,   c->every,
                                  c->clients,   c->seed,  c->payload};
    if (opt_list_add(&r->workloads, "request", err) ||
        opt_list_add(&r->locks, s->found->work.has_gil ? "gil" : "none", err) ||
        opt_list_add(&r->executors, advise_executor(shape->kind), err) ||
        opt_list_add(&r->tasks, c->tasks, err))
        return -1;
    for (size_t i = 0; i < sizeof params / sizeof params[0]; i++)
        if (params[i][0] && opt_list_add(&r->params, params[i], err))
            return -1;
    return 0;
}

static void release_plan(struct plan_request *r)
{
    vec_release(&r->workloads);
    vec_release(&r->locks);
    vec_release(&r->executors);
    vec_release(&r->tasks);
    vec_release(&r->params);
}

/* Asks a worker for one visit, or for what a probe finds in a launch of its own. */
static int ask(struct session *s, const struct plan *plan, enum assignment_kind kind,
               struct err *err)
{
    struct mailbox *m = s->mailbox;
    struct cell *c = &plan->cells[0];
    if (*s->request->interrupted)
        return err_set(err, ERR_FAILED, "interrupted");
    if (c->skip_reason)
        return err_set(err, ERR_UNAVAILABLE, "%s", c->skip_reason);
    mailbox_clear(m);
    assignment_init(&m->job, kind);
    m->job.timer_slack_ns = plan->timer_slack_ns;
    m->job.lifecycle_ns = 1;
    m->job.launches = 1;
    m->job.is_uncompared = true;
    return single_ask(m, c, plan, err);
}

static double found_value(const struct mailbox *m, const struct cell *c, const char *name)
{
    struct metric_list list;
    metric_list_of(c->workload, c->workload_params, &list);
    int i = metric_index(&list, name);
    return i >= 0 ? m->found[i].values[0] : (double)NAN;
}

static void read_sample(const struct session *s, const struct cell *c, struct advise_sample *out)
{
    const struct mailbox *m = s->mailbox;
    const struct advise_work *w = &s->found->work;
    double total = (double)c->batch_ops * c->batch_count * c->tasks;
    out->served_per_s = found_value(m, c, "served_per_s");
    out->kept_ratio = out->served_per_s / found_value(m, c, "offered_per_s");
    out->p50_ns = found_value(m, c, "response_p50_ns");
    out->p99_ns = found_value(m, c, "response_p99_ns");
    out->max_ns = found_value(m, c, "response_max_ns");
    /* A closed loop that was too short to settle: what all wait for is known without it. */
    if (!(w->rate_per_s > 0) && w->concurrency > total / 3 && out->served_per_s > 0) {
        out->is_little = true;
        out->p50_ns = out->p99_ns = out->max_ns = w->concurrency / out->served_per_s * 1e9;
    }
}

static void book_others(struct session *s)
{
    const struct noise_delta *d = &s->mailbox->noise[0];
    if (!d->has_busy)
        return;
    s->others_ns += (double)d->foreign_ns + (d->has_steal ? (double)d->steal_ns : 0);
    s->cpu_time_ns += (double)d->duration_ns * s->found->work.cpus;
}

/* In one call of run() a task: the queue says itself what is counted. */
static int measure_planned(struct session *s, struct plan *plan, struct advise_sample *out,
                           int64_t ops, struct err *err)
{
    plan->cells[0].batch_ops = (uint64_t)ops;
    plan->cells[0].batch_count = 1;
    if (ask(s, plan, ASSIGN_VISIT, err))
        return -1;
    read_sample(s, &plan->cells[0], out);
    book_others(s);
    if (out->served_per_s > 0)
        return 0;
    return err_set(err, ERR_UNAVAILABLE, "there were too few requests to tell");
}

static int measure(void *context, const struct advise_shape *shape, uint64_t slice_ns,
                   struct advise_sample *out, struct err *err)
{
    struct session *s = context;
    struct command c = {.ops = ops_of(s, shape, slice_ns)};
    struct plan_request request;
    struct plan plan = {0};
    spell(s, shape, out->round, &c);
    int failed = fill_plan(s, shape, &c, &request, err) || plan_build(&request, &plan, err) ||
                 measure_planned(s, &plan, out, c.ops, err);
    plan_release(&plan);
    release_plan(&request);
    return failed ? -1 : 0;
}

/* ---- What units and processes take ----------------------------------------------------------- */

/* Of 64 that live and do nothing, read once; NAN: could not be had. */
static double unit_bytes_once(struct session *s, enum advise_kind kind)
{
    struct plan_request r;
    struct plan plan = {0};
    struct err err = {0};
    double bytes = (double)NAN;
    plan_request_init(&r);
    r.rounds = 1;
    r.ops = 1;
    r.seed = 1;
    r.timeout_ns = (int64_t)s->request->timeout_ns;
    if (!opt_list_add(&r.workloads, "noop", &err) && !opt_list_add(&r.locks, "none", &err) &&
        !opt_list_add(&r.executors, advise_executor(kind), &err) &&
        !opt_list_add(&r.tasks, "64", &err) && !plan_build(&r, &plan, &err)) {
        struct cell *c = &plan.cells[0];
        c->own_probes = 0;
        if (!cell_add_probe(&c->own_probes, "memory", &err) && !ask(s, &plan, ASSIGN_OWN, &err))
            bytes = found_value(s->mailbox, c, "memory_bytes");
    }
    plan_release(&plan);
    release_plan(&r);
    return bytes > 0 ? bytes : (double)NAN; /* what lives takes something */
}

/* The middle one of three readings: other programs' stacks come and go meanwhile. */
static double unit_bytes(struct session *s, enum advise_kind kind)
{
    double found[3];
    size_t count = 0;
    for (int i = 0; i < 5 && count < 3; i++) {
        double bytes = unit_bytes_once(s, kind);
        if (isfinite(bytes))
            found[count++] = bytes;
    }
    samples_sort(found, count);
    return count ? median_of_sorted(found, count) : (double)NAN;
}

static void measure_memory(struct session *s)
{
    struct advise_costs *c = &s->found->costs;
    c->unit_bytes[ADVISE_THREAD] = c->unit_bytes[ADVISE_PROCESS_THREAD] =
        unit_bytes(s, ADVISE_THREAD);
    c->unit_bytes[ADVISE_COROUTINE] = c->unit_bytes[ADVISE_PROCESS_COROUTINE] =
        unit_bytes(s, ADVISE_COROUTINE);
    c->process_bytes = unit_bytes(s, ADVISE_PROCESS);
}

/* ---- The board ------------------------------------------------------------------------------- */

/* What one measurement takes: the slice, or what each unit has to do at least, and starting. */
static uint64_t slice_of(const struct session *s, size_t shapes)
{
    const struct advise_work *w = &s->found->work;
    double whole_ns = w->cpu_ns + w->wait_ns;
    double share = (double)s->request->budget_ns * 0.5 / (double)(shapes * 3);
    double slice = fmin(fmax(share, 60e6), 2e9);
    return (uint64_t)fmax(slice, fmin(4 * whole_ns, 2e9));
}

static size_t shapes_wanted(const struct session *s)
{
    const struct advise_work *w = &s->found->work;
    /* Twice 3 requests a unit, thrice over, in half of the budget. */
    double each_ns = 6 * (w->cpu_ns + w->wait_ns) + 100e6;
    double most = (double)s->request->budget_ns / 3 / each_ns;
    return most > SHAPES_MEASURED ? SHAPES_MEASURED : most < 4 ? 4 : (size_t)most;
}

static int fill_board(struct session *s, struct err *err)
{
    struct advise_found *f = s->found;
    struct advise_shape shapes[ADVISE_SHAPES_MOST];
    size_t count = advise_shapes(&f->work, &f->costs, shapes);
    size_t most = s->request->is_exhaustive ? ADVISE_SHAPES_MOST : shapes_wanted(s);
    count = advise_promising(&f->work, &f->costs, shapes, count, most);
    for (size_t i = 0; i < count; i++) {
        struct advise_entry e = {.shape = shapes[i]};
        e.foretold_per_s = advise_served(&f->work, &f->costs, &e.shape);
        e.memory_bytes = advise_memory(&f->work, &f->costs, &e.shape);
        e.command = command_text(s, &e.shape);
        if (!e.command || !vec_add(&f->board, e)) {
            free(e.command);
            return err_set(err, ERR_SYSTEM, "advise: no memory for the shapes");
        }
    }
    return 0;
}

static uint64_t now_ns(void *context)
{
    (void)context;
    return clock_now_ns();
}

static void say_round(void *context, uint32_t round, size_t alive)
{
    struct session *s = context;
    char line[80];
    s->found->rounds = round + 1;
    snprintf(line, sizeof line, "advise: round %u: %zu shapes", round + 1, alive);
    if (s->request->say)
        s->request->say(line);
}

/* ---- Verifying ------------------------------------------------------------------------------- */

/* The two that are best, each with the samples of the pairs alone. */
static int verify_pairs(struct session *s, struct advise_board *two, struct err *err)
{
    const struct advise_search how = {
        .budget_ns = UINT64_MAX / 4,
        .slice_ns = 4 * slice_of(s, 4),
        .seed = s->found->seed + 1,
        .rounds_most = VERIFY_PAIRS,
        .measure = measure,
        .now_ns = now_ns,
        .context = s,
    };
    return advise_search(two, &s->found->work, &how, err) ? -1
                                                          : advise_rank(two, &s->found->work, err);
}

static int verify(struct session *s, const struct advise_entry *first,
                  const struct advise_entry *second, struct err *err)
{
    struct advise_found *f = s->found;
    struct advise_board two = {0};
    struct advise_entry a = {.shape = first->shape, .memory_bytes = first->memory_bytes};
    struct advise_entry b = {.shape = second->shape, .memory_bytes = second->memory_bytes};
    int failed = !vec_add(&two, a) || !vec_add(&two, b)
                     ? err_set(err, ERR_SYSTEM, "advise: no memory for two shapes")
                     : verify_pairs(s, &two, err);
    for (size_t i = 0; i < two.count && !failed; i++) {
        const struct advise_entry *e = &two.items[i];
        int side = !advise_is_same(&e->shape, &first->shape);
        f->verified.served[side] = e->served;
        f->verified.p99[side] = e->p99;
        /* The ratio is that to the better one: turned, where the first is the better. */
        if (i == 1)
            f->verified.ratio =
                side ? (struct page_value){1 / e->ratio.center, 1 / e->ratio.hi, 1 / e->ratio.lo,
                                           e->ratio.level, e->ratio.n}
                     : e->ratio;
    }
    f->verified.first = first;
    f->verified.second = second;
    f->is_verified = !failed && two.count == 2 && two.items[1].rank;
    for (size_t i = 0; i < two.count; i++)
        vec_release(&two.items[i].samples);
    vec_release(&two);
    return failed;
}

/* The runner-up: the best of the others. */
static int verify_choice(struct session *s, struct err *err)
{
    struct advise_found *f = s->found;
    const struct advise_view v = {.work = &f->work, .board = &f->board};
    const struct advise_entry *choice = advise_choice(&v);
    for (size_t i = 0; choice && i < f->board.count; i++)
        if (&f->board.items[i] != choice && f->board.items[i].rank)
            return verify(s, choice, &f->board.items[i], err);
    return 0;
}

/* ---- All of it ------------------------------------------------------------------------------- */

/* What processes take turns at, from the best with one and with all CPUs; needs two CPUs. */
static void learn_sigma(struct advise_found *f)
{
    double one = 0, all = 0;
    if (f->work.rate_per_s > 0 || f->work.cpus < 2)
        return;
    for (size_t i = 0; i < f->board.count; i++) {
        const struct advise_entry *e = &f->board.items[i];
        if (!e->rank)
            continue;
        bool is_one = e->shape.kind == ADVISE_COROUTINE;
        bool is_all =
            e->shape.kind == ADVISE_PROCESS_COROUTINE && e->shape.processes == f->work.cpus;
        one = is_one ? fmax(one, e->served.center) : one;
        all = is_all ? fmax(all, e->served.center) : all;
    }
    if (!(one > 0 && all > 0))
        return;
    double cpus = f->work.cpus, sigma = (cpus * one / all - 1) / (cpus - 1);
    f->costs.sigma = fmin(fmax(sigma, 0), 1);
    f->costs.is_sigma_known = true;
}

static int search(struct session *s, struct err *err)
{
    struct advise_found *f = s->found;
    const struct advise_request *r = s->request;
    uint64_t spent_ns = clock_now_ns() - s->begin_ns;
    double share = r->verifies ? 0.6 : 1;
    const struct advise_search how = {
        .budget_ns =
            r->budget_ns > spent_ns ? (uint64_t)((double)(r->budget_ns - spent_ns) * share) : 0,
        .slice_ns = slice_of(s, f->board.count),
        .seed = f->seed,
        .rounds_most = ROUNDS_MOST,
        .keeps_all = r->is_exhaustive,
        .measure = measure,
        .now_ns = now_ns,
        .say = say_round,
        .context = s,
    };
    if (advise_search(&f->board, &f->work, &how, err) || advise_rank(&f->board, &f->work, err))
        return -1;
    return 0;
}

static int perform(struct session *s, struct err *err)
{
    struct advise_found *f = s->found;
    f->turn_ns = measure_turn_ns();
    measure_memory(s);
    if (fill_board(s, err) || search(s, err))
        return -1;
    advise_learn(&f->board, &f->work, &f->costs);
    advise_flips(&f->work, &f->costs, &f->flips);
    learn_sigma(f);
    if (s->request->verifies && verify_choice(s, err))
        return -1;
    if (s->request->reference) {
        f->has_reference = true;
        return advise_reference_run(s->request, f, err);
    }
    return 0;
}

int advise_run(const struct advise_request *r, struct advise_found *out, struct err *err)
{
    struct session s = {.request = r, .found = out, .begin_ns = clock_now_ns()};
    *out = (struct advise_found){.work = r->work, .seed = (uint64_t)r->seed};
    out->work.cpus = plan_cpus();
    if (advise_check(&out->work, err))
        return -1;
    if (r->seed < 0) {
        if (getrandom(&out->seed, sizeof out->seed, 0) != (ssize_t)sizeof out->seed)
            return err_set(err, ERR_SYSTEM, "no random seed");
        out->seed &= INT32_MAX;
    }
    s.mailbox = mailbox_new(err);
    int failed = s.mailbox ? perform(&s, err) : -1;
    out->took_ns = (double)(clock_now_ns() - s.begin_ns);
    out->others_ratio = s.cpu_time_ns > 0 ? s.others_ns / s.cpu_time_ns : (double)NAN;
    mailbox_free(s.mailbox);
    return failed && *r->interrupted ? 1 : failed;
}

void advise_found_release(struct advise_found *f)
{
    for (size_t i = 0; i < f->board.count; i++) {
        vec_release(&f->board.items[i].samples);
        free(f->board.items[i].command);
    }
    vec_release(&f->board);
}
