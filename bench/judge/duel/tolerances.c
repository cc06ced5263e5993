/* The file of tolerances. */
#include "bench/base/file.h"
#include "bench/base/units.h"
#include "bench/judge/duel/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_line(char *line, const char *path, size_t number, struct duel_tolerance *out,
                     struct err *err)
{
    char what[320];
    line += strspn(line, " \t");
    size_t length = strcspn(line, " \t");
    char *percent = line + length + strspn(line + length, " \t");
    for (size_t n = strlen(percent); n && (percent[n - 1] == ' ' || percent[n - 1] == '\t');)
        percent[--n] = '\0';
    snprintf(what, sizeof what, "%.200s: line %zu", path, number);
    if (!*percent)
        return err_set(err, ERR_INPUT, "%s: \"%.60s\" is not \"GLOB PERCENT\"", what, line);
    line[length] = '\0';
    out->glob = line;
    if (units_parse_ratio(what, percent, 0, 10, &out->ratio, err)) {
        err->code = ERR_INPUT;
        return -1;
    }
    return 0;
}

/* Of out->text, which its globs stay in. */
static int read_lines(const char *path, struct duel_tolerances *out, struct err *err)
{
    size_t lines = 1, number = 0;
    for (const char *p = out->text; *p; p++)
        lines += *p == '\n';
    out->items = calloc(lines, sizeof *out->items);
    if (!out->items)
        return err_set(err, ERR_SYSTEM, "no memory for %zu tolerances", lines);
    for (char *next = out->text, *line; (line = strsep(&next, "\n")) != NULL;) {
        number++;
        line[strcspn(line, "\r")] = '\0';
        const char *first = line + strspn(line, " \t");
        if (!*first || *first == '#')
            continue;
        if (read_line(line, path, number, &out->items[out->count], err))
            return -1;
        out->count++;
    }
    return 0;
}

int duel_tolerances_parse(const char *path, const char *text, size_t length,
                          struct duel_tolerances *out, struct err *err)
{
    *out = (struct duel_tolerances){.text = strndup(text, length)};
    if (!out->text)
        return err_set(err, ERR_SYSTEM, "%s: out of memory", path);
    return read_lines(path, out, err);
}

int duel_tolerances_read(const char *path, struct duel_tolerances *out, struct err *err)
{
    char *text = file_read(path, NULL, err); /* a text, so without a NUL */
    *out = (struct duel_tolerances){0};
    int failed = text ? duel_tolerances_parse(path, text, strlen(text), out, err) : -1;
    free(text);
    return failed;
}

void duel_tolerances_release(struct duel_tolerances *t)
{
    free(t->items);
    free(t->text);
    *t = (struct duel_tolerances){0};
}
