/* Members that cannot be lost: one that failed is remembered, whatever was added after it. */
#include "bench/base/json_make.h"

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

static void lists_and_whole_objects_are_made_likewise(void)
{
    struct json_maker m = json_maker_take(json_pack("{s:i}", "a", 1)), list = json_maker_list();
    json_make_add(&list, json_integer(1));
    json_make_add(&list, json_null());
    json_make_list(&m, "list", &list);
    json_make_finite(&m, "none", (double)INFINITY);
    json_make_finite(&m, "half", 0.5);
    json_make_all(&m, json_pack("{s:i, s:i}", "a", 2, "b", 3));
    json_t *made = json_made(&m);
    char *text = json_dumps(made, JSON_COMPACT);
    CHECK_EQ(text, "{\"a\":2,\"list\":[1,null],\"half\":0.5,\"b\":3}");
    free(text);
    json_decref(made);
}

static void a_list_that_failed_takes_the_whole_with_it(void)
{
    struct json_maker m = json_maker_new(), list = json_maker_list();
    json_make_add(&list, NULL);
    json_make_add(&list, json_integer(1));
    json_make_list(&m, "list", &list);
    json_make_int(&m, "whole", 1);
    CHECK(json_made(&m) == NULL);
    m = json_maker_take(NULL);
    json_make_int(&m, "whole", 1);
    CHECK(json_made(&m) == NULL);
    m = json_maker_new();
    json_make_all(&m, NULL);
    CHECK(json_made(&m) == NULL);
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
    {"lists_and_whole_objects_are_made_likewise", lists_and_whole_objects_are_made_likewise},
    {"a_list_that_failed_takes_the_whole_with_it", a_list_that_failed_takes_the_whole_with_it},
    {"a_member_that_failed_takes_the_object_with_it",
     a_member_that_failed_takes_the_object_with_it},
    {0},
};

TEST_MAIN(tests)
