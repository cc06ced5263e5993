/*
 * Several results as one: shards of a plan, parts of a run that went on elsewhere, machines.
 *
 * What was measured on one host becomes one result; results of several hosts stand side by side in
 * one document and share no number.  A cell that comes twice with the same values is there once; of
 * one that failed here and was measured there the measured one stands and the other is kept with
 * it, and so is a ceiling that several shards measured.  Two different measurements of a cell on
 * one host are refused: which of them counts is not for a program to say.
 *
 * The order of the files makes no difference, and what was merged may be merged again, with its own
 * parts too.
 *
 *     each file, cell by cell -> records (merge_index.h) -> settled, sorted -> each cell once more
 *                                                                             -> the document
 *
 * Time grows with the cells, and so do the records, by some 150 bytes each; of the cells themselves
 * no more than one is in memory, with what is kept beside it.
 */
#ifndef CONTEND_RESULT_MERGE_H
#define CONTEND_RESULT_MERGE_H

#include "bench/base/buf.h"
#include "bench/base/opts.h"
#include "bench/result/merge_index.h"

struct merge_report {
    size_t hosts, parts, cells;
    size_t repeated;    /* cells that were there already, with the same values */
    size_t attempts;    /* kept with the cells that stand in their place */
    struct buf missing; /* "shards 3, 7 of 10 are"; the caller releases it */
};

/*
 * Writes the document as it is made (output.h; NULL: standard output, ended by a line feed):
 * contend.result/1 of one host, contend.results/1 of several.  `host` NULL: of all, else of that
 * one.  What was read is used up: it is to be released, and nothing else.  ERR_INPUT names the
 * files that do not go together, before anything is written, or one that changed; ERR_USAGE a host
 * that there is not.
 */
int results_merge(struct merge_index *in, const char *host, const char *path,
                  struct merge_report *report, struct err *err);

/*
 * The same from files ("-": standard input).  `said` gets what there is to say of it, also where it
 * failed: a line on each host whose clock does not agree with ours, for parts are settled by when
 * they began; what was merged, and what is missing.
 */
int results_merge_paths(const struct opt_list *paths, const char *host, const char *path,
                        struct buf *said, struct err *err);

#endif
