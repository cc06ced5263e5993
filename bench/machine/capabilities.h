/*
 * Rights beyond those of the user who started us.
 *
 * contend runs code of others in its own process (plug-ins, preloaded libraries), so it keeps
 * nothing that its file was given: what may be done with more rights is done by contend-raise.
 */
#ifndef CONTEND_MACHINE_CAPABILITIES_H
#define CONTEND_MACHINE_CAPABILITIES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * First thing in the program: gives up what it has by its file (capabilities, set-user-ID), and
 * CAP_SYS_NICE however it came.  Capabilities that who started us gives to all it starts (ambient)
 * stay otherwise, and so does all that root has.
 */
void capabilities_drop(void);

/*
 * Whether this process has more rights than the user who started it, and did not get them by being
 * given to all that is started; then `which` names them.  False after capabilities_drop(), unless
 * the kernel refused it.
 */
bool capabilities_are_borrowed(char *which, size_t size);

/* From here on no program that is started gets rights by its file, for good. */
void capabilities_freeze(void);

#endif
