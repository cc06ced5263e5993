#include "bench/base/json.h"

#include "bench/base/utf8.h"

#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_watched; /* set before the first document */
static atomic_bool ran_out;

/* Where to when memory is refused; NULL: nothing is parsed. */
static _Thread_local jmp_buf *parsing;

static void *allocate(size_t bytes)
{
    void *memory = malloc(bytes);
    if (memory)
        return memory;
    atomic_store_explicit(&ran_out, true, memory_order_relaxed);
    if (parsing)
        longjmp(*parsing, 1);
    return NULL;
}

bool json_has_lost(void)
{
    return atomic_load_explicit(&ran_out, memory_order_relaxed);
}

void json_watch_memory(void)
{
    is_watched = true;
    json_set_alloc_funcs(allocate, free);
}

const char *json_is_none(const char *text, size_t length)
{
    static const struct {
        const char *bytes;
        size_t count;
        const char *what;
    } known[] = {
        {"\x1f\x8b", 2, "is compressed (gzip)"},
        {"\xfd"
         "7zXZ",
         5, "is compressed (xz)"},
        {"\x28\xb5\x2f\xfd", 4, "is compressed (zstd)"},
        {"BZh", 3, "is compressed (bzip2)"},
        {"PK\x03\x04", 4, "is an archive (zip)"},
        {"\xff\xfe", 2, "is UTF-16: JSON is UTF-8"},
        {"\xfe\xff", 2, "is UTF-16: JSON is UTF-8"},
        {"\0\0\xfe\xff", 4, "is UTF-32: JSON is UTF-8"},
        {"{\0", 2, "is UTF-16: JSON is UTF-8"},
        {"\0{", 2, "is UTF-16: JSON is UTF-8"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (length >= known[i].count && !memcmp(text, known[i].bytes, known[i].count))
            return known[i].what;
    size_t blank = 0;
    while (blank < length && memchr(" \t\r\n", text[blank], 4))
        blank++;
    return blank == length ? "is empty" : NULL;
}

size_t json_mark(const char *text, size_t length)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t count = sizeof mark - 1;
    return length >= count && !memcmp(text, mark, count) ? count : 0;
}

static json_t *parse(const char *text, size_t length, size_t flags, json_error_t *fault)
{
    jmp_buf here;
    if (setjmp(here) == 0) {
        parsing = &here;
        json_t *document = json_loadb(text, length, flags, fault);
        parsing = NULL;
        return document;
    }
    parsing = NULL;
    if (fault) {
        *fault = (json_error_t){.line = -1, .column = -1};
        snprintf(fault->text, sizeof fault->text, "out of memory");
    }
    return NULL;
}

json_t *json_parse(const char *text, size_t length, size_t flags, json_error_t *fault)
{
    size_t mark = json_mark(text, length);
    const char *what = json_is_none(text + mark, length - mark);
    if (!what)
        return parse(text + mark, length - mark, flags, fault);
    if (fault) {
        *fault = (json_error_t){.line = 1};
        snprintf(fault->text, sizeof fault->text, "%s", what);
    }
    return NULL;
}

#define DEPTH_MOST       2048 /* JSON_PARSER_MAX_DEPTH, which jansson keeps to itself */
#define WORDS(number)    "is nested more than " #number " deep"
#define WORDS_OF(number) WORDS(number)

const char *json_fault(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_stack_overflow:
        return WORDS_OF(DEPTH_MOST);
    case json_error_null_character:
        return "a text with a NUL (\\u0000)";
    default:
        return error->text;
    }
}

/* Not made by jansson, but overlooked by its setters all the same. */
static bool has_failed(const struct buf *b)
{
    if (b->failed && is_watched)
        atomic_store_explicit(&ran_out, true, memory_order_relaxed);
    return b->failed;
}

json_t *json_text(const char *text)
{
    struct buf whole = {0};
    utf8_repair(&whole, text);
    json_t *string = has_failed(&whole) ? NULL : json_string(buf_text(&whole));
    buf_release(&whole);
    return string;
}

json_t *json_text_of(const struct buf *text)
{
    return has_failed(text) ? NULL : json_text(buf_text(text));
}

/* Outside of strings a document is ASCII, so that whatever is escaped stands inside one. */
void json_escape(struct buf *out, const char *document)
{
    size_t length;
    for (const char *at = document; *at; at += length) {
        uint32_t code = utf8_decode(at, &length);
        if (*at == '\n' || utf8_is_shown(code))
            buf_add_bytes(out, at, length);
        else if (code > 0xffff && code != UTF8_INVALID)
            buf_printf(out, "\\u%04x\\u%04x", 0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
        else
            buf_printf(out, "\\u%04x", code == UTF8_INVALID ? 0xfffd : code);
    }
}

static int add_chunk(const char *bytes, size_t count, void *text)
{
    buf_add_bytes(text, bytes, count);
    return ((struct buf *)text)->failed ? -1 : 0;
}

char *json_dump_text(const json_t *document, size_t flags)
{
    struct buf text = {0};
    /* Within a key the callback's -1 is overlooked as well; the buffer remembers. */
    if (!document || json_dump_callback(document, add_chunk, &text, flags) || json_has_lost())
        text.failed = true;
    return buf_steal(&text);
}

int json_add_part(struct buf *out, json_t *document, size_t flags, size_t before, size_t behind)
{
    char *text = json_dump_text(document, flags);
    size_t length = text ? strlen(text) : 0;
    json_decref(document);
    if (length > before + behind) {
        text[length - behind] = '\0';
        json_escape(out, text + before);
    } else {
        out->failed = true;
    }
    free(text);
    return out->failed ? -1 : 0;
}

void json_add_text(struct buf *out, json_t *document, size_t flags)
{
    char *text = json_dump_text(document, flags);
    json_decref(document);
    if (text) {
        json_escape(out, text);
        buf_add(out, "\n");
    } else {
        out->failed = true;
    }
    free(text);
}
