#include "bench/base/utf8.h"

#include <locale.h>
#include <string.h>
#include <wchar.h>

/* "The Unicode Standard", table 3-7: what may stand in the second byte depends on the first. */
static bool is_second(unsigned char first, unsigned char second)
{
    unsigned char least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    return second >= least && second <= most;
}

uint32_t utf8_decode(const char *text, size_t *length)
{
    const unsigned char *b = (const unsigned char *)text;
    size_t need = b[0] < 0x80 ? 1 : b[0] < 0xc2 ? 0 : b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
    *length = 1;
    if (need == 1)
        return b[0];
    if (need == 0 || b[0] > 0xf4 || !is_second(b[0], b[1]))
        return UTF8_INVALID;
    uint32_t code = b[0] & (0xffu >> (need + 1));
    for (size_t i = 1; i < need; i++) {
        if ((b[i] & 0xc0) != 0x80)
            return UTF8_INVALID;
        code = code << 6 | (b[i] & 0x3fu);
    }
    *length = need;
    return code;
}

bool utf8_is_shown(uint32_t code)
{
    static const uint32_t acting[][2] = {
        {0x00, 0x1f},       /* C0 */
        {0x7f, 0x9f},       /* DEL and C1, some of which begin terminals' sequences */
        {0x061c, 0x061c},   /* Arabic letter mark */
        {0x200e, 0x200f},   /* marks of direction */
        {0x2028, 0x202e},   /* separators of lines and paragraphs, embeddings, overrides */
        {0x2066, 0x206f},   /* isolates, and deprecated controls */
        {0xfdd0, 0xfdef},   /* noncharacters */
        {0xfeff, 0xfeff},   /* byte order mark */
        {0xfff9, 0xfffb},   /* annotations */
        {0xe0000, 0xe007f}, /* tags, which nobody sees */
    };
    for (size_t i = 0; i < sizeof acting / sizeof *acting; i++)
        if (code >= acting[i][0] && code <= acting[i][1])
            return false;
    return (code & 0xfffe) != 0xfffe && code < UTF8_INVALID;
}

/*
 * The program's locale is never set, and the C locale knows ASCII alone: widths are asked for in
 * one of their own.  Where there is none, whatever shows is one column wide.
 */
static int width_of(uint32_t code)
{
    static locale_t unicode;
    if (!unicode)
        unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
    if (!unicode)
        return 1;
    locale_t before = uselocale(unicode);
    int width = wcwidth((wchar_t)code);
    uselocale(before);
    return width < 0 ? 1 : width;
}

size_t utf8_columns(const char *text)
{
    return utf8_columns_in(text, strlen(text));
}

size_t utf8_columns_in(const char *text, size_t count)
{
    size_t columns = 0, length;
    for (const char *end = text + count; text < end; text += length) {
        uint32_t code = utf8_decode(text, &length);
        if (code < 0x7f)
            columns += code >= 0x20;
        else if (utf8_is_shown(code))
            columns += (size_t)width_of(code);
    }
    return columns;
}

void utf8_repair(struct buf *out, const char *text)
{
    size_t length;
    for (; *text; text += length)
        if (utf8_decode(text, &length) == UTF8_INVALID)
            buf_add(out, "\xef\xbf\xbd");
        else
            buf_add_bytes(out, text, length);
}

size_t utf8_fitting(const char *text, size_t columns)
{
    size_t used = 0, length;
    for (; text[used]; used += length) {
        utf8_decode(text + used, &length);
        if (utf8_columns_in(text, used + length) > columns)
            break;
    }
    return used;
}
