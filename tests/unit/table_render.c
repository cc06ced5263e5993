/* Formats: text that fits, CSV and Markdown that hostile texts do not break, JSON that parses. */
#include "bench/base/utf8.h"
#include "bench/judge/table/report.h"
#include "bench/page/formats.h"

#include "tests/test.h"

#define FIXTURES TEST_SOURCE_DIR "/tests/fixtures/report/"

/* What a report is made and written with. */
struct way {
    const char *format;
    struct page_style style;
    bool with_sentences, is_made_for_it; /* and for no other format */
};

static char *write(const struct result *results, size_t count, struct way way)
{
    struct page p;
    struct buf out = {0};
    struct err err = {0};
    const char *format = way.format ? way.format : "text";
    page_init(&p, "report");
    if (way.is_made_for_it)
        page_expect(&p, format);
    const struct report_request request = {.with_sentences = way.with_sentences};
    CHECK_MSG(report_page(&p, results, count, &request, &err) == 0, "%s", err.text);
    CHECK_MSG(page_write(&p, format, &way.style, &out, &err) == 0, "%s", err.text);
    page_release(&p);
    return buf_steal(&out);
}

static bool load(struct result *r, const char *file)
{
    struct err err = {0};
    char path[512];
    snprintf(path, sizeof path, FIXTURES "%s.json", file);
    if (!CHECK_MSG(result_load(r, path, &err) == 0, "%s", err.text))
        return false;
    /* The folder's name has nothing to do with how lines are broken. */
    r->path[0] = '\0';
    return true;
}

static char *render(const char *file, struct way way)
{
    struct result r;
    if (!load(&r, file))
        return NULL;
    char *text = write(&r, 1, way);
    result_unload(&r);
    return text;
}

static void check_line(const char *file, const char *line, size_t length, size_t width)
{
    char copy[256];
    snprintf(copy, sizeof copy, "%s", line);
    copy[length < sizeof copy ? length : sizeof copy - 1] = '\0';
    CHECK_MSG(utf8_columns_in(line, length) <= width, "%s at %zu: \"%s\"", file, width, copy);
    CHECK_MSG(length == 0 || line[length - 1] != ' ', "%s, trailing blank: \"%s\"", file, copy);
}

static void no_line_is_wider_than_the_terminal(void)
{
    static const char *const files[] = {"standard", "host_a", "empty"};
    for (size_t f = 0; f < sizeof files / sizeof *files; f++)
        for (int width = 60; width <= 210; width++) {
            char *text =
                render(files[f], (struct way){.with_sentences = true, .style = {.width = width}});
            if (!text)
                return;
            for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n')
                check_line(files[f], at, strcspn(at, "\n"), (size_t)width);
            free(text);
        }
}

/* Whatever is stacked at 80 columns is beside each other at 200: the same numbers. */
static void no_number_is_lost_on_a_narrow_terminal(void)
{
    char *narrow = render("standard", (struct way){.style = {.width = 80}});
    char *wide = render("standard", (struct way){.style = {.width = 200}});
    static const char *const numbers[] = {"skipped: 10000 units", "failed: wrong checksum",
                                          "8.32 M/s", "1/590"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        CHECK_CONTAINS(narrow, numbers[i]);
        CHECK_CONTAINS(wide, numbers[i]);
    }
    free(narrow);
    free(wide);
}

static void colour_is_only_there_when_asked_for(void)
{
    char *plain = render("standard", (struct way){.style = {.width = 80}});
    char *colour = render("standard", (struct way){.style = {.width = 80, .colour = true}});
    CHECK(plain && !strchr(plain, '\033'));
    CHECK_CONTAINS(colour, "\033[1m");
    free(plain);
    free(colour);
}

/* Fields of a line: commas outside quotes, plus one. */
static size_t count_fields(const char *line, size_t length)
{
    size_t fields = 1;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        quoted ^= line[i] == '"';
        fields += !quoted && line[i] == ',';
    }
    CHECK(!quoted);
    return fields;
}

static void every_csv_line_has_the_fields_of_the_heading(void)
{
    static const char *const files[] = {"standard", "params", "empty"};
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        char *text = render(files[f], (struct way){.format = "csv"});
        if (!text)
            return;
        for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
            CHECK_EQ(count_fields(at, strcspn(at, "\n")), 25);
        free(text);
    }
}

static void a_csv_field_is_never_a_formula(void)
{
    char *text = render("params", (struct way){.format = "csv"});
    CHECK_CONTAINS(text, "\"'=HYPERLINK(\"\"http://example.invalid\"\") | a pipe");
    CHECK(text && !strstr(text, ",=") && !strstr(text, ",\"="));
    free(text);
}

static void pipes_do_not_end_a_markdown_cell(void)
{
    char *text = render("params", (struct way){.format = "markdown"});
    CHECK_CONTAINS(text, "\\| a pipe, \"quotes\" and a back\\\\slash");
    free(text);
}

static void json_can_be_read_again(void)
{
    char *text = render("standard", (struct way){.format = "json", .with_sentences = true});
    json_error_t wrong;
    json_t *root = text ? json_loads(text, JSON_REJECT_DUPLICATES, &wrong) : NULL;
    CHECK_MSG(root != NULL, "%s", wrong.text);
    CHECK_EQ(json_string_value(json_object_get(root, "schema")), "contend.report/1");
    CHECK_EQ(json_array_size(json_object_get(root, "tables")), 4);
    CHECK_EQ(json_array_size(json_object_get(root, "sentences")), 3);
    const json_t *grid = json_array_get(json_object_get(root, "tables"), 3);
    const json_t *last = json_array_get(json_object_get(grid, "rows"), 8);
    CHECK_EQ(json_string_value(json_object_get(last, "status")), "failed");
    json_decref(root);
    free(text);
}

static void warnings_are_said_once(void)
{
    char *text = render("standard", (struct way){.style = {.width = 200}});
    const char *first = text ? strstr(text, "few_samples") : NULL;
    CHECK(first != NULL && strstr(first + 1, "few_samples") == NULL);
    CHECK_CONTAINS(text, "(3 cells, such as spin/gil/coroutine/tasks=1)");
    free(text);
}

/* Expected: all that each result has to say.  Buggy once: 8 sentences in all, and silence. */
static void sentences_of_many_results_are_all_said(void)
{
    struct result r[4];
    size_t loaded = 0, said = 0;
    while (loaded < 4 && load(&r[loaded], "standard"))
        loaded++;
    if (loaded < 4)
        return;
    char *one = render("standard", (struct way){.with_sentences = true});
    char *all = write(r, 4, (struct way){.with_sentences = true});
    char *document = write(r, 4, (struct way){.format = "json", .with_sentences = true});
    json_t *root = json_loads(document, 0, NULL);
    for (const char *at = one; (at = strstr(at, "\n  * ")); at++)
        said++;
    CHECK(said > 2);
    for (const char *at = all; (at = strstr(at, "\n  * ")); at++)
        loaded++;
    CHECK_EQ(loaded - 4, 4 * said);
    CHECK_EQ(json_array_size(json_object_get(root, "sentences")), 4 * said);
    json_decref(root);
    free(document);
    free(all);
    free(one);
    for (size_t i = 0; i < 4; i++)
        result_unload(&r[i]);
}

/* A page that was made for one format alone says there what the whole page says. */
static void what_is_made_for_one_format_is_all_of_it(void)
{
    static const char *const files[] = {"standard", "params", "empty"};
    for (size_t file = 0; file < 3; file++)
        for (size_t f = 0; page_formats[f]; f++) {
            if (!strcmp(page_formats[f], "svg")) /* a report of tables has no picture */
                continue;
            struct way way = {.format = page_formats[f], .with_sentences = true};
            if (!strcmp(files[file], "empty") &&
                (!strcmp(way.format, "junit") || !strcmp(way.format, "github")))
                continue; /* there is nothing to judge */
            char *whole = render(files[file], way);
            way.is_made_for_it = true;
            char *part = render(files[file], way);
            CHECK_MSG(whole && part && !strcmp(whole, part), "%s as %s", files[file], way.format);
            free(whole);
            free(part);
        }
}

/* Expected: the reason in every format.  Buggy once: Markdown and LaTeX had a row without one. */
static void a_table_of_nothing_measured_says_why(void)
{
    static const char *const formats[] = {"text", "markdown", "latex", "csv", "json"};
    static const char text[] =
        "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"r\",\"status\":\"complete\"},"
        "\"host\":{\"hostname\":\"h\"},\"cells\":[{\"id\":\"spin/none/thread/tasks=1\","
        "\"workload\":\"spin\",\"lock\":\"none\",\"executor\":\"thread\",\"tasks\":1,"
        "\"status\":\"skipped\",\"reason\":\"too few of everything\",\"metrics\":{}}]}";
    struct result r;
    struct err err = {0};
    if (!CHECK_MSG(!result_parse(&r, "a.json", text, sizeof text - 1, &err), "%s", err.text))
        return;
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
        char *out = write(&r, 1, (struct way){.format = formats[f]});
        CHECK_CONTAINS(out, "too few of everything");
        free(out);
    }
    result_unload(&r);
}

static void a_cell_is_a_verdict_for_a_job(void)
{
    char *text = render("standard", (struct way){.format = "junit"});
    CHECK_CONTAINS(text, "failures=\"1\"");
    CHECK_CONTAINS(text, "<failure message=\"failed: wrong checksum");
    free(text);
}

/* Expected: columns count, and no byte acts.  Buggy once: bytes counted, raw names in Markdown. */
static void foreign_names_line_up_and_do_nothing(void)
{
    struct result r;
    if (!load(&r, "standard"))
        return;
    r.hostname = "**h**\x1b[31m<b>";
    for (size_t i = 0; i < r.cell_count; i++)
        if (!strcmp(r.cells[i].executor, "thread"))
            r.cells[i].executor = "\xe6\xbc\xa2\xe5\xad\x97"; /* four columns, six bytes */
    char *text = write(&r, 1, (struct way){.style = {.width = 200}});
    char *page = write(&r, 1, (struct way){.format = "markdown"});
    CHECK(text && !strchr(text, '\033') && page && !strchr(page, '\033'));
    CHECK_CONTAINS(page, "\\*\\*h\\*\\*\\<U+001B\\>\\[31m\\<b\\>");
    /* The tasks of that row end under the head's last letter. */
    const char *head = text ? strstr(text, "executor") : NULL;
    const char *row = text ? strstr(text, "  \xe6\xbc\xa2\xe5\xad\x97") : NULL;
    if (CHECK(head && row)) {
        size_t end = (size_t)(strstr(head, "tasks") + 5 - head);
        const char *number = row + 2 + 6 + strspn(row + 8, " ");
        number += strspn(number, "0123456789");
        CHECK_EQ(utf8_columns_in(row + 2, (size_t)(number - row - 2)), end);
    }
    free(text);
    free(page);
    result_unload(&r);
}

static const struct test tests[] = {
    {"no_line_is_wider_than_the_terminal", no_line_is_wider_than_the_terminal},
    {"no_number_is_lost_on_a_narrow_terminal", no_number_is_lost_on_a_narrow_terminal},
    {"colour_is_only_there_when_asked_for", colour_is_only_there_when_asked_for},
    {"every_csv_line_has_the_fields_of_the_heading", every_csv_line_has_the_fields_of_the_heading},
    {"a_csv_field_is_never_a_formula", a_csv_field_is_never_a_formula},
    {"pipes_do_not_end_a_markdown_cell", pipes_do_not_end_a_markdown_cell},
    {"json_can_be_read_again", json_can_be_read_again},
    {"warnings_are_said_once", warnings_are_said_once},
    {"sentences_of_many_results_are_all_said", sentences_of_many_results_are_all_said},
    {"what_is_made_for_one_format_is_all_of_it", what_is_made_for_one_format_is_all_of_it},
    {"a_table_of_nothing_measured_says_why", a_table_of_nothing_measured_says_why},
    {"a_cell_is_a_verdict_for_a_job", a_cell_is_a_verdict_for_a_job},
    {"foreign_names_line_up_and_do_nothing", foreign_names_line_up_and_do_nothing},
    {0},
};

TEST_MAIN(tests)
