/*
 * Whatever a text holds, a format's structure is that of a harmless one, and nothing in it acts.
 *
 * Buggy once: U+009B reached the terminal, "=cmd|" an export's CSV, U+FFFE made XML that no parser
 * reads, and a key of JSON was written as it came.
 */
#include "tests/unit/page_hostile.h"

#include "bench/base/utf8.h"
#include "bench/page/escape.h"
#include "bench/page/formats.h"
#include "tests/test.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct page_style wide = {0};

/* NULL when it could not be written; the caller frees it. */
static char *written(const char *text, const char *format, const struct page_style *style)
{
    struct page p;
    struct buf out = {0};
    struct err err = {0};
    hostile_page(&p, text);
    if (!CHECK_MSG(!page_write(&p, format, style, &out, &err), "%s: %s", format, err.text))
        buf_release(&out);
    page_release(&p);
    return buf_steal(&out);
}

static void nothing_acts_in_any_format(void)
{
    for (size_t f = 0; page_formats[f]; f++)
        for (size_t i = 0; i < HOSTILE; i++) {
            char *text = written(hostile[i], page_formats[f], &wide);
            size_t length;
            for (const char *at = text; at && *at; at += length) {
                uint32_t code = utf8_decode(at, &length);
                bool is_own =
                    *at == '\n' || (*at == '\t' && !strcmp(page_formats[f], "tsv")) ||
                    (strchr("\t\r", *at) &&
                     (!strcmp(page_formats[f], "csv") || !strcmp(page_formats[f], "junit") ||
                      !strcmp(page_formats[f], "html") || !strcmp(page_formats[f], "svg")));
                if (!CHECK_MSG(is_own || utf8_is_shown(code), "%s, text %zu: U+%04X",
                               page_formats[f], i, code))
                    break;
            }
            free(text);
        }
}

/* Code of Markdown may hold anything but its own end: takes it out, fences and spans. */
static void cut_code(char *text)
{
    for (char *at = text; *at; at++) {
        size_t run = strspn(at, "`"), length = 0;
        if (*at == '\\' && at[1])
            at++;
        char *end = run ? at + run : NULL;
        while (end && *end && (length = strspn(end, "`")) != run)
            end += length ? length : strcspn(end, "`");
        if (end && *end)
            memmove(at, end + run, strlen(end + run) + 1);
    }
}

/* Of lines that are table rows (Markdown's bars) or no comment (LaTeX); line feeds of all. */
static size_t count(const char *text, char what, char escape)
{
    size_t n = 0;
    bool is_counted = true;
    for (size_t i = 0; text && text[i]; i++) {
        if (i == 0 || text[i - 1] == '\n')
            is_counted =
                !(text[i] == '%' && strchr("&{}", what)) && (what != '|' || text[i] == '|');
        if (escape && text[i] == escape && text[i + 1])
            i++;
        else
            n += text[i] == what && (is_counted || what == '\n');
    }
    return n;
}

/* What ends lines, cells and fields there, as often as in the harmless one. */
static void lines_and_cells_stay_as_many(void)
{
    static const struct {
        const char *format;
        char what, escape;
    } rows[] = {
        {"markdown", '\n', 0}, {"markdown", '|', '\\'}, {"latex", '\n', 0},
        {"latex", '&', '\\'},  {"tsv", '\n', 0},        {"tsv", '\t', 0},
        {"github", '\n', 0},   {"markdown", '<', '\\'}, {"junit", '<', 0},
        {"junit", '"', 0},
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        char *plain = written(hostile[0], rows[r].format, &wide);
        if (plain && !strcmp(rows[r].format, "markdown") && rows[r].what != '\n')
            cut_code(plain);
        size_t expected = count(plain, rows[r].what, rows[r].escape);
        for (size_t i = 1; i < HOSTILE; i++) {
            char *text = written(hostile[i], rows[r].format, &wide);
            if (text && !strcmp(rows[r].format, "markdown") && rows[r].what != '\n')
                cut_code(text);
            CHECK_MSG(count(text, rows[r].what, rows[r].escape) == expected,
                      "%s has %zu of '%c', not %zu, with text %zu:\n%s", rows[r].format,
                      count(text, rows[r].what, rows[r].escape), rows[r].what, expected, i, text);
            free(text);
        }
        free(plain);
    }
}

/* A row of a tabular that begins with "[" or "*" would be read as an argument of the line before.
 */
static void braces_of_latex_are_balanced_and_rows_begin_with_none_of_its_own(void)
{
    for (size_t i = 0; i < HOSTILE; i++) {
        char *text = written(hostile[i], "latex", &wide);
        CHECK_MSG(count(text, '{', '\\') == count(text, '}', '\\'), "text %zu:\n%s", i, text);
        for (const char *at = text; at && (at = strstr(at, "\\\\\n")); at += 3)
            CHECK_MSG(!strchr("[*", at[3]) || !at[3], "text %zu:\n%s", i, text);
        free(text);
    }
}

/* JSON gives back what was put in; what was no UTF-8 is repaired. */
static void json_gives_texts_back(void)
{
    for (size_t i = 0; i < HOSTILE; i++) {
        struct buf whole = {0};
        char *text = written(hostile[i], "json", &wide);
        json_t *root = json_loads(text ? text : "", 0, NULL);
        json_t *block = json_array_get(json_object_get(root, "blocks"), 0);
        utf8_repair(&whole, hostile[i]);
        CHECK_EQ(json_string_value(json_object_get(block, "heading")), buf_text(&whole));
        CHECK_EQ(json_string_value(json_object_get(root, "schema")), "contend.page/1");
        buf_release(&whole);
        json_decref(root);
        free(text);
    }
}

static void save(const char *directory, size_t i, const char *format)
{
    char path[128], *text = written(hostile[i], format, &wide);
    snprintf(path, sizeof path, "%s/%zu.%s", directory, i, format);
    FILE *f = fopen(path, "w");
    if (CHECK(f && text))
        fputs(text, f);
    if (f)
        fclose(f);
    free(text);
}

/* Python's own readers of CSV, TSV, XML and JSON agree with what was meant. */
static void consumers_read_what_was_meant(void)
{
    char directory[] = "/tmp/contend-page-XXXXXX", command[2 * PATH_MAX];
    if (system("python3 -c pass 2>/dev/null"))
        SKIP("no python3");
    if (!CHECK(mkdtemp(directory) != NULL))
        return;
    for (size_t i = 0; i < HOSTILE; i++)
        for (size_t f = 0; page_formats[f]; f++)
            save(directory, i, page_formats[f]);
    snprintf(
        command, sizeof command,
        "python3 -W ignore %s/tests/unit/page_consumers.py %s %d %s/results/schema/page-1.json",
        TEST_SOURCE_DIR, directory, HOSTILE, TEST_SOURCE_DIR);
    fflush(stdout);
    int status = system(command);
    CHECK_MSG(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the consumers disagree");
    snprintf(command, sizeof command, "rm -r %s", directory);
    CHECK_EQ(system(command), 0);
}

static void code(struct buf *out, const char *text)
{
    escape_markdown_code(out, text, false);
}

static void code_in_a_cell(struct buf *out, const char *text)
{
    escape_markdown_code(out, text, true);
}

static void each_notation_has_its_escapes(void)
{
    static const struct {
        void (*escape)(struct buf *out, const char *text);
        const char *text, *expected;
    } rows[] = {
        {escape_text, "a\x1b[1m\xc2\x9b\xe2\x80\xae\xff\n", "a<U+001B>[1m<U+009B><U+202E><FF> "},
        {escape_xml, "<&\">\xef\xbf\xbf\x02", "&lt;&amp;&quot;&gt;&lt;U+FFFF&gt;&lt;U+0002&gt;"},
        {escape_markdown, "a_b|c\n\xc2\x85", "a\\_b\\|c \\<U+0085\\>"},
        {code_in_a_cell, "a|b", "`a\\|b`"},
        {code, "a|b", "`a|b`"},
        {code, "a`b``", "``` a`b`` ```"},
        {escape_csv, "plain text", "plain text"},
        {escape_csv, "a,\"b\"", "\"a,\"\"b\"\"\""},
        {escape_csv, "=1", "\"'=1\""},
        {escape_csv, "-", "\"'-\""},
        {escape_csv, "  @x", "\"'  @x\""},
        {escape_csv, "two\nlines", "\"two\nlines\""},
        {escape_tsv, "=a\tb\n", "'=a b "},
        {escape_latex, "\\a_b{}~^%$#&<>",
         "\\textbackslash{}a\\_b\\{\\}\\textasciitilde{}"
         "\\textasciicircum{}\\%\\$\\#\\&\\textless{}"
         "\\textgreater{}"},
        {escape_latex, "\xc3\xa9\xe6\xbc\xa2\xce\xb1\xf0\x9f\x98\x80\xc2\xab",
         "\xc3\xa9\\texttt{U+6F22}\\texttt{U+03B1}\\texttt{U+1F600}\\texttt{U+00AB}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = {0};
        rows[i].escape(&out, rows[i].text);
        CHECK_EQ(buf_text(&out), rows[i].expected);
        buf_release(&out);
    }
}

static const struct test tests[] = {
    {"nothing_acts_in_any_format", nothing_acts_in_any_format},
    {"lines_and_cells_stay_as_many", lines_and_cells_stay_as_many},
    {"braces_of_latex_are_balanced_and_rows_begin_with_none_of_its_own",
     braces_of_latex_are_balanced_and_rows_begin_with_none_of_its_own},
    {"json_gives_texts_back", json_gives_texts_back},
    {"consumers_read_what_was_meant", consumers_read_what_was_meant},
    {"each_notation_has_its_escapes", each_notation_has_its_escapes},
    {0},
};
TEST_MAIN(tests)
