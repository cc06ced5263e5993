/*
 * Which kind of unit a described work wants, and how many: threads, processes, coroutines, or some
 * processes with threads or coroutines in each.
 *
 *   work     the description: CPU time and waiting of a request, how many at once, at which rate
 *   shape    a kind, and how many: "2 processes x 3 threads"
 *   costs    what kinds cost here, as this run found it
 *   entry    a shape, what was foretold of it, and what was measured of it, round by round
 *
 *   shapes.c  which shapes are worth being looked at (pure)
 *   model.c   what a shape yields by the law of its bottleneck (pure)
 *   search.c  rounds over all, then over the better half, and so on: measures through a function
 *   rank.c    who is better than whom, and of whom that cannot be told (pure)
 *   flip.c    where another kind would win, by the model (pure)
 *   page.c    what is shown
 *
 * Times are ns, memory bytes, rates a second.  Nothing here measures.
 */
#ifndef CONTEND_JUDGE_ADVISE_H
#define CONTEND_JUDGE_ADVISE_H

#include "bench/base/buf.h"
#include "bench/base/err.h"
#include "bench/base/vec.h"
#include "bench/page/page.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum advise_kind {
    ADVISE_THREAD,
    ADVISE_PROCESS,
    ADVISE_COROUTINE,
    ADVISE_PROCESS_THREAD,
    ADVISE_PROCESS_COROUTINE,
    ADVISE_KINDS
};

struct advise_work {
    double cpu_ns, wait_ns; /* of a request */
    double concurrency;     /* requests at once, at most */
    double rate_per_s;      /* at which they come; 0: who has an answer asks again */
    double payload_bytes;   /* that come with one */
    double image_bytes;     /* what a process of the program takes; 0: not told */
    double memory_bytes;    /* most there is; 0: no limit */
    double slo_ratio;       /* so many of the requests ... */
    double slo_ns;          /* ... are to take no longer; 0: whatever they take */
    bool has_gil;           /* one thread of a process computes at a time */
    uint32_t cpus;          /* there are to be had */
};

struct advise_shape {
    enum advise_kind kind;
    uint32_t processes;
    uint32_t units; /* of all processes together */
};

/* As measured in this run; NAN or 0: not known, and taken as none. */
struct advise_costs {
    double unit_bytes[ADVISE_KINDS]; /* what one more unit takes */
    double process_bytes;            /* what one more process takes */
    double extra_ns[ADVISE_KINDS];   /* CPU time of a request beyond its own computing */
    double late_ns[ADVISE_KINDS];    /* by which a wait of a unit that is alone is longer */
    double sigma;                    /* of the scaling law of processes: what they take turns at */
    bool is_sigma_known;
};

struct advise_sample {
    uint32_t round;
    double served_per_s;
    double kept_ratio;             /* of what came: served of offered; NAN in a closed loop */
    double p50_ns, p99_ns, max_ns; /* NAN: too few requests */
    bool is_little; /* p99 is the mean that Little's law gives: the run was too short for it */
};

struct advise_entry {
    struct advise_shape shape;
    double foretold_per_s;
    double memory_bytes;
    struct {
        VEC(struct advise_sample);
    } samples;
    uint32_t rounds;    /* it was measured in */
    uint32_t out_after; /* rounds after which it was left out; 0: measured to the end */
    char failed[200];   /* why it could not be measured; "": it could */
    char *command;      /* that shows it; owned */
    /* By advise_rank(): */
    struct page_value served, p50, p99;
    struct page_value kept; /* served of offered, in an open loop */
    /* Of served to that of the best, and of the p99 to its, round by round. */
    struct page_value ratio, longer;
    bool keeps_up, meets_slo, fits;
    bool is_close; /* that the best is better cannot be told */
    uint32_t rank; /* from 1 on; 0: not measured */
};

struct advise_board {
    VEC(struct advise_entry);
};

/* ---- Shapes and the model -------------------------------------------------------------------- */

enum { ADVISE_SHAPES_MOST = 256, ADVISE_UNITS_MOST = 4000, ADVISE_PROCESSES_MOST = 128 };

/* "thread", "process", "coroutine", "process_thread", "process_coroutine": the executors. */
const char *advise_executor(enum advise_kind kind);
/* "threads", "processes x coroutines" */
const char *advise_kind_words(enum advise_kind kind);
/* "6 threads", "2 processes x 3 threads". Returns out. */
char *advise_shape_words(char *out, size_t size, const struct advise_shape *s);
bool advise_is_same(const struct advise_shape *a, const struct advise_shape *b);

/* Requests a second that it serves at most, whatever comes. */
double advise_capacity(const struct advise_work *w, const struct advise_costs *c,
                       const struct advise_shape *s);
/* ... and of what comes. */
double advise_served(const struct advise_work *w, const struct advise_costs *c,
                     const struct advise_shape *s);
/* What that share of them take at most, roughly: queueing with the bottleneck's servers. */
double advise_quantile_ns(const struct advise_work *w, const struct advise_costs *c,
                          const struct advise_shape *s, double ratio);
/* NAN where a part of it could not be measured. */
double advise_memory(const struct advise_work *w, const struct advise_costs *c,
                     const struct advise_shape *s);

/* How many units keep everything busy that can be: waiting ones besides those that compute. */
double advise_units_needed(const struct advise_work *w, const struct advise_costs *c,
                           uint32_t processes, enum advise_kind kind);

/* The shapes worth a look, at most ADVISE_SHAPES_MOST; how many. */
size_t advise_shapes(const struct advise_work *w, const struct advise_costs *c,
                     struct advise_shape *out);

/* Of these the ones to measure: of each kind the most promising, then others in that order, `most`
 * in all. Returns how many; they come first. */
size_t advise_promising(const struct advise_work *w, const struct advise_costs *c,
                        struct advise_shape *shapes, size_t count, size_t most);

/* By the model alone: the shape that would be recommended; shapes is not empty. */
struct advise_shape advise_foretell(const struct advise_work *w, const struct advise_costs *c);

/* ---- Searching ------------------------------------------------------------------------------- */

struct advise_search {
    uint64_t budget_ns;
    uint64_t slice_ns; /* of one measurement, in the first rounds */
    uint64_t seed;     /* of the order within a round */
    uint32_t rounds_most;
    bool keeps_all; /* nobody is left out */
    /* 0 with *out; -1 with err where the shape cannot be measured (ERR_UNAVAILABLE, ERR_LIMIT) or
     * the search has to end (anything else, ERR_INTERRUPTED among it). */
    int (*measure)(void *context, const struct advise_shape *s, uint64_t slice_ns,
                   struct advise_sample *out, struct err *err);
    uint64_t (*now_ns)(void *context);
    void (*say)(void *context, uint32_t round, size_t alive); /* or NULL */
    void *context;
};

/*
 * Measures each entry in each round, in drawn order, so that what others do on the machine meets
 * all of them; after the second round, and whenever what is left was measured twice more, the worse
 * half goes, but never one that cannot be told from the best.  The first two rounds are done, in
 * slices that shrink where the machine is busy.  0, or -1 with err.
 */
int advise_search(struct advise_board *b, const struct advise_work *w,
                  const struct advise_search *how, struct err *err);

/* ---- Ranking --------------------------------------------------------------------------------- */

#define ADVISE_CLOSE_RATIO     0.97 /* within that much of the best nobody needs to choose */
#define ADVISE_KEEPS_UP        0.95 /* of what comes is served: it keeps up */
#define ADVISE_P99_RATIO       1.25 /* answers within that much of the best's may be as good */
#define ADVISE_P99_CLOSE_RATIO 1.1  /* ... and are */

/* Of an entry's times the one that the description has a limit for: p50 or p99. */
const struct page_value *advise_promised(const struct advise_entry *e, const struct advise_work *w);

/* Fills in what the samples say of each entry and puts them in order, best first. */
int advise_rank(struct advise_board *b, const struct advise_work *w, struct err *err);

/* What was measured of the kinds, into costs: from entries that had the CPUs busy. */
void advise_learn(const struct advise_board *b, const struct advise_work *w,
                  struct advise_costs *c);

/* ---- Flip points ----------------------------------------------------------------------------- */

enum advise_axis { ADVISE_CPU, ADVISE_WAIT, ADVISE_CONCURRENCY, ADVISE_MEMORY, ADVISE_AXES };

struct advise_flip {
    enum advise_axis axis;
    bool is_above;         /* of what was described */
    double value;          /* from there on; of ADVISE_CPU the share of computing in a request */
    enum advise_kind kind; /* that wins there */
};

struct advise_flips {
    enum advise_kind kind; /* that wins by the model as described */
    struct advise_flip items[2 * ADVISE_AXES];
    size_t count;
};

void advise_flips(const struct advise_work *w, const struct advise_costs *c,
                  struct advise_flips *out);

/* ---- What is shown --------------------------------------------------------------------------- */

struct advise_verified {
    struct page_value ratio; /* of the first to the second, pair by pair */
    const struct advise_entry *first, *second;
    struct page_value served[2], p99[2];
};

/* The same in another runtime, beside it. */
struct advise_reference {
    const char *runtime; /* "cpython 3.11.2" */
    struct {
        const struct advise_entry *entry;
        double served_per_s, p99_ns, memory_bytes;
    } rows[ADVISE_KINDS];
    size_t count;
    const char *missing; /* why there is none */
};

struct advise_view {
    const struct advise_work *work; /* as described, for this machine's CPUs */
    const struct advise_costs *costs;
    const struct advise_board *board; /* ranked */
    const struct advise_flips *flips;
    const struct advise_verified *verified;   /* or NULL */
    const struct advise_reference *reference; /* or NULL */
    uint32_t asked_cpus;                      /* of another machine; 0: this one's */
    double turn_ns;                           /* of computing */
    uint64_t seed;
    double took_ns;
    double others_ratio; /* of the CPUs, that other programs had meanwhile; NAN: not known */
    uint32_t rounds;
    const char *from; /* the file the description comes from, and how, in words; or NULL */
};

/* The entry that is recommended: best, or of those that cannot be told from it the cheapest. NULL:
 * none was measured, or none does what was asked for. */
const struct advise_entry *advise_choice(const struct advise_view *v);

/* Why none does what was asked for, in one sentence; false where one does. */
bool advise_refusal(const struct advise_view *v, struct buf *out);

/* Whether the model takes what was measured best: only then it may say where another kind wins. */
bool advise_foretells(const struct advise_view *v);

/* What the model takes, by the scaling law, with the CPUs that were asked for, more than those
 * here; and what that serves a second. */
struct advise_shape advise_stretched(const struct advise_view *v, double *served);

/* Begins the page and fills it. */
void advise_page(struct page *p, const struct advise_view *v);
json_t *advise_document(const struct advise_view *v); /* contend.advice/1 */

#endif
