#include "bench/lab/scenes.h"

#include "bench/base/units.h"
#include "bench/run/trace.h"

#include <stdio.h>
#include <string.h>

enum { MS = 1000000, PARAMS_MOST = 4, PARTS_MOST = 3, EVENTS_KEPT = 16384 };

/* A launch, in the words of the command line. */
struct scene_part {
    const char *name; /* beside the other part; NULL where it is alone */
    const char *workload, *lock, *executor, *tasks;
    const char *params[PARAMS_MOST];
    int64_t workers, ops; /* 0: as many as CPUs; as fill the time */
    const char *metric;   /* of the workload, what is to be seen; NULL: as in any timeline */
};

struct scene {
    const char *name, *summary, *title;
    int64_t for_ns;
    bool again; /* the one part cold, then warm */
    struct scene_part parts[PARTS_MOST];
};

/* What is contrasted differs in one thing alone. */
static const struct scene scenes[] = {
    {.name = "two_computing",
     .summary = "two threads compute under the lock: one at a time, in turns of the interval",
     .title = "Two computing threads under one lock",
     .for_ns = 60 * MS,
     .parts = {{.workload = "spin", .lock = "gil", .executor = "thread", .tasks = "2"}}},
    {.name = "convoy",
     .summary = "a thread that waits briefly, beside one that computes: it is late by an interval",
     .title = "I/O beside computing",
     .for_ns = 60 * MS,
     .parts = {{.workload = "mixed", .lock = "gil", .executor = "thread", .tasks = "2"}}},
    {.name = "convoy_short",
     .summary = "the same with an interval of 0.5 ms: it comes ten times sooner",
     .title = "I/O beside computing, by the interval",
     .for_ns = 30 * MS,
     .parts = {{.name = "interval 5 ms",
                .workload = "mixed",
                .lock = "gil",
                .executor = "thread",
                .tasks = "2"},
               {.name = "interval 0.5 ms",
                .workload = "mixed",
                .lock = "gil",
                .executor = "thread",
                .tasks = "2",
                .params = {"gil.interval=500us"}}}},
    {.name = "convoy_policies",
     .summary = "the same beside two that compute, under the lock as it is and as proposals had it",
     .title = "I/O beside two that compute, by who is next",
     .for_ns = 60 * MS,
     .parts = {{.name = "as it is",
                .workload = "mixed",
                .lock = "gil",
                .executor = "thread",
                .tasks = "3"},
               {.name = "I/O first",
                .workload = "mixed",
                .lock = "gil",
                .executor = "thread",
                .tasks = "3",
                .params = {"gil.policy=io_first"}},
               {.name = "priority",
                .workload = "mixed",
                .lock = "gil",
                .executor = "thread",
                .tasks = "3",
                .params = {"gil.policy=priority"}}}},
    {.name = "blocking_call",
     .summary = "a coroutine makes a call that blocks: its whole loop stands still",
     .title = "A call of 40 ms in a coroutine, beside one that is due each 5 ms",
     .for_ns = 60 * MS,
     .parts = {{.name = "awaited",
                .workload = "spinner",
                .lock = "gil",
                .executor = "coroutine",
                .tasks = "2",
                .params = {"spinner.work=sleep", "spinner.duration=40ms", "spinner.interval=5ms"},
                .ops = 1},
               {.name = "blocking",
                .workload = "spinner",
                .lock = "gil",
                .executor = "coroutine",
                .tasks = "2",
                .params = {"spinner.work=block", "spinner.duration=40ms", "spinner.interval=5ms"},
                .ops = 1}}},
    {.name = "computing_coroutine",
     .summary = "a coroutine computes: the others wait until it is done; threads do not",
     .title = "40 ms of computing, beside one that is due each 5 ms",
     .for_ns = 80 * MS,
     .parts = {{.name = "coroutines",
                .workload = "spinner",
                .lock = "gil",
                .executor = "coroutine",
                .tasks = "2",
                .params = {"spinner.work=cpu", "spinner.duration=40ms", "spinner.interval=5ms"},
                .ops = 1},
               {.name = "threads",
                .workload = "spinner",
                .lock = "gil",
                .executor = "thread",
                .tasks = "2",
                .params = {"spinner.work=cpu", "spinner.duration=40ms", "spinner.interval=5ms"},
                .ops = 1}}},
    {.name = "extension",
     .summary = "an extension lets the lock go while it computes: two threads compute at once",
     .title = "Computing in an extension",
     .for_ns = 30 * MS,
     .parts = {{.name = "lock kept",
                .workload = "spin",
                .lock = "gil",
                .executor = "thread",
                .tasks = "2"},
               {.name = "lock let go",
                .workload = "release",
                .lock = "gil",
                .executor = "thread",
                .tasks = "2",
                .params = {"release.turns=2000000", "release.held=100000"}}}},
    {.name = "processes",
     .summary = "processes have a lock each: both compute at once",
     .title = "Two that compute",
     .for_ns = 30 * MS,
     .parts = {{.name = "threads",
                .workload = "spin",
                .lock = "gil",
                .executor = "thread",
                .tasks = "2"},
               {.name = "processes",
                .workload = "spin",
                .lock = "gil",
                .executor = "process",
                .tasks = "2"}}},
    {.name = "pool",
     .summary = "a pool of processes, cold and warm: what making the workers takes",
     .title = "Eight small tasks in a pool of two processes",
     .for_ns = 60 * MS,
     .again = true,
     .parts = {{.workload = "spin",
                .lock = "none",
                .executor = "process_pool",
                .tasks = "8",
                .params = {"spin.turns=1000"},
                .workers = 2,
                .ops = 300}}},
    {.name = "lost_updates",
     .summary = "two threads add to one number: without a lock additions are lost",
     .title = "Two threads add to one number",
     .for_ns = 30 * MS,
     .parts = {{.name = "no lock",
                .workload = "counter",
                .lock = "none",
                .executor = "thread",
                .tasks = "2",
                .params = {"counter.inside=100", "counter.outside=100"},
                .metric = "lost_updates"},
               {.name = "lock",
                .workload = "counter",
                .lock = "gil",
                .executor = "thread",
                .tasks = "2",
                .params = {"counter.inside=100", "counter.outside=100"},
                .metric = "lost_updates"}}},
};

enum { SCENES = sizeof scenes / sizeof *scenes };

const char *scene_name(size_t i)
{
    return i < SCENES ? scenes[i].name : NULL;
}

const char *scene_summary(size_t i)
{
    return i < SCENES ? scenes[i].summary : NULL;
}

const struct scene *scene_named(const char *name, struct err *err)
{
    for (size_t i = 0; i < SCENES; i++)
        if (!strcmp(scenes[i].name, name))
            return &scenes[i];
    err_set(err, ERR_USAGE, "--scene: \"%s\" is none; contend trace --list has them", name);
    return NULL;
}

/* What a scene says of a part in place of turns and waits. */
static void tell(const struct scene *s, const struct scene_part *part, struct trace *t,
                 struct trace_part *p)
{
    char number[32], words[96];
    if (s->again) {
        snprintf(words, sizeof words, "done after %s",
                 units_format(number, sizeof number, (double)p->end_ns, "ns", 2));
        trace_tell(t, p, words);
    }
    for (size_t i = 0; part->metric && i < p->metrics.count; i++) {
        const struct trace_metric *m = &p->metrics.items[i];
        if (strcmp(m->name, part->metric) != 0)
            continue;
        units_format(number, sizeof number, m->value, m->unit, 3);
        snprintf(words, sizeof words, "%s %s", number, m->name);
        for (char *c = words; *c; c++)
            *c = *c == '_' ? ' ' : *c;
        trace_tell(t, p, words);
    }
}

static int add_word(struct opt_list *list, const char *word, struct err *err)
{
    return word ? opt_list_add(list, word, err) : 0;
}

static void release_request(struct plan_request *plan)
{
    vec_release(&plan->workloads);
    vec_release(&plan->locks);
    vec_release(&plan->executors);
    vec_release(&plan->tasks);
    vec_release(&plan->params);
}

static int run_part(const struct scene *s, const struct scene_part *part, int64_t for_ns,
                    int64_t events, struct trace *out, struct err *err)
{
    struct trace_request r = {
        .name = part->name, .for_ns = for_ns, .events = events, .again = s->again};
    plan_request_init(&r.plan);
    r.plan.rounds = 1;
    r.plan.workers = part->workers;
    r.plan.ops = part->ops;
    int failed = add_word(&r.plan.workloads, part->workload, err) ||
                 add_word(&r.plan.locks, part->lock, err) ||
                 add_word(&r.plan.executors, part->executor, err) ||
                 add_word(&r.plan.tasks, part->tasks, err);
    for (size_t i = 0; i < PARAMS_MOST && !failed; i++)
        failed = add_word(&r.plan.params, part->params[i], err);
    size_t before = out->parts.count;
    if (!failed)
        failed = trace_cell(&r, out, err);
    for (size_t i = before; i < out->parts.count; i++)
        tell(s, part, out, &out->parts.items[i]);
    release_request(&r.plan);
    return failed ? -1 : 0;
}

int scene_run(const struct scene *s, int64_t for_ns, int64_t events, struct trace *out,
              struct err *err)
{
    trace_set_title(out, s->title);
    for (size_t i = 0; i < PARTS_MOST && s->parts[i].workload; i++)
        if (run_part(s, &s->parts[i], for_ns ? for_ns : s->for_ns, events ? events : EVENTS_KEPT,
                     out, err))
            return -1;
    return trace_check(out, err);
}
