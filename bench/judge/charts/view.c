#include "bench/judge/charts/view.h"
#include "bench/base/words.h"

#include "bench/judge/explore/explore.h"
#include "bench/judge/parts/result_line.h"
#include "bench/judge/summary/summary.h"

#include <stdio.h>
#include <string.h>

/* ---- The answer ---------------------------------------------------------------------------- */

/* A run cut short is no whole answer. */
static void say_partial(struct page *p, const struct result *r)
{
    if (strcmp(r->status, "complete"))
        page_say(p, PAGE_WARNING, "%s is %s: the run was cut short.", r->path, r->status);
    if (!r->cell_count)
        page_say(p, PAGE_WARNING, "%s holds no cell.", r->path);
}

int view_open(struct page *p, const struct result *results, size_t count, const char *filter,
              struct err *err)
{
    page_to(p, PAGE_VIEWER);
    for (size_t i = 0; i < count; i++)
        result_say(p, "", &results[i]);
    page_heading(p, 2, "What it says");
    for (size_t i = 0; i < count; i++)
        say_partial(p, &results[i]);
    int failed = summary_words(p, results, count, err);
    if (!failed) {
        page_to(p, PAGE_VIEWER);
        page_heading(p, 2, "Pictures");
        failed = charts_add_all(p, results, count, filter, err);
        page_to(p, PAGE_VIEWER);
        page_heading(p, 2, "Tables");
    }
    page_to(p, PAGE_ALL);
    return failed;
}

/* ---- The machine ---------------------------------------------------------------------------- */

/*
 * "clock.read_cost_ns": what lies in objects by their path; lists are told by their length.  What
 * null says differs: of a host that it is not known, of a build that it has none.
 */
static void add_facts(struct page *p, const char *before, const json_t *object, const char *null)
{
    const char *key;
    json_t *value;
    /* The interface takes objects that may be changed; nothing here does. */
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        char path[160];
        snprintf(path, sizeof path, "%s%s%s", before, before[0] ? "." : "", key);
        if (json_is_object(value)) {
            add_facts(p, path, value, null);
            continue;
        }
        page_row(p);
        page_text(p, "%s", path);
        if (json_is_string(value))
            page_text(p, "%s", json_string_value(value));
        else if (json_is_integer(value))
            page_text(p, "%lld", (long long)json_integer_value(value));
        else if (json_is_real(value))
            page_text(p, "%.6g", json_real_value(value));
        else if (json_is_array(value))
            page_text(p, "%zu entries", json_array_size(value));
        else
            page_text(p, "%s", json_is_true(value) ? "yes" : json_is_false(value) ? "no" : null);
    }
}

static void add_host(struct page *p, const struct result *r)
{
    static const struct page_column columns[] = {
        {.key = "fact", .flags = PAGE_LABEL}, {.key = "value", .align = PAGE_LEFT}, {0}};
    page_grid(p, &(struct page_grid_form){.key = "host",
                                          .title = r->hostname[0] ? r->hostname : "host",
                                          .columns = columns});
    add_facts(p, "", json_object_get(r->json, "host"), "not known");
    page_grid(p,
              &(struct page_grid_form){.key = "tool", .title = "built from", .columns = columns});
    add_facts(p, "", json_object_get(json_object_get(r->json, "run"), "tool"), "none");
}

/* ---- The commands --------------------------------------------------------------------------- */

static void add_command(struct page *p, const struct result *r)
{
    const json_t *words = json_object_get(json_object_get(r->json, "run"), "command");
    struct buf line = {0};
    for (size_t i = 0; i < json_array_size(words); i++) {
        const char *word = json_string_value(json_array_get(words, i));
        buf_add(&line, i ? " " : "");
        words_add_quoted(&line, word ? word : "?");
    }
    if (line.len)
        page_command(p, page_text_of(p, &line));
    page_settle(p, &line);
}

/* Written tables and pictures of the same file. */
static void add_own_commands(struct page *p, const struct result *results, size_t count)
{
    static const char *const ends[] = {" --format markdown", " --plot ladder -o ladder.svg"};
    struct buf line = {0};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        buf_reset(&line);
        buf_add(&line, "contend report");
        for (size_t r = 0; r < count; r++) {
            buf_add(&line, " ");
            words_add_quoted(&line, results[r].path);
        }
        buf_add(&line, ends[i]);
        page_command(p, page_text_of(p, &line));
    }
    page_settle(p, &line);
}

int view_close(struct page *p, const struct result *results, size_t count, struct err *err)
{
    page_to(p, PAGE_VIEWER);
    page_heading(p, 2, "The machine");
    for (size_t i = 0; i < count; i++)
        add_host(p, &results[i]);
    page_heading(p, 2, "The commands");
    page_say(p, PAGE_SENTENCE, "What made %s:", count > 1 ? "these results" : "this result");
    for (size_t i = 0; i < count; i++)
        add_command(p, &results[i]);
    page_say(p, PAGE_SENTENCE, "What makes tables and figures of %s:", count > 1 ? "them" : "it");
    add_own_commands(p, results, count);
    page_to(p, PAGE_ALL);
    return count ? explore_page(p, &results[0], err) : 0;
}
