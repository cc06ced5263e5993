/* Putting a page together: its memory, and all blocks but grids and charts. */
#include "bench/page/page.h"

#include "bench/page/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct chunk {
    struct chunk *next;
    size_t used, size;
    _Alignas(max_align_t) char bytes[];
};

enum { CHUNK_BYTES = 16384 };

void page_init(struct page *p, const char *title)
{
    *p = (struct page){.audience = PAGE_ALL, .expected = PAGE_ALL | PAGE_OWN_JSON};
    p->title = page_copy(p, title);
}

void page_release(struct page *p)
{
    for (struct chunk *c = p->memory, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    json_decref(p->document);
    free(p->document_text);
    *p = (struct page){.failed = true};
}

void *page_allocate(struct page *p, size_t size)
{
    struct chunk *c = p->memory;
    size = (size + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
    if (p->failed)
        return NULL;
    if (!c || c->size - c->used < size) {
        size_t room = size > CHUNK_BYTES ? size : CHUNK_BYTES;
        struct chunk *new = malloc(sizeof *new + room);
        if (!new) {
            p->failed = true;
            return NULL;
        }
        *new = (struct chunk){.next = c, .size = room};
        p->memory = c = new;
    }
    void *bytes = c->bytes + c->used;
    c->used += size;
    return memset(bytes, 0, size);
}

const char *page_copy(struct page *p, const char *text)
{
    if (!text)
        return NULL;
    size_t size = strlen(text) + 1;
    char *copy = page_allocate(p, size);
    return copy ? memcpy(copy, text, size) : "";
}

const char *page_compose(struct page *p, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *text = length < 0 ? NULL : page_allocate(p, (size_t)length + 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text ? text : "";
}

struct page_block *page_add(struct page *p, enum page_block_kind kind)
{
    struct page_block *b = page_allocate(p, sizeof *b);
    if (!b)
        return NULL;
    *b = (struct page_block){
        .kind = kind, .audience = p->audience, .indent = p->indent, .lead = "", .text = ""};
    if (p->last)
        p->last->next = b;
    else
        p->blocks = b;
    p->last = b;
    return b;
}

const char *page_text_of(struct page *p, const struct buf *b)
{
    p->failed |= b->failed;
    return buf_text(b);
}

void page_settle(struct page *p, struct buf *scratch)
{
    p->failed |= scratch->failed;
    buf_release(scratch);
}

void page_to(struct page *p, unsigned audience)
{
    p->audience = audience;
}

void page_indent(struct page *p, unsigned columns)
{
    p->indent = columns;
}

void page_numbers(struct page *p, int digits, bool with_intervals)
{
    p->digits = digits;
    p->with_intervals = with_intervals;
}

void page_columns(struct page *p, unsigned columns)
{
    p->columns = columns;
}

void page_gap(struct page *p)
{
    page_add(p, BLOCK_GAP);
}

void page_heading(struct page *p, unsigned level, const char *format, ...)
{
    struct page_block *b = page_add(p, BLOCK_HEADING);
    if (!b)
        return;
    b->level = level;
    TEXT_OF_ARGUMENTS(p, format, b->text);
}

void page_say(struct page *p, enum page_role role, const char *format, ...)
{
    struct page_block *b = page_add(p, BLOCK_WORDS);
    if (!b)
        return;
    b->role = role;
    TEXT_OF_ARGUMENTS(p, format, b->text);
}

void page_say_after(struct page *p, const char *lead, enum page_role role, const char *format, ...)
{
    struct page_block *b = page_add(p, BLOCK_WORDS);
    if (!b)
        return;
    b->role = role;
    b->lead = page_copy(p, lead);
    TEXT_OF_ARGUMENTS(p, format, b->text);
}

void page_code(struct page *p, const char *words)
{
    struct page_block *b = p->last;
    const char *at = p->failed ? NULL : strstr(b->text, words);
    char *before = at ? page_allocate(p, (size_t)(at - b->text) + 1) : NULL;
    if (!before)
        return;
    memcpy(before, b->text, (size_t)(at - b->text));
    b->before = before;
    b->code = page_copy(p, words);
    b->behind = at + strlen(words);
}

static void add_with_text(struct page *p, enum page_block_kind kind, const char *text)
{
    struct page_block *b = page_add(p, kind);
    if (b)
        b->text = page_copy(p, text);
}

void page_command(struct page *p, const char *text)
{
    add_with_text(p, BLOCK_COMMAND, text);
}

void page_verbatim(struct page *p, const char *lines)
{
    add_with_text(p, BLOCK_VERBATIM, lines);
}

void page_fold(struct page *p, const char *format, ...)
{
    struct page_block *b = page_add(p, BLOCK_FOLD);
    if (b)
        TEXT_OF_ARGUMENTS(p, format, b->text);
}

void page_unfold(struct page *p)
{
    page_add(p, BLOCK_UNFOLD);
}

void page_verdict(struct page *p, const struct page_verdict *v)
{
    struct page_block *b = page_add(p, BLOCK_VERDICT);
    if (b)
        b->verdict = (struct page_verdict){.id = page_copy(p, v->id),
                                           .name = page_copy(p, v->name),
                                           .word = page_copy(p, v->word),
                                           .severity = v->severity,
                                           .text = page_copy(p, v->text ? v->text : "")};
}

void page_model(struct page *p, json_t *model)
{
    char *text = model ? json_dumps(model, JSON_COMPACT) : NULL;
    p->failed |= !text;
    if (text)
        add_with_text(p, BLOCK_MODEL, text);
    free(text);
    json_decref(model);
}

/* ---- The document, and what formats ask --------------------------------------------------- */

void page_document(struct page *p, json_t *document, size_t flags)
{
    json_decref(p->document);
    p->document = document;
    p->document_flags = flags;
    p->failed |= !document;
}

void page_document_text(struct page *p, struct buf *text)
{
    free(p->document_text);
    p->document_text = buf_steal(text);
    p->failed |= !p->document_text;
}

const struct page_block *page_next(const struct page_block *b, unsigned audience)
{
    while (b && !(b->audience & audience))
        b = b->next;
    return b;
}
