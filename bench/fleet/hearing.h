/*
 * What a fleet is while it runs, and what it hears: is that worker of this contend, has it the same
 * plan, does its clock agree?  Room-internal; fleet.h is the room's door.
 */
#ifndef CONTEND_FLEET_HEARING_H
#define CONTEND_FLEET_HEARING_H

#include "bench/fleet/fleet.h"
#include "bench/fleet/keep.h"
#include "bench/fleet/seat.h"

#include <jansson.h>
#include <poll.h>

struct shard {
    bool is_done;
    unsigned attempts; /* begun */
    unsigned failures; /* ended without a result */
    json_t *lost;      /* owned; [{"by", "why"}], or NULL */
};

struct fleet {
    const struct fleet_request *request;
    struct fleet_report *report;
    struct keep keep;
    struct keep_run run;
    struct opt_list words; /* of workers; owned list */
    struct shard *shards;  /* run.shards of them */
    struct launcher *launchers;
    size_t launcher_count;
    struct seat *seats; /* never moved: children are on a list */
    size_t seat_count;
    struct pollfd *polled; /* one a seat */
    json_t *clocks;        /* owned; hosts whose clocks were told of */
};

static inline struct shard *shard_of(const struct fleet *f, const struct seat *s)
{
    return &f->shards[s->shard - 1];
}

static inline bool is_busy(const struct seat *s)
{
    return s->child.pid > 0;
}

/* What a line is heard with. */
struct hearing {
    struct fleet *fleet;
    struct seat *seat;
};

/*
 * A stream_on_line: notes that the seat is alive.  -1 with ERR_INPUT where its worker is of another
 * contend or has another plan.
 */
int hearing_line(void *context, enum stream_line kind, const char *line, size_t length,
                 struct err *err);

/* A line for whoever looks on, if anybody does. */
__attribute__((format(printf, 2, 3))) void fleet_tell(const struct fleet *f, const char *format,
                                                      ...);
/* -1, with ERR_SYSTEM. */
int fleet_no_memory(struct err *err);

#endif
