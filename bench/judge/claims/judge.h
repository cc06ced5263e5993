/*
 * From a result to verdicts: a pure function, the same for a run just made and for a stored file.
 *
 * Each part of a claim is an effect: one value a round, made of what its cells measured in that
 * round, so that what moved the machine for both cancels.  The rounds' values are the sample; the
 * interval is the exact one of order statistics for the median (stats/summary.h).
 *
 *   confirmed       every part's interval lies within its bounds, at 95 % or more
 *   refuted         for some part, so few rounds lie on the claim's side of a bound that an effect
 * on that side would show so few with a probability of at most 5 % over the parts judged together
 * (sign test, Bonferroni), or there is a counter-example undecided       neither not testable    a
 * cell could not be measured here, or more CPUs are needed
 *
 * A claim that says several things is confirmed only as a whole, which needs no correction for
 * several tests (Berger, "Multiparameter hypothesis testing and acceptance sampling", Technometrics
 * 24, 1982); it is refuted by any one of them, over all claims, which does.
 *
 * When other programs or the hypervisor took more than JUDGE_LOAD_RATIO of the machine, an effect
 * may lie beyond a bound for that alone, on either side: bounds are taken JUDGE_LOAD_FACTOR times
 * as wide before anything is refuted.
 */
#ifndef CONTEND_JUDGE_CLAIMS_JUDGE_H
#define CONTEND_JUDGE_CLAIMS_JUDGE_H

#include "bench/judge/claims/cells.h"
#include "bench/result/result.h"
#include "bench/stats/summary.h"

#define JUDGE_MISS        0.05 /* that any claim of a run is refuted wrongly */
#define JUDGE_LOAD_RATIO  0.2
#define JUDGE_LOAD_FACTOR 3

enum { JUDGE_ROUNDS_LEAST = 6 }; /* below no interval reaches 95 % */

enum standing { STANDING_CONFIRMED, STANDING_REFUTED, STANDING_UNDECIDED, STANDING_NOT_TESTABLE };
enum { STANDINGS = 4, JUDGE_REASON_MAX = 280 };

const char *standing_name(enum standing v); /* "not testable here" */

struct part_verdict {
    const struct claim_part *part;
    enum standing verdict;
    struct summary effect;         /* n is 0 when there is none */
    double load_ratio;             /* of the machine that others took during its launches */
    char reason[JUDGE_REASON_MAX]; /* why it is undecided or not testable; "" otherwise */
};

struct claim_verdict {
    const struct claim *claim;
    enum standing verdict;
    struct part_verdict parts[CLAIM_PARTS_MAX];
    size_t part_count;
    size_t decisive; /* the part that the verdict rests on */
};

struct verdicts {
    struct claim_verdict items[CLAIMS_MAX];
    size_t count;
    size_t counts[STANDINGS];
    bool is_python; /* of a reference: only those parts that it can be asked */
};

/*
 * Judges the claims by a result, which is borrowed.  With `is_python` only parts marked in_python
 * are looked at, and cells are found under the interpreter's own lock.  0, or -1 with ERR_SYSTEM.
 */
int judge_claims(struct verdicts *out, const struct claim_list *claims,
                 const struct substitutions *s, const struct result *r, bool is_python,
                 struct err *err);

/* How one sample of effects stands to a part's bounds; `tests` are judged together. */
enum standing judge_effect(const struct claim_part *part, const double *effects, size_t count,
                           size_t tests, double load_ratio, struct part_verdict *out);

#endif
