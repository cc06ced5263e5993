/* A result in one line, wherever it is shown. */
#ifndef CONTEND_JUDGE_PARTS_RESULT_LINE_H
#define CONTEND_JUDGE_PARTS_RESULT_LINE_H

#include "bench/page/page.h"
#include "bench/result/result.h"

/* "results/x.json: contend 0.1.0 on vm1 (...)", without a line feed. */
void result_line(const struct result *r, struct buf *out);

/* The same as where a page's numbers come from; `who` stands before it, "head  ". */
void result_say(struct page *p, const char *who, const struct result *r);

/* " (CPU, 2 CPUs, kvm, Linux 6.1)", of what the file says of the machine; nothing where it does
 * not. */
void result_machine(const struct result *r, struct buf *out);

#endif
