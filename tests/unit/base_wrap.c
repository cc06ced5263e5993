/* Words in lines: none too wide, none lost. */
#include "bench/base/wrap.h"

#include "tests/test.h"

#include <string.h>

static size_t widest(const struct buf *b)
{
    size_t column = 0, most = 0;
    for (size_t i = 0; i < b->len; i++) {
        column = b->data[i] == '\n' ? 0 : column + 1;
        most = column > most ? column : most;
    }
    return most;
}

static void words_stand_in_lines(void)
{
    struct buf out = {0};
    wrap_words(&out, "one two three four", 4, 2, 12);
    CHECK_EQ(buf_text(&out), "one two\n  three four");
    buf_release(&out);
    wrap_words(&out, "", 0, 0, 10);
    CHECK_EQ(buf_text(&out), "");
    buf_release(&out);
}

static void long_words_break_where_they_may(void)
{
    struct buf out = {0};
    wrap_words(&out, "[executors|workloads|locks] a", 0, 0, 12);
    CHECK_EQ(buf_text(&out), "[executors|\nworkloads|\nlocks] a");
    buf_release(&out);
    wrap_words(&out, "a unbreakableword b", 0, 0, 8);
    CHECK_EQ(buf_text(&out), "a\nunbreakableword\nb");
    buf_release(&out);
}

static void no_line_is_too_wide_and_no_word_is_lost(void)
{
    static const char text[] =
        "Tables from one result or several; those of different hosts stand side by side, and are "
        "never pooled.\n\nA second paragraph of some words.\n  contend run --suite quick -o "
        "a.json\n";
    for (size_t width = 20; width < 100; width++) {
        struct buf out = {0};
        wrap_text(&out, text, width);
        CHECK_MSG(widest(&out) <= width, "%zu columns of %zu", widest(&out), width);
        const char *at = buf_text(&out);
        for (const char *p = text; *p;) {
            size_t length = strcspn(p, " \n");
            for (; *at && length && strncmp(at, p, length) != 0; at++)
                ;
            CHECK_MSG(*at, "%.*s is lost at %zu columns", (int)length, p, width);
            p += length + strspn(p + length, " \n");
        }
        buf_release(&out);
    }
}

static void commands_go_on_behind_a_backslash_and_never_inside_quotes(void)
{
    struct buf out = {0};
    wrap_text(&out, "  run --filter 'a = b, c = d' --all\n", 31);
    CHECK_EQ(buf_text(&out), "  run --filter 'a = b, c = d' \\\n      --all\n");
    buf_release(&out);
}

/* As they are for a file, which is searched; at a terminal none ends within a word. */
static void lines_are_broken_where_a_terminal_is_narrow(void)
{
    struct buf out = {0};
    wrap_lines(&out, "one two  three\n\nfour\nfive", 0);
    CHECK_EQ(buf_text(&out), "one two  three\n\nfour\nfive");
    buf_release(&out);
    wrap_lines(&out, "one two three\n\nfour\nfive six", 8);
    CHECK_EQ(buf_text(&out), "one two\n  three\n\nfour\nfive six");
    buf_release(&out);
}

static const struct test tests[] = {
    {"lines_are_broken_where_a_terminal_is_narrow", lines_are_broken_where_a_terminal_is_narrow},
    {"words_stand_in_lines", words_stand_in_lines},
    {"long_words_break_where_they_may", long_words_break_where_they_may},
    {"no_line_is_too_wide_and_no_word_is_lost", no_line_is_too_wide_and_no_word_is_lost},
    {"commands_go_on_behind_a_backslash_and_never_inside_quotes",
     commands_go_on_behind_a_backslash_and_never_inside_quotes},
    {0},
};

TEST_MAIN(tests)
