/* Formats: text that fits, CSV and Markdown that hostile texts do not break, JSON that parses. */
#include "bench/report/report.h"

#include "tests/test.h"

#define FIXTURES TEST_SOURCE_DIR "/tests/fixtures/report/"

static char *render(const char *file, struct report_request request)
{
    struct result r;
    struct buf out = {0};
    struct err err = {0};
    char path[512];
    snprintf(path, sizeof path, FIXTURES "%s.json", file);
    if (!CHECK_MSG(result_load(&r, path, &err) == 0, "%s", err.text))
        return NULL;
    /* The folder's name has nothing to do with how lines are broken. */
    r.path[0] = '\0';
    CHECK_MSG(report_make(&out, &r, 1, &request, &err) == 0, "%s", err.text);
    result_unload(&r);
    return buf_steal(&out);
}

static void check_line(const char *file, const char *line, size_t length, size_t width)
{
    char copy[256];
    snprintf(copy, sizeof copy, "%s", line);
    copy[length < sizeof copy ? length : sizeof copy - 1] = '\0';
    CHECK_MSG(length <= width, "%s at %zu: \"%s\"", file, width, copy);
    CHECK_MSG(length == 0 || line[length - 1] != ' ', "%s, trailing blank: \"%s\"", file, copy);
}

static void no_line_is_wider_than_the_terminal(void)
{
    static const char *const files[] = {"standard", "host_a", "empty"};
    for (size_t f = 0; f < sizeof files / sizeof *files; f++)
        for (int width = 60; width <= 210; width++) {
            char *text = render(files[f], (struct report_request){.with_sentences = true,
                                                                  .style = {.width = width}});
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
    char *narrow = render("standard", (struct report_request){.style = {.width = 80}});
    char *wide = render("standard", (struct report_request){.style = {.width = 200}});
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
    char *plain = render("standard", (struct report_request){.style = {.width = 80}});
    char *colour =
        render("standard", (struct report_request){.style = {.width = 80, .colour = true}});
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
        char *text = render(files[f], (struct report_request){.format = REPORT_CSV});
        if (!text)
            return;
        for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
            CHECK_EQ(count_fields(at, strcspn(at, "\n")), 25);
        free(text);
    }
}

static void a_csv_field_is_never_a_formula(void)
{
    char *text = render("params", (struct report_request){.format = REPORT_CSV});
    CHECK_CONTAINS(text, "\"'=HYPERLINK(\"\"http://example.invalid\"\") | a pipe");
    CHECK(text && !strstr(text, ",=") && !strstr(text, ",\"="));
    free(text);
}

static void pipes_do_not_end_a_markdown_cell(void)
{
    char *text = render("params", (struct report_request){.format = REPORT_MARKDOWN});
    CHECK_CONTAINS(text, "\\| a pipe, \"quotes\" and a back\\\\slash");
    free(text);
}

static void json_can_be_read_again(void)
{
    char *text =
        render("standard", (struct report_request){.format = REPORT_JSON, .with_sentences = true});
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
    char *text = render("standard", (struct report_request){.style = {.width = 200}});
    const char *first = text ? strstr(text, "few_samples") : NULL;
    CHECK(first != NULL && strstr(first + 1, "few_samples") == NULL);
    CHECK_CONTAINS(text, "(3 cells, such as spin/gil/coroutine/tasks=1)");
    free(text);
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
    {0},
};

TEST_MAIN(tests)
