/*
 * Another runtime that runs the same workloads: its program is in the binary, its interpreter is
 * looked for on the machine, and what it writes is checked before anybody gets it.
 */
#ifndef CONTEND_LAB_REFERENCE_H
#define CONTEND_LAB_REFERENCE_H

#include "bench/base/err.h"
#include "bench/base/opts.h"
#include "bench/lab/runtimes/runtime.h"
#include "bench/lab/runtimes/session.h"

#include <stdbool.h>
#include <stdint.h>

enum { RUNTIME_PATH_BYTES = 4096 };

/* One that was found on this machine. */
struct reference_runtime {
    char path[RUNTIME_PATH_BYTES]; /* the program itself, no script that starts it */
    char version[32];              /* "3.11.2" */
};

/* A runtime that does not only answer the questions of bench/lab/runtimes but runs contend's
 * workloads. */
struct reference {
    const char *name;                   /* as on the command line */
    const struct reference_file *files; /* of scripts/reference/NAME/; ended by one without name */
    const char *program;                /* that of them which is run */
    const char *const *flags;           /* of the runtime, in front of it; NULL-terminated */
    /*
     * `asked` is a path or a name in PATH; NULL: what people would expect.  Returns 0, or -1 with
     * ERR_UNAVAILABLE that names what was tried and what is wrong with it.
     */
    int (*find)(const char *asked, struct reference_runtime *out, struct err *err);
};

/* All of them, ended by NULL; by name, NULL where there is none. */
extern const struct reference *const references[];
const struct reference *reference_named(const char *name);

struct reference_request {
    const struct reference *reference;
    const char *runtime; /* path or name; NULL: the first that is found */
    const char *output;  /* NULL: nothing is written, what it prints goes to stdout */
    uint64_t timeout_ns;
    struct opt_list passed; /* options for the reference program; the caller's */
    bool shows_list, is_quiet;
    bool is_traced; /* one cell with its events (contend.trace/1) in place of a result */
    const volatile bool *interrupted;
    void (*say)(const char *line); /* what it says meanwhile, and what is done */
};

/*
 * Finds the runtime, runs the program and puts its result into `output`, which is replaced
 * only by a result that can be read.  Returns 0; one of enum runtimes_cut; -1: ERR_UNAVAILABLE
 * without a runtime, ERR_USAGE when the program refuses an option, else ERR_FAILED, and where that
 * is because a cell failed the file is there.
 */
int reference_run(const struct reference_request *request, struct err *err);

/* ---- Several of one kind ------------------------------------------------------------- */

struct reference_runtimes {
    struct reference_runtime *items; /* owned */
    size_t count;
};

/* Those that are named, each once: python3 and python3.11 may be the same one.  The first that is
 * found where none is.  free(out->items) in any case. */
int runtimes_find(struct reference_runtimes *out, const struct reference *reference,
                  const struct opt_list *names, void (*say)(const char *line), struct err *err);

/* A line each: version and path. */
void runtimes_words(struct buf *out, const struct reference_runtimes *all);

/*
 * reference_run() in one after the other, up to the first that does not return 0; where they are
 * several each writes a file of its own, "real-3.12.1.json" for "real.json".
 */
int reference_run_each(const struct reference_request *request,
                       const struct reference_runtimes *all, struct err *err);

/* What an interrupt left is in `output`, or, NULL, nowhere. */
void reference_tell_cut(void (*say)(const char *line), const char *output);

#endif
