/* Tables on a page. */
#ifndef CONTEND_JUDGE_TABLE_TABLE_PAGE_H
#define CONTEND_JUDGE_TABLE_TABLE_PAGE_H

#include "bench/judge/table/table.h"
#include "bench/page/page.h"

/* As they are arranged, and what the marks in them mean. */
void tables_for_readers(struct page *p, const struct tables *t);

/* Long form: a row a cell and metric of the tables, and one a cell that was not measured. */
void tables_for_programs(struct page *p, const struct tables *t);

#endif
