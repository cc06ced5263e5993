/*
 * Somebody else's way to start a program elsewhere: the words before ours.
 *
 * "srun -N1 --exclusive", "ssh node7", "mpirun -np 1", "sh wrapper.sh".  Some of them hand what
 * follows to a shell and some do not, so what is put behind them are words that no shell changes.
 */
#ifndef CONTEND_FLEET_LAUNCHER_H
#define CONTEND_FLEET_LAUNCHER_H

#include "bench/base/err.h"
#include "bench/base/opts.h"

struct launcher {
    const char *text; /* as typed; borrowed */
    char **words;     /* owned; NULL-terminated */
    size_t count;
    unsigned failures; /* in a row */
    bool is_given_up;
};

/*
 * Divides the text as a shell does: blanks, '...', "..." and \.  Nothing else of a shell: no
 * variables, no patterns.  ERR_USAGE where there is no word, or a quote is open.
 */
int launcher_parse(struct launcher *out, const char *text, struct err *err);
void launcher_release(struct launcher *l);

/* ERR_USAGE names the first of the words that a shell would not leave as it is. */
int launcher_check_words(const struct opt_list *words, struct err *err);

#endif
