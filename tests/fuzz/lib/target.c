#include "tests/fuzz/lib/target.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void target_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}

void target_expect(const char *where, const char *fault, const char *text)
{
    if (fault)
        target_fail("%s\n%s: %s", text, where, fault);
}

void target_expect_reason(const char *where, const struct err *err)
{
    if (err->code == ERR_NONE || !err->text[0])
        target_fail("%s: it is refused without a word", where);
    if (strchr(err->text, '\n'))
        target_fail("%s: more than a line: %s", where, err->text);
    /* ERR_SYSTEM is memory that ran out, which it has not. */
    if (err->code != ERR_USAGE && err->code != ERR_INPUT && err->code != ERR_NOTCOMPARABLE)
        target_fail("%s: refused as %d: %s", where, (int)err->code, err->text);
}

void input_open(struct input *in, const uint8_t *data, size_t size)
{
    in->copy = malloc(size + 1);
    if (!in->copy)
        target_fail("no memory for the input");
    if (size)
        memcpy(in->copy, data, size);
    in->copy[size] = '\0';
    in->at = in->copy;
    in->end = in->copy + size;
}

void input_close(struct input *in)
{
    free(in->copy);
}

bool input_is_empty(const struct input *in)
{
    return in->at == in->end;
}

uint8_t input_byte(struct input *in)
{
    return in->at < in->end ? (uint8_t)*in->at++ : 0;
}

size_t input_below(struct input *in, size_t count)
{
    return input_byte(in) % count;
}

uint64_t input_whole(struct input *in)
{
    uint64_t value = 0;
    for (size_t bytes = input_below(in, 9); bytes > 0; bytes--)
        value = value << 8 | input_byte(in);
    return value;
}

double input_real(struct input *in)
{
    static const double special[] = {0, 1, -1, 1e-9, 1e9, 1e21, 4.9e-324, 1.7976931348623157e308};
    uint8_t kind = input_byte(in);
    uint64_t bits = 0;
    double value = 0;
    if (kind < 8)
        return special[kind];
    if (kind < 200)
        return (double)(kind - 7) * (double)input_byte(in) * 1e3 + (double)input_byte(in) / 7;
    for (size_t i = 0; i < sizeof bits; i++)
        bits = bits << 8 | input_byte(in);
    memcpy(&value, &bits, sizeof value);
    return value;
}

const char *input_text(struct input *in)
{
    const char *text = in->at;
    size_t length = strlen(text);
    in->at += length;
    in->at += in->at < in->end;
    return text;
}

const char *input_word(struct input *in, const char *const *words)
{
    size_t count = 0;
    while (words[count])
        count++;
    size_t which = input_below(in, count + 2);
    return which < count ? words[which] : input_text(in);
}
