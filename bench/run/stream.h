/*
 * A run that is collected elsewhere: what it streams, and what becomes of it there.
 *
 *   header, visit, visit ...   the lines of a journal as they are made, each with its sum
 *   end                        how many visits there were: nothing was lost on the way
 *
 * What else comes with them (a banner, a warning of whoever starts programs) is no such line and is
 * passed over.  A second header begins again: some engines start a job anew whose node was lost.
 * Only a stream with its end is a result; how its program ended says nothing.
 */
#ifndef CONTEND_RUN_STREAM_H
#define CONTEND_RUN_STREAM_H

#include "bench/base/buf.h"
#include "bench/run/assemble.h"

enum stream_line { STREAM_NOISE, STREAM_HEADER, STREAM_VISIT, STREAM_END };

/* One run that comes in. */
struct stream {
    struct buf lines;   /* of the journal */
    struct buf partial; /* the line that is not whole yet */
    struct buf end;     /* the last line */
    size_t visits;
    size_t restarts;    /* headers beyond the first */
    bool is_whole;      /* the end came */
    size_t noise_bytes; /* that are no journal's, since the last line that was one */
    bool is_wild;       /* more of those than a greeting has: whatever writes them is no worker */
};

void stream_release(struct stream *s);

/*
 * Takes what came.  Calls `on_line` (NULL: nobody) for each line that is one of the journal's, with
 * its text; -1 of it stops and is returned.  -1 with ERR_SYSTEM as well where memory ran out.
 * What is no journal's is passed over, and nothing is taken any more when it became wild.
 */
typedef int stream_on_line(void *context, enum stream_line kind, const char *line, size_t length,
                           struct err *err);
int stream_take(struct stream *s, const char *bytes, size_t count, stream_on_line *on_line,
                void *context, struct err *err);

/*
 * The result of a whole stream; `name` is for messages, `note` (borrowed, NULL: none) becomes
 * "launched" of its run.  ERR_INPUT where lines are missing, or are none of the plan.
 */
int stream_result(const struct stream *s, const char *name, json_t *note, struct buf *out,
                  struct err *err);

/* Its last line; a new reference, NULL: no memory. */
json_t *stream_end_json(const struct run_state *state);

#endif
