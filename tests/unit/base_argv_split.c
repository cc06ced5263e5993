#include "bench/base/argv_split.h"

#include "tests/test.h"

#include <stdio.h>
#include <string.h>

/* The words with a bar between them. */
static const char *words_of(const char *line)
{
    static char out[256];
    struct argv a;
    const char *fault = argv_split(&a, line);
    out[0] = '\0';
    for (size_t i = 0; !fault && i < a.count; i++) {
        size_t used = strlen(out);
        snprintf(out + used, sizeof out - used, "%s%s", i ? "|" : "", a.items[i]);
    }
    if (fault)
        snprintf(out, sizeof out, "(%s)", fault);
    else if (a.items[a.count] != NULL)
        snprintf(out, sizeof out, "(no end)");
    argv_release(&a);
    return out;
}

static void lines_are_split_as_shells_do(void)
{
    static const char *const rows[][2] = {
        {"true", "true"},
        {"  sleep \t 0.01 ", "sleep|0.01"},
        {"sh -c 'a | b $X'", "sh|-c|a | b $X"},
        {"a \"b c\"d", "a|b cd"},
        {"a \"\\\"\\\\\\n\"", "a|\"\\\\n"},
        {"a b\\ c \\'", "a|b c|'"},
        {"a '' b", "a||b"},
        {"a'b'\"c\"", "abc"},
        {"$HOME *.c # x", "$HOME|*.c|#|x"},
        {"", "(names no program)"},
        {"   ", "(names no program)"},
        {"a 'b", "(has a quote that is not closed)"},
        {"a \"b\\\"", "(has a quote that is not closed)"},
        {"a\\", "(ends in a backslash)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_EQ(words_of(rows[i][0]), rows[i][1]);
}

static const struct test tests[] = {
    {"lines_are_split_as_shells_do", lines_are_split_as_shells_do},
    {0},
};

TEST_MAIN(tests)
