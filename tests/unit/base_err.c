/* Errors as values: the first one wins, context goes in front, NULL is accepted. */
#include "bench/base/err.h"

#include "bench/base/buf.h"
#include "tests/test.h"

#include <errno.h>

static void an_error_holds_its_code_and_text(void)
{
    struct err err = {0};
    CHECK_EQ(err_set(&err, ERR_USAGE, "--tasks: \"%s\" is too small", "0"), -1);
    CHECK_EQ(err.code, ERR_USAGE);
    CHECK_EQ(err.text, "--tasks: \"0\" is too small");
    CHECK_EQ(err.sys_errno, 0);
}

static void the_first_error_wins(void)
{
    struct err err = {0};
    err_set(&err, ERR_LIMIT, "the cause");
    CHECK_EQ(err_set(&err, ERR_FAILED, "the clean-up"), -1);
    CHECK_EQ(err_set_sys(&err, EIO, "closing"), -1);
    CHECK_EQ(err.code, ERR_LIMIT);
    CHECK_EQ(err.text, "the cause");
    CHECK_EQ(err.sys_errno, 0);
}

static void a_system_error_names_its_errno(void)
{
    struct err err = {0};
    CHECK_EQ(err_set_sys(&err, ENOSPC, "%s", "results/a.json"), -1);
    CHECK_EQ(err.code, ERR_SYSTEM);
    CHECK_EQ(err.sys_errno, ENOSPC);
    CHECK_EQ(err.text, "results/a.json: No space left on device");
}

static void context_is_put_in_front(void)
{
    struct err err = {0};
    err_set_sys(&err, EAGAIN, "fork");
    CHECK_EQ(err_prefix(&err, "task %d: ", 3), -1);
    err_prefix(&err, "cell a: ");
    CHECK_EQ(err.text, "cell a: task 3: fork: Resource temporarily unavailable");
    CHECK_EQ(err.code, ERR_SYSTEM);
}

static void context_without_an_error_changes_nothing(void)
{
    struct err err = {0};
    err_prefix(&err, "cell a: ");
    CHECK_EQ(err.code, ERR_NONE);
    CHECK_EQ(err.text, "");
}

static void it_is_one_line_whatever_was_put_into_it(void)
{
    struct err err = {0};
    err_set(&err, ERR_INPUT, "no cell \"%s\"", "a\nb\r\n\tc");
    CHECK_EQ(err.text, "no cell \"a b   c\"");
}

static void long_texts_are_cut_between_characters(void)
{
    for (size_t before = 0; before < 4; before++) {
        struct err err = {0};
        struct buf text = {0};
        buf_add_bytes(&text, "xxx", before);
        while (text.len < sizeof err.text)
            buf_add(&text, "\xe2\x82\xac");
        err_set(&err, ERR_INPUT, "%s", buf_text(&text));
        CHECK_EQ((strlen(err.text) - before - strlen(" ...")) % 3, 0);
        CHECK_CONTAINS(err.text, "\xe2\x82\xac ...");
        CHECK(strlen(err.text) + 3 > sizeof err.text - 1);
        buf_release(&text);
    }
}

static void long_texts_are_cut_and_stay_terminated(void)
{
    char longer[2 * sizeof(struct err)];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    struct err err = {0};
    err_set(&err, ERR_INPUT, "%s", longer);
    CHECK_EQ(strlen(err.text), sizeof err.text - 1);
    err_prefix(&err, "%s", longer);
    CHECK_EQ(strlen(err.text), sizeof err.text - 1);

    struct err system = {0};
    err_set_sys(&system, EIO, "%s", longer);
    CHECK_EQ(strlen(system.text), sizeof system.text - 1);
    CHECK_EQ(system.sys_errno, EIO);
}

static void null_is_accepted(void)
{
    CHECK_EQ(err_set(NULL, ERR_USAGE, "x"), -1);
    CHECK_EQ(err_set_sys(NULL, EIO, "x"), -1);
    CHECK_EQ(err_prefix(NULL, "x"), -1);
}

static const struct test tests[] = {
    {"an_error_holds_its_code_and_text", an_error_holds_its_code_and_text},
    {"the_first_error_wins", the_first_error_wins},
    {"a_system_error_names_its_errno", a_system_error_names_its_errno},
    {"context_is_put_in_front", context_is_put_in_front},
    {"context_without_an_error_changes_nothing", context_without_an_error_changes_nothing},
    {"it_is_one_line_whatever_was_put_into_it", it_is_one_line_whatever_was_put_into_it},
    {"long_texts_are_cut_between_characters", long_texts_are_cut_between_characters},
    {"long_texts_are_cut_and_stay_terminated", long_texts_are_cut_and_stay_terminated},
    {"null_is_accepted", null_is_accepted},
    {0},
};

TEST_MAIN(tests)
