/*
 * The n-th allocation is refused while a report is made and written: it says so, or it is whole.
 *
 * Buggy once: a report without the sentence on pools, and a document without a member, as if that
 * were all there is to say.
 */
#include "bench/base/json.h"
#include "bench/judge/scaling/scaling.h"
#include "bench/judge/table/report.h"
#include "bench/page/formats.h"

#include "tests/test.h"
#include "tests/unit/refused_allocations.h"

#include <sys/wait.h>
#include <unistd.h>

#define FIXTURES TEST_SOURCE_DIR "/tests/fixtures/report/"

enum { STRIDE = 3, PRIME = 7 }; /* of many thousand allocations, as many as there is time for */

static int add_report(struct page *p, const struct result *r, struct err *err)
{
    const struct report_request request = {.with_sentences = true};
    return report_page(p, r, 1, &request, err);
}

static int add_scaling(struct page *p, const struct result *r, struct err *err)
{
    struct scaling s;
    if (scaling_of(&s, r, 1, NULL, USL_RELATIVE, err))
        return -1;
    scaling_page(p, &s);
    scaling_release(&s);
    return 0;
}

typedef int add_to_page(struct page *p, const struct result *r, struct err *err);

static int write_report(const struct result *r, add_to_page *add, const char *format,
                        struct buf *out, struct err *err)
{
    struct page p;
    page_init(&p, "report");
    page_expect(&p, format);
    int failed =
        add(&p, r, err) || page_write(&p, format, &(struct page_style){.width = 80}, out, err);
    page_release(&p);
    return failed;
}

enum outcome { ALL_GRANTED, WAS_SAID, WAS_MISSED };

/* In a process of its own: that a document lacks something is remembered for good. */
static enum outcome refuse(const struct result *r, add_to_page *add, const char *format, long n,
                           const struct buf *whole)
{
    int status = 0;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        struct buf out = {0};
        struct err err = {0};
        json_watch_memory();
        countdown = n;
        int failed = write_report(r, add, format, &out, &err);
        bool was_refused = countdown == 0;
        countdown = 0;
        bool is_right = failed ? err.code == ERR_SYSTEM : !strcmp(buf_text(&out), buf_text(whole));
        if (!is_right)
            printf("%s, allocation %ld: %s\n", format, n, failed ? err.text : buf_text(&out));
        fflush(stdout);
        _exit(!is_right ? WAS_MISSED : was_refused ? WAS_SAID : ALL_GRANTED);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? (enum outcome)WEXITSTATUS(status) : WAS_MISSED;
}

static void check(const char *file, add_to_page *add, const char *format, long stride)
{
    struct result r;
    struct buf whole = {0};
    struct err err = {0};
    char path[512];
    snprintf(path, sizeof path, FIXTURES "%s.json", file);
    if (!CHECK_MSG(!result_load(&r, path, &err), "%s", err.text))
        return;
    CHECK_MSG(!write_report(&r, add, format, &whole, &err), "%s", err.text);
    enum outcome outcome = WAS_SAID;
    long n = 1;
    for (; outcome == WAS_SAID; n += stride)
        outcome = refuse(&r, add, format, n, &whole);
    CHECK_MSG(outcome == ALL_GRANTED, "%s as %s, allocation %ld", file, format, n - stride);
    CHECK(n > 100);
    buf_release(&whole);
    result_unload(&r);
}

static void a_report_is_whole_or_refused(void)
{
    if (!can_refuse)
        SKIP("the sanitizer has the allocator");
    check("params", add_report, "text", 1);
    check("params", add_report, "json", 1);
    check("standard", add_report, "markdown", STRIDE);
    check("standard", add_report, "csv", PRIME);
}

static void sweeps_are_whole_or_refused(void)
{
    if (!can_refuse)
        SKIP("the sanitizer has the allocator");
    check("host_a", add_scaling, "text", 1);
    check("host_a", add_scaling, "json", 1);
    check("host_a", add_scaling, "csv", 1);
}

static const struct test tests[] = {
    {"a_report_is_whole_or_refused", a_report_is_whole_or_refused},
    {"sweeps_are_whole_or_refused", sweeps_are_whole_or_refused},
    {0},
};
TEST_MAIN(tests)
