/*
 * A runtime on this machine: looked for, asked which version it is, its program written down and
 * compiled.  What stands in PATH may be a script that starts the runtime (a shim); its start would
 * be measured with each unit that is a process, so it is followed where the runtime says what the
 * kernel runs, and refused otherwise.
 */
#ifndef CONTEND_LAB_RUNTIMES_INSTANCE_H
#define CONTEND_LAB_RUNTIMES_INSTANCE_H

#include "bench/base/opts.h"
#include "bench/lab/runtimes/folder.h"
#include "bench/lab/runtimes/runtime.h"

enum { INSTANCE_PATH_BYTES = 4096 };

struct instance {
    const struct foreign *runtime;
    char path[INSTANCE_PATH_BYTES]; /* the program itself; "" where there is none */
    char version[32];
    char label[48];                   /* "go", "cpython311": executors begin with it */
    char folder[INSTANCE_PATH_BYTES]; /* where our program lies */
    char build[INSTANCE_PATH_BYTES];  /* where it is compiled */
    char **environment;               /* owned; NULL: ours */
    char *reason;                     /* owned; why it is not asked; NULL: it is */
    bool is_first;                    /* of its runtime */
};

struct instances {
    VEC(struct instance);
};

/*
 * Those of this runtime, at least one: where nothing can be used it has a reason.  `asked` are
 * paths or names that somebody gave in place of what is looked for.  -1 for faults of ours.
 */
int instances_find(struct instances *out, const struct foreign *r, const struct opt_list *asked,
                   const struct reference_folder *folder, struct err *err);
void instances_release(struct instances *all);

/* Compiles what there is to compile; why that failed becomes its reason. */
int instance_build(struct instance *i, uint64_t timeout_ns, const volatile bool *interrupted,
                   struct err *err);

/*
 * The words of a list of it, with {found} and {build} replaced, for as long as `words` is kept. The
 * caller may add more.
 */
struct call_line {
    VEC(char *); /* owned, ended by NULL once call_line_end() was called */
};
bool call_line_add(struct call_line *w, const char *text);
bool call_line_of(struct call_line *w, const struct instance *i, const json_t *list);
bool call_line_end(struct call_line *w);
void call_line_release(struct call_line *w);

#endif
