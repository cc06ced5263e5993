/*
 * What cells are measured of besides this program: the programs, scripts and data that their
 * parameters name ("command.argv=./app data.csv"), and plug-ins.  A cell whose program is another
 * one than it was has no number; where a plug-in is, nothing more is measured.
 *
 * Marks are taken when a run begins or goes on.  Programs and plug-ins are looked at before and
 * after each visit.  What else a command line names may be written by the programs themselves: what
 * has changed when the first round is over is taken for that, and the rest must stay as it is.
 */
#ifndef CONTEND_RUN_SOURCES_H
#define CONTEND_RUN_SOURCES_H

#include "bench/base/named_file.h"
#include "bench/run/plan/plan.h"

#include <jansson.h>

struct source_line; /* the files of a text that a cell has for a parameter */

struct sources {
    struct source_line *lines; /* sorted by their text */
    size_t count;
    struct file_mark *plugins; /* in the registry's order */
    size_t plugin_count;
    bool is_settled;
};

/* -1 with ERR_SYSTEM when there is no memory; released in both cases. */
int sources_find(struct sources *s, const struct plan *p, struct err *err);
void sources_release(struct sources *s);

/*
 * The programs as a journal keeps them: a list of { "file", "code_fnv1a64" }.  A new reference;
 * NULL: no memory.  And whether they are still those: ERR_INPUT, named as being of that journal.
 */
json_t *sources_to_json(const struct sources *s);
int sources_check(const struct sources *s, const json_t *then, const char *journal,
                  struct err *err);

/* After a round. */
void sources_settle(struct sources *s);

/* The first file of the cell that somebody changed, or NULL. */
const char *sources_changed(const struct sources *s, const struct cell *c);
/* Likewise of the plug-ins. */
const char *sources_changed_plugin(const struct sources *s);

#endif
