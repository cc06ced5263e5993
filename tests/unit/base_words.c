/* Words around numbers and names. */
#include "bench/base/words.h"

#include "tests/test.h"

static void one_is_one_and_all_else_is_many(void)
{
    static const struct {
        size_t n;
        const char *one, *text;
    } rows[] = {
        {1, "cell", "1 cell"},       {0, "cell", "0 cells"},        {77, "cell", "77 cells"},
        {1, "process", "1 process"}, {2, "process", "2 processes"}, {2, "launch", "2 launches"},
        {1, "entry", "1 entry"},     {3, "entry", "3 entries"},     {2, "day", "2 days"},
        {2, "series", "2 series"},   {2, "mutex", "2 mutexes"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[64];
        CHECK_EQ((const char *)words_count(text, sizeof text, rows[i].n, rows[i].one),
                 rows[i].text);
    }
}

/* Buggy: of 63 letters at the most, so that two long names became one. */
static void a_name_has_a_many_whatever_its_length_and_letters(void)
{
    static const char longest[] = "a-name-of-somebody-else-that-is-longer-than-what-anybody-would-"
                                  "reserve-for-it-in-advance-and-then-some-process";
    static const struct {
        const char *one;
        size_t length;
        const char *many;
    } rows[] = {
        {"coroutine stack=dense", 9, "coroutines"},
        {"\xe6\xbc\xa2\xe5\xad\x97", 6, "\xe6\xbc\xa2\xe5\xad\x97"}, /* no English word */
        {"entry", 5, "entries"},
        {"", 0, "s"},
    };
    struct buf text = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        buf_reset(&text);
        words_add_many(&text, 2, rows[i].one, rows[i].length);
        CHECK_EQ(buf_text(&text), rows[i].many);
    }
    buf_reset(&text);
    words_add_many(&text, 2, longest, strlen(longest));
    CHECK(text.len == strlen(longest) + 2 && !strcmp(text.data + text.len - 9, "processes"));
    buf_release(&text);
}

static void articles_go_by_the_sound(void)
{
    static const char *const a[] = {"thread", "uv_pool",  "process", "coroutine", "unit", "clh",
                                    "gil",    "ucontext", "tbb",     "user",      ""};
    static const char *const an[] = {"openmp", "executor", "async", "mcs", "unknown", "event"};
    for (size_t i = 0; i < sizeof a / sizeof *a; i++)
        CHECK_MSG(!strcmp(words_article(a[i]), "a"), "an %s", a[i]);
    for (size_t i = 0; i < sizeof an / sizeof *an; i++)
        CHECK_MSG(!strcmp(words_article(an[i]), "an"), "a %s", an[i]);
}

static const struct test tests[] = {
    {"one_is_one_and_all_else_is_many", one_is_one_and_all_else_is_many},
    {"a_name_has_a_many_whatever_its_length_and_letters",
     a_name_has_a_many_whatever_its_length_and_letters},
    {"articles_go_by_the_sound", articles_go_by_the_sound},
    {0},
};

TEST_MAIN(tests)
