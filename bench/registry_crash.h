/*
 * Hooks of plug-ins are asked in this process, too, while a run is planned: with parameters that
 * nobody may have tried.
 */
#ifndef CONTEND_REGISTRY_CRASH_H
#define CONTEND_REGISTRY_CRASH_H

/*
 * From here on a crash of this process is told in a line, and is status 3.  A child of it that
 * crashes ends by its signal as before, which its parent tells.
 */
void registry_tell_crashes(void);

#endif
