/* Code points, widths, and what acts rather than shows. */
#include "bench/base/utf8.h"

#include "bench/base/json.h"
#include "tests/test.h"

static void code_points_are_decoded_and_nothing_else_is(void)
{
    static const struct {
        const char *text;
        uint32_t code;
        size_t length;
    } rows[] = {
        {"A", 'A', 1},
        {"\xc3\xa9", 0xe9, 2},
        {"\xe2\x80\xae", 0x202e, 3},
        {"\xf0\x9f\x98\x80", 0x1f600, 4},
        {"\xf4\x8f\xbf\xbf", 0x10ffff, 4},
        {"\x80", UTF8_INVALID, 1},             /* a stray second byte */
        {"\xc0\x80", UTF8_INVALID, 1},         /* overlong */
        {"\xe0\x9f\xbf", UTF8_INVALID, 1},     /* overlong */
        {"\xed\xa0\x80", UTF8_INVALID, 1},     /* a surrogate */
        {"\xf4\x90\x80\x80", UTF8_INVALID, 1}, /* beyond the last */
        {"\xf5\x80\x80\x80", UTF8_INVALID, 1},
        {"\xe2\x80", UTF8_INVALID, 1}, /* cut short */
        {"\xff", UTF8_INVALID, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t length;
        CHECK_MSG(utf8_decode(rows[i].text, &length) == rows[i].code, "row %zu", i);
        CHECK_MSG(length == rows[i].length, "row %zu takes %zu bytes", i, length);
    }
}

/* Every code point, against the ranges of Unicode's own data: counts by category. */
static void what_acts_is_known(void)
{
    size_t acting = 0;
    for (uint32_t code = 0; code < UTF8_INVALID; code++)
        acting += !utf8_is_shown(code);
    /* C0 32, DEL and C1 33, U+061C, 200E-F 2, 2028-E 7, 2066-F 10, FDD0- 32, BOM, FFF9-B 3, tags
     * 128, two noncharacters in each of 17 planes */
    CHECK_EQ(acting, 32 + 33 + 1 + 2 + 7 + 10 + 32 + 1 + 3 + 128 + 34);
    CHECK(utf8_is_shown('~') && utf8_is_shown(0xe9) && utf8_is_shown(0xfffd));
    CHECK(!utf8_is_shown(0x9b) && !utf8_is_shown(0x202e) && !utf8_is_shown(0xffff));
    CHECK(!utf8_is_shown(UTF8_INVALID));
}

static void widths_are_columns_not_bytes(void)
{
    CHECK_EQ(utf8_columns("caf\xc3\xa9"), 4);
    CHECK_EQ(utf8_columns("e\xcc\x81"), 1);                /* a combining accent */
    CHECK_EQ(utf8_columns("\xe6\x97\xa5\xe6\x9c\xac"), 4); /* two wide ones */
    CHECK_EQ(utf8_columns("\xe2\x96\x81\xe2\x96\x88"), 2); /* bars of a trend */
    CHECK_EQ(utf8_columns("a\x1b\xc2\x9b\xe2\x80\xae"), 1);
    CHECK_EQ(utf8_columns(""), 0);
}

static void json_keeps_what_acts_and_shows_none_of_it(void)
{
    static const char text[] = "\xc2\x9b\xe2\x80\xae\x7f\xf3\xa0\x81\x81\xef\xbf\xbf\xc3\xa9";
    struct buf out = {0};
    json_t *o = json_object(), *back;
    json_object_set_new(o, text, json_text(text));
    json_add_text(&out, o, 0);
    CHECK_EQ(buf_text(&out), "{\"\\u009b\\u202e\\u007f\\udb40\\udc41\\uffff\xc3\xa9\": "
                             "\"\\u009b\\u202e\\u007f\\udb40\\udc41\\uffff\xc3\xa9\"}\n");
    back = json_loads(buf_text(&out), 0, NULL);
    CHECK_EQ(json_string_value(json_object_get(back, text)), text);
    json_decref(back);
    buf_reset(&out);
    json_add_text(&out, json_text("a\xff\xed\xa0\x80"), JSON_ENCODE_ANY);
    CHECK_EQ(buf_text(&out), "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"\n");
    buf_release(&out);
}

static const struct test tests[] = {
    {"code_points_are_decoded_and_nothing_else_is", code_points_are_decoded_and_nothing_else_is},
    {"what_acts_is_known", what_acts_is_known},
    {"widths_are_columns_not_bytes", widths_are_columns_not_bytes},
    {"json_keeps_what_acts_and_shows_none_of_it", json_keeps_what_acts_and_shows_none_of_it},
    {0},
};
TEST_MAIN(tests)
