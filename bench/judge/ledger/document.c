/* The document contend.watch/1. */
#include "bench/base/json.h"
#include "bench/base/json_make.h"
#include "bench/judge/ledger/ledger_view.h"

#include <math.h>
#include <string.h>
#include <sys/wait.h>

static const double quantiles[] = {0.1, 0.5, 0.9, 0.99};
static const char *const quantile_keys[] = {"p10_ns", "p50_ns", "p90_ns", "p99_ns"};
enum { QUANTILES = sizeof quantiles / sizeof *quantiles };

/* Counts, quantiles, and the buckets as [least, width, count]. */
static json_t *histogram_json(const struct histogram *h, const struct ledger_longest *longest)
{
    struct json_maker o = json_maker_new(), buckets = json_maker_list();
    uint64_t low;
    uint32_t count;
    size_t i = 0;
    json_make_int(&o, "count", (int64_t)h->count);
    for (size_t k = 0; k < QUANTILES; k++)
        json_make_finite(&o, quantile_keys[k], ledger_quantile(h, quantiles[k]));
    if (h->count)
        json_make_int(&o, "max_ns",
                      (int64_t)(longest && longest->ns > h->max ? longest->ns : h->max));
    while (histogram_next(h, &i, &low, &count))
        json_make_add(&buckets, json_pack("[I, I, I]", (json_int_t)low,
                                          (json_int_t)histogram_bucket_width(histogram_index(low)),
                                          (json_int_t)count));
    json_make_list(&o, "buckets", &buckets);
    return json_made(&o);
}

static void add_longest(struct json_maker *m, const char *key, const struct ledger_longest *l)
{
    if (!l->ns)
        return;
    struct json_maker o = json_maker_new();
    json_make_int(&o, "duration_ns", (int64_t)l->ns);
    json_make_int(&o, "end_ns", (int64_t)l->at_ns);
    if (l->thread >= 0)
        json_make_int(&o, "thread", l->thread);
    json_make_bool(&o, "is_open", l->is_open);
    json_make_value(m, key, json_made(&o));
}

static json_t *part_json(const struct ledger_part *p)
{
    struct json_maker o = json_maker_new();
    json_make_int(&o, "thread", (int64_t)p->thread);
    json_make_int(&o, "takes", (int64_t)p->takes);
    json_make_int(&o, "contended", (int64_t)p->contended);
    json_make_int(&o, "wait_ns", (int64_t)p->wait_ns);
    json_make_int(&o, "hold_ns", (int64_t)p->hold_ns);
    json_make_int(&o, "put_out", (int64_t)p->asked);
    return json_made(&o);
}

static json_t *lock_json(const struct ledger_view *v, const struct ledger_lock *l)
{
    struct json_maker o = json_maker_new(), parts = json_maker_list();
    double life_s = (double)v->ledger->processes.items[l->process].life_ns * 1e-9;
    bool is_gil = l->kind == WATCH_GIL || l->kind == WATCH_TOGGLE;
    json_make_text(&o, "kind", ledger_kind_name(l->kind));
    json_make_text(&o, "name", l->name);
    json_make_int(&o, "process", (int64_t)l->process);
    json_make_int(&o, "address", (int64_t)l->address);
    json_make_text_or_null(&o, "first_waited_for_at", l->site);
    json_make_bool(&o, "is_lock", ledger_is_lock(l));
    json_make_int(&o, "takes", (int64_t)l->takes);
    json_make_int(&o, "contended", (int64_t)l->contended);
    json_make_int(&o, "timeouts", (int64_t)l->timeouts);
    json_make_int(&o, "wait_ns", (int64_t)l->wait_ns);
    if (ledger_is_lock(l)) {
        json_make_int(&o, "hold_ns", (int64_t)l->hold_ns);
        json_make_int(&o, "blocked_holds", (int64_t)l->blocked_holds);
        json_make_int(&o, "hand_overs", (int64_t)l->hand_overs);
        json_make_finite(&o, "hand_overs_per_s", (double)l->hand_overs / life_s);
        json_make_finite(&o, "held_ratio", ledger_held(v, l));
        json_make_finite(&o, "wanted_threads", ledger_wanted(v, l));
        json_make_finite(&o, "fairness_ratio", l->fairness);
        json_make_value(&o, "holds", histogram_json(l->holds, &l->longest_hold));
        json_make_value(&o, "hand_over_times", histogram_json(l->hand_over_times, NULL));
        json_make_value(&o, "blocking_holds", histogram_json(l->blocks, &l->longest_block));
    }
    json_make_value(&o, "waits", histogram_json(l->waits, &l->longest_wait));
    if (is_gil) {
        json_make_int(&o, "interpreter", (int64_t)l->serial);
        json_make_int(&o, "put_out", (int64_t)l->asked);
        json_make_int(&o, "given_up", (int64_t)l->given_up);
        json_make_int(&o, "anomalies", (int64_t)l->anomalies);
    }
    add_longest(&o, "longest_hold", &l->longest_hold);
    add_longest(&o, "longest_wait", &l->longest_wait);
    add_longest(&o, "longest_blocking_hold", &l->longest_block);
    if (l->stack.count) {
        struct json_maker stack = json_maker_list();
        for (size_t i = 0; i < l->stack.count; i++)
            json_make_add(&stack, json_text(l->stack.items[i]));
        json_make_list(&o, "stack", &stack);
    }
    for (size_t i = 0; i < l->count; i++)
        json_make_add(&parts, part_json(&l->items[i]));
    json_make_list(&o, "threads", &parts);
    return json_made(&o);
}

static json_t *thread_json(const struct ledger_thread *t)
{
    struct json_maker o = json_maker_new();
    json_make_int(&o, "process", (int64_t)t->process);
    if (t->tid)
        json_make_int(&o, "tid", t->tid);
    json_make_int(&o, "number", t->number);
    json_make_text(&o, "name", t->name);
    json_make_bool(&o, "is_main", t->is_main);
    json_make_int(&o, "lives", t->lives);
    json_make_int(&o, "begin_ns", (int64_t)t->begin_ns);
    json_make_int(&o, "life_ns", (int64_t)t->life_ns);
    json_make_int(&o, "wants_ns", (int64_t)t->wants_ns);
    if (t->has_split) {
        json_make_int(&o, "runs_ns", (int64_t)t->runs_ns);
        json_make_int(&o, "waits_for_cpu_ns", (int64_t)t->runnable_ns);
        json_make_int(&o, "sleeps_ns", (int64_t)t->sleeps_ns);
        json_make_bool(&o, "is_rough", t->is_rough);
    }
    json_make_int(&o, "takes", (int64_t)t->takes);
    return json_made(&o);
}

static const char *runtime_name(enum watch_runtime r)
{
    static const char *const names[] = {
        [WATCH_RUNTIME_NONE] = NULL,
        [WATCH_RUNTIME_CPYTHON] = "cpython",
        [WATCH_RUNTIME_CPYTHON_FREE] = "cpython, free-threaded",
        [WATCH_RUNTIME_PYPY] = "pypy",
        [WATCH_RUNTIME_RUBY] = "ruby",
        [WATCH_RUNTIME_OCAML] = "ocaml",
    };
    return (size_t)r < sizeof names / sizeof *names ? names[r] : NULL;
}

static json_t *process_json(const struct ledger_process *p)
{
    struct json_maker o = json_maker_new();
    json_make_int(&o, "pid", p->pid);
    json_make_int(&o, "parent", p->parent);
    json_make_text(&o, "begun_by", p->is_forked ? "fork" : "exec");
    json_make_text(&o, "program", p->program);
    if (runtime_name(p->runtime)) {
        json_make_text(&o, "runtime", runtime_name(p->runtime));
        json_make_text(&o, "runtime_version", p->version);
    }
    json_make_int(&o, "begin_ns", (int64_t)p->begin_ns);
    json_make_int(&o, "life_ns", (int64_t)p->life_ns);
    json_make_int(&o, "threads", (int64_t)p->threads);
    json_make_int(&o, "takes_without_waiting", (int64_t)p->untold_takes);
    json_make_int(&o, "futex_waits", (int64_t)p->futex_waits);
    json_make_int(&o, "futex_wait_ns", (int64_t)p->futex_wait_ns);
    return json_made(&o);
}

static json_t *program_json(const struct ledger_view *v)
{
    struct json_maker o = json_maker_new(), argv = json_maker_list();
    int status = v->ledger->session->status;
    for (size_t i = 0; v->argv[i]; i++)
        json_make_add(&argv, json_text(v->argv[i]));
    json_make_list(&o, "command", &argv);
    json_make_int(&o, "life_ns", (int64_t)v->ledger->life_ns);
    if (WIFEXITED(status))
        json_make_int(&o, "exit_status", WEXITSTATUS(status));
    if (WIFSIGNALED(status))
        json_make_int(&o, "signal", WTERMSIG(status));
    return json_made(&o);
}

static void add_remark(void *list, const char *text)
{
    json_make_add(list, json_text(text));
}

json_t *ledger_document(const struct ledger_view *v)
{
    const struct ledger *l = v->ledger;
    struct json_maker o = json_maker_new(), processes = json_maker_list();
    struct json_maker threads = json_maker_list(), locks = json_maker_list();
    struct json_maker remarks = json_maker_list();
    struct buf meaning = {0}, unseen = {0};
    ledger_meaning(v, &meaning);
    ledger_saw_nothing(v, &unseen);
    json_make_text(&o, "schema", "contend.watch/1");
    json_make_value(&o, "program", program_json(v));
    json_make_int(&o, "cpus_allowed", v->cpus);
    json_make_text_or_null(&o, "meaning", buf_text(&meaning));
    if (unseen.len)
        json_make_text(&o, "unseen", buf_text(&unseen));
    for (size_t i = 0; i < l->processes.count; i++)
        json_make_add(&processes, process_json(&l->processes.items[i]));
    for (size_t i = 0; i < l->threads.count; i++)
        json_make_add(&threads, thread_json(&l->threads.items[i]));
    for (size_t i = 0; i < l->locks.count; i++)
        json_make_add(&locks, lock_json(v, &l->locks.items[i]));
    ledger_remarks(v, add_remark, &remarks);
    json_make_list(&o, "processes", &processes);
    json_make_list(&o, "threads", &threads);
    json_make_list(&o, "locks", &locks);
    json_make_list(&o, "remarks", &remarks);
    if (v->max_hold_ns || v->max_wait_ns) {
        struct json_maker gate = json_maker_new();
        if (v->max_hold_ns)
            json_make_int(&gate, "max_hold_ns", (int64_t)v->max_hold_ns);
        if (v->max_wait_ns)
            json_make_int(&gate, "max_wait_ns", (int64_t)v->max_wait_ns);
        if (!unseen.len)
            json_make_bool(&gate, "is_over", ledger_is_over(v));
        json_make_value(&o, "gate", json_made(&gate));
    }
    if (meaning.failed || unseen.failed)
        o.failed = true;
    buf_release(&meaning);
    buf_release(&unseen);
    return json_made(&o);
}
