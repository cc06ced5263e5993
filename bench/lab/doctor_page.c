/* The doctor's findings, and what the harness itself costs, as pages. */
#include "bench/base/json_make.h"
#include "bench/lab/doctor.h"
#include "bench/run/overhead.h"

#include <string.h>

static const char *const scope_names[COUNTER_SCOPES] = {
    [COUNTER_THREAD] = "one thread",
    [COUNTER_TREE] = "threads and processes",
};

/* Continuations of long lines stand under their texts, advice a little before. */
enum { ADVICE_AT = 35 };

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
    struct json_maker list = json_maker_list();
    for (int i = 0; v && i < COUNTER_SCOPES * COUNTER_COUNT; i++) {
        int scope = i / COUNTER_COUNT, c = i % COUNTER_COUNT;
        const struct counter_choice *choice = &v->choices[scope][c];
        struct json_maker row = json_maker_take(json_pack(
            "{s:s, s:s, s:s?, s:b}", "counter", counter_name((enum counter)c), "scope",
            scope_names[scope], "source", choice->provider ? choice->provider->name : NULL,
            "user_only", choice->user_only));
        if (choice->reason[0])
            json_make_text(&row, "reason", choice->reason);
        json_make_add(&list, json_made(&row));
    }
    return json_made(&list);
}

static json_t *document(const struct doctor_facts *d, const struct findings *f)
{
    struct json_maker list = json_maker_list();
    for (int i = 0; i < f->count; i++) {
        const struct finding *one = &f->items[i];
        struct json_maker row =
            json_maker_take(json_pack("{s:s, s:s, s:s}", "name", one->name, "level",
                                      finding_level_name(one->level), "seen", one->seen));
        if (one->advice[0])
            json_make_text(&row, "advice", one->advice);
        json_make_add(&list, json_made(&row));
    }
    return json_pack("{s:s, s:o, s:o}", "schema", "contend.doctor/1", "findings", json_made(&list),
                     "counters", counters_json(d->counters));
}

void doctor_page(struct page *p, const struct doctor_facts *f, const struct findings *found)
{
    int counts[3] = {0};
    for (int i = 0; i < found->count; i++)
        counts[found->items[i].level]++;
    page_init(p, "contend doctor");
    page_say(p, PAGE_SOURCE, "%s, %s, %s, Linux %s, %s", f->host.hostname, f->host.cpu,
             f->host.architecture, f->host.kernel, f->host.libc);
    page_gap(p);
    add_findings(p, found);
    if (f->counters)
        add_counters(p, f->counters);
    page_to(p, PAGE_GATE);
    add_verdicts(p, found);
    page_to(p, PAGE_ALL);
    page_gap(p);
    page_say(p, PAGE_SUMMARY, "%d warning%s, %d note%s, %d fine", counts[FINDING_WARNING],
             counts[FINDING_WARNING] == 1 ? "" : "s", counts[FINDING_NOTE],
             counts[FINDING_NOTE] == 1 ? "" : "s", counts[FINDING_OK]);
    page_document(p, document(f, found), JSON_INDENT(1));
}

int overhead_page(struct page *p, struct err *err)
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
    if (overhead_measure(&o, err))
        return -1;
    struct json_maker list = json_maker_list();
    page_init(p, "contend doctor --overhead");
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
        json_make_add(&list, json_pack("{s:s, s:s, s:f, s:f, s:f, s:f}", "what", r->what, "bare",
                                       r->bare, "bare_ns", r->bare_ns, "harness_ns", r->harness_ns,
                                       "difference_ns", r->difference_ns, "ratio", r->ratio));
    }
    page_document(p, json_pack("{s:i, s:o}", "rounds", o.rounds, "overhead", json_made(&list)),
                  JSON_INDENT(1));
    return 0;
}
