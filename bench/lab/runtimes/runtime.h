/*
 * Another runtime as data: which program it is and how it is found, how ours for it is built and
 * run, and which kinds of units it has.  All of that stands in a folder, scripts/reference/NAME/ or
 * somebody's own, as runtime.json beside the program (docs/adding-a-reference.md).
 */
#ifndef CONTEND_LAB_RUNTIMES_RUNTIME_H
#define CONTEND_LAB_RUNTIMES_RUNTIME_H

#include "bench/base/err.h"
#include "bench/base/vec.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define RUNTIME_SCHEMA "contend.runtime/1"

struct reference_file {
    const char *name, *text;
};

/* A kind of unit; texts are the document's. */
struct runtime_unit {
    const char *name;
    unsigned traits;          /* enum executor_trait */
    int64_t batch;            /* how many in a row one reading of its clock is for */
    int64_t memory_counts[2]; /* units held while memory is read, fewer and more */
    int64_t most;             /* units at once */
    const char *least;        /* the version of the runtime that has it; "" any */
    const char *package;      /* what Debian calls what it needs besides; "" nothing */
    bool is_of_first_alone;   /* not asked of further versions of the same runtime */
    const json_t *meanings;   /* question -> in which way its answer means something else */
    const json_t *without;    /* question -> why it has no answer */
};

struct foreign {
    const char *name, *summary;
    const char *version_behind; /* what stands before the version in what it says */
    const char *least;          /* version; "" any */
    const char *package;
    bool is_versioned; /* each version that is found is a row of its own */
    const json_t *find, *also_in, *also_called, *ask, *build, *run, *environment;
    struct {
        VEC(struct runtime_unit);
    } units;

    const struct reference_file *files; /* of the program; NULL: they lie in `folder` */
    char *folder;                       /* owned; absolute */
    char *own_name;                     /* owned; of a folder from outside */
    json_t *json;                       /* owned */
};

/* The text of a runtime.json; `where` is for messages.  -1 with ERR_INPUT; release in any case. */
int runtime_read(struct foreign *out, const char *where, const char *name, const char *text,
                 struct err *err);
void runtime_release(struct foreign *r);

/* From a folder outside; its name is that of the runtime. */
int runtime_load(struct foreign *out, const char *folder, struct err *err);

/* One that the binary carries.  -1 with ERR_USAGE, which names the nearest. */
int runtime_carried(struct foreign *out, const char *name, struct err *err);

/* The names of those, ended by NULL, in the order they are asked in. */
extern const char *const runtime_names[];
/* What such a one's folder holds; NULL where there is none of that name. */
const struct reference_file *runtime_files(const char *name);

/* "3.9" is less than "3.11.2". */
int runtime_compare_versions(const char *a, const char *b);

#endif
