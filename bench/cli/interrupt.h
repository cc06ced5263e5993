/* Ctrl-C for commands that end in order: what goes on is stopped, what there is is written. */
#ifndef CONTEND_CLI_INTERRUPT_H
#define CONTEND_CLI_INTERRUPT_H

#include <stdbool.h>

extern volatile bool interrupt_came;

/* From here on SIGINT, SIGTERM and SIGHUP set interrupt_came, and writing to a closed pipe fails.
 */
void interrupt_catch(void);

#endif
