/*
 * The verbs whose call would cost more than their work, and the structures they touch. Included by
 * coro.h; the members are nobody else's business.
 *
 * A task's descriptor fills one cache line and lies at the top of its own stack (guarded, dense):
 *
 *     low                                                                        high
 *     | guard or canary |   free   | frames ... | first frame | coro_top | struct coro |
 *                                                                        ^ the task's handle
 *
 * The run queue is a ring of tasks, each with where it goes on, so that a task that yields and
 * comes again touches no line of its descriptor. The ring has room for every stack that exists, so
 * that pushing never fails. Tasks hand over to each other directly; they go through the loop only
 * when the ring is empty or `head` has reached `limit` (then timers and descriptors get their
 * turn), and always when the loop is `careful`: its limit stays in the past.
 */
#ifndef CORO_HOT_H
#define CORO_HOT_H

#include "bench/coro/switch.h"

/* What a service costs is measured by leaving it out: CORO_WITHOUT is a sum of these. Only programs
 * of tests/perf are built so (docs/coroutines.md). */
#ifndef CORO_WITHOUT
#define CORO_WITHOUT 0
#endif
enum coro_service {
    CORO_FAIRNESS = 1,  /* a tick has an end, and then timers and descriptors get their turn */
    CORO_CANCEL = 2,    /* a suspension looks whether somebody has cancelled its task */
    CORO_DEADLINES = 4, /* who is woken may have a timer */
    CORO_WAITERS = 8,   /* any number may wait for one task or channel, in order */
    CORO_CHECKS = 16    /* calls that make no sense are refused */
};
#define CORO_HAS(service) ((CORO_WITHOUT & CORO_##service) == 0)

enum coro_state {
    CORO_STATE_FREE,     /* a stack without a task */
    CORO_STATE_READY,    /* in the ring, or running */
    CORO_STATE_FINISHED, /* result not yet taken */
    CORO_STATE_SLEEP,    /* from here on: parked, and what it waits for */
    CORO_STATE_AWAIT,    /* on: the task */
    CORO_STATE_WORD,     /* on: the word */
    CORO_STATE_SEND,     /* on: the channel */
    CORO_STATE_RECEIVE,  /* on: the channel */
    CORO_STATE_READ,     /* on: the descriptor's number */
    CORO_STATE_WRITE
};

enum coro_bits {                       /* struct coro.flags */
                 CORO_BIT_CANCEL = 1,  /* to be delivered at the next suspension */
                 CORO_BIT_DETACHED = 2 /* nobody holds the handle */
};

struct coro {
    _Alignas(64) union {
        /* Parked: where it goes on; in the ring see coro_turn. Compact: its save area. */
        struct coro_context *context;
        uint64_t value; /* finished: the result */
    };
    uint8_t state;  /* enum coro_state */
    uint8_t flags;  /* enum coro_bits */
    uint16_t saved; /* compact: what its save area holds, in units of 16 bytes; 0: none */
    uint32_t id;
    union {
        struct coro *next; /* in the free list or among waiters */
        uint64_t got;      /* woken: the value that came with it */
    };
    struct coro *prev; /* waiters form a ring: the first one's prev is the last */
    union {
        void *on;        /* parked: what it waits for, see coro_state */
        coro_body *body; /* not yet begun */
        struct {
            int32_t wake;  /* woken: what the suspension returns */
            int32_t error; /* woken from an await, or finished: the body's error */
        };
    };
    void *user;
    struct coro *awaiters; /* first of those who wait for the end */
    uint64_t deadline_ns;  /* of its timer; 0: none */
#ifdef CORO_TSAN
    void *fiber;
#endif
};
#ifndef CORO_TSAN
_Static_assert(sizeof(struct coro) == 64, "a descriptor is one cache line");
#endif

/* Above a task's first frame. */
struct coro_top {
    void *return_address; /* of coro_begin: none, which ends backtraces */
};

/* A place of the ring. A careful loop finds where its tasks go on in their descriptors. */
struct coro_turn {
    struct coro *task;
    struct coro_context *context;
};

/* How far a counter moves from one place of the ring to the next: they count bytes. */
enum { CORO_TURN = sizeof(struct coro_turn) };

/* The first member of the real loop. Counters run freely and are masked for use. */
struct coro_loop {
    struct coro_turn *ring;
    uint32_t mask;        /* (capacity - 1) * CORO_TURN */
    uint32_t head;        /* next to run */
    uint32_t tail;        /* next to be filled */
    uint32_t limit;       /* when head gets here, back to the loop */
    uint32_t base;        /* [head, base): spawners in front of everybody, for their eager child */
    struct coro *current; /* NULL: the loop itself */
    struct coro *free;    /* LIFO: the warmest stack first */
    struct coro_context *main; /* where the loop goes on */
    uint32_t last_id;
    uint32_t finished; /* of the last_id tasks spawned */
    uint32_t cancels;  /* tasks with CORO_BIT_CANCEL */
    bool careful;      /* compact or checked: every switch goes through the loop */
    bool has_canaries; /* to look at when a task ends */
};

/* The loop that runs on this thread, or coro_nowhere, whose limit is always in the past. So is any
 * loop's while it runs no task itself: the verbs below need not ask whether there is a task. */
extern _Thread_local struct coro_loop *coro_here;
extern struct coro_loop coro_nowhere;

/* Never inlined: see coro_jump_raw. */
#define CORO_SLOW __attribute__((noinline))
CORO_SLOW int coro_spawn_slow(struct coro_loop *loop, coro_body *body, void *arg, unsigned flags,
                              struct coro **task);
CORO_SLOW int coro_await_slow(struct coro *task, struct coro_result *result);
CORO_SLOW int coro_yield_slow(void);
CORO_SLOW void coro_suspend_slow(struct coro_loop *loop, struct coro_context **save);
void coro_begin(void); /* where a task begins; never returns */
/* The same on a stack that ends at the task: what a switch has in its two registers. */
void coro_begin_below(struct coro_context **save, struct coro_context *context);
void coro_first_context_slow(struct coro_loop *loop, struct coro_top *top, struct coro *task);

/* A call would unbalance the processor's record of return addresses at every switch inside. */
#define CORO_INLINE static inline __attribute__((always_inline))

#define CORO_LIKELY(x) __builtin_expect(!!(x), 1)
#define CORO_RARE(x)   __builtin_expect(!!(x), 0)

static inline struct coro *coro_self(void)
{
    return coro_here->current;
}

static inline struct coro_loop *coro_loop_self(void)
{
    struct coro_loop *loop = coro_here != &coro_nowhere ? coro_here : NULL;
    __asm__("" : "+r"(loop)); /* no warning at each caller who knows that he is inside */
    return loop;
}

static inline uint32_t coro_id(const struct coro *task)
{
    return task->id;
}

static inline bool coro_is_due(const struct coro_loop *loop)
{
    return CORO_HAS(FAIRNESS) && (int32_t)(loop->head - loop->limit) >= 0;
}

/* Somebody has been cancelled and does not know it: whoever suspends looks whether it is the one.
 */
static inline bool coro_is_interrupted(const struct coro_loop *loop)
{
    return CORO_HAS(CANCEL) && loop->cancels != 0;
}

static inline struct coro_turn *coro_turn_at(const struct coro_loop *loop, uint32_t counter)
{
    return (struct coro_turn *)(void *)((char *)loop->ring + (counter & loop->mask));
}

/* Makes a place behind all others. */
static inline struct coro_turn *coro_add_turn(struct coro_loop *loop)
{
    uint32_t tail = loop->tail;
    loop->tail = tail + CORO_TURN;
    return coro_turn_at(loop, tail);
}

/* Adds a task that is parked, or begins. */
static inline void coro_push(struct coro_loop *loop, struct coro *task)
{
    *coro_add_turn(loop) = (struct coro_turn){task, task->context};
}

/* Adds the running task. Returns where its switch is to say where it goes on. */
static inline struct coro_context **coro_push_self(struct coro_loop *loop, struct coro *self)
{
    struct coro_turn *turn = coro_add_turn(loop);
    turn->task = self;
    return &turn->context;
}

/* A spawner goes on as soon as its eager child stops. */
static inline struct coro_turn *coro_push_front(struct coro_loop *loop, struct coro *task)
{
    if ((int32_t)(loop->head - loop->base) > 0)
        loop->base = loop->head;
    loop->head -= CORO_TURN;
    struct coro_turn *turn = coro_turn_at(loop, loop->head);
    turn->task = task;
    return turn;
}

static inline struct coro_turn coro_pop(struct coro_loop *loop)
{
    uint32_t head = loop->head;
    loop->head = head + CORO_TURN;
    return *coro_turn_at(loop, head);
}

/* The caller has put self where somebody will find it. Returns when it is its turn again. */
CORO_INLINE void coro_suspend(struct coro_loop *loop, struct coro *self)
{
    if (CORO_RARE(loop->head == loop->tail || coro_is_due(loop))) {
        coro_suspend_slow(loop, &self->context);
        return;
    }
    struct coro_turn next = coro_pop(loop);
    loop->current = next.task;
    coro_jump(loop, &self->context, next.context);
}

static inline void coro_enlist(struct coro **first, struct coro *task)
{
    if (!CORO_HAS(WAITERS)) {
        *first = task;
        return;
    }
    if (*first == NULL) {
        *first = task->next = task->prev = task;
        return;
    }
    task->next = *first;
    task->prev = (*first)->prev;
    task->prev->next = task;
    (*first)->prev = task;
}

static inline void coro_unlist(struct coro **first, struct coro *task)
{
    if (!CORO_HAS(WAITERS) || task->next == task) {
        *first = NULL;
        return;
    }
    task->prev->next = task->next;
    task->next->prev = task->prev;
    if (*first == task)
        *first = task->next;
}

/* Guarded and dense stacks end where the descriptor begins. */
static inline struct coro_top *coro_top_of(struct coro *task)
{
    return (struct coro_top *)(void *)task - 1;
}

/* The stack pointer to begin with: as if coro_begin had been called. */
static inline void *coro_first_stack(struct coro_top *top)
{
#ifdef CORO_SWITCH_X86_64
    return top; /* the return address on it, 8 off a multiple of 16 */
#else
    return (char *)top - 8;
#endif
}

/* Sanitizers' switches are calls, which have other things in their registers. */
#ifdef CORO_HOOKED
#define CORO_BEGINS_BELOW 0
#else
#define CORO_BEGINS_BELOW 1
#endif

/* Where a task that has not begun goes on. */
static inline struct coro_context *coro_first_context_of(struct coro_top *top)
{
#ifdef CORO_SWITCH_UCONTEXT
    (void)top;
    return NULL;
#else
    return (struct coro_context *)coro_first_stack(top) - 1;
#endif
}

/* Writes what the first switch to the task loads. */
static inline void coro_first_context(struct coro_loop *loop, struct coro_top *top,
                                      struct coro *task)
{
#ifdef CORO_TSAN
    coro_new_fiber(task);
#endif
#ifdef CORO_SWITCH_UCONTEXT
    coro_first_context_slow(loop, top, task);
#else
    (void)loop;
    struct coro_context *context = coro_first_context_of(top);
    context->frame = NULL;
    context->resume = top == coro_top_of(task) && CORO_BEGINS_BELOW
                          ? (void *)(uintptr_t)&coro_begin_below
                          : (void *)(uintptr_t)&coro_begin;
    task->context = context;
#endif
}

/* Suspends the running task, and begins the child at once. */
CORO_INLINE void coro_first_jump(struct coro_loop *loop, struct coro_context **save,
                                 struct coro *child)
{
#if defined(CORO_SWITCH_UCONTEXT) || defined(CORO_HOOKED)
    coro_first_context(loop, coro_top_of(child), child);
    coro_jump(loop, save, child->context);
#else
    (void)loop;
    coro_start_raw(save, coro_first_context_of(coro_top_of(child)), coro_begin_below);
#endif
}

/* Takes a stack from the free list and writes the descriptor. What it does not write is zero in
 * every free one: saved, awaiters, deadline_ns. */
static inline struct coro *coro_make(struct coro_loop *loop, coro_body *body, void *arg,
                                     uint8_t bits)
{
    struct coro *child = loop->free;
    loop->free = child->next;
    __builtin_prefetch(child->next, 1); /* the next spawn's; in a burst they are cold */
    if (CORO_HAS(FAIRNESS))
        loop->limit -= CORO_TURN; /* a spawn counts as a switch, or many would hold up the timers */
    child->state = CORO_STATE_READY;
    child->flags = bits;
    child->id = ++loop->last_id;
    child->body = body;
    child->user = arg;
    return child;
}

/*
 * A task has the loop's address from its own frame, and that from the ring: what it then reads of
 * the loop waits for all of that.  The thread's own address is there at once; the comparison is
 * foretold. Opaque, or the compiler would use either for the other.
 */
static inline bool coro_is_same(struct coro_loop *here, const struct coro_loop *loop)
{
    __asm__("" : "+r"(here));
    return here == loop;
}

CORO_INLINE int coro_spawn(struct coro_loop *loop, coro_body *body, void *arg, unsigned flags,
                           struct coro **task)
{
    struct coro_loop *here = coro_here;
    bool is_senseless = body == NULL || (flags & ~(unsigned)CORO_EAGER) != 0;
    if (CORO_RARE(!coro_is_same(here, loop) || here->free == NULL ||
                  (CORO_HAS(CHECKS) && is_senseless) || coro_is_due(here)))
        return coro_spawn_slow(loop, body, arg, flags, task);
    loop = here;
    struct coro *self = loop->current;
    struct coro *child = coro_make(loop, body, arg, task != NULL ? 0 : CORO_BIT_DETACHED);
    if (task != NULL)
        *task = child;
    if ((flags & CORO_EAGER) == 0 || self == NULL) {
        coro_first_context(loop, coro_top_of(child), child);
        coro_push(loop, child);
        return CORO_OK;
    }
    struct coro_turn *turn = coro_push_front(loop, self);
    loop->current = child;
    coro_first_jump(loop, &turn->context, child);
    return CORO_OK;
}

static inline void coro_recycle(struct coro_loop *loop, struct coro *task)
{
    task->state = CORO_STATE_FREE;
    task->next = loop->free;
    loop->free = task;
}

CORO_INLINE int coro_await(struct coro *task, struct coro_result *result)
{
    struct coro_loop *loop = coro_here;
    struct coro *self = loop->current;
    if (CORO_RARE(CORO_HAS(CHECKS) && (self == NULL || task == NULL)))
        return coro_await_slow(task, result);
    if (task->state == CORO_STATE_FINISHED) {
        if (result != NULL)
            *result = (struct coro_result){.value = task->value, .error = task->error};
        coro_recycle(loop, task);
        return CORO_OK;
    }
    bool is_senseless = task == self || task->state == CORO_STATE_FREE;
    if (CORO_RARE(coro_is_interrupted(loop) || (CORO_HAS(CHECKS) && is_senseless) ||
                  loop->head == loop->tail || coro_is_due(loop)))
        return coro_await_slow(task, result);
    coro_enlist(&task->awaiters, self);
    self->on = task;
    self->state = CORO_STATE_AWAIT;
    struct coro_turn next = coro_pop(loop);
    loop->current = next.task;
    coro_jump(loop, &self->context, next.context);
    if (self->wake == CORO_OK && result != NULL)
        *result = (struct coro_result){.value = self->got, .error = self->error};
    return self->wake;
}

CORO_INLINE int coro_yield(void)
{
    struct coro_loop *loop = coro_here;
    struct coro *self = loop->current;
    if (CORO_RARE(coro_is_due(loop) || coro_is_interrupted(loop)))
        return coro_yield_slow();
    if (CORO_RARE(loop->head == loop->tail)) {
        if (CORO_HAS(FAIRNESS))
            loop->limit -= CORO_TURN; /* to oneself, and still a switch: timers get their turn */
        return CORO_OK;
    }
    struct coro_context **save = coro_push_self(loop, self);
    struct coro_turn next = coro_pop(loop);
    loop->current = next.task;
    coro_jump(loop, save, next.context);
    return CORO_OK;
}

#include "bench/coro/hot_chan.h"

#endif
