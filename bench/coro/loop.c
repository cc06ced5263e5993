#include "bench/coro/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "bench/coro/valgrind.h"

struct coro_loop coro_nowhere; /* head and limit are equal: due; nobody writes it */
_Thread_local struct coro_loop *coro_here = &coro_nowhere;

enum { SECOND_NS = 1000000000 };

uint64_t coro_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

/* ---- life cycle ---- */

static int resize_ring(struct loop *loop, uint32_t least)
{
    struct coro_loop *hot = &loop->hot;
    uint32_t room = hot->ring != NULL ? hot->mask + 1 : 64;
    if (hot->ring != NULL && least <= room)
        return CORO_OK;
    while (room < least)
        room *= 2;
    struct coro **ring = malloc(room * sizeof(struct coro *));
    if (ring == NULL)
        return CORO_NO_MEMORY;
    for (uint32_t i = hot->head; i != hot->tail; i++)
        ring[i & (room - 1)] = hot->ring[i & hot->mask];
    free(hot->ring);
    hot->ring = ring;
    hot->mask = room - 1;
    return CORO_OK;
}

int loop_grow(struct loop *loop, uint32_t count)
{
    /* One more than stacks: the ring is never full, and head == tail always means empty. */
    int error = resize_ring(loop, loop->slab.carved + count + 1);
    if (error != CORO_OK)
        return error;
    int made = slab_carve(&loop->slab, count, &loop->hot.free);
    return made < 0 ? made : CORO_OK;
}

/* How far a limit lies that is always passed, or never reached, whatever is pushed in front. */
enum { FAR = 1 << 30 };

static void set_limit(struct loop *loop, uint32_t hops)
{
    loop->hops_left = hops;
    loop->hot.limit = loop->hot.careful ? loop->hot.head - FAR : loop->hot.head + hops;
}

void loop_be_careful(struct loop *loop)
{
    if (loop->hot.careful)
        return;
    loop->hot.careful = true;
    set_limit(loop, loop->hops);
}

struct coro_loop *coro_loop_new(const struct coro_config *config, int *error)
{
    static const struct coro_config defaults;
    int unused;
    if (error == NULL)
        error = &unused;
    struct loop *loop = aligned_alloc(64, (sizeof *loop + 63) / 64 * 64);
    if (loop == NULL) {
        *error = CORO_NO_MEMORY;
        return NULL;
    }
    *loop = (struct loop){.config = config != NULL ? *config : defaults, .hops = 64};
    loop->on_valgrind = RUNNING_ON_VALGRIND != 0;
    *error = (unsigned)loop->config.lateness > CORO_PRECISE ? CORO_BAD : CORO_OK;
    if (*error == CORO_OK)
        *error = slab_init(&loop->slab, loop->config.stack, loop->config.stack_bytes);
    if (*error == CORO_OK && loop->config.stack == CORO_COMPACT)
        *error = compact_init(&loop->compact, loop->config.stack_bytes, loop->config.check);
    if (*error == CORO_OK)
        *error = resize_ring(loop, 1);
    if (*error != CORO_OK) {
        coro_loop_free(&loop->hot);
        return NULL;
    }
    /* Counters run over soon and often, not after hours. */
    loop->hot.head = loop->hot.tail = loop->hot.base = UINT32_MAX - 500;
    loop->hot.careful = loop->config.check || loop->config.stack == CORO_COMPACT;
    set_limit(loop, FAR);
    return &loop->hot;
}

static bool drop_area(struct loop *loop, struct coro *task, void *unused)
{
    (void)unused;
    compact_drop(&loop->compact, task);
    return true;
}

void coro_loop_free(struct coro_loop *hot)
{
    if (hot == NULL)
        return;
    struct loop *loop = loop_of(hot);
    if (loop->compact.large_count > 0)
        loop_each(loop, drop_area, NULL);
    timers_release(&loop->timers);
    words_release(&loop->words);
    poller_release(&loop->poller);
    compact_release(&loop->compact);
    slab_release(&loop->slab);
    free(hot->ring);
    free(loop);
}

int coro_loop_warm(struct coro_loop *hot, size_t tasks)
{
    struct loop *loop = loop_of(hot);
    if (tasks > INT32_MAX)
        return CORO_BAD;
    while (loop->slab.carved < tasks) {
        int error = loop_grow(loop, (uint32_t)tasks - loop->slab.carved);
        if (error != CORO_OK)
            return error;
    }
    return CORO_OK;
}

int coro_loop_trim(struct coro_loop *hot)
{
    struct loop *loop = loop_of(hot);
    if (loop->running || hot->alive > 0)
        return CORO_BUSY;
    timers_clear(&loop->timers); /* its entries point into the stacks */
    hot->free = NULL;
    compact_trim(&loop->compact);
    slab_trim(&loop->slab);
    return CORO_OK;
}

/* ---- running ---- */

/* Waits in the kernel until the time has come, a descriptor is ready, or a signal. UINT64_MAX: no
 * time. */
static void sleep_in_kernel(struct loop *loop, uint64_t until_ns)
{
    const struct coro_config *config = &loop->config;
    if (config->before_wait != NULL)
        config->before_wait(config->wait_context);
    if (loop->poller.waiting > 0) {
        uint64_t now_ns = coro_now();
        uint64_t timeout_ns = until_ns > now_ns ? until_ns - now_ns : 0;
        poller_harvest(loop, until_ns != UINT64_MAX ? timeout_ns : UINT64_MAX);
    } else {
        struct timespec at = {.tv_sec = (time_t)(until_ns / SECOND_NS),
                              .tv_nsec = (long)(until_ns % SECOND_NS)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
    }
    if (config->after_wait != NULL)
        config->after_wait(config->wait_context);
}

/* Nothing is runnable: wait for the next timer (UINT64_MAX: none) or descriptor. Coming back early
 * does no harm, for the caller looks at the clock. */
static void wait_for_something(struct loop *loop, uint64_t deadline_ns)
{
    uint64_t spin_ns = deadline_ns != UINT64_MAX ? loop->config.spin_ns : 0;
    if (spin_ns == 0) {
        sleep_in_kernel(loop, deadline_ns);
        return;
    }
    if (deadline_ns > spin_ns && coro_now() < deadline_ns - spin_ns) {
        sleep_in_kernel(loop, deadline_ns - spin_ns);
        if (coro_now() < deadline_ns - spin_ns)
            return;
    }
    while (coro_now() < deadline_ns && loop->hot.head == loop->hot.tail)
        if (loop->poller.waiting > 0)
            poller_harvest(loop, 0);
}

/* A tick that took long gets fewer switches next time, so timers are looked at every few tens of
 * microseconds whether a switch comes with 2 ns of work or with 100 us. */
static void adapt_hops(struct loop *loop, uint64_t now_ns)
{
    uint64_t took_ns = now_ns - loop->tick_ns;
    if (loop->tick_ns != 0 && took_ns > LOOP_LONG_TICK_NS && loop->hops > LOOP_LEAST_HOPS)
        loop->hops /= 2;
    else if (took_ns < LOOP_SHORT_TICK_NS && loop->hops < LOOP_MOST_HOPS)
        loop->hops *= 2;
    loop->tick_ns = now_ns;
}

/* Timers and descriptors get their turn. */
static int serve(struct loop *loop)
{
    struct timers *timers = &loop->timers;
    if (loop->poller.waiting > 0)
        poller_harvest(loop, 0);
    if (timers->armed == 0 && loop->poller.waiting == 0) {
        loop->hops = LOOP_MOST_HOPS;
        loop->tick_ns = 0;
        return CORO_OK;
    }
    int error = timers_settle(timers);
    if (error != CORO_OK)
        return error;
    uint64_t now_ns = coro_now();
    adapt_hops(loop, now_ns);
    struct coro *task;
    while ((task = timers_pop(timers, now_ns)) != NULL) {
        __builtin_prefetch(task->context);
        int code = task->state == CORO_STATE_SLEEP ? CORO_OK : CORO_TIMED_OUT;
        loop_detach(loop, task);
        loop_wake(loop, task, code);
    }
    return timers->starved ? CORO_NO_MEMORY : CORO_OK;
}

static bool is_asked(const struct coro_until *until)
{
    return (until->word != NULL &&
            __atomic_load_n(until->word, __ATOMIC_ACQUIRE) != until->value) ||
           (until->task != NULL && until->task->state == CORO_STATE_FINISHED) ||
           (until->done != NULL && until->done(until->context));
}

/* Spawners in front of the queue stay there as long as nobody else is in it; else a burst of eager
 * spawns would keep all others out. They move to the end as they are: child before spawner. */
static void rotate(struct coro_loop *hot)
{
    if ((int32_t)(hot->base - hot->head) <= 0) {
        hot->base = hot->head; /* never so old that counters running on would overtake it */
        return;
    }
    if (hot->base == hot->tail)
        return;
    while (hot->head != hot->base)
        coro_push(hot, coro_pop(hot));
}

/* Lets tasks hand over to each other till the ring is empty or the tick is over. */
static void tick_direct(struct loop *loop)
{
    struct coro_loop *hot = &loop->hot;
    set_limit(loop, loop->hops);
    struct coro *next = coro_pop(hot);
    hot->current = next;
    coro_jump(hot, &hot->main, next->context);
    hot->limit = hot->head - FAR;
}

/* So many tasks ahead of its turn, a suspended one is fetched from memory. */
enum { AHEAD = 4 };

/* The same, one by one. */
static int tick_careful(struct loop *loop)
{
    struct coro_loop *hot = &loop->hot;
    struct compact *compact = loop->compact.map != NULL ? &loop->compact : NULL;
    if (compact != NULL && compact->stranded != NULL &&
        compact_leave(compact, compact->stranded) != CORO_OK)
        return CORO_NO_MEMORY;
    set_limit(loop, loop->hops);
    do {
        struct coro *next = coro_pop(hot);
        if (compact != NULL) {
            if (hot->tail - hot->head > AHEAD)
                compact_prefetch(hot->ring[(hot->head + AHEAD) & hot->mask]);
            compact_enter(compact, hot, next);
        }
        hot->current = next;
        coro_jump(hot, &hot->main, next->context);
        hot->current = NULL;
        if (loop->config.check)
            loop_check_canary(loop, next);
        if (compact != NULL && compact_leave(compact, next) != CORO_OK)
            return CORO_NO_MEMORY;
    } while (hot->head != hot->tail && loop->hops_left-- > 1);
    return CORO_OK;
}

static int turn(struct loop *loop, const struct coro_until *until)
{
    struct coro_loop *hot = &loop->hot;
    for (;;) {
        int error = serve(loop);
        if (error != CORO_OK)
            return error;
        if (is_asked(until))
            return CORO_STOP_ASKED;
        if (until->deadline_ns != 0 && coro_now() >= until->deadline_ns)
            return CORO_STOP_DEADLINE;
        if (hot->head != hot->tail) {
            rotate(hot);
            if (!hot->careful)
                tick_direct(loop);
            else if ((error = tick_careful(loop)) != CORO_OK)
                return error;
            continue;
        }
        if (hot->alive == 0)
            return CORO_STOP_FINISHED;
        if (until->idle || (loop->timers.armed == 0 && loop->poller.waiting == 0))
            return CORO_STOP_IDLE;
        uint64_t next_ns = loop->timers.armed > 0 ? timers_next(&loop->timers) : UINT64_MAX;
        if (until->deadline_ns != 0 && until->deadline_ns < next_ns)
            next_ns = until->deadline_ns;
        wait_for_something(loop, next_ns);
        loop->tick_ns = 0;
    }
}

int coro_loop_run(struct coro_loop *hot, const struct coro_until *until)
{
    static const struct coro_until to_the_end;
    struct loop *loop = loop_of(hot);
    if (loop->running)
        return CORO_BUSY;
    struct coro_loop *outer = coro_here;
    int slack_ns = -1;
    if (loop->config.lateness == CORO_PRECISE) {
        slack_ns = prctl(PR_GET_TIMERSLACK);
        prctl(PR_SET_TIMERSLACK, 1UL);
    }
    loop->running = true;
    loop->tick_ns = 0;
    loop->float_control = coro_float_get();
    coro_here = hot;
    hot->limit = hot->head - FAR; /* for what is called on the loop's own stack */
    coro_run_begins(hot);
    int stop = turn(loop, until != NULL ? until : &to_the_end);
    coro_here = outer;
    loop->running = false;
    set_limit(loop, FAR); /* spawning from outside is never in the way of a timer */
    if (slack_ns > 0)
        prctl(PR_SET_TIMERSLACK, (unsigned long)slack_ns);
    return stop;
}

/* ---- the entry point ---- */

static bool cancel_one(struct loop *loop, struct coro *task, void *unused)
{
    (void)unused;
    if (task->state != CORO_STATE_FINISHED)
        coro_cancel(&loop->hot, task);
    return true;
}

int coro_run(const struct coro_config *config, coro_body *body, void *arg, uint64_t *value)
{
    int error;
    struct coro *task;
    struct coro_until until = {0};
    struct coro_loop *loop = coro_loop_new(config, &error);
    if (loop == NULL)
        return error;
    error = coro_spawn(loop, body, arg, 0, &task);
    if (error != CORO_OK)
        goto free_loop;
    until.task = task;
    int stop = coro_loop_run(loop, &until);
    if (task->state == CORO_STATE_FINISHED) {
        error = task->error;
        if (value != NULL)
            *value = task->value;
    } else {
        error = stop < 0 ? stop : CORO_IDLE; /* parked for good */
    }
    if (loop->alive > 0 && stop >= 0) {
        loop_each(loop_of(loop), cancel_one, NULL);
        coro_loop_run(loop, NULL);
    }
free_loop:
    coro_loop_free(loop);
    return error;
}
