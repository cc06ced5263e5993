/* The two halves of tbb: what the one in C++ exports to the other. */
#ifndef CONTEND_EXECUTORS_TBB_H
#define CONTEND_EXECUTORS_TBB_H

#ifdef __cplusplus
extern "C" {
#endif

struct tbb_half {
    /* So many threads, the caller among them; NULL: it could not make them. */
    void *(*open)(unsigned threads);
    void (*close)(void *pool);
    /* work(context) by the caller, as a member of the pool. */
    void (*enter)(void *pool, void (*work)(void *), void *context);
    /* work(group, context) with a new group; returns when all of its tasks have ended.  Whoever
     * waits for a group within runs tasks of that one alone. */
    void (*scope)(void (*work)(void *group, void *context), void *context);
    void (*spawn)(void *group, void (*work)(void *), void *context);
    void (*wait)(void *group);
};

extern const struct tbb_half contend_tbb __attribute__((visibility("default")));

#ifdef __cplusplus
}
#endif

#endif
