#include "bench/page/escape.h"

#include "bench/base/utf8.h"

#include <stdio.h>
#include <string.h>

/* One character, as a notation writes it; `text` ends behind it. */
typedef void (*writer)(struct buf *out, const char *text);

static void add(struct buf *out, const char *text)
{
    buf_add(out, text);
}

/* A character, a blank or a name of what acts; the bytes it is made of in *length. */
static const char *spelled(const char *text, const char *kept, size_t *length, char one[16])
{
    uint32_t code = utf8_decode(text, length);
    bool is_blank = *text == '\n' || *text == '\t' || *text == '\r';
    if (code == UTF8_INVALID)
        snprintf(one, 16, "<%02X>", (unsigned char)*text);
    else if (utf8_is_shown(code) || (is_blank && strchr(kept, *text)))
        snprintf(one, 16, "%.*s", (int)*length, text);
    else if (is_blank)
        snprintf(one, 16, " ");
    else
        snprintf(one, 16, "<U+%04X>", code);
    return one;
}

/* Goes through the text; characters in `kept` count as shown although they are controls. */
static void write_all(struct buf *out, const char *text, const char *kept, writer write)
{
    char one[16];
    size_t length;
    for (; *text; text += length) {
        spelled(text, kept, &length, one);
        if (one[0] == '<' && one[1]) /* a name: each character of it as the notation has it */
            for (const char *c = one; *c; c++)
                write(out, (const char[]){*c, '\0'});
        else
            write(out, one);
    }
}

void escape_text(struct buf *out, const char *text)
{
    write_all(out, text, "", add);
}

void escape_lines(struct buf *out, const char *text)
{
    struct buf line = {0};
    for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
        buf_reset(&line);
        buf_add_bytes(&line, at, strcspn(at, "\n"));
        escape_text(out, buf_text(&line));
        buf_add(out, "\n");
    }
    buf_settle(out, &line);
}

size_t escape_text_columns(const char *text)
{
    char one[16];
    size_t columns = 0, length;
    for (; *text; text += length)
        columns += utf8_columns(spelled(text, "", &length, one));
    return columns;
}

/* ---- Markdown ------------------------------------------------------------------------ */

static void markdown(struct buf *out, const char *text)
{
    buf_add(out, strchr("\\|*_`<>[]~#&", *text) ? "\\" : "");
    buf_add(out, text);
}

void escape_markdown(struct buf *out, const char *text)
{
    write_all(out, text, "", markdown);
}

/* Inside code nothing is escaped, but a bar still ends a table's cell. */
static void markdown_code(struct buf *out, const char *text)
{
    buf_add(out, *text == '|' ? "\\|" : text);
}

void escape_markdown_code(struct buf *out, const char *text, bool is_cell)
{
    size_t longest = 0, run = 0;
    if (!*text)
        return; /* two backticks are two backticks */
    for (const char *c = text; *c; c++) {
        run = *c == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    for (size_t i = 0; i <= longest; i++)
        buf_add(out, "`");
    buf_add(out, longest ? " " : "");
    write_all(out, text, "", is_cell ? markdown_code : add);
    buf_add(out, longest ? " " : "");
    for (size_t i = 0; i <= longest; i++)
        buf_add(out, "`");
}

/* ---- Separated values ---------------------------------------------------------------- */

/* What spreadsheets begin a formula with, their wide forms included; blanks in front do not help.
 */
static bool is_formula(const char *text)
{
    static const char *const wide[] = {"＝", "＋", "－", "＠"};
    text += strspn(text, " ");
    if (text[0] && strchr("\t\r\n", text[0]))
        return true;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (!strncmp(text, wide[i], strlen(wide[i])))
            return true;
    return text[0] && strchr("=+-@", text[0]);
}

static void csv(struct buf *out, const char *text)
{
    buf_add(out, *text == '"' ? "\"\"" : text);
}

/*
 * An apostrophe before each: in many a language a spreadsheet parts fields at semicolons, quoted or
 * not, so that one may begin in the middle of a text.  Behind a blank it is a text's "; -7 %".
 */
static void add_guarded(struct buf *out, const char *text)
{
    bool is_first = true;
    for (size_t length; *text; text += length, is_first = false) {
        length = strcspn(text, ";");
        length += text[length] == ';';
        buf_add(out, is_formula(text) && (is_first || *text != ' ') ? "'" : "");
        buf_add_bytes(out, text, length);
    }
}

void escape_csv(struct buf *out, const char *text)
{
    struct buf guarded = {0};
    add_guarded(&guarded, text);
    bool is_quoted = is_formula(text) || strpbrk(text, "\",;\r\n");
    buf_add(out, is_quoted ? "\"" : "");
    write_all(out, buf_text(&guarded), "\t\r\n", csv);
    buf_add(out, is_quoted ? "\"" : "");
    buf_settle(out, &guarded);
}

void escape_tsv(struct buf *out, const char *text)
{
    struct buf guarded = {0};
    add_guarded(&guarded, text);
    write_all(out, buf_text(&guarded), "", add);
    buf_settle(out, &guarded);
}

/* ---- LaTeX, XML, GitHub --------------------------------------------------------------- */

/* Whether pdflatex sets it as it comes, in the fonts of an article that asks for none: of what
 * inputenc knows, what needs another font encoding is none of it. */
static bool is_set_by_latex(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x01, 0x7f},     {0xa0, 0xaa},     {0xac, 0xac},     {0xae, 0xba},     {0xbc, 0xcf},
        {0xd1, 0xdd},     {0xdf, 0xef},     {0xf1, 0xfd},     {0xff, 0x103},    {0x106, 0x10f},
        {0x112, 0x117},   {0x11a, 0x125},   {0x128, 0x12d},   {0x130, 0x137},   {0x139, 0x13e},
        {0x141, 0x148},   {0x14c, 0x165},   {0x168, 0x171},   {0x174, 0x17e},   {0x2013, 0x2014},
        {0x2018, 0x2019}, {0x201c, 0x201d}, {0x2020, 0x2022}, {0x2026, 0x2026}, {0x2030, 0x2031},
        {0x20ac, 0x20ac}, {0x2122, 0x2122}, {0x2190, 0x2193},
    };
    size_t i = 0;
    while (i < sizeof ranges / sizeof *ranges && code > ranges[i].last)
        i++;
    return i < sizeof ranges / sizeof *ranges && code >= ranges[i].first;
}

/* Brackets and stars too: behind the end of a row they would be its arguments. */
static void latex(struct buf *out, const char *text)
{
    size_t length;
    uint32_t code = utf8_decode(text, &length);
    if (!is_set_by_latex(code)) {
        buf_printf(out, "\\texttt{U+%04X}", code);
        return;
    }
    static const char *const names[128] = {
        ['\\'] = "\\textbackslash{}",
        ['~'] = "\\textasciitilde{}",
        ['^'] = "\\textasciicircum{}",
        ['<'] = "\\textless{}",
        ['>'] = "\\textgreater{}",
        ['&'] = "\\&",
        ['%'] = "\\%",
        ['$'] = "\\$",
        ['#'] = "\\#",
        ['_'] = "\\_",
        ['{'] = "\\{",
        ['}'] = "\\}",
        ['['] = "{[}",
        ['*'] = "{*}",
        ['|'] = "\\textbar{}",
    };
    const char *name = (unsigned char)*text < 128 ? names[(unsigned char)*text] : NULL;
    /* Two strokes of an option would become one long one. */
    buf_add(out, *text == '-' && out->len && out->data[out->len - 1] == '-' ? "{}" : "");
    buf_add(out, name ? name : text);
}

void escape_latex(struct buf *out, const char *text)
{
    write_all(out, text, "", latex);
}

size_t escape_latex_columns(const char *text)
{
    char one[16], name[16];
    size_t columns = 0, length;
    for (; *text; text += length) {
        spelled(text, "", &length, one);
        size_t bytes;
        uint32_t code = utf8_decode(one, &bytes);
        if (is_set_by_latex(code))
            columns += utf8_columns(one);
        else
            columns += (size_t)snprintf(name, sizeof name, "U+%04X", code);
    }
    return columns;
}

static void xml(struct buf *out, const char *text)
{
    switch (*text) {
    case '&':
        buf_add(out, "&amp;");
        break;
    case '<':
        buf_add(out, "&lt;");
        break;
    case '>':
        buf_add(out, "&gt;");
        break;
    case '"':
        buf_add(out, "&quot;");
        break;
    default:
        buf_add(out, text);
    }
}

void escape_xml(struct buf *out, const char *text)
{
    write_all(out, text, "\t\r\n", xml);
}

static void label(struct buf *out, const char *text)
{
    if (*text == '\n')
        buf_add(out, "\\n");
    else
        buf_printf(out, "%s%s", strchr("\\\"", *text) ? "\\" : "", text);
}

void escape_label(struct buf *out, const char *text)
{
    write_all(out, text, "\n", label);
}

/* What Go calls a space, of what is shown. */
static bool is_blank(uint32_t code)
{
    return code == ' ' || code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) ||
           code == 0x202f || code == 0x205f || code == 0x3000;
}

static void benchfmt(struct buf *out, const char *text)
{
    size_t length;
    if (!strchr("%/", *text) && !is_blank(utf8_decode(text, &length)))
        buf_add(out, text);
    else
        for (; *text; text++)
            buf_printf(out, "%%%02X", (unsigned char)*text);
}

void escape_benchfmt(struct buf *out, const char *text)
{
    write_all(out, text, "", benchfmt);
}

static void github_message(struct buf *out, const char *text)
{
    if (strchr("%\r\n", *text))
        buf_printf(out, "%%%02X", (unsigned char)*text);
    else
        buf_add(out, text);
}

static void github_property(struct buf *out, const char *text)
{
    if (strchr("%\r\n:,", *text))
        buf_printf(out, "%%%02X", (unsigned char)*text);
    else
        buf_add(out, text);
}

void escape_github(struct buf *out, const char *text, bool is_property)
{
    write_all(out, text, "\r\n", is_property ? github_property : github_message);
}
