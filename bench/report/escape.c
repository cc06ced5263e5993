#include "bench/report/escape.h"

#include <string.h>

void escape_xml(struct buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '&')
            buf_add(out, "&amp;");
        else if (c == '<')
            buf_add(out, "&lt;");
        else if (c == '>')
            buf_add(out, "&gt;");
        else if (c == '"')
            buf_add(out, "&quot;");
        else if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
            buf_add(out, "?");
        else
            buf_add_bytes(out, text, 1);
    }
}

void escape_markdown(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("\\|*_`<>[]~#", *text))
            buf_add(out, "\\");
        buf_add_bytes(out, text, 1);
    }
}

void escape_github(struct buf *out, const char *text, bool is_property)
{
    for (; *text; text++)
        if (*text == '%' || *text == '\r' || *text == '\n' ||
            (is_property && (*text == ':' || *text == ',')))
            buf_printf(out, "%%%02X", (unsigned char)*text);
        else
            buf_add_bytes(out, text, 1);
}

void escape_csv(struct buf *out, const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        buf_add(out, text);
        return;
    }
    buf_add(out, "\"");
    for (; *text; text++) {
        if (*text == '"')
            buf_add(out, "\"");
        buf_add_bytes(out, text, 1);
    }
    buf_add(out, "\"");
}
