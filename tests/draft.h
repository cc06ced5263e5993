/* A result under construction, as text: a head, cells that a test adds, and the reader's answer. */
#ifndef CONTEND_TESTS_DRAFT_H
#define CONTEND_TESTS_DRAFT_H

#include "bench/base/buf.h"
#include "bench/result/read.h"
#include "tests/test.h"

struct draft {
    struct buf text;
    size_t cells;
};

__attribute__((unused)) static void draft_begin(struct draft *d, int cpus)
{
    *d = (struct draft){0};
    buf_printf(&d->text,
               "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"r\",\"status\":\"complete\"},"
               "\"host\":{\"hostname\":\"h\",\"cpus_allowed\":%d},\"cells\":[",
               cpus);
}

/* Reads it; false, and told, where it is no result. */
__attribute__((unused)) static bool draft_read(struct draft *d, struct result *r)
{
    struct err err = {0};
    buf_add(&d->text, "]}");
    const struct result_source from = {.path = "draft",
                                       .text = buf_text(&d->text),
                                       .length = d->text.len,
                                       .keep = RESULT_SUMMARIES | RESULT_ALL};
    return CHECK_MSG(!result_read(r, &from, &err), "%s", err.text);
}

#endif
