/*
 * Whose turn it is on this machine: two programs that measure at once measure each other.
 *
 * A turn is a name in the kernel that one process at a time can have (an abstract socket, unix(7)).
 * No file, so that none is left when its holder is killed, nobody's permissions matter, and a full
 * or read-only disk does not; who holds it is told by the kernel.  It is of a network namespace:
 * containers that have their own do not see each other (docs/decisions/0047).
 */
#ifndef CONTEND_MACHINE_TURN_H
#define CONTEND_MACHINE_TURN_H

#include "bench/base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* In the environment: "off" for no turns at all, or the name of another one. */
#define TURN_VARIABLE "CONTEND_TURN"

struct turn_request {
    int64_t wait_ns;  /* that long for whoever has it */
    bool is_forced;   /* goes on beside whoever has it */
    bool never_waits; /* the command's --wait is another one: it is not what to try */
};

/*
 * Takes the turn for the life of this process and of those it forks; a program that it starts has
 * it not.  0 with it, or where it goes on without: `note` then says beside whom, else it is empty.
 * -1 with ERR_UNAVAILABLE that says who has it and since when.  Where no turns can be had at all
 * (a filter of system calls) it goes on: a measurement is not refused for that.  It does so, too,
 * where an ancestor has it, a duel whose side this is.
 */
enum { TURN_NOTE = 256 };
int turn_take(const struct turn_request *request, char note[TURN_NOTE], struct err *err);

#endif
