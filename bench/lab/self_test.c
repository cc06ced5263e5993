/* The list of checks, and what is shown of them. */
#include "bench/lab/self_test.h"

#include "bench/base/clock.h"
#include "bench/base/json_make.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    void (*make)(struct self_test *t, struct self_check *c);
} rows[SELF_CHECKS] = {
    {"clocks", self_test_clocks},           {"a known sleep", self_test_sleep},
    {"event counters", self_test_counters}, {"killed and resumed", self_test_kill},
    {"interrupted", self_test_interrupt},   {"a planted slow-down", self_test_planted},
    {"a pair of equals", self_test_equals},
};

void self_tried(struct self_check *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(c->tried, sizeof c->tried, format, args);
    va_end(args);
}

void self_seen(struct self_check *c, enum self_outcome outcome, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(c->seen, sizeof c->seen, format, args);
    va_end(args);
    c->outcome = outcome;
}

/* ---- Making them --------------------------------------------------------------------------- */

/* Its files are results and journals alone. */
static int make_folder(struct self_test *t, struct err *err)
{
    if (!reference_folder_open(&t->temporary, NULL, err) &&
        !reference_folder_add(&t->temporary, "self-test", NULL, t->folder, sizeof t->folder, err))
        return 0;
    reference_folder_close(&t->temporary);
    return err_prefix(err, "--self-test: ");
}

static double seconds_since(uint64_t begin_ns)
{
    return (double)(clock_now_ns() - begin_ns) * 1e-9;
}

int self_test_run(struct self_test *t, struct err *err)
{
    uint64_t begin_ns = clock_now_ns();
    if (make_folder(t, err))
        return -1;
    for (; t->count < SELF_CHECKS && !*t->interrupted; t->count++) {
        struct self_check *c = &t->checks[t->count];
        uint64_t check_ns = clock_now_ns();
        c->name = rows[t->count].name;
        if (t->on_progress)
            t->on_progress(t->context, c->name);
        rows[t->count].make(t, c);
        c->seconds = seconds_since(check_ns);
        if (*t->interrupted) /* what it saw then is nobody's fault */
            break;
    }
    reference_folder_close(&t->temporary);
    t->seconds = seconds_since(begin_ns);
    return *t->interrupted ? err_set(err, ERR_FAILED, "interrupted") : 0;
}

/* ---- Showing them -------------------------------------------------------------------------- */

static unsigned count_of(const struct self_test *t, enum self_outcome outcome)
{
    unsigned count = 0;
    for (size_t i = 0; i < t->count; i++)
        count += t->checks[i].outcome == outcome;
    return count;
}

bool self_test_is_fine(const struct self_test *t)
{
    return count_of(t, SELF_FAILED) == 0;
}

static const char *const words[] = {"ok", "skipped", "FAILED"};

static void add_grid(struct page *p, const struct self_test *t)
{
    static const enum page_tone tones[] = {PAGE_GOOD, PAGE_NOTED, PAGE_BAD};
    static const struct page_column columns[] = {
        {.key = "outcome", .head = "", .width = 7},
        {.key = "name", .head = "check", .width = 19},
        {.key = "tried", .head = "tried"},
        {.key = "seen", .head = "seen", .before = "> ", .flags = PAGE_BELOW},
        {0},
    };
    page_grid(
        p, &(struct page_grid_form){
               .key = "checks", .columns = columns, .is_headless = true, .margin = 2, .below = 30});
    for (size_t i = 0; i < t->count; i++) {
        const struct self_check *c = &t->checks[i];
        page_row(p);
        page_toned(p, tones[c->outcome], "%s", words[c->outcome]);
        page_texts(p, c->name, c->tried, c->seen, NULL);
    }
}

static void add_verdicts(struct page *p, const struct self_test *t)
{
    static const enum page_severity severities[] = {PAGE_PASS, PAGE_SKIP, PAGE_FAIL};
    for (size_t i = 0; i < t->count; i++) {
        const struct self_check *c = &t->checks[i];
        page_verdict(p, &(struct page_verdict){.id = c->name,
                                               .name = c->tried,
                                               .word = words[c->outcome],
                                               .severity = severities[c->outcome],
                                               .text = c->seen});
    }
}

static json_t *document(const struct self_test *t)
{
    static const char *const keys[] = {"ok", "skipped", "failed"};
    struct json_maker list = json_maker_list();
    for (size_t i = 0; i < t->count; i++) {
        const struct self_check *c = &t->checks[i];
        json_make_add(&list, json_pack("{s:s, s:s, s:s, s:s, s:f}", "name", c->name, "outcome",
                                       keys[c->outcome], "tried", c->tried, "seen", c->seen,
                                       "seconds", c->seconds));
    }
    return json_pack("{s:s, s:f, s:o}", "schema", "contend.self-test/1", "seconds", t->seconds,
                     "checks", json_made(&list));
}

void self_test_page(struct page *p, const struct self_test *t)
{
    page_init(p, "contend doctor --self-test");
    add_grid(p, t);
    page_to(p, PAGE_GATE);
    add_verdicts(p, t);
    page_to(p, PAGE_ALL);
    page_gap(p);
    page_say(p, PAGE_SUMMARY, "%u of %d fine, %u failed, %u could not be tried; %.1f s",
             count_of(t, SELF_OK), SELF_CHECKS, count_of(t, SELF_FAILED),
             count_of(t, SELF_SKIPPED) + (SELF_CHECKS - (unsigned)t->count), t->seconds);
    page_document(p, document(t), JSON_INDENT(1) | JSON_REAL_PRECISION(15));
}
