/* What the executor `spawn` must know of the program it is linked into. */
#ifndef CONTEND_EXECUTORS_SPAWN_H
#define CONTEND_EXECUTORS_SPAWN_H

/* Defined by the program that has the command "unit", the worker; in any other its address is NULL.
 */
extern const char program_has_unit_command[] __attribute__((weak));

#endif
