#include "tests/fuzz/lib/parse.h"

#include "bench/base/utf8.h"

#include <ctype.h>
#include <jansson.h>
#include <stdint.h>
#include <string.h>
#ifdef CONTEND_HAVE_EXPAT
#include <expat.h>
#endif

const char *parse_characters(const struct buf *text, const char *kept)
{
    size_t length;
    for (const char *at = buf_text(text), *end = at + text->len; at < end; at += length) {
        uint32_t code = utf8_decode(at, &length);
        if (code == UTF8_INVALID)
            return "bytes that are no UTF-8";
        if (!utf8_is_shown(code) && !(code && code < 0x80 && strchr(kept, (int)code)))
            return "a character that acts";
    }
    return NULL;
}

const char *parse_json(const struct buf *text)
{
    json_error_t error;
    json_t *document = json_loadb(buf_text(text), text->len, JSON_REJECT_DUPLICATES, &error);
    json_decref(document);
    return document ? parse_characters(text, "\n") : "it is no JSON";
}

/* ---- XML ------------------------------------------------------------------------------------- */

#ifdef CONTEND_HAVE_EXPAT
struct xml {
    struct buf *data, *attributes;
};

static void XMLCALL on_element(void *context, const XML_Char *name, const XML_Char **attributes)
{
    struct xml *x = context;
    (void)name;
    for (; x->attributes && attributes[0]; attributes += 2)
        buf_add(x->attributes, attributes[1]);
}

static void XMLCALL on_data(void *context, const XML_Char *text, int length)
{
    struct xml *x = context;
    if (x->data)
        buf_add_bytes(x->data, text, (size_t)length);
}
#endif

const char *parse_xml(const struct buf *text, struct buf *data, struct buf *attributes)
{
#ifdef CONTEND_HAVE_EXPAT
    struct xml x = {data, attributes};
    XML_Parser parser = XML_ParserCreate(NULL);
    XML_SetUserData(parser, &x);
    XML_SetStartElementHandler(parser, on_element);
    XML_SetCharacterDataHandler(parser, on_data);
    bool ok = XML_Parse(parser, buf_text(text), (int)text->len, true) == XML_STATUS_OK;
    const char *fault = ok ? NULL : XML_ErrorString(XML_GetErrorCode(parser));
    XML_ParserFree(parser);
    if (fault)
        return fault;
#else
    (void)data;
    (void)attributes;
#endif
    return parse_characters(text, "\t\r\n");
}

/* ---- Separated values -------------------------------------------------------------------- */

static bool is_number(const char *text, size_t length)
{
    static const char digits[] = "0123456789";
    const char *end = text + length;
    text += text < end && *text == '-';
    size_t whole = strspn(text, digits);
    text += whole;
    if (*text == '.')
        text += 1 + strspn(text + 1, digits);
    if (*text == 'e') {
        text++;
        text += *text == '-' || *text == '+';
        text += strspn(text, digits);
    }
    return whole && text == end;
}

static const char *check_field(const struct buf *field)
{
    const char *text = buf_text(field);
    text += strspn(text, " ");
    if (*text && strchr("=+-@\t\r\n", *text) && !is_number(text, strlen(text)))
        return "a field that spreadsheets take for a formula";
    return NULL;
}

/* Moves *at behind a field and unquotes it. */
static const char *take_field(const char **at, const char *end, char separator, struct buf *out)
{
    const char *p = *at;
    buf_reset(out);
    if (p < end && *p == '"' && separator == ',') {
        for (p++;; p++) {
            if (p == end)
                return "a quote that does not end";
            if (*p == '"' && !(p + 1 < end && p[1] == '"'))
                break;
            p += *p == '"';
            buf_add_bytes(out, p, 1);
        }
        p++;
        if (p < end && *p != separator && *p != '\n' && *p != '\r')
            return "something behind a quote";
    } else {
        for (; p < end && *p != separator && *p != '\n' && *p != '\r'; p++) {
            if (*p == '"' && separator == ',')
                return "a quote within a field";
            buf_add_bytes(out, p, 1);
        }
    }
    *at = p;
    return check_field(out);
}

static const char *take_record(const char **at, const char *end, char separator, size_t *fields,
                               struct buf *field)
{
    for (*fields = 1;; ++*fields, ++*at) {
        const char *fault = take_field(at, end, separator, field);
        if (fault)
            return fault;
        if (*at == end)
            return "the last line has no end";
        if (**at != separator)
            break;
    }
    if (**at == '\r' && *at + 1 < end && (*at)[1] == '\n')
        ++*at;
    if (**at != '\n')
        return "a carriage return alone";
    ++*at;
    return NULL;
}

const char *parse_separated(const struct buf *text, char separator, size_t *records,
                            struct buf *last)
{
    const char *at = buf_text(text), *end = at + text->len, *fault = NULL;
    size_t width = 0, fields;
    *records = 0;
    while (at < end && !fault) {
        if (*at == '\n') {
            width = 0;
            at++;
            continue;
        }
        fault = take_record(&at, end, separator, &fields, last);
        if (!fault && width && fields != width)
            fault = "a record of another length";
        width = fields;
        ++*records;
    }
    return fault ? fault : parse_characters(text, "\t\r\n");
}

/* ---- Text for a terminal --------------------------------------------------------------------- */

/* "\033[1;31m" and the like. */
static size_t colour_length(const char *at)
{
    if (at[0] != '\033' || at[1] != '[')
        return 0;
    size_t digits = strspn(at + 2, "0123456789;");
    return at[2 + digits] == 'm' ? 3 + digits : 0;
}

const char *parse_terminal(const struct buf *text, bool colour)
{
    struct buf plain = {0};
    for (const char *at = buf_text(text), *end = at + text->len; at < end;) {
        size_t length = colour ? colour_length(at) : 0;
        if (!length)
            buf_add_bytes(&plain, at, 1);
        at += length ? length : 1;
    }
    const char *fault = parse_characters(&plain, "\n");
    buf_release(&plain);
    return fault;
}

/* ---- Markdown ------------------------------------------------------------------------------- */

/* Where a span of code that begins at `at` ends; NULL where it is none. */
static const char *code_end(const char *at, const char *end)
{
    size_t ticks = strspn(at, "`");
    for (const char *p = at + ticks; p < end; p++) {
        size_t run = strspn(p, "`");
        if (run == ticks)
            return p + run;
        p += run;
    }
    return NULL;
}

/* The length of what we write of HTML; 0: it is something else. */
static size_t our_html(const char *at)
{
    static const char *const ours[] = {"<br>", "<details><summary>", "</summary>", "</details>"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (!strncmp(at, ours[i], strlen(ours[i])))
            return strlen(ours[i]);
    return 0;
}

/* Cells of a row: as for GitHub's parser, a bar behind a backslash is none, be it in code or not.
 */
static size_t count_bars(const char *row, const char *end)
{
    size_t count = 0;
    for (const char *at = row; at < end; at++)
        count += *at == '|' && (at == row || at[-1] != '\\');
    return count;
}

/* A line outside of code: nothing of HTML but what we write. */
static const char *check_line(const char *at, const char *end)
{
    while (at < end) {
        if (*at == '\\' && at + 1 < end) {
            at += 2;
            continue;
        }
        bool is_summary = !strncmp(at, "<details><summary>", strlen("<details><summary>"));
        if (is_summary) /* of HTML alone, up to its end */
            at = memmem(at, (size_t)(end - at), "</summary>", strlen("</summary>"));
        if (!at)
            return "a summary without an end";
        const char *behind = *at == '`' ? code_end(at, end) : NULL;
        if (*at == '`' && !behind)
            return "code that does not end";
        size_t html = *at == '<' ? our_html(at) : 0;
        if (*at == '<' && !html)
            return "HTML that is not ours";
        at = behind ? behind : at + (html ? html : 1);
    }
    return NULL;
}

const char *parse_markdown(const struct buf *text)
{
    const char *at = buf_text(text), *end = at + text->len;
    size_t fence = 0, bars = 0;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop)
            return "the last line has no end";
        size_t ticks = strspn(at, "`");
        if (fence ? ticks >= fence && at[ticks] == '\n' : ticks >= 3) {
            fence = fence ? 0 : ticks;
        } else if (!fence) {
            bool is_row = *at == '|';
            size_t count = is_row ? count_bars(at, stop) : 0;
            if (is_row && bars && count != bars)
                return "a row with other cells than its head";
            bars = count;
            const char *fault = check_line(at, stop);
            if (fault)
                return fault;
        }
        at = stop + 1;
    }
    return fence ? "a fence that does not end" : parse_characters(text, "\n");
}

/* ---- LaTeX ---------------------------------------------------------------------------------- */

static const char *take_command(const char **at, const char *end)
{
    static const char *const known[] = {
        "textbackslash",
        "textasciitilde",
        "textasciicircum",
        "textbar",
        "hertz",
        "textless",
        "textgreater",
        "textbf",
        "textit",
        "texttt",
        "paragraph",
        "multicolumn",
        "cmidrule",
        "toprule",
        "midrule",
        "bottomrule",
        "begin",
        "end",
        "num",
        "SI",
        "second",
        "byte",
        "per",
        "nano",
        "micro",
        "milli",
        "kilo",
        "mega",
        "giga",
        "kibi",
        "mebi",
        "gibi",
        "sim",
        "times",
        "centering",
        "caption",
        "label",
        "raggedright",
        "medskip",
    };
    const char *name = *at + 1;
    size_t length = 0;
    while (name + length < end && isalpha((unsigned char)name[length]))
        length++;
    *at = name + (length ? length : 1);
    if (!length)
        return name < end && strchr("\\&%$#_{}", *name) ? NULL : "a command of one character";
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i]) == length && !strncmp(known[i], name, length))
            return NULL;
    return "a command that is not ours";
}

const char *parse_latex(const struct buf *text)
{
    const char *at = buf_text(text), *end = at + text->len;
    size_t depth = 0;
    bool is_math = false;
    for (bool is_first = true; at < end; is_first = *at++ == '\n') {
        const char *fault = NULL;
        while (at < end && *at == '\\' && !fault) {
            fault = take_command(&at, end);
            is_first = false;
        }
        if (fault)
            return fault;
        if (at == end)
            break;
        if (is_first && *at == '%') {
            at = memchr(at, '\n', (size_t)(end - at));
            if (!at)
                return "a comment without an end";
        }
        /* "$" stands about signs of ours, "$<$": a sign by itself is not so in text fonts. */
        is_math ^= *at == '$';
        if (*at && strchr(is_math ? "%#_^~" : "%#_^~<>", *at))
            return "a special character";
        if (*at == '&' && (at == buf_text(text) || at[-1] != ' ' || at[1] != ' '))
            return "a column that is not ours";
        if (*at == '}' && depth-- == 0)
            return "a brace too many";
        depth += *at == '{';
    }
    return depth     ? "a brace that is open"
           : is_math ? "a formula that is open"
                     : parse_characters(text, "\n");
}

/* ---- GitHub's commands ------------------------------------------------------------------------
 */

static bool are_percents_escapes(const char *at, const char *end)
{
    for (; at < end; at++)
        if (*at == '%' &&
            !(end - at > 2 && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2])))
            return false;
    return true;
}

static const char *check_command(const char *at, const char *end)
{
    static const char *const commands[] = {"::error title=", "::warning title=", "::notice title="};
    size_t length = 0;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if ((size_t)(end - at) >= strlen(commands[i]) &&
            !strncmp(at, commands[i], strlen(commands[i])))
            length = strlen(commands[i]);
    if (!length)
        return "a line that is no command of ours";
    const char *title = at + length, *message = memmem(title, (size_t)(end - title), "::", 2);
    if (!message)
        return "a command without a message";
    if (memchr(title, ',', (size_t)(message - title)) ||
        memchr(title, ':', (size_t)(message - title)))
        return "a title that begins another property";
    return are_percents_escapes(at, end) ? NULL : "a percent sign that stands for nothing";
}

const char *parse_github(const struct buf *text)
{
    const char *at = buf_text(text), *end = at + text->len, *fault = NULL;
    while (at < end && !fault) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        fault = stop ? check_command(at, stop) : "the last line has no end";
        at = stop ? stop + 1 : end;
    }
    return fault ? fault : parse_characters(text, "\n");
}

/* ---- Prometheus and OpenMetrics ------------------------------------------------------------- */

/* [a-zA-Z_:][a-zA-Z0-9_:]* */
static size_t name_length(const char *at)
{
    size_t length = 0;
    while (isalnum((unsigned char)at[length]) || at[length] == '_' || at[length] == ':')
        length++;
    return isdigit((unsigned char)at[0]) ? 0 : length;
}

/* `{name="value",...}`; what follows, or NULL. */
static const char *behind_labels(const char *at, const char *end)
{
    for (at++; at < end; at++) {
        size_t length = name_length(at);
        at += length;
        if (!length || at + 1 >= end || at[0] != '=' || at[1] != '"')
            return NULL;
        for (at += 2; at < end && *at != '"'; at++)
            if (*at == '\\' && !(++at < end && strchr("\\\"n", *at)))
                return NULL;
        if (at == end || ++at == end)
            return NULL;
        if (*at == '}')
            return at + 1;
        if (*at != ',')
            return NULL;
    }
    return NULL;
}

static const char *check_sample(const char *at, const char *end, const char *family,
                                size_t family_length)
{
    size_t length = name_length(at);
    if (length != family_length || strncmp(at, family, length))
        return "a sample of another family";
    at += length;
    at = at < end && *at == '{' ? behind_labels(at, end) : NULL;
    if (!at || at >= end || *at != ' ')
        return "labels that are none";
    at++;
    return is_number(at, (size_t)(end - at)) ? NULL : "a value that is no number";
}

/* "# TYPE name gauge" and so on; *is_new: it begins a family. */
static const char *check_comment(const char *at, const char *end, bool is_openmetrics,
                                 const char **name, size_t *length, bool *is_new)
{
    static const char *const words[] = {"# HELP ", "# TYPE ", "# UNIT "};
    size_t word = 0;
    while (word < 3 && strncmp(at, words[word], strlen(words[word])))
        word++;
    if (word == 3 || (word == 2 && !is_openmetrics))
        return "a comment of another kind";
    *name = at + strlen(words[word]);
    *length = name_length(*name);
    *is_new = word == 0;
    at = *name + *length;
    if (!*length || at >= end || *at != ' ')
        return "a family without a name";
    for (at++; word == 0 && at < end; at++)
        if (*at == '\\' && !(++at < end && strchr("\\\"n", *at)))
            return "a backslash that escapes nothing";
    return NULL;
}

const char *parse_exposition(const struct buf *text, bool is_openmetrics)
{
    const char *at = buf_text(text), *end = at + text->len, *fault = NULL, *family = "";
    size_t family_length = 0;
    json_t *seen = json_object();
    bool is_over = false;
    while (at < end && !fault) {
        const char *stop = memchr(at, '\n', (size_t)(end - at)), *name;
        size_t length;
        bool is_new = false;
        if (!stop || is_over) {
            fault = "lines without an end, or behind it";
        } else if (is_openmetrics && !strncmp(at, "# EOF\n", 6)) {
            is_over = true;
        } else if (*at != '#') {
            fault = check_sample(at, stop, family, family_length);
        } else if (!(fault = check_comment(at, stop, is_openmetrics, &name, &length, &is_new))) {
            if (!is_new && (length != family_length || strncmp(name, family, length)))
                fault = "a comment of another family";
            if (is_new && json_object_getn(seen, name, length))
                fault = "a family that was there before";
            if (is_new)
                json_object_setn_new(seen, name, length, json_true());
            family = name;
            family_length = length;
        }
        at = stop ? stop + 1 : end;
    }
    json_decref(seen);
    if (!fault && is_openmetrics && !is_over)
        fault = "no end";
    return fault ? fault : parse_characters(text, "\n");
}

/* ---- Go's benchmark format ---------------------------------------------------------------------
 */

/* What Go's strings.Fields() parts words at; the length of one, 0: none is there. */
static size_t space_length(const char *at)
{
    size_t length;
    uint32_t code = utf8_decode(at, &length);
    bool is_space = code == ' ' || (code >= 9 && code <= 13) || code == 0x85 || code == 0xa0 ||
                    code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
                    code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
    return is_space ? length : 0;
}

static const char *check_benchmark(const char *at, const char *end)
{
    size_t fields = 0;
    while (at < end) {
        const char *from = at;
        while (at < end && !space_length(at))
            at++;
        bool is_value = fields == 1 || (fields > 1 && fields % 2 == 0);
        if (is_value && !is_number(from, (size_t)(at - from)))
            return "a value that is no number";
        fields++;
        while (at < end && space_length(at))
            at += space_length(at);
    }
    return fields >= 4 && fields % 2 == 0 ? NULL : "a benchmark with a value or a unit too few";
}

const char *parse_benchfmt(const struct buf *text)
{
    static const char *const keys[] = {"goos: ", "pkg: ", "host: ", "cpu: ", "run: ", "Unit "};
    const char *at = buf_text(text), *end = at + text->len, *fault = NULL;
    while (at < end && !fault) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        bool is_known = false;
        if (!stop)
            return "the last line has no end";
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            is_known |= !strncmp(at, keys[i], strlen(keys[i]));
        if (!strncmp(at, "Benchmark", strlen("Benchmark")))
            fault = check_benchmark(at, stop);
        else if (!is_known)
            fault = "a line of no kind";
        at = stop + 1;
    }
    return fault ? fault : parse_characters(text, "\n");
}
