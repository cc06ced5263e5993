/* "Did you mean": near names are found, far ones are not. */
#include "bench/base/suggest.h"

#include "tests/test.h"

static const char *const names[] = {"serial", "thread", "thread_pool", "process", "coroutine"};
enum { NAME_COUNT = sizeof names / sizeof names[0] };

static void the_nearest_name_is_found(void)
{
    static const struct {
        const char *typed, *expected;
    } rows[] = {
        {"tread", "thread"},         {"threads", "thread"},     {"thraed", "thread"},
        {"proces", "process"},       {"corutine", "coroutine"}, {"threadpool", "thread_pool"},
        {"coroutines", "coroutine"}, {"thread", "thread"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_EQ(suggest(rows[i].typed, names, NAME_COUNT), rows[i].expected);
}

static void a_name_that_is_far_from_all_is_not_guessed(void)
{
    CHECK(suggest("goroutine_pool_x", names, NAME_COUNT) == NULL);
    CHECK(suggest("fiber", names, NAME_COUNT) == NULL);
    CHECK(suggest("", names, NAME_COUNT) == NULL);
}

static void no_names_means_no_guess(void)
{
    CHECK(suggest("thread", names, 0) == NULL);
}

static void very_long_words_are_harmless(void)
{
    char typed[5000];
    memset(typed, 't', sizeof typed - 1);
    typed[sizeof typed - 1] = '\0';
    CHECK(suggest(typed, names, NAME_COUNT) == NULL);
}

static const struct test tests[] = {
    {"the_nearest_name_is_found", the_nearest_name_is_found},
    {"a_name_that_is_far_from_all_is_not_guessed", a_name_that_is_far_from_all_is_not_guessed},
    {"no_names_means_no_guess", no_names_means_no_guess},
    {"very_long_words_are_harmless", very_long_words_are_harmless},
    {0},
};

TEST_MAIN(tests)
