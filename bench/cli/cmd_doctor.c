/* contend doctor: what would disturb a measurement here, and what to do about it. */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/cli/doctor.h"
#include "bench/cli/inject.h"
#include "bench/cli/moments.h"
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

static void add_wrapped(struct buf *out, const char *text, size_t indent, size_t width)
{
    size_t column = 0;
    for (const char *word = text; *word;) {
        size_t length = strcspn(word, " ");
        if (column && column + 1 + length > width) {
            buf_add(out, "\n");
            buf_pad(out, indent);
            column = 0;
        } else if (column) {
            buf_add(out, " ");
            column++;
        }
        buf_add_bytes(out, word, length);
        column += length;
        word += length;
        word += strspn(word, " ");
    }
    buf_add(out, "\n");
}

enum { INDENT = 35, WIDTH = 65 };

static void add_findings(struct buf *out, const struct findings *f)
{
    static const char *const colours[] = {"\033[32m", "\033[36m", "\033[33m"};
    bool is_coloured = terminal_has_colour();
    for (int i = 0; i < f->count; i++) {
        const struct finding *one = &f->items[i];
        buf_printf(out, "  %s%-7s%s  %-24s  ", is_coloured ? colours[one->level] : "",
                   finding_level_name(one->level), is_coloured ? "\033[0m" : "", one->name);
        add_wrapped(out, one->seen, INDENT, WIDTH);
        if (!one->advice[0])
            continue;
        buf_pad(out, INDENT);
        buf_add(out, "> ");
        add_wrapped(out, one->advice, INDENT + 2, WIDTH - 2);
    }
}

static void add_counters(struct buf *out, const struct counter_verdict *v)
{
    buf_printf(out, "\n  %-18s  %-10s  %s\n", "event counters", scope_names[COUNTER_THREAD],
               scope_names[COUNTER_TREE]);
    for (int c = 0; c < COUNTER_COUNT; c++) {
        buf_printf(out, "  %-18s", counter_name((enum counter)c));
        for (int scope = 0; scope < COUNTER_SCOPES; scope++) {
            const struct counter_choice *choice = &v->choices[scope][c];
            char name[32];
            snprintf(name, sizeof name, "%s%s", choice->provider ? choice->provider->name : "none",
                     choice->user_only ? ":user" : "");
            buf_printf(out, scope ? "  %s" : "  %-10s", name);
        }
        buf_add(out, "\n");
    }
    /* The same reason holds for several: each is said once. */
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
        buf_printf(out, "  %s%s\n",
                   choice->provider ? "why not papi: " : "why none: ", choice->reason);
    }
}

static int print_text(const struct doctor_facts *d, const struct findings *f, struct err *err)
{
    struct buf out = {0};
    int counts[3] = {0};
    for (int i = 0; i < f->count; i++)
        counts[f->items[i].level]++;
    buf_printf(&out, "%s, %s, %s, Linux %s, %s\n\n", d->host.hostname, d->host.cpu,
               d->host.architecture, d->host.kernel, d->host.libc);
    add_findings(&out, f);
    if (d->counters)
        add_counters(&out, d->counters);
    buf_printf(&out, "\n%d warning%s, %d note%s, %d fine\n", counts[FINDING_WARNING],
               counts[FINDING_WARNING] == 1 ? "" : "s", counts[FINDING_NOTE],
               counts[FINDING_NOTE] == 1 ? "" : "s", counts[FINDING_OK]);
    int failed = out.failed ? err_set(err, ERR_SYSTEM, "no memory for the report")
                            : cli_print(buf_text(&out), err);
    buf_release(&out);
    return failed;
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

static int print_json(const struct doctor_facts *d, const struct findings *f, struct err *err)
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
    json_t *root = json_pack("{s:s, s:o, s:o}", "schema", "contend.doctor/1", "findings", list,
                             "counters", counters_json(d->counters));
    return cli_print_json(root, JSON_INDENT(1), err);
}

static int examine(bool json, struct err *err)
{
    /* Some kilobytes each, and this command runs once. */
    static struct doctor_facts facts;
    static struct findings findings;
    gather(&facts);
    doctor_examine(&facts, &findings);
    return json ? print_json(&facts, &findings, err) : print_text(&facts, &findings, err);
}

static int measure_overhead(bool json, struct err *err)
{
    struct buf out = {0};
    int failed = overhead_measure(&out, json, err);
    if (!failed)
        failed = cli_print(buf_text(&out), err);
    buf_release(&out);
    return failed;
}

static int run(int argc, char *const *argv, struct err *err)
{
    bool json = false, overhead = false, moments = false, help;
    int64_t budget_ns = 0;
    struct inject_options inject = {.trials = 4, .threshold = 0.01, .seed = -1};
    const struct opt table[] = {
        {.name = "json", .kind = OPT_FLAG, .out = &json, .help = "for machines"},
        {.name = "overhead",
         .kind = OPT_FLAG,
         .out = &overhead,
         .help = "measure what the harness itself adds"},
        {.name = "moments",
         .kind = OPT_FLAG,
         .out = &moments,
         .help = "what two moments of this machine differ by, for compare --moment-sd"},
        {"inject", 0, OPT_TEXT, &inject.percents, "P,Q",
         "duel a loop against itself with so many per cent of work planted: 0,1,2,5,10", NULL, 0, 0,
         NULL},
        {"trials", 0, OPT_NUMBER, &inject.trials, "N", "with --inject: duels of each (4)", "count",
         1, 10000, NULL},
        {"budget", 0, OPT_NUMBER, &budget_ns, "T",
         "with --inject: time of a duel (5s); with --moments: of all (60s)", "ns", 1,
         INT64_C(86400000000000), NULL},
        {"threshold", 0, OPT_RATIO, &inject.threshold, "R", "with --inject: as of duel (1%)", NULL,
         0, 0, NULL},
        {"seed", 0, OPT_NUMBER, &inject.seed, "N", "with --inject: of all orders (drawn)", "count",
         0, INT64_MAX, NULL},
        {0},
    };
    if (opts_parse(table, argc, argv, NULL, &help, err))
        return EXIT_USAGE;
    if (help) {
        struct buf out = {0};
        buf_printf(&out, "usage: %s\n\n%s\n\n", command_doctor.usage, command_doctor.summary);
        opts_help(table, &out);
        int failed = cli_print(buf_text(&out), err);
        buf_release(&out);
        return failed ? EXIT_RUN_FAILED : EXIT_FINE;
    }
    if (moments)
        return moments_run(
            &(struct moments_options){budget_ns ? budget_ns : INT64_C(60000000000), json}, err);
    if (inject.percents) {
        inject.budget_ns = budget_ns ? budget_ns : INT64_C(5000000000);
        inject.json = json;
        return inject_run(&inject, err);
    }
    if (overhead)
        return measure_overhead(json, err) ? EXIT_RUN_FAILED : EXIT_FINE;
    return examine(json, err) ? EXIT_RUN_FAILED : EXIT_FINE;
}

const struct command command_doctor = {
    .name = "doctor",
    .usage = "contend doctor [--json] [--overhead | --moments | --inject 0,1,2,5,10]",
    .summary = "what would disturb a measurement here, and what to do about it",
    .run = run,
};
