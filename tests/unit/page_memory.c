/*
 * Every block and cell there is, with memory that runs out.
 *
 * Buggy once: a JSON document without the fields that did not fit, and status 0.
 */
#include "tests/unit/page_hostile.h"

#include "tests/unit/page_refused.h"

static int write_page(const char *format, struct buf *out, struct err *err)
{
    struct page p;
    hostile_page(&p, "a <b> \xe2\x80\xae | \"c\" and more words than fit a line of text");
    int failed = page_write(&p, format, &(struct page_style){.width = 60}, out, err);
    page_release(&p);
    return failed;
}

static void every_refused_allocation_is_said(void)
{
    check_refusals(write_page, NULL);
}

static const struct test tests[] = {
    {"every_refused_allocation_is_said", every_refused_allocation_is_said},
    {0},
};
TEST_MAIN(tests)
