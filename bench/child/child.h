/*
 * A child with a deadline: a program, or a function of this one in a process of its own.
 *
 * It leads a process group, dies with the process that started it, has the signals of a fresh
 * program, and of the standard streams what it was given.  Its end is waited for by its descriptor,
 * or by SIGCHLD where the kernel or a filter of system calls refuses that; what it left running is
 * killed, and how it ended is told in words.  Knows nothing of benchmarks.
 *
 *     child_start -> child_await ... (child_signal) -> child_end       one or several at once
 *     child_run                                                        all of that for one
 *
 * One thread of a process has children at a time.
 */
#ifndef CONTEND_CHILD_CHILD_H
#define CONTEND_CHILD_CHILD_H

#include "bench/base/err.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/* What a standard stream of a child is, in place of a descriptor. */
enum {
    CHILD_NOTHING = 0, /* /dev/null */
    CHILD_OURS = -1,
    CHILD_PIPE = -2, /* read from child.output; both streams may go there */
};

/* The number that `handed` has in the child. */
enum { CHILD_HANDED_FD = 3 };

struct child_request {
    const char *what; /* for errors: "a worker", "base"; kept until its end */

    /* One of the three. */
    const char *program; /* looked up in PATH when it holds no slash */
    int image;           /* a descriptor of base/image.h */
    int (*body)(void *context);

    char *const *argv;
    char *const *environment; /* NULL: ours */
    /* The last thing before the program's first: 0, or an errno, and then there is no program. */
    int (*before)(void *context);
    void *context; /* of body and before */

    int in, out, errors; /* the standard streams */
    int handed;          /* one more descriptor; 0: none */
    /* Where streams are files: more than that is a child that runs wild. 0: it may. */
    uint64_t output_most_bytes;

    bool is_part_of_us;  /* neither a group of its own, nor other signals than ours */
    int death_signal;    /* that it gets when we end; 0: SIGKILL */
    bool watches_memory; /* whether it was killed for want of memory is asked */
};

/* What a child says before its program is another one. */
struct child_report;

struct child {
    pid_t pid;         /* 0: there is none */
    int output;        /* read end of its CHILD_PIPE; -1 */
    bool has_ended;    /* by itself; not reaped yet */
    bool has_flooded;  /* wrote more than it may */
    uint64_t ended_ns; /* when has_ended was seen */

    /* The rest is child's own. */
    const char *what;
    int fd; /* of the process; -1: it is told by SIGCHLD */
    bool is_part_of_us;
    int files[2]; /* streams that are looked at for their size; -1 */
    uint64_t output_most_bytes;
    struct child_report *report;
    int64_t memory_kills; /* before; below 0: not known */
    struct child *next;   /* of those that live */
};

/* -1 with ERR_SYSTEM when no process could be made. Why no program could is told by child_end(). */
int child_start(struct child *c, const struct child_request *request, struct err *err);

/* As fork(), with all that a child has: 1 in the child, 0 in the parent, -1. No program, no body.
 */
int child_split(struct child *c, const struct child_request *request, struct err *err);

enum { CHILDREN_AT_ONCE = 8 };

/*
 * Waits until one of them has ended or wrote too much, `extra` (NULL: none) is ready, a signal came
 * or *interrupted (NULL: never) is true, but not beyond `until_ns` of clock_now_ns(); or returns a
 * little earlier for nothing.  A signal that comes just before the wait is not missed.
 */
void child_await(struct child *const *children, size_t count, struct pollfd *extra,
                 uint64_t until_ns, const volatile bool *interrupted);

/* To the process alone. */
void child_signal(const struct child *c, int number);

struct child_end {
    bool in_time;     /* by itself */
    bool has_flooded; /* it was ended, for it wrote more than it may */
    int start_errno;  /* why there was no program; 0 */
    int status;       /* as of waitpid(2) */
    uint64_t ended_ns;
    struct rusage usage;        /* its own and its children's */
    bool lacked_memory;         /* the kernel killed in our control group, and this by SIGKILL */
    int64_t memory_limit_bytes; /* of that group or those above; below 0: none known */
};

/*
 * Kills what is left of it and of its group, and reaps it.  -1 when nobody knows how it ended:
 * that is no good end.
 */
int child_end(struct child *c, struct child_end *out, struct err *err);

/* It ended by itself, with status 0. */
bool child_is_fine(const struct child_end *end);

/*
 * How it ended, to stand behind its name: "was killed by signal 11 (Segmentation fault)", "ended
 * with status 3", "cannot be executed: Permission denied", "did not end in time and was killed".
 */
const char *child_words(const struct child_end *end, char *out, size_t size);

/* ---- All of it for one ------------------------------------------------------------------- */

struct child_watch {
    uint64_t timeout_ns;
    const volatile bool *interrupted; /* NULL: nobody interrupts */
    int pass_on; /* the signal it gets, and again, while interrupted; 0: it is ended at once */
    /* What came from the pipe; false: that is enough, and it is ended. NULL: kept from nobody. */
    bool (*on_output)(void *context, const char *text, size_t length);
    void *context;
};

/* -1 as of child_start() and child_end(). */
int child_run(const struct child_request *request, const struct child_watch *watch,
              struct child_end *end, struct err *err);

/* An on_output that keeps the text, with a limit; `text` is NUL-terminated from the start. */
struct child_text {
    char *text;
    size_t size, length;
};
bool child_keep_text(void *text, const char *bytes, size_t length);

/* ---- Ctrl-Z ------------------------------------------------------------------------------- */

/* From here on SIGTSTP stops the children, too, and they go on with us. */
void child_stop_with_us(void);

/* How often that was: what took time meanwhile took more of it than it needs. */
unsigned child_stops(void);

/* ---- In children, and of those nobody knows ------------------------------------------------ */

/* In a child: it gets that signal when `parent` ends; false when that is gone already. */
bool child_die_with(pid_t parent, int signal_number);

/* The kernel's first choice when memory runs out; those it starts are, too. */
void child_be_first_victim(void);

/*
 * From here on those that outlive who started them, below us, come to us.  Children that are
 * there already are somebody else's and stay untouched.
 */
void child_adopt(void);

/* How many that came to us are there, and have not ended. */
size_t child_strays(void);

/* Kills and reaps those that came to us. Nothing that was started by child_start() and lives. */
void child_end_strays(void);

#endif
