/* Tracing as a visit: launches with the recorder, and the same work without it beside them. */
#include "bench/run/launch/launch.h"
#include "bench/run/launch/post.h"
#include "bench/run/launch/tracing.h"

/* A launch, and the CPU time of it; 0 where that cannot be told: workers that live on hide theirs.
 */
static int run_timed(struct launch *l, double *cpu_ns, struct err *err)
{
    uint64_t before_ns = visit_cpu_ns();
    int failed = launch_run(l, err);
    *cpu_ns = visit_hides_cpu(l->executor) ? 0 : (double)(visit_cpu_ns() - before_ns);
    return failed;
}

static int run_plain(const struct cell *c, double *cpu_ns, struct err *err)
{
    struct launch *l;
    if (launch_open(c, c->tasks, NULL, 0, &l, err))
        return -1;
    int failed = run_timed(l, cpu_ns, err);
    launch_close(l);
    return failed;
}

/* Launches on one executor: what open() made for the first is there for the next. */
static int run_traced(const struct visit *v, const struct assignment *a, struct mailbox *m)
{
    struct traced *out = mailbox_room(m);
    struct metric_list list;
    struct recorder recorder;
    struct launch *l;
    double cpu_ns;
    metric_list_of(v->cell->workload, v->cell->workload_params, &list);
    recorder_init(&recorder, a->trace_events, a->trace_ns);
    const struct probe *probes[] = {&recorder.probe};
    if (launch_open(v->cell, v->cell->tasks, probes, 1, &l, &m->err))
        return -1;
    int failed = 0;
    for (uint32_t i = 0; i < v->launches && !failed; i++) {
        if (i > 0)
            launch_close_probes(l);
        failed = run_timed(l, &cpu_ns, &m->err) || post_collect(l, m, &list, i, true, &m->err);
        if (failed)
            break;
        out->traced_cpu_ns = i == 0 ? cpu_ns : out->traced_cpu_ns;
        out->span_ns = i == 0 ? (double)visit_span_ns(l) : out->span_ns;
        out->has_queue |= recorder_has_queue(l);
        out->bytes += recorder_take(l, (char *)out + out->bytes);
        l->open_ns = 0; /* for the next one everything is there */
        m->launch_count = out->launches = i + 1;
    }
    if (!failed)
        out->event_ns = recorder_event_ns(l);
    launch_close(l);
    return failed;
}

void traced_measure(const struct visit *v, const struct assignment *a, struct mailbox *m)
{
    struct traced *out = mailbox_room(m);
    char unsteady[TEXT_MAX];
    size_t needed = traced_room(v->launches, v->cell->tasks, a->trace_events);
    if (!out || m->room_bytes < needed) {
        err_set(&m->err, ERR_FAILED, "tracing wants room for %zu bytes", needed);
        return;
    }
    *out = (struct traced){.bytes = sizeof *out};
    if (visit_begin(v, unsteady, &m->err))
        return;
    /* What is to be seen cold must be the first. */
    bool is_compared = v->launches == 1 && !(v->cell->executor->traits & EXECUTOR_VIRTUAL);
    if (is_compared && run_plain(v->cell, &out->before_cpu_ns, &m->err))
        return;
    if (!run_traced(v, a, m) && is_compared)
        run_plain(v->cell, &out->after_cpu_ns, &m->err);
}
