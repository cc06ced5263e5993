#include "bench/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A text that was cut says so, behind its last whole word or character of UTF-8. */
static void end_cut(char *text, size_t size, int wanted)
{
    static const char dots[] = " ...";
    if (wanted < 0 || (size_t)wanted < size)
        return;
    size_t end = size - sizeof dots;
    while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    text[end] = '\0';
    char *blank = strrchr(text, ' ');
    snprintf(blank ? blank : text + end, sizeof dots, "%s", dots);
}

/* One line, whatever was put into it. */
static void settle(struct err *err)
{
    for (char *c = err->text; *c; c++)
        if (*c == '\n' || *c == '\r' || *c == '\t')
            *c = ' ';
}

int err_set(struct err *err, enum err_code code, const char *format, ...)
{
    if (!err || err->code != ERR_NONE)
        return -1;
    va_list args;
    va_start(args, format);
    end_cut(err->text, sizeof err->text, vsnprintf(err->text, sizeof err->text, format, args));
    va_end(args);
    err->code = code;
    settle(err);
    return -1;
}

int err_set_sys(struct err *err, int sys_errno, const char *format, ...)
{
    if (!err || err->code != ERR_NONE)
        return -1;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, ": %s", strerror(sys_errno));
    settle(err);
    err->code = ERR_SYSTEM;
    err->sys_errno = sys_errno;
    return -1;
}

int err_prefix(struct err *err, const char *format, ...)
{
    if (!err || err->code == ERR_NONE)
        return -1;
    char old[sizeof err->text];
    memcpy(old, err->text, sizeof old);
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, "%s", old);
    settle(err);
    return -1;
}
