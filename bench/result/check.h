/*
 * What a field of a result may hold: its type, its range, the words it may be.
 *
 * A table a kind of object, checked before anything is read: what one table says is what errors
 * say and what every reader can rely on.  Fields the tables do not name are left alone.  null is
 * an absent field.
 */
#ifndef CONTEND_RESULT_CHECK_H
#define CONTEND_RESULT_CHECK_H

#include "bench/result/field.h"
#include "bench/result/slim.h"

/* Numbers of nothing measured: 1e308 ns is a damaged file, and 309 digits in a table. */
#define RESULT_NUMBER_MAX 1e21

/* Each returns 0, or -1 with ERR_INPUT that names the place, the value and what is accepted. */
int check_run(const struct place *at, const json_t *run, struct err *err);
int check_host(const struct place *at, const json_t *host, struct err *err);
int check_cell(const struct place *at, const json_t *cell, struct err *err);
int check_metric(const struct place *at, const json_t *metric, struct err *err);
/* What it has besides times. */
int check_launch(const struct place *at, const json_t *launch, struct err *err);
int check_warning(const struct place *at, const json_t *warning, struct err *err);

/* Texts and names are printed on terminals: no control characters, and no book. */
int check_text(const struct place *at, const char *text, struct err *err);

/* The numbers of a metric, wherever they stood; `ledger_count` launches are known, 0: not known. */
int check_numbers(const struct place *at, const struct slim_cell *c, const struct slim_metric *m,
                  struct err *err);

/* A number that may be printed: "1e+308 is too big (-1e+21 to 1e+21)". */
int check_number(const struct place *at, double value, double min, double max, struct err *err);

#endif
