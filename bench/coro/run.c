/*
 * Running: ticks of tasks handing over to each other, and between them, on the loop's own stack,
 * the timers, the descriptors, the conditions to stop, and the wait in the kernel when nothing is
 * left to do. A tick is so many switches, and so many timers are woken before it.
 */
#include "bench/coro/loop.h"

#include <sys/prctl.h>
#include <time.h>

enum { SECOND_NS = 1000000000 };

uint64_t coro_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

/* ---- waiting ---- */

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

/* ---- serving ---- */

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
        loop->tick_ns = 0; /* nobody waits for a moment: how long ticks take is not looked at */
        return CORO_OK;
    }
    int error = timers_settle(timers);
    if (error != CORO_OK)
        return error;
    uint64_t now_ns = coro_now();
    adapt_hops(loop, now_ns);
    /* Not more than the tick will run: many would leave the cache again before their turn. */
    for (uint32_t woken = 0; woken < loop->hops; woken++) {
        struct coro *task = timers_pop(timers, now_ns);
        if (task == NULL)
            break;
        uintptr_t frames = (uintptr_t)task->context;
        __builtin_prefetch((const void *)frames);
        __builtin_prefetch((const void *)(frames + 64));
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
           (until->task != NULL && until->task->state == CORO_STATE_FINISHED);
}

/* ---- ticks ---- */

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
        *coro_add_turn(hot) = coro_pop(hot);
}

/* Who waits for a moment or a descriptor wants ticks to be short; the first to do so during a long
 * one shortens it, see loop_shorten(). */
static uint32_t hops_of_tick(const struct loop *loop)
{
    return loop->timers.armed > 0 || loop->poller.waiting > 0 ? loop->hops : LOOP_MOST_HOPS;
}

/* Lets tasks hand over to each other till the ring is empty or the tick is over. */
static void tick_direct(struct loop *loop)
{
    struct coro_loop *hot = &loop->hot;
    loop_set_limit(loop, hops_of_tick(loop));
    struct coro_turn next = coro_pop(hot);
    hot->current = next.task;
    coro_jump(hot, &hot->main, next.context);
    hot->limit = hot->head - LOOP_FAR;
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
    loop_set_limit(loop, hops_of_tick(loop));
    do {
        struct coro *next = coro_pop(hot).task;
        if (compact != NULL) {
            if (hot->tail - hot->head > AHEAD * CORO_TURN)
                compact_prefetch(coro_turn_at(hot, hot->head + AHEAD * CORO_TURN)->task);
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
        if (hot->head != hot->tail) {
            rotate(hot);
            if (!hot->careful)
                tick_direct(loop);
            else if ((error = tick_careful(loop)) != CORO_OK)
                return error;
            continue;
        }
        if (loop_alive(hot) == 0)
            return CORO_STOP_FINISHED;
        if (until->idle || (loop->timers.armed == 0 && loop->poller.waiting == 0))
            return CORO_STOP_IDLE;
        /* Coming back early does no harm, for serve() looks at the clock. */
        sleep_in_kernel(loop, loop->timers.armed > 0 ? timers_next(&loop->timers) : UINT64_MAX);
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
    coro_here = hot;
    hot->limit = hot->head - LOOP_FAR; /* for what is called on the loop's own stack */
    coro_run_begins(hot);
    int stop = turn(loop, until != NULL ? until : &to_the_end);
    coro_here = outer;
    loop->running = false;
    loop_set_limit(loop, LOOP_NO_END); /* spawning from outside is never in the way of a timer */
    if (slack_ns > 0)
        prctl(PR_SET_TIMERSLACK, (unsigned long)slack_ns);
    return stop;
}
