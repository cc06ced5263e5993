/* Members that cannot be lost: one that failed is remembered, whatever was added after it. */
#include "bench/core/json_make.h"

#include "tests/test.h"

#include <math.h>
#include <stdlib.h>

static void what_was_added_stands_in_order(void)
{
    struct json_maker m = json_maker_new();
    json_make_text(&m, "text",
                   "a\xff"
                   "b");
    json_make_text_or_null(&m, "none", "");
    json_make_int(&m, "whole", -7);
    json_make_real(&m, "real", 0.5);
    json_make_bool(&m, "truth", true);
    json_t *made = json_made(&m);
    char *text = json_dumps(made, JSON_COMPACT);
    CHECK_EQ(text, "{\"text\":\"a\xef\xbf\xbd"
                   "b\",\"none\":null,\"whole\":-7,\"real\":0.5,"
                   "\"truth\":true}");
    free(text);
    json_decref(made);
}

static void a_member_that_failed_takes_the_object_with_it(void)
{
    struct json_maker m = json_maker_new();
    json_make_real(&m, "real", (double)NAN);
    json_make_int(&m, "whole", 1);
    CHECK(json_made(&m) == NULL);
    m = json_maker_new();
    json_make_value(&m, "value", NULL);
    json_make_int(&m, "whole", 1);
    CHECK(json_made(&m) == NULL);
    m = json_maker_new();
    json_t *list = json_array();
    json_make_item(&m, list, NULL);
    json_make_value(&m, "list", list);
    CHECK(json_made(&m) == NULL);
}

static const struct test tests[] = {
    {"what_was_added_stands_in_order", what_was_added_stands_in_order},
    {"a_member_that_failed_takes_the_object_with_it",
     a_member_that_failed_takes_the_object_with_it},
    {0},
};

TEST_MAIN(tests)
