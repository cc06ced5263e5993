/*
 * Documents are whole or refused.
 *
 * Buggy once: json_dumps() of jansson gives back a document that lacks a key, and with it is none,
 * where its buffer cannot grow just there.
 */
#include "bench/base/json.h"

#include "tests/test.h"

#include <errno.h>
#include <string.h>

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
static const bool can_refuse = false;
static long countdown;
#else
void *__libc_malloc(size_t size);
void *__libc_realloc(void *old, size_t size);

static const bool can_refuse = true;
static long countdown; /* 0: all are granted */

void *malloc(size_t size)
{
    return countdown > 0 && --countdown == 0 ? errno = ENOMEM, NULL : __libc_malloc(size);
}

void *realloc(void *old, size_t size)
{
    return countdown > 0 && --countdown == 0 ? errno = ENOMEM, NULL : __libc_realloc(old, size);
}
#endif

/* Keys of many lengths, so that some buffer has to grow within one. */
static json_t *document_of(size_t keys)
{
    char key[64];
    json_t *o = json_object();
    for (size_t i = 0; i < keys; i++) {
        snprintf(key, sizeof key, "%0*zu", (int)(i % 40) + 1, i);
        json_object_set_new(o, key, json_integer((json_int_t)i));
    }
    return o;
}

/* What an editor or an archive made of it: read all the same, or called what it is. */
static void what_is_no_json_is_called_what_it_is(void)
{
    static const struct {
        const char *text;
        size_t length;
        const char *fault; /* NULL: it is read */
    } rows[] = {
        {"\xef\xbb\xbf{}\r\n", 7, NULL},
        {"", 0, "is empty"},
        {"\xef\xbb\xbf \r\n", 6, "is empty"},
        {"\x1f\x8b\x08", 3, "is compressed (gzip)"},
        {"\xff\xfe{\0}\0", 6, "is UTF-16"},
        {"{\0}\0", 4, "is UTF-16"},
        {"[\"\\u0000\"]", 10, "a text with a NUL"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_error_t fault = {0};
        json_t *made = json_parse(rows[i].text, rows[i].length, 0, &fault);
        CHECK_EQ(made == NULL, rows[i].fault != NULL);
        if (!made)
            CHECK_CONTAINS(json_fault(&fault), rows[i].fault);
        json_decref(made);
    }
}

static void a_document_is_whole_or_refused(void)
{
    if (!can_refuse)
        SKIP("the sanitizer has the allocator");
    for (size_t keys = 1; keys < 60; keys++) {
        json_t *o = document_of(keys);
        char *whole = json_dump_text(o, JSON_INDENT(1) | JSON_SORT_KEYS);
        bool was_refused = true;
        for (long n = 1; was_refused; n++) {
            countdown = n;
            char *text = json_dump_text(o, JSON_INDENT(1) | JSON_SORT_KEYS);
            was_refused = countdown == 0;
            countdown = 0;
            CHECK_MSG(!text || !strcmp(text, whole), "%zu keys, allocation %ld: %s", keys, n, text);
            free(text);
        }
        free(whole);
        json_decref(o);
    }
}

/* Buggy once: a token whose buffer could not grow was copied past the end of what there was. */
static void a_document_is_parsed_whole_or_not_at_all(void)
{
    if (!can_refuse)
        SKIP("the sanitizer has the allocator");
    json_watch_memory();
    char text[600];
    snprintf(text, sizeof text, "{\"%0200d\": [\"%0200d\", 1.5, true, {\"a\": null}]}", 1, 2);
    json_t *whole = json_parse(text, strlen(text), 0, NULL);
    if (!CHECK(whole != NULL))
        return;
    bool was_refused = true;
    for (long n = 1; was_refused; n++) {
        json_error_t fault = {.line = 0};
        countdown = n;
        json_t *document = json_parse(text, strlen(text), 0, &fault);
        was_refused = countdown == 0;
        countdown = 0;
        CHECK_MSG(was_refused ? !document && !strcmp(json_fault(&fault), "out of memory")
                              : json_equal(document, whole),
                  "allocation %ld: %s", n, fault.text);
        json_decref(document);
    }
    json_decref(whole);
}

static const struct test tests[] = {
    {"what_is_no_json_is_called_what_it_is", what_is_no_json_is_called_what_it_is},
    {"a_document_is_whole_or_refused", a_document_is_whole_or_refused},
    {"a_document_is_parsed_whole_or_not_at_all", a_document_is_parsed_whole_or_not_at_all},
    {0},
};
TEST_MAIN(tests)
