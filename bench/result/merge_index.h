/*
 * What is merged, without being in memory: of each cell a record, and where its text stands.
 *
 *     files   | head | cell | cell | ... | tail |      read and checked once, cell by cell,
 *                       |      |                       and a cell again when it is wanted
 *     records        [ id, part, status, place, at ... ]   some 150 bytes a cell, its id among them
 *     inputs         [ head, first record, how many ]      the result a file holds, or of each host
 *
 * Ids and the names of parts are numbers (bench/base/intern.h): a million cells have a million ids,
 * and two cells are compared by them.
 */
#ifndef CONTEND_RESULT_MERGE_INDEX_H
#define CONTEND_RESULT_MERGE_INDEX_H

#include "bench/base/intern.h"
#include "bench/result/list.h"
#include "bench/result/merge_files.h"

#define MERGE_NONE UINT32_MAX

/* Of a cell all but what was measured. */
struct merge_record {
    struct merge_text text;
    int64_t place;        /* in the plan; -1: it does not say */
    uint32_t input;       /* the result it is of */
    uint32_t id, part;    /* numbers of names; the part is MERGE_NONE where the cell says none */
    uint32_t attempts;    /* the first of those it keeps; MERGE_NONE: there is none */
    uint32_t launches;    /* how many there were */
    uint32_t listed;      /* of them in its text */
    unsigned char status; /* enum cell_status */
    bool is_control;
    bool has_attempts; /* be it none */
};

/* A cell that stands in another, as another part has it. */
struct merge_attempt {
    uint32_t part;   /* whose it is: number of its name */
    uint32_t record; /* the cell it is kept in, or is itself */
    uint32_t listed; /* its launches */
    uint32_t next;   /* of the same cell; MERGE_NONE: there is none */
    bool is_member;  /* it stands among the attempts of the record's text */
    bool is_gone;
};

struct merge_input {
    const struct result *head; /* without cells; borrowed from `results` once all are read */
    uint32_t first, count;     /* of its records */
    size_t attempts_before;
};

struct merge_index {
    struct result_list results; /* heads alone, in the order of the files */
    struct merge_files files;
    struct intern ids, parts;
    struct {
        VEC(struct merge_input);
    } inputs;
    struct {
        VEC(struct merge_record);
    } records;
    struct {
        VEC(struct merge_attempt);
    } attempts; /* that cells came with */
    struct {
        VEC(uint32_t);
    } seen; /* by id: the last record of it, while files are read */
    /* While a file is read. */
    const char *path;
    struct merge_text file;
    size_t inputs_before;   /* this file */
    size_t attempts_before; /* the result that is read */
    /* While a cell is read again. */
    char *text;
    size_t text_capacity;
    struct slim_cell parts_of_cell;
    struct metric_heads *heads;
};

/*
 * Reads and checks the files in their order ("-": standard input).  Returns 0, or -1 with the error
 * of the first that cannot be read; merge_index_release() is wanted in both cases.  The paths are
 * borrowed until then.
 */
int merge_index_read(struct merge_index *x, const char *const *paths, size_t count,
                     struct err *err);
void merge_index_release(struct merge_index *x);

/*
 * The cell of that record once more, all of it; cell_unload() before the next one is read.
 * ERR_INPUT where its file is not what it was.
 */
int merge_index_cell(struct merge_index *x, uint32_t record, struct result_cell *out,
                     struct err *err);

/* The file it came from, as messages call it. */
const char *merge_index_path(const struct merge_index *x, uint32_t record);

size_t merge_index_failed(const struct merge_index *x); /* cells that failed */

#endif
