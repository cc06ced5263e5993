/* What a worker measures for `contend doctor --overhead`: figures of the harness beside those of
 * bare code. */
#ifndef CONTEND_RUN_LAUNCH_OVERHEAD_PAIRS_H
#define CONTEND_RUN_LAUNCH_OVERHEAD_PAIRS_H

enum { OVERHEAD_ROUNDS = 31 };

enum overhead_row {
    OVERHEAD_OPERATION,
    OVERHEAD_THREAD,
    OVERHEAD_PROCESS,
    OVERHEAD_PROCESS_ALONE, /* the bare one in a program of its own */
    OVERHEAD_ROWS
};

struct overhead_pair {
    double bare_ns[OVERHEAD_ROUNDS], harness_ns[OVERHEAD_ROUNDS];
};

struct overhead {
    struct overhead_pair pairs[OVERHEAD_ROWS];
};

#endif
