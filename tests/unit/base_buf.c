/* The growing text buffer: always terminated, remembers that memory ran out. */
#include "bench/base/buf.h"

#include "tests/test.h"

static void an_empty_buffer_reads_as_empty_text(void)
{
    struct buf b = {0};
    CHECK_EQ(buf_text(&b), "");
    CHECK_EQ(b.len, 0);
    buf_release(&b);
}

static void additions_follow_each_other(void)
{
    struct buf b = {0};
    buf_add(&b, "one");
    buf_pad(&b, 3);
    buf_printf(&b, "%d-%s", 2, "two");
    buf_add_bytes(&b, "three and more", 5);
    CHECK_EQ(buf_text(&b), "one   2-twothree");
    CHECK_EQ(b.len, strlen("one   2-twothree"));
    buf_release(&b);
}

static void growing_keeps_every_byte(void)
{
    struct buf b = {0};
    for (int i = 0; i < 20000; i++)
        buf_printf(&b, "%d,", i % 10);
    CHECK_EQ(b.len, 40000);
    CHECK(!b.failed);
    bool right = true;
    for (size_t i = 0; i < 20000; i++)
        right &= b.data[2 * i] == (char)('0' + i % 10) && b.data[2 * i + 1] == ',';
    CHECK(right);
    CHECK_EQ(b.data[b.len], '\0');
    buf_release(&b);
}

static void one_addition_may_be_larger_than_all_before(void)
{
    struct buf b = {0};
    buf_add(&b, "a");
    buf_pad(&b, 100000);
    buf_add(&b, "b");
    CHECK_EQ(b.len, 100002);
    CHECK_EQ(b.data[100001], 'b');
    buf_release(&b);
}

static void bytes_may_be_zero(void)
{
    struct buf b = {0};
    buf_add_bytes(&b, "a\0b", 3);
    CHECK_EQ(b.len, 3);
    CHECK_EQ(memcmp(b.data, "a\0b", 4), 0);
    buf_release(&b);
}

static void a_reset_buffer_is_empty_and_keeps_its_memory(void)
{
    struct buf b = {0};
    buf_pad(&b, 1000);
    size_t capacity = b.capacity;
    buf_reset(&b);
    CHECK_EQ(buf_text(&b), "");
    CHECK_EQ(b.len, 0);
    CHECK_EQ(b.capacity, capacity);
    buf_release(&b);
    CHECK_EQ(b.capacity, 0);
}

static void stealing_gives_the_text_away(void)
{
    struct buf b = {0};
    buf_add(&b, "mine");
    char *text = buf_steal(&b);
    CHECK_EQ(text, "mine");
    CHECK(b.data == NULL);
    CHECK_EQ(b.len, 0);
    free(text);

    struct buf untouched = {0};
    text = buf_steal(&untouched);
    CHECK_EQ(text, "");
    free(text);
}

static void a_failed_buffer_says_so_and_gives_nothing_away(void)
{
    struct buf b = {0};
    buf_add(&b, "half");
    b.failed = true; /* as after an allocation that failed */
    buf_add(&b, " more");
    CHECK_EQ(buf_text(&b), "half");
    CHECK(buf_steal(&b) == NULL);
    CHECK(!b.failed);
    buf_release(&b);
}

static void a_failure_outlives_a_reset_and_is_handed_on(void)
{
    struct buf scratch = {0}, out = {0};
    buf_add(&scratch, "lost");
    scratch.failed = true;
    buf_reset(&scratch);
    buf_add(&scratch, "next");
    CHECK_EQ(scratch.len, 0);
    buf_settle(&out, &scratch);
    CHECK(out.failed && !scratch.data);
}

static const struct test tests[] = {
    {"an_empty_buffer_reads_as_empty_text", an_empty_buffer_reads_as_empty_text},
    {"additions_follow_each_other", additions_follow_each_other},
    {"growing_keeps_every_byte", growing_keeps_every_byte},
    {"one_addition_may_be_larger_than_all_before", one_addition_may_be_larger_than_all_before},
    {"bytes_may_be_zero", bytes_may_be_zero},
    {"a_reset_buffer_is_empty_and_keeps_its_memory", a_reset_buffer_is_empty_and_keeps_its_memory},
    {"stealing_gives_the_text_away", stealing_gives_the_text_away},
    {"a_failed_buffer_says_so_and_gives_nothing_away",
     a_failed_buffer_says_so_and_gives_nothing_away},
    {"a_failure_outlives_a_reset_and_is_handed_on", a_failure_outlives_a_reset_and_is_handed_on},
    {0},
};

TEST_MAIN(tests)
