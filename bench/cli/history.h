/* What is done with a history: one command a word behind "contend history". */
#ifndef CONTEND_CLI_HISTORY_H
#define CONTEND_CLI_HISTORY_H

#include "bench/cli/command.h"

#define HISTORY_FILE "results/history.jsonl"

extern const struct command history_add;
extern const struct command history_show;
extern const struct command history_check_command;
extern const struct command history_accept;
extern const struct command history_export;

/* The option --file; the member is a const char *. */
#define HISTORY_FILE_OPT(type, member)                                                             \
    {                                                                                              \
        OPT_AT(type, member), .name = "file", .argument = "F", .help = "the history",              \
                              .initial = HISTORY_FILE                                              \
    }

#endif
