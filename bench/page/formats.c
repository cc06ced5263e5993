#include "bench/page/formats.h"

#include "bench/base/json.h"
#include "bench/page/model.h"

#include <string.h>

#define FORMAT(name) extern const struct page_format page_format_##name;
#include "bench/page/formats.def"
#undef FORMAT

static const struct page_format *const formats[] = {
#define FORMAT(name) &page_format_##name,
#include "bench/page/formats.def"
#undef FORMAT
};

const char *const page_formats[] = {
#define FORMAT(name) #name,
#include "bench/page/formats.def"
#undef FORMAT
    NULL,
};

/* NULL: there is none of that name. */
static const struct page_format *find(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!strcmp(formats[i]->name, name))
            return formats[i];
    return NULL;
}

void page_expect(struct page *p, const char *format)
{
    const struct page_format *f = find(format);
    if (f)
        p->expected = f->shows_own ? PAGE_OWN_JSON : f->audience;
}

static bool has_block(const struct page *p, unsigned audience, enum page_block_kind kind)
{
    const struct page_block *b = page_next(p->blocks, audience);
    while (b && b->kind != kind)
        b = page_next(b->next, audience);
    return b;
}

/* What the page lacks for that format, in words; NULL: nothing, or it was not made for that one. */
static const char *missing(const struct page *p, const struct page_format *f)
{
    if (!page_is_for(p, f->audience))
        return NULL;
    if (f->need == PAGE_NEEDS_GRID && !has_block(p, f->audience, BLOCK_GRID))
        return "there is no table here";
    if (f->need == PAGE_NEEDS_VERDICT && !has_block(p, f->audience, BLOCK_VERDICT))
        return "nothing is judged here";
    if (f->need == PAGE_NEEDS_CHART && !has_block(p, f->audience, BLOCK_CHART))
        return "there is no chart here";
    if (p->blocks && !p->document && !page_next(p->blocks, f->audience))
        return "nothing of this is shown so";
    return NULL;
}

static int refuse(const struct page *p, const char *name, const char *why, struct err *err)
{
    struct buf others = {0};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!missing(p, formats[i]))
            buf_printf(&others, "%s%s", others.len ? ", " : "", formats[i]->name);
    err_set(err, ERR_USAGE, "--format %s: %s (%s)", name, why, buf_text(&others));
    buf_release(&others);
    return -1;
}

int page_write(const struct page *p, const char *name, const struct page_style *style,
               struct buf *out, struct err *err)
{
    const struct page_format *f = find(name);
    if (p->failed || json_has_lost())
        return err_set(err, ERR_SYSTEM, "%s: out of memory", p->title ? p->title : "a page");
    if (!f)
        return refuse(p, name, "there is no such format", err);
    const char *why = missing(p, f);
    if (why)
        return refuse(p, name, why, err);
    f->write(p, style, out);
    return out->failed ? err_set(err, ERR_SYSTEM, "%s: out of memory", p->title) : 0;
}
