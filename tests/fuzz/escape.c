/*
 * One text through each notation's escape, taken out again by the notation's parser: it is the text
 * it was, with what acts rather than shows named.
 */
/* fuzz: max_len 256 */
/* fuzz: rooms page */
#include "bench/page/escape.h"

#include "bench/base/json.h"
#include "bench/base/utf8.h"
#include "tests/fuzz/lib/parse.h"
#include "tests/fuzz/lib/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text as it is to be seen; blanks of `kept` stay, others are a space. */
static void named(struct buf *out, const char *text, const char *kept)
{
    size_t length;
    for (; *text; text += length) {
        uint32_t code = utf8_decode(text, &length);
        if (code == UTF8_INVALID)
            buf_printf(out, "<%02X>", (unsigned char)*text);
        else if (utf8_is_shown(code) || strchr(kept, *text))
            buf_add_bytes(out, text, length);
        else if (strchr("\t\r\n", *text))
            buf_add(out, " ");
        else
            buf_printf(out, "<U+%04X>", code);
    }
}

static void expect_equal(const char *where, const struct buf *found, const struct buf *expected)
{
    if (strcmp(buf_text(found), buf_text(expected)))
        target_fail("%s: \"%s\" in place of \"%s\"", where, buf_text(found), buf_text(expected));
}

static void check_terminal(const char *text)
{
    struct buf out = {0}, expected = {0};
    escape_text(&out, text);
    named(&expected, text, "");
    target_expect("text", parse_terminal(&out, false), buf_text(&out));
    expect_equal("text", &out, &expected);
    if (utf8_columns(buf_text(&out)) != escape_text_columns(text))
        target_fail("text: another number of columns");
    buf_release(&out);
    buf_release(&expected);
}

/* The same but for apostrophes at its begin and behind semicolons. */
static bool is_guarded_copy(const char *copy, const char *text)
{
    for (char before = ';'; *copy; before = *copy++)
        if (*copy == *text)
            text++;
        else if (*copy != '\'' || before != ';')
            return false;
    return !*text;
}

/* Between other fields, so that nothing of it reaches them. */
static void check_separated(const char *text, char separator)
{
    struct buf out = {0}, expected = {0}, field = {0};
    size_t records;
    bool is_csv = separator == ',';
    buf_printf(&out, "a%c", separator);
    (is_csv ? escape_csv : escape_tsv)(&out, text);
    buf_add(&out, "\n");
    named(&expected, text, is_csv ? "\t\r\n" : "");
    target_expect("separated", parse_separated(&out, separator, &records, &field), buf_text(&out));
    if (records != 1)
        target_fail("separated: %zu records", records);
    if (!is_guarded_copy(buf_text(&field), buf_text(&expected)))
        target_fail("separated: \"%s\" in place of \"%s\"", buf_text(&field), buf_text(&expected));
    buf_release(&out);
    buf_release(&expected);
    buf_release(&field);
}

/* XML's readers make one line feed of what ends a line, and blanks of it within attributes. */
static void fold(struct buf *b, bool is_attribute)
{
    char *to = b->data;
    for (char *at = b->data; at && *at; at++) {
        if (at[0] == '\r' && at[1] == '\n')
            continue;
        *to++ = *at == '\r' ? '\n' : *at;
        if (is_attribute && strchr("\t\n", to[-1]))
            to[-1] = ' ';
    }
    if (to)
        *to = '\0';
}

static void check_xml(const char *text)
{
    struct buf out = {0}, expected = {0}, data = {0}, attribute = {0};
    buf_add(&out, "<a b=\"");
    escape_xml(&out, text);
    buf_add(&out, "\">");
    escape_xml(&out, text);
    buf_add(&out, "</a>");
    named(&expected, text, "\t\r\n");
    target_expect("xml", parse_xml(&out, &data, &attribute), buf_text(&out));
    if (data.len || attribute.len) {
        fold(&expected, false);
        expect_equal("xml", &data, &expected);
        fold(&expected, true);
        expect_equal("xml", &attribute, &expected);
    }
    buf_release(&out);
    buf_release(&expected);
    buf_release(&data);
    buf_release(&attribute);
}

/* Without the backslashes it is the text. */
static void check_markdown(const char *text)
{
    struct buf out = {0}, plain = {0}, expected = {0};
    buf_add(&out, "| a |\n|:---|\n| ");
    size_t begin = out.len;
    escape_markdown(&out, text);
    for (const char *at = buf_text(&out) + begin; *at; at++) {
        at += *at == '\\';
        buf_add_bytes(&plain, at, 1);
    }
    buf_add(&out, " |\n");
    named(&expected, text, "");
    target_expect("markdown", parse_markdown(&out), buf_text(&out));
    expect_equal("markdown", &plain, &expected);
    buf_reset(&out);
    buf_add(&out, "| a |\n|:---|\n| ");
    escape_markdown_code(&out, text, true);
    buf_add(&out, " |\n");
    target_expect("code", parse_markdown(&out), buf_text(&out));
    buf_release(&out);
    buf_release(&plain);
    buf_release(&expected);
}

static void check_github(const char *text)
{
    struct buf out = {0};
    buf_add(&out, "::error title=");
    escape_github(&out, text, true);
    buf_add(&out, "::");
    escape_github(&out, text, false);
    buf_add(&out, "\n");
    target_expect("github", parse_github(&out), buf_text(&out));
    buf_release(&out);
}

static void check_latex(const char *text)
{
    struct buf out = {0};
    buf_add(&out, "\\textbf{");
    escape_latex(&out, text);
    buf_add(&out, "}\n");
    target_expect("latex", parse_latex(&out), buf_text(&out));
    buf_release(&out);
}

static void check_json(const char *text)
{
    struct buf out = {0}, expected = {0};
    json_t *object = json_object(), *value = json_text(text);
    json_object_set(object, json_string_value(value), value);
    json_object_set_new(object, "", value);
    json_add_text(&out, object, 0);
    target_expect("json", parse_json(&out), buf_text(&out));
    json_t *again = json_loadb(buf_text(&out), out.len, 0, NULL);
    utf8_repair(&expected, text);
    if (strcmp(json_string_value(json_object_get(again, "")), buf_text(&expected)))
        target_fail("json: another text");
    json_decref(again);
    buf_release(&out);
    buf_release(&expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* A block of its own for the text, so that what is read beyond it is seen. */
    char *text = malloc(size + 1);
    if (!text)
        target_fail("no memory");
    memcpy(text, size ? (const char *)data : "", size);
    text[size] = '\0';
    check_terminal(text);
    check_separated(text, ',');
    check_separated(text, '\t');
    check_xml(text);
    check_markdown(text);
    check_github(text);
    check_latex(text);
    check_json(text);
    free(text);
    return 0;
}
