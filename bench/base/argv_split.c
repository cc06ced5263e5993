#include "bench/base/argv_split.h"

#include "bench/base/buf.h"

#include <stdlib.h>
#include <string.h>

static const char no_memory[] = "is too long: no memory";

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* What stands between quotes; *at is behind the closing one. False: there is none. */
static bool take_quoted(const char **at, struct buf *word)
{
    char quote = *(*at)++;
    while (**at && **at != quote) {
        bool is_escape = quote == '"' && **at == '\\' && ((*at)[1] == '"' || (*at)[1] == '\\');
        *at += is_escape;
        buf_add_bytes(word, (*at)++, 1);
    }
    if (!**at)
        return false;
    (*at)++;
    return true;
}

static const char *take_word(const char **at, struct buf *word)
{
    while (**at && !is_blank(**at)) {
        if (**at == '\'' || **at == '"') {
            if (!take_quoted(at, word))
                return "has a quote that is not closed";
        } else {
            if (**at == '\\' && !*++*at)
                return "ends in a backslash";
            buf_add_bytes(word, (*at)++, 1);
        }
    }
    return NULL;
}

static const char *add_word(struct argv *out, struct buf *word)
{
    char *text = strdup(buf_text(word));
    if (text && vec_add(out, text))
        return NULL;
    free(text);
    return no_memory;
}

static const char *add_end(struct argv *out)
{
    if (!out->count)
        return "names no program";
    if (!vec_add(out, NULL))
        return no_memory;
    out->count--;
    return NULL;
}

const char *argv_split(struct argv *out, const char *line)
{
    struct buf word = {0};
    const char *fault = NULL, *at = line;
    *out = (struct argv){0};
    for (;;) {
        while (is_blank(*at))
            at++;
        if (!*at || fault)
            break;
        buf_reset(&word);
        fault = take_word(&at, &word);
        if (!fault)
            fault = add_word(out, &word);
    }
    bool is_out_of_memory = word.failed;
    buf_release(&word);
    return fault ? fault : is_out_of_memory ? no_memory : add_end(out);
}

void argv_release(struct argv *a)
{
    for (size_t i = 0; i < a->count; i++)
        free(a->items[i]);
    vec_release(a);
}
