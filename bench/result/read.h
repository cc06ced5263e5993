/*
 * Reading a result: one entrance, whatever the text comes from and whoever asks.
 */
#ifndef CONTEND_RESULT_READ_H
#define CONTEND_RESULT_READ_H

#include "bench/result/field.h"
#include "bench/result/result.h"

/* Beside the samples and what they are called. */
enum result_keep {
    RESULT_SUMMARIES = 1, /* made of the samples: half the time of reading */
    RESULT_ALL = 2,       /* the ledger and the buckets: who writes the result again needs them */
    RESULT_HOSTS = 4,     /* of results_load() alone: a file may hold results of several hosts */
};

/* Where the text of a cell stands that was read. */
struct result_cell_text {
    uint64_t at; /* in the file, blanks before it and all */
    size_t length;
    const char
        *text; /* NULL; of a cell that came as a tree, what was read in its place: borrowed */
};

/*
 * Who takes the cells one by one, so that no more than one is in memory: the result is then left
 * without any.  What was begun is begun again where the text turns out to be of the unusual kind.
 */
struct result_taker {
    void (*begin)(void *with);
    /* The cell is the reader's, and gone afterwards. */
    int (*take)(void *with, const struct result_cell *c, const struct result_cell_text *where,
                struct err *err);
    /* All cells of the result were taken: `cells` is their place in messages. */
    int (*end)(void *with, const struct place *cells, struct err *err);
    /* All results of this file are begun again. */
    void (*forget)(void *with);
    void *with;
};

struct result_source {
    const char *path; /* "-": stdin; with a text, for messages and the label */
    const char *text; /* borrowed; NULL: the file */
    size_t length;
    uint64_t at;       /* where in its file the text begins; of result_read_open() what is read */
    unsigned keep;     /* of enum result_keep */
    bool by_tree;      /* jansson alone reads it, at ten times the memory: the same comes out */
    int fd;            /* of result_read_open() */
    struct slim *slim; /* likewise: one of several in it, which has begun; -1 with err unset where
                        * it is of the unusual kind */
    const struct result_taker *taker; /* NULL: the result keeps its cells */
};

/*
 * Returns 0, or -1 with ERR_INPUT that names file, line and column of a syntax error or the path to
 * the field, its value and what is accepted; *out is then empty.
 */
int result_read(struct result *out, const struct result_source *from, struct err *err);

/* The same of a text, or of a regular file that is open. */
int result_read_open(struct result *out, const struct result_source *from, struct err *err);

/* For head.c and make.c: fills in what r->json says of the run and the host, and checks it. */
int result_read_head(const struct place *at, struct result *r, struct err *err);

#endif
