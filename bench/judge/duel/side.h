/* What the makers of sides share: memory that lives as long as the sides, and argument lists. */
#ifndef CONTEND_JUDGE_DUEL_SIDE_H
#define CONTEND_JUDGE_DUEL_SIDE_H

#include "bench/judge/duel/request.h"

/* The argument list of a cell in the making; the words are borrowed. */
struct words {
    VEC(const char *);
};

/* An argument list that there is. */
struct command_line {
    const char *const *words;
    size_t count;
};

/* A word, or an option and its value, more; words are borrowed. */
void words_add(struct words *w, const char *word);
void words_add_option(struct words *w, const char *name, const char *value);

/* Hands memory over to the sides, freed with them. NULL, with err set, when there was none. */
void *sides_own(struct duel_sides *s, void *memory, struct err *err);
char *sides_own_text(struct duel_sides *s, const char *text, struct err *err);

/* One more comparison, empty; pointers to earlier ones do not outlive the call. */
struct duel_subject *sides_add(struct duel_sides *s, struct err *err);

/*
 * Finds the program (`what` names it in errors), hashes its code and that of its plug-ins, and
 * remembers which files those are.
 */
int sides_make_side(struct duel_sides *s, const char *what, struct command_line line,
                    struct duel_side *out, struct err *err);

/* Notes of a subject with both sides whether they are identical, and which files it rests on. */
void sides_compare_code(struct duel_subject *subject);

/* All cells asked for, run by the two programs; cells.c. */
int sides_make_cells(const struct duel_request *r, struct duel_sides *s, struct sampler *sampler,
                     const struct command_line programs[2], struct err *err);

#endif
