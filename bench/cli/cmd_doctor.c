/* contend doctor: what would disturb a measurement here, and what to do about it. */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/cli/doctor.h"
#include "bench/cli/inject.h"
#include "bench/cli/moments.h"
#include "bench/cli/show.h"
#include "bench/cli/terminal.h"
#include "bench/core/buf.h"
#include "bench/core/clock.h"
#include "bench/core/opts.h"
#include "bench/core/priority.h"
#include "bench/registry.h"
#include "bench/run/overhead.h"
#include "version.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long the machine is watched: fifty ticks of /proc/stat. */
enum { WATCH_NS = 500000000 };

static const char *reason_of(const char *name)
{
    const struct probe *p = registry_find_probe(name, NULL);
    return !p ? "not built in" : p->unavailable ? p->unavailable() : NULL;
}

static void gather(struct doctor_facts *d)
{
    static char priority_reason[128];
    struct noise_reading before, after;
    bool may_raise = priority_may_be_raised(priority_reason, sizeof priority_reason);
    *d = (struct doctor_facts){
        .build_type = CONTEND_BUILD_TYPE,
        .sanitizer = CONTEND_SANITIZER,
        .schedstat_reason = reason_of("schedstat"),
        .priority_reason = may_raise ? NULL : priority_reason,
    };
    reason_of("papi"); /* has the counters judged */
    d->counters = counters_known();
    host_read(&d->host);
    noise_read(&before);
    noise_read(&before); /* the first one looks up paths */
    clock_sleep_until_ns(clock_now_ns() + WATCH_NS);
    noise_read(&after);
    noise_diff(&before, &after, &d->noise);
}

static const char *const scope_names[COUNTER_SCOPES] = {
    [COUNTER_THREAD] = "one thread",
    [COUNTER_TREE] = "threads and processes",
};

/* Continuations of long lines stand under their texts, advice a little before. */
enum { ADVICE_AT = 35, WIDTH = 100 };

static void add_findings(struct page *p, const struct findings *f)
{
    static const enum page_tone tones[] = {PAGE_GOOD, PAGE_NOTED, PAGE_DOUBTFUL};
    static const struct page_column columns[] = {
        {.key = "level", .width = 7},
        {.key = "name", .head = "what", .width = 24},
        {.key = "seen"},
        {.key = "advice", .before = "> ", .flags = PAGE_BELOW},
        {0},
    };
    page_grid(p, &(struct page_grid_form){.key = "findings",
                                          .columns = columns,
                                          .is_headless = true,
                                          .margin = 2,
                                          .below = ADVICE_AT});
    for (int i = 0; i < f->count; i++) {
        const struct finding *one = &f->items[i];
        page_row(p);
        page_toned(p, tones[one->level], "%s", finding_level_name(one->level));
        page_texts(p, one->name, one->seen, one->advice, NULL);
    }
}

/* The same reason holds for several: each is said once. */
static void say_reasons(struct page *p, const struct counter_verdict *v)
{
    const char *said[COUNTER_SCOPES * COUNTER_COUNT];
    int count = 0;
    for (int i = 0; i < COUNTER_SCOPES * COUNTER_COUNT; i++) {
        const struct counter_choice *choice = &v->choices[i / COUNTER_COUNT][i % COUNTER_COUNT];
        bool is_new = choice->reason[0];
        for (int j = 0; j < count && is_new; j++)
            is_new = strcmp(said[j], choice->reason) != 0;
        if (!is_new)
            continue;
        said[count++] = choice->reason;
        page_say(p, PAGE_NOTE, "%s%s",
                 choice->provider ? "why not papi: " : "why none: ", choice->reason);
    }
}

static void add_counters(struct page *p, const struct counter_verdict *v)
{
    const struct page_column columns[] = {
        {.key = "counter", .head = "event counters", .width = 18},
        {.key = "thread", .head = scope_names[COUNTER_THREAD], .width = 10},
        {.key = "tree", .head = scope_names[COUNTER_TREE]},
        {0},
    };
    page_gap(p);
    page_grid(p, &(struct page_grid_form){.key = "counters", .columns = columns, .margin = 2});
    for (int c = 0; c < COUNTER_COUNT; c++) {
        page_row(p);
        page_text(p, "%s", counter_name((enum counter)c));
        for (int scope = 0; scope < COUNTER_SCOPES; scope++) {
            const struct counter_choice *choice = &v->choices[scope][c];
            page_text(p, "%s%s", choice->provider ? choice->provider->name : "none",
                      choice->user_only ? ":user" : "");
        }
    }
    say_reasons(p, v);
}

static void add_verdicts(struct page *p, const struct findings *f)
{
    static const enum page_severity severities[] = {PAGE_PASS, PAGE_SKIP, PAGE_WARNED};
    for (int i = 0; i < f->count; i++) {
        const struct finding *one = &f->items[i];
        page_verdict(p, &(struct page_verdict){.id = one->name,
                                               .name = one->seen,
                                               .word = finding_level_name(one->level),
                                               .severity = severities[one->level],
                                               .text = one->advice});
    }
}

static json_t *counters_json(const struct counter_verdict *v)
{
    json_t *list = json_array();
    for (int i = 0; v && i < COUNTER_SCOPES * COUNTER_COUNT; i++) {
        int scope = i / COUNTER_COUNT, c = i % COUNTER_COUNT;
        const struct counter_choice *choice = &v->choices[scope][c];
        json_t *row = json_pack("{s:s, s:s, s:s?, s:b}", "counter", counter_name((enum counter)c),
                                "scope", scope_names[scope], "source",
                                choice->provider ? choice->provider->name : NULL, "user_only",
                                choice->user_only);
        if (choice->reason[0])
            json_object_set_new(row, "reason", json_string(choice->reason));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *document(const struct doctor_facts *d, const struct findings *f)
{
    json_t *list = json_array();
    for (int i = 0; i < f->count; i++) {
        const struct finding *one = &f->items[i];
        json_t *row = json_pack("{s:s, s:s, s:s}", "name", one->name, "level",
                                finding_level_name(one->level), "seen", one->seen);
        if (one->advice[0])
            json_object_set_new(row, "advice", json_string(one->advice));
        json_array_append_new(list, row);
    }
    return json_pack("{s:s, s:o, s:o}", "schema", "contend.doctor/1", "findings", list, "counters",
                     counters_json(d->counters));
}

static int examine(const char *format, struct err *err)
{
    /* Some kilobytes each, and this command runs once. */
    static struct doctor_facts facts;
    static struct findings findings;
    struct page page, *p = &page;
    int counts[3] = {0}, columns = terminal_width(0);
    gather(&facts);
    doctor_examine(&facts, &findings);
    for (int i = 0; i < findings.count; i++)
        counts[findings.items[i].level]++;
    page_init(p, "contend doctor");
    page_say(p, PAGE_SOURCE, "%s, %s, %s, Linux %s, %s", facts.host.hostname, facts.host.cpu,
             facts.host.architecture, facts.host.kernel, facts.host.libc);
    page_gap(p);
    add_findings(p, &findings);
    if (facts.counters)
        add_counters(p, facts.counters);
    page_to(p, PAGE_GATE);
    add_verdicts(p, &findings);
    page_to(p, PAGE_ALL);
    page_gap(p);
    page_say(p, PAGE_SUMMARY, "%d warning%s, %d note%s, %d fine", counts[FINDING_WARNING],
             counts[FINDING_WARNING] == 1 ? "" : "s", counts[FINDING_NOTE],
             counts[FINDING_NOTE] == 1 ? "" : "s", counts[FINDING_OK]);
    page_document(p, document(&facts, &findings), JSON_INDENT(1));
    return show_page(p, format, columns < WIDTH ? columns : WIDTH, err);
}

static int measure_overhead(const char *format, struct err *err)
{
    static const struct page_column columns[] = {
        {.key = "what", .head = "", .width = 20},
        {.key = "bare", .head = "bare", .width = 28},
        {.key = "bare_ns", .head = "bare", .unit = "ns"},
        {.key = "harness_ns", .head = "harness", .unit = "ns"},
        {.key = "difference_ns", .head = "difference", .unit = "ns"},
        {.key = "ratio", .unit = "ratio"},
        {0},
    };
    struct overhead_table o;
    struct page page, *p = &page;
    json_t *list = json_array();
    page_init(p, "contend doctor --overhead");
    if (overhead_measure(&o, err)) {
        json_decref(list);
        page_release(p);
        return -1;
    }
    page_say(p, PAGE_SENTENCE, "harness overhead, one CPU, medians of %d interleaved rounds",
             o.rounds);
    page_grid(p, &(struct page_grid_form){.key = "overhead", .columns = columns, .margin = 2});
    for (size_t i = 0; i < OVERHEAD_ROWS; i++) {
        const struct overhead_line *r = &o.rows[i];
        page_row(p);
        page_texts(p, r->what, r->bare, NULL);
        page_number(p, r->bare_ns, NULL, 3);
        page_number(p, r->harness_ns, NULL, 3);
        page_number(p, r->difference_ns, NULL, 3);
        page_shown(p, page_exactly(r->ratio), "%.3f", r->ratio);
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:f, s:f, s:f, s:f}", "what", r->what, "bare",
                                        r->bare, "bare_ns", r->bare_ns, "harness_ns", r->harness_ns,
                                        "difference_ns", r->difference_ns, "ratio", r->ratio));
    }
    page_document(p, json_pack("{s:i, s:o}", "rounds", o.rounds, "overhead", list), JSON_INDENT(1));
    return show_page(p, format, 0, err);
}

struct settings {
    bool json, overhead, moments;
    const char *format;
    int64_t budget_ns; /* 0: as what is done has it */
    struct inject_options inject;
};

static const struct opt options[] = {
    SHOW_FORMAT_OPT(struct settings, format),
    SHOW_JSON_OPT(struct settings, json),
    {OPT_AT(struct settings, overhead), .name = "overhead",
     .help = "measure what the harness itself adds"},
    {OPT_AT(struct settings, moments), .name = "moments",
     .help = "what two moments of this machine differ by, for compare --moment-sd"},
    {OPT_AT(struct settings, inject.percents), .name = "inject", .argument = "P,Q",
     .help = "duel a loop against itself with so many per cent of work planted: 0,1,2,5,10"},
    {OPT_AT(struct settings, inject.trials), .name = "trials", .argument = "N",
     .help = "with --inject: duels of each", .initial = "4", .unit = "count", .min = 1,
     .max = 10000},
    {OPT_AT(struct settings, budget_ns), .name = "budget", .argument = "T",
     .help = "with --inject: time of a duel; with --moments: of all", .without = "5s; 60s",
     .unit = "ns", .min = 1, .max = INT64_C(86400000000000)},
    {OPT_AT(struct settings, inject.threshold), .name = "threshold", .argument = "R",
     .help = "with --inject: as of duel", .initial = "1%"},
    {OPT_AT(struct settings, inject.seed), .name = "seed", .argument = "N",
     .help = "with --inject: of all orders", .without = "drawn", .unit = "count", .max = INT64_MAX},
    {0},
};

static void init(void *settings)
{
    ((struct settings *)settings)->inject.seed = -1;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    const char *format = s->json ? "json" : s->format;
    (void)call;
    if (s->moments)
        return moments_run(
            &(struct moments_options){s->budget_ns ? s->budget_ns : INT64_C(60000000000), format},
            err);
    if (s->inject.percents) {
        s->inject.budget_ns = s->budget_ns ? s->budget_ns : INT64_C(5000000000);
        s->inject.format = format;
        return inject_run(&s->inject, err);
    }
    int failed = s->overhead ? measure_overhead(format, err) : examine(format, err);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "what would disturb a measurement here, and what to do about it",
    .usage = "[--format F] [--overhead | --moments | --inject 0,1,2,5,10]",
    .options = options,
    .settings_size = sizeof(struct settings),
    .init = init,
    .run = run,
};
