/* Texts and their numbers: each once, in the order they came, whatever bytes they are. */
#include "bench/base/intern.h"

#include "tests/test.h"

static void a_text_keeps_its_number(void)
{
    enum { MANY = 20000 };
    struct intern t = {0};
    char text[40];
    CHECK_EQ(intern_find(&t, "0", 1), INTERN_NONE);
    for (int twice = 0; twice < 2; twice++)
        for (int i = 0; i < MANY; i++) {
            snprintf(text, sizeof text, "%d", i);
            CHECK_EQ(intern_add(&t, text, strlen(text)), i);
        }
    CHECK_EQ(t.count, MANY);
    for (int i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "%d", i);
        CHECK_EQ(intern_find(&t, text, strlen(text)), i);
        CHECK_EQ(intern_text(&t, (uint32_t)i), text);
    }
    CHECK_EQ(intern_find(&t, "-1", 2), INTERN_NONE);
    intern_release(&t);
    CHECK_EQ(intern_find(&t, "0", 1), INTERN_NONE);
}

static void texts_are_any_bytes(void)
{
    struct intern t = {0};
    CHECK_EQ(intern_add(&t, "", 0), 0);
    CHECK_EQ(intern_add(&t, "\0", 1), 1);
    CHECK_EQ(intern_add(&t, "\0\0", 2), 2);
    CHECK_EQ(intern_add(&t, "a\0b", 3), 3);
    CHECK_EQ(intern_add(&t, "a\0c", 3), 4);
    CHECK_EQ(intern_add(&t, "a", 1), 5);
    CHECK_EQ(intern_add(&t, "\0", 1), 1);
    CHECK_EQ(t.items[3].length, 3);
    CHECK(!memcmp(intern_text(&t, 3), "a\0b", 4));
    intern_release(&t);
}

static const struct test tests[] = {
    {"a_text_keeps_its_number", a_text_keeps_its_number},
    {"texts_are_any_bytes", texts_are_any_bytes},
    {0},
};
TEST_MAIN(tests)
