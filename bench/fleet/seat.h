/* For fleet.c: one worker behind a launcher. */
#ifndef CONTEND_FLEET_SEAT_H
#define CONTEND_FLEET_SEAT_H

#include "bench/child/child.h"
#include "bench/fleet/launcher.h"
#include "bench/run/stream.h"

#include <time.h>

struct seat {
    struct launcher *launcher;
    struct child child; /* pid 0: the seat is free */
    struct stream stream;
    int errors; /* a file in memory with its stderr; -1 */
    int64_t shard;
    unsigned attempt; /* of that shard, counted from 1 */
    uint64_t heard_ns;
    time_t launched_at; /* by the wall's clock */
    int64_t clock_offset_s;
    bool is_silent;     /* taken for lost; it is listened to on */
    bool is_taken;      /* what it brought is kept, or was not wanted */
    uint64_t ending_ns; /* by then it has to be gone; 0: it may go on */
};

/* Starts contend behind the launcher's words; `words` are what it is called with. */
int seat_start(struct seat *s, const char *contend, const struct opt_list *words, struct err *err);

/* Asks it, and what it started, to end until then. */
void seat_ask_to_end(struct seat *s, uint64_t until_ns);

/*
 * Ends it: nothing of it on this machine is left.  `why` gets how it ended and the last it said on
 * stderr; *is_usage: it did not understand what it was called with.
 */
void seat_end(struct seat *s, struct buf *why, bool *is_usage);

#endif
