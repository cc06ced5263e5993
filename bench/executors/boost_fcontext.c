/*
 * boost_fcontext: tasks as contexts of Boost.Context under the small loop of fiber_loop.h.  The
 * two functions are written in assembly with a C interface, so the library alone is needed; a
 * switch saves six registers and the float control words.
 */
#include "bench/child/peer.h"

/* As boost/context/detail/fcontext.hpp declares them. */
typedef void *fcontext;
struct transfer {
    fcontext context; /* where the one that jumped here stopped */
    void *data;       /* what it passed: its fiber */
};
struct transfer jump_fcontext(fcontext to, void *data);
fcontext make_fcontext(void *top, size_t bytes, void (*entry)(struct transfer));

#define FUNCTIONS(X) X(jump_fcontext) X(make_fcontext)

/* Loaded by the first open(), the same from then on. */
static struct {
    FUNCTIONS(PEER_DECLARE)
} lib;

/* The development package's name first; Debian 12, Ubuntu 24.04 and 22.04, Debian 13. */
static const char *const names[] = {"libboost_context.so",        "libboost_context.so.1.74.0",
                                    "libboost_context.so.1.83.0", "libboost_context.so.1.81.0",
                                    "libboost_context.so.1.88.0", NULL};

typedef fcontext fiber_context;

#define fiber_make(f, bytes) (f)->context = lib.make_fcontext((f), (bytes), enter)

struct fiber;
static inline void fiber_switch(struct fiber *from, struct fiber *to);
static void enter(struct transfer t);

#include "bench/executors/fiber_executor.h"

/* Whoever goes on notes where the other one stopped. */
static inline void fiber_switch(struct fiber *from, struct fiber *to)
{
    struct transfer t = lib.jump_fcontext(to->context, from);
    ((struct fiber *)t.data)->context = t.context;
}

static void enter(struct transfer t)
{
    ((struct fiber *)t.data)->context = t.context;
    fiber_main();
}

static int load(struct err *err)
{
    void *handle = lib.jump_fcontext ? NULL : peer_load(names, err);
    if (lib.jump_fcontext)
        return 0;
    if (!handle)
        return -1;
    FUNCTIONS(PEER_FIND)
    return 0;
}

static int open_(struct launch *l, struct err *err)
{
    return load(err) ? -1 : fiber_open(l, err);
}

static const char *unavailable(void)
{
    static enum peer_verdict verdict;
    if (PEER_SANITIZED)
        return PEER_NO_SANITIZER;
    return peer_is_there(names, &verdict)
               ? NULL
               : "Boost.Context is missing: install libboost-context-dev";
}

const struct executor executor_boost_fcontext = {
    .name = "boost_fcontext",
    .summary = "contexts of Boost.Context under a small loop",
    .traits = FIBER_TRAITS,
    .unavailable = unavailable,
    .open = open_,
    FIBER_HOOKS,
};
