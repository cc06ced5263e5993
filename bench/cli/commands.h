/* The commands there are; their order in the help is that of the table in cli.c. */
#ifndef CONTEND_CLI_COMMANDS_H
#define CONTEND_CLI_COMMANDS_H

#include "bench/cli/command.h"

extern const struct command command_run;
extern const struct command command_report;
extern const struct command command_compare;
extern const struct command command_export;
extern const struct command command_import;
extern const struct command command_history;
extern const struct command command_reference;
extern const struct command command_list;
extern const struct command command_duel;
extern const struct command command_doctor;
extern const struct command command_claims;
extern const struct command command_spinner;
extern const struct command command_help;
extern const struct command command_once; /* no summary: not listed */
extern const struct command command_cell; /* nor this one */

#endif
