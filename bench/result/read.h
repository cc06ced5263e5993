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

struct result_source {
    const char *path; /* "-": stdin; with a text, for messages and the label */
    const char *text; /* borrowed; NULL: the file */
    size_t length;
    unsigned keep; /* of enum result_keep */
    bool by_tree;  /* jansson alone reads it, at ten times the memory: the same comes out */
    int fd;        /* of read.c */
};

/*
 * Returns 0, or -1 with ERR_INPUT that names file, line and column of a syntax error or the path to
 * the field, its value and what is accepted; *out is then empty.
 */
int result_read(struct result *out, const struct result_source *from, struct err *err);

/* For head.c and make.c: fills in what r->json says of the run and the host, and checks it. */
int result_read_head(const struct place *at, struct result *r, struct err *err);

#endif
