/* What the makers of sides share: memory that lives as long as the sides, and argument lists. */
#ifndef CONTEND_CLI_DUEL_SIDE_H
#define CONTEND_CLI_DUEL_SIDE_H

#include "bench/cli/duel_request.h"

enum { WORDS_MAX = OPT_LIST_MAX + 64 };

/* An argument list in the making; the words are borrowed. */
struct words {
    const char *items[WORDS_MAX];
    size_t count;
};

void words_add(struct words *w, const char *word);
void words_add_option(struct words *w, const char *name, const char *value);

/* Hands memory over to the sides, freed with them. NULL, with err set, when there was none. */
void *sides_own(struct duel_sides *s, void *memory, struct err *err);
char *sides_own_text(struct duel_sides *s, const char *text, struct err *err);

/* One more comparison, empty; pointers to earlier ones do not outlive the call. */
struct duel_subject *sides_add(struct duel_sides *s, struct err *err);

/* Finds the program (`what` names it in errors), hashes its code and that of its plug-ins. */
int sides_make_side(struct duel_sides *s, const char *what, const struct words *w,
                    struct duel_side *out, struct err *err);

/* The same code, and the same words to it but for where a plug-in lies. */
bool sides_are_identical(const struct duel_side *a, const struct duel_side *b);

/* All cells asked for, run by the two programs; duel_cells.c. */
int sides_make_cells(const struct duel_request *r, struct duel_sides *s, struct sampler *sampler,
                     const struct words programs[2], struct err *err);

#endif
