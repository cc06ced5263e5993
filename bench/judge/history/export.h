/*
 * The history as Apache Otava reads it: a directory with otava.yaml and one file a series, since a
 * file of several would need a number for each of them at each commit, and none is made up.
 */
#ifndef CONTEND_JUDGE_HISTORY_EXPORT_H
#define CONTEND_JUDGE_HISTORY_EXPORT_H

#include "bench/judge/history/series.h"

extern const char *const history_targets[]; /* "otava-csv", "otava-json"; NULL-terminated */
enum history_target { HISTORY_OTAVA_CSV, HISTORY_OTAVA_JSON };

/*
 * Ratios are chained to the newest anchor; raw medians stay as they are.  Otava's JSON has no
 * direction (it finds changes and calls every rise an improvement); its CSV has.  Makes the
 * directory; *written is how many series there were.  -1 with ERR_INPUT or ERR_SYSTEM.
 */
int history_write_otava(const struct history_tracks *tracks, enum history_target target,
                        const char *branch, const char *directory, size_t *written,
                        struct err *err);

#endif
