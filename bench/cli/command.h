/* A command of the program: one file cli/cmd_NAME.c and one row in the table of cli.c. */
#ifndef CONTEND_CLI_COMMAND_H
#define CONTEND_CLI_COMMAND_H

#include "bench/core/err.h"

struct command {
    const char *name;
    const char *usage;
    const char *summary;
    /* Returns the exit status; with err set, main prints it and chooses the status. */
    int (*run)(int argc, char *const *argv, struct err *err);
};

#endif
