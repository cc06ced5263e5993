#include "bench/page/svg_draw.h"

#include "bench/base/utf8.h"
#include "bench/page/escape.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Shares of the size that letters take in Helvetica and its likes, and some room: DejaVu is wider.
 */
static double letter_width(uint32_t code)
{
    if (code >= 0x2e80)
        return 1.1; /* ideographs */
    if (code >= 128)
        return 0.65;
    if (strchr("ijl|!.,:;'` ", (int)code))
        return 0.32;
    if (strchr("ft()[]{}/r-\"", (int)code))
        return 0.40;
    if (strchr("mwMW%@", (int)code))
        return 0.95;
    return isupper((int)code) ? 0.74 : 0.60;
}

double svg_text_width(const char *text, double size)
{
    double width = 0;
    size_t length;
    for (; *text; text += length)
        width += letter_width(utf8_decode(text, &length));
    return width * size;
}

void svg_number(struct buf *out, double value)
{
    char text[40];
    snprintf(text, sizeof text, "%.1f", isfinite(value) ? value : 0);
    size_t length = strlen(text);
    if (text[length - 1] == '0')
        text[length - 2] = '\0';
    buf_add(out, strcmp(text, "-0") ? text : "0");
}

static void attribute(struct buf *out, const char *name, double value)
{
    buf_printf(out, " %s=\"", name);
    svg_number(out, value);
    buf_add(out, "\"");
}

static void looks_of(struct buf *out, const char *looks)
{
    if (looks[0])
        buf_printf(out, " class=\"%s\"", looks);
}

double svg_tick_middle(const struct svg_pen *pen, double at, const char *text)
{
    double half = svg_text_width(text, SVG_TEXT_SIZE) / 2;
    return fmax(half, fmin(at, pen->width - half));
}

void svg_text(struct buf *out, double x, double y, enum svg_anchor anchor, const char *looks,
              const char *text)
{
    static const char *const anchors[] = {[SVG_START] = "",
                                          [SVG_MIDDLE] = " text-anchor=\"middle\"",
                                          [SVG_END] = " text-anchor=\"end\""};
    buf_add(out, "<text");
    attribute(out, "x", x);
    attribute(out, "y", y);
    buf_add(out, anchors[anchor]);
    looks_of(out, looks);
    buf_add(out, ">");
    escape_xml(out, text);
    buf_add(out, "</text>");
}

/* Bytes of the text's beginning that fit, whole characters. */
static size_t fitting(const char *text, double room, double size)
{
    double width = 0;
    size_t at = 0, length;
    while (text[at]) {
        width += letter_width(utf8_decode(text + at, &length)) * size;
        if (width > room)
            break;
        at += length;
    }
    return at;
}

/* Where its last letters begin that fit. */
static const char *fitting_end(const char *text, double room, double size)
{
    double width = svg_text_width(text, size);
    size_t length;
    for (; *text && width > room; text += length)
        width -= letter_width(utf8_decode(text, &length)) * size;
    return text;
}

/* Names differ in their ends as often as in their beginnings. */
void svg_text_within(struct buf *out, double x, double y, double room, const char *looks,
                     const char *text)
{
    double size = SVG_TEXT_SIZE * (strcmp(looks, "head") ? 1 : SVG_BOLD);
    struct buf cut = {0};
    if (svg_text_width(text, size) > room) {
        double half = (room - size) / 2;
        buf_add_bytes(&cut, text, fitting(text, half, size));
        buf_add(&cut, "\u2026");
        buf_add(&cut, fitting_end(text, half, size));
        text = buf_text(&cut);
    }
    svg_text(out, x, y, SVG_START, looks, text);
    buf_settle(out, &cut);
}

void svg_line(struct buf *out, double x1, double y1, double x2, double y2, const char *looks)
{
    buf_add(out, "<path d=\"M");
    svg_number(out, x1);
    buf_add(out, " ");
    svg_number(out, y1);
    buf_add(out, "L");
    svg_number(out, x2);
    buf_add(out, " ");
    svg_number(out, y2);
    buf_add(out, "\"");
    looks_of(out, looks);
    buf_add(out, "/>");
}

void svg_rect(struct buf *out, double x, double y, double width, double height, const char *looks)
{
    buf_add(out, "<rect");
    attribute(out, "x", x);
    attribute(out, "y", y);
    attribute(out, "width", width > 0 ? width : 0);
    attribute(out, "height", height > 0 ? height : 0);
    looks_of(out, looks);
    buf_add(out, "/>");
}

void svg_dot(struct buf *out, double x, double y, double radius, const char *looks)
{
    buf_add(out, "<circle");
    attribute(out, "cx", x);
    attribute(out, "cy", y);
    attribute(out, "r", radius);
    looks_of(out, looks);
    buf_add(out, "/>");
}

void svg_paragraph(struct svg_pen *pen, double x, double room, double size, double leading,
                   const char *looks, const char *text)
{
    struct buf line = {0};
    while (*text) {
        size_t fits = fitting(text, room, size), end = fits;
        if (text[fits]) /* back to a blank, where there is one */
            while (end > 0 && text[end] != ' ')
                end--;
        if (end == 0)
            end = fits ? fits : strlen(text);
        buf_reset(&line);
        buf_add_bytes(&line, text, end);
        svg_text(pen->out, x, pen->y, SVG_START, looks, buf_text(&line));
        pen->y += leading;
        text += end;
        text += strspn(text, " ");
    }
    buf_settle(pen->out, &line);
}

void svg_thing(struct buf *out, const char *format, ...)
{
    struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    buf_add(out, "<g class=\"m\"><title>");
    escape_xml(out, buf_text(&text));
    buf_add(out, "</title>");
    buf_settle(out, &text);
}

void svg_end(struct buf *out)
{
    buf_add(out, "</g>");
}

/* ---- Stretches of lanes --------------------------------------------------------------------- */

void svg_stretch(struct buf *out, double x, double top, double width, double height,
                 const struct page_series *s)
{
    char looks[32];
    bool is_outline = s->form.body == PAGE_HOLLOW || s->form.body == PAGE_FRAME;
    bool is_band = s->form.body == PAGE_BAND || s->form.body == PAGE_FRAME;
    double own = s->form.body == PAGE_HAIRLINE ? 1.5 : is_band ? height * 0.45 : height;
    double inset = is_outline ? 0.5 : 0; /* the stroke lies on both sides of the edge */
    snprintf(looks, sizeof looks,
             is_outline                  ? "b%u l%u"
             : s->form.body == PAGE_PALE ? "b%u"
                                         : "f%u",
             s->form.tint, s->form.tint);
    svg_rect(out, x + fmin(inset, width / 2), top + (height - own) / 2 + inset, width - 2 * inset,
             own - 2 * inset, looks);
}

/* ---- The key ------------------------------------------------------------------------------ */

static void add_swatch(struct buf *out, const struct page_series *s, const char *rule_looks,
                       double x, double y)
{
    switch (s->form.mark) {
    case PAGE_TICK:
        svg_line(out, x + 5, y - 9, x + 5, y + 1, "tick");
        break;
    case PAGE_FIT:
        svg_line(out, x, y - 4, x + 12, y - 4, "fit");
        break;
    case PAGE_RULE:
        svg_line(out, x + 5, y - 9, x + 5, y + 1, rule_looks);
        break;
    case PAGE_ARROW:
        svg_line(out, x, y - 4, x + 12, y - 4, "arrow");
        break;
    case PAGE_AS_CHART:
        svg_stretch(out, x, y - 9, 10, 10, s);
        break;
    }
}

static bool is_starred(const struct page_series *s)
{
    for (const struct page_points *p = s->points; p; p = p->next)
        if (!p->point.label && p->point.flags & PAGE_UNRELIABLE)
            return true;
    return false;
}

void svg_add_name(struct buf *out, const struct page_series *s)
{
    buf_printf(out, "%s%s", s->form.name, is_starred(s) ? " *" : "");
}

void svg_key(struct svg_pen *pen, const struct page_panel *panel, const char *rule_looks)
{
    enum { SWATCH = 16, APART = 16, LEADING = 17 };
    double x = 0;
    struct buf name = {0};
    for (const struct page_series *s = panel->series; s; s = s->next) {
        buf_reset(&name);
        svg_add_name(&name, s);
        double width = SWATCH + svg_text_width(buf_text(&name), SVG_TEXT_SIZE);
        if (x > 0 && x + width > pen->width) {
            x = 0;
            pen->y += LEADING;
        }
        add_swatch(pen->out, s, rule_looks, x, pen->y + 11);
        svg_text_within(pen->out, x + SWATCH, pen->y + 11, pen->width - x - SWATCH, "",
                        buf_text(&name));
        x += width + APART;
    }
    pen->out->failed |= name.failed;
    buf_release(&name);
    pen->y += LEADING + 3;
}
