/* A point of the history from the file a duel wrote: its base is the anchor, its head the commit.
 */
#ifndef CONTEND_JUDGE_HISTORY_DUEL_H
#define CONTEND_JUDGE_HISTORY_DUEL_H

#include "bench/judge/history/history.h"

#define DUEL_SCHEMA "contend.duel/1"

/* As history_point_make(), from text in memory. */
json_t *history_point_from_duel(const char *path, const char *text, size_t length,
                                const struct history_origin *origin, struct err *err);

#endif
