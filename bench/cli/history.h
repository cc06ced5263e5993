/* What is done with a history: one function a word behind "contend history". */
#ifndef CONTEND_CLI_HISTORY_H
#define CONTEND_CLI_HISTORY_H

#include "bench/core/err.h"
#include "bench/core/opts.h"

#define HISTORY_FILE "results/history.jsonl"

/* Each parses its own options from argv[1..] and returns the exit status. */
int history_add(int argc, char *const *argv, struct err *err);
int history_accept(int argc, char *const *argv, struct err *err);
int history_show(int argc, char *const *argv, struct err *err);
int history_check_command(int argc, char *const *argv, struct err *err);
int history_export(int argc, char *const *argv, struct err *err);

/* Prints "contend history USAGE", the text, the options and the examples. Returns the status. */
int history_help(const char *usage, const char *text, const struct opt *table, const char *examples,
                 struct err *err);

#endif
