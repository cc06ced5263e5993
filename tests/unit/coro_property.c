/*
 * Random operations of many tasks against a model that knows the rules but no scheduler: who may go
 * on with what result. Whatever a task does is first decided in the model, in the same order; when
 * the task comes back from the runtime, the result must be the one the model has decided meanwhile.
 * Only time is not in the model: whether a timer has already fired is asked of the runtime, and
 * what it may then return is checked (never early).
 *
 * CORO_PROPERTY_OPS: how many (1 000 000), CORO_PROPERTY_SEED: which. Both are printed.
 * ctest: timeout 300
 */
#include "bench/coro/loop.h"

#include <string.h>

#include "tests/test.h"

enum { UNITS = 160, CHANS = 6, WORDS = 30, MOST_ITEMS = 5, MOST_CHILDREN = 6 };

/* Who has the handle: nobody yet or the parent; the parent gave it up; an await has ended it. */
enum handle { HELD, RELEASED, TAKEN };
enum waiting { NOT, SLEEPING, AWAITING, ON_WORD, SENDING, RECEIVING };

struct item {
    uint64_t value;
};

struct unit {
    struct coro *task;
    bool is_used, has_pending_cancel, has_finished;
    enum handle handle;
    enum waiting waiting;
    int place;            /* which word or channel, or the child's number */
    struct item item;     /* a sender's */
    uint64_t deadline_ns; /* 0: it waits without limit */
    bool is_decided;      /* the model knows how the wait ends */
    int result;
    uint64_t got;
    uint64_t value; /* what the body returns */
    int error;
    int children[MOST_CHILDREN];
    int child_count;
};

struct queue { /* units that wait, oldest first */
    int units[UNITS];
    int count;
};

struct model_chan {
    struct coro_chan *chan;
    uint32_t capacity;
    struct item items[MOST_ITEMS];
    uint32_t count;
    struct queue senders, receivers;
};

static struct world {
    struct coro_loop *loop;
    uint64_t random, ops, ops_left, progress, wrong;
    uint32_t alive;
    struct unit units[UNITS];
    struct model_chan chans[CHANS];
    struct queue words[WORDS];
    uint32_t *word_at[WORDS]; /* somewhere in word_area: addresses that collide */
    uint32_t word_area[8192];
} w;

static uint64_t roll(uint64_t sides)
{
    uint64_t z = w.random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % sides;
}

static void expect(bool ok, const char *what, int64_t got, int64_t wanted)
{
    if (ok)
        return;
    if (w.wrong++ < 10)
        CHECK_MSG(false, "%s: %lld, the model says %lld", what, (long long)got, (long long)wanted);
    w.ops_left = 0;
}

/* ---- queues of waiting units ---- */

static void enqueue(struct queue *queue, int unit)
{
    queue->units[queue->count++] = unit;
}

static void dequeue(struct queue *queue, int unit)
{
    for (int i = 0; i < queue->count; i++) {
        if (queue->units[i] != unit)
            continue;
        memmove(&queue->units[i], &queue->units[i + 1],
                (size_t)(queue->count - i - 1) * sizeof queue->units[0]);
        queue->count--;
        return;
    }
}

static struct queue *queue_of(const struct unit *u)
{
    return u->waiting == ON_WORD     ? &w.words[u->place]
           : u->waiting == SENDING   ? &w.chans[u->place].senders
           : u->waiting == RECEIVING ? &w.chans[u->place].receivers
                                     : NULL;
}

/* The runtime has not woken it yet; only a timer can have done so behind the model's back. */
static bool is_still_parked(const struct unit *u)
{
    return u->deadline_ns == 0 || u->task->state > CORO_STATE_FINISHED;
}

static void decide(int number, int result, uint64_t got)
{
    struct unit *u = &w.units[number];
    struct queue *queue = queue_of(u);
    if (queue != NULL)
        dequeue(queue, number);
    u->is_decided = true;
    u->result = result;
    u->got = got;
}

/* The oldest waiter that no timer has fetched; -1. */
static int first_of(const struct queue *queue)
{
    for (int i = 0; i < queue->count; i++)
        if (is_still_parked(&w.units[queue->units[i]]))
            return queue->units[i];
    return -1;
}

/* ---- a wait, from the waiting task's side ---- */

/* True when a cancellation is delivered in place of the wait. */
static bool begins_wait(int number, enum waiting waiting, int place, uint64_t deadline_ns)
{
    struct unit *u = &w.units[number];
    if (u->has_pending_cancel) {
        u->has_pending_cancel = false;
        u->is_decided = true;
        u->result = CORO_CANCELLED;
        return true;
    }
    u->waiting = waiting;
    u->place = place;
    u->deadline_ns = deadline_ns;
    u->is_decided = false;
    return false;
}

static void ends_wait(int number, int result, const char *what)
{
    struct unit *u = &w.units[number];
    w.progress++;
    if (!u->is_decided) {
        int wanted = u->waiting == SLEEPING ? CORO_OK : CORO_TIMED_OUT;
        expect(u->deadline_ns != 0 && result == wanted, what, result, wanted);
        expect(coro_now() >= u->deadline_ns, "woke early", 0, 0);
        struct queue *queue = queue_of(u);
        if (queue != NULL)
            dequeue(queue, number);
    } else {
        expect(result == u->result, what, result, u->result);
    }
    u->waiting = NOT;
    u->is_decided = false;
    u->deadline_ns = 0;
}

/* ---- channels ---- */

static void model_put(struct model_chan *c, struct item item)
{
    c->items[c->count++] = item;
}

static struct item model_take(struct model_chan *c)
{
    struct item item = c->items[0];
    memmove(&c->items[0], &c->items[1], --c->count * sizeof item);
    return item;
}

static void open_chan(int place)
{
    struct model_chan *c = &w.chans[place];
    *c = (struct model_chan){.capacity = 1 + (uint32_t)roll(MOST_ITEMS)};
    c->chan = coro_chan_new(w.loop, c->capacity, NULL);
}

static uint64_t random_timeout(uint64_t *deadline_ns)
{
    *deadline_ns = 0;
    if (roll(3) != 0)
        return CORO_FOREVER;
    uint64_t timeout_ns = 1 + roll(30000);
    *deadline_ns = coro_now() + timeout_ns;
    return timeout_ns;
}

static void do_send(int me)
{
    int place = (int)roll(CHANS);
    struct model_chan *c = &w.chans[place];
    struct item item = {roll(UINT64_MAX)};
    int receiver = first_of(&c->receivers);
    bool waits = false;
    if (receiver >= 0) {
        decide(receiver, CORO_OK, item.value);
    } else if (c->count < c->capacity) {
        model_put(c, item);
    } else {
        waits = true;
        w.units[me].item = item;
        if (!begins_wait(me, SENDING, place, 0))
            enqueue(&c->senders, me);
    }
    int result = coro_send(c->chan, item.value);
    if (waits)
        ends_wait(me, result, "send");
    else
        expect(result == 0, "send with room", result, 0);
}

static void do_receive(int me)
{
    int place = (int)roll(CHANS);
    struct model_chan *c = &w.chans[place];
    struct unit *u = &w.units[me];
    uint64_t got = 0;
    bool waits = c->count == 0;
    if (!waits) {
        u->got = model_take(c).value;
        int sender = first_of(&c->senders);
        if (sender >= 0) {
            model_put(c, w.units[sender].item);
            decide(sender, CORO_OK, 0);
        }
    } else if (!begins_wait(me, RECEIVING, place, 0)) {
        enqueue(&c->receivers, me);
    }
    uint64_t wanted = u->got;
    int result = coro_receive(c->chan, &got);
    if (waits) {
        wanted = u->got;
        ends_wait(me, result, "receive");
    } else {
        expect(result == 0, "receive from stock", result, 0);
    }
    if (result == 0)
        expect(got == wanted, "item", (int64_t)got, (int64_t)wanted);
}

static void do_close(int me)
{
    (void)me;
    int place = (int)roll(CHANS);
    struct model_chan *c = &w.chans[place];
    for (int waiter; (waiter = first_of(&c->senders)) >= 0;)
        decide(waiter, CORO_CLOSED, 0);
    for (int waiter; (waiter = first_of(&c->receivers)) >= 0;)
        decide(waiter, CORO_CLOSED, 0);
    expect(coro_chan_close(c->chan) == 0, "close", 0, 0);
    uint64_t item;
    while (c->count > 0) {
        struct item wanted = model_take(c);
        expect(coro_receive(c->chan, &item) == 0 && item == wanted.value,
               "rest of a closed channel", (int64_t)item, (int64_t)wanted.value);
    }
    expect(coro_receive(c->chan, &item) == CORO_CLOSED, "receive from closed", 0, CORO_CLOSED);
    expect(coro_send(c->chan, 1) == CORO_CLOSED, "send to closed", 0, CORO_CLOSED);
    expect(coro_chan_free(c->chan) == 0, "free", 0, 0);
    open_chan(place);
}

/* ---- words ---- */

static void do_wait(int me)
{
    int place = (int)roll(WORDS);
    uint32_t *word = w.word_at[place];
    if (roll(8) == 0) {
        expect(coro_wait(word, 1, CORO_FOREVER) == CORO_CHANGED, "wait for what is not", 0,
               CORO_CHANGED);
        return;
    }
    uint64_t deadline_ns, timeout_ns = random_timeout(&deadline_ns);
    if (!begins_wait(me, ON_WORD, place, deadline_ns))
        enqueue(&w.words[place], me);
    ends_wait(me, coro_wait(word, 0, timeout_ns), "wait");
}

static void do_wake(int me)
{
    (void)me;
    int place = (int)roll(WORDS);
    for (int i = 0; i < WORDS && w.words[place].count == 0; i++)
        place = (place + 1) % WORDS;
    uint32_t count = 1 + (uint32_t)roll(3), wanted = 0;
    for (int waiter; wanted < count && (waiter = first_of(&w.words[place])) >= 0; wanted++)
        decide(waiter, CORO_OK, 0);
    uint32_t woken = coro_wake(w.loop, w.word_at[place], count);
    expect(woken == wanted, "wake", woken, wanted);
}

/* ---- tasks ---- */

static coro_body lives;

/* After this the unit may be somebody else's. */
static void release(int number)
{
    struct unit *u = &w.units[number];
    int error = coro_release(w.loop, u->task);
    expect(error == 0, "release", error, 0);
    u->handle = RELEASED;
    u->is_used = !u->has_finished;
}

static void spawn(int me, bool is_kept)
{
    struct unit *u = &w.units[me];
    int number = 0;
    while (number < UNITS && w.units[number].is_used)
        number++;
    if (number == UNITS || u->child_count == MOST_CHILDREN)
        return;
    struct unit *child = &w.units[number];
    *child = (struct unit){.is_used = true, .handle = HELD};
    child->value = roll(UINT64_MAX);
    child->error = (int)roll(3);
    w.alive++;
    unsigned flags = (unsigned)roll(2);
    int error = coro_spawn(w.loop, lives, child, flags, &child->task);
    expect(error == 0, "spawn", error, 0);
    if (is_kept)
        u->children[u->child_count++] = number;
    else
        release(number);
}

static void do_spawn(int me)
{
    spawn(me, roll(4) != 0);
}

static void forget_child(struct unit *u, int index)
{
    u->children[index] = u->children[--u->child_count];
}

static void do_await(int me)
{
    struct unit *u = &w.units[me];
    if (u->child_count == 0)
        return;
    int index = (int)roll((uint64_t)u->child_count), number = u->children[index];
    struct unit *child = &w.units[number];
    struct coro_result result = {0, 0};
    bool waits = !child->has_finished;
    if (waits)
        begins_wait(me, AWAITING, number, 0);
    int error = coro_await(child->task, &result);
    if (waits)
        ends_wait(me, error, "await");
    else
        expect(error == 0, "await of the finished", error, 0);
    if (error != 0)
        return;
    expect(result.value == child->value, "value", (int64_t)result.value, (int64_t)child->value);
    expect(result.error == child->error, "error", result.error, child->error);
    child->is_used = false;
    forget_child(u, index);
}

static void cancel(int number)
{
    struct unit *u = &w.units[number];
    if (!u->is_used || (u->has_finished && u->handle != HELD))
        return;
    int wanted = u->has_finished ? CORO_FINISHED : CORO_OK;
    if (!u->has_finished) {
        if (u->waiting != NOT && !u->is_decided && is_still_parked(u))
            decide(number, CORO_CANCELLED, 0);
        else
            u->has_pending_cancel = true;
    }
    int error = coro_cancel(w.loop, u->task);
    expect(error == wanted, "cancel", error, wanted);
}

static void do_cancel(int me)
{
    (void)me;
    cancel((int)roll(UNITS));
}

static void do_yield(int me)
{
    struct unit *u = &w.units[me];
    int wanted = u->has_pending_cancel ? CORO_CANCELLED : CORO_OK;
    u->has_pending_cancel = false;
    int error = coro_yield();
    expect(error == wanted, "yield", error, wanted);
}

static void do_sleep(int me)
{
    uint64_t ns = 1 + roll(20000);
    begins_wait(me, SLEEPING, 0, coro_now() + ns);
    ends_wait(me, coro_sleep(ns), "sleep");
}

static int lives(void *arg, uint64_t *value)
{
    static void (*const deeds[])(int me) = {
        do_yield,  do_yield, do_yield, do_sleep,   do_spawn,   do_spawn, do_await,
        do_await,  do_send,  do_send,  do_receive, do_wait,    do_wake,  do_wake,
        do_cancel, do_sleep, do_send,  do_receive, do_receive, do_yield,
    };
    struct unit *u = arg;
    int me = (int)(u - w.units);
    for (uint64_t left = 1 + roll(60); left > 0 && w.ops_left > 0; left--) {
        w.ops_left--;
        w.ops++;
        if (roll(2000) == 0)
            do_close(me);
        else
            deeds[roll(sizeof deeds / sizeof *deeds)](me);
    }
    while (u->child_count > 0) {
        release(u->children[0]);
        forget_child(u, 0);
    }
    u->has_finished = true;
    w.alive--;
    w.progress++;
    u->is_used = u->handle != RELEASED;
    for (int i = 0; i < UNITS; i++) {
        struct unit *waiter = &w.units[i];
        if (waiter->is_used && waiter->waiting == AWAITING && !waiter->is_decided &&
            waiter->place == me && is_still_parked(waiter)) {
            decide(i, CORO_OK, 0);
            u->handle = TAKEN;
        }
    }
    *value = u->value;
    return u->error;
}

/* Keeps the world turning: new tasks when few are left, cancellations when all wait. */
static int watches(void *arg, uint64_t *value)
{
    (void)value;
    struct unit *u = arg;
    uint64_t seen = 0;
    while (w.ops_left > 0 || w.alive > 0) {
        for (int i = 0; i < 8 && w.alive < UNITS / 4 && w.ops_left > 0; i++)
            spawn((int)(u - w.units), false);
        if (w.progress == seen || w.ops_left == 0)
            for (int i = 0; i < UNITS; i++)
                if (&w.units[i] != u)
                    cancel(i);
        seen = w.progress;
        int error = coro_sleep(10000);
        if (error != 0 && error != CORO_CANCELLED)
            return error;
        u->has_pending_cancel = false;
    }
    return 0;
}

static void runs_a_world(enum coro_stack kind, uint64_t ops, uint64_t seed)
{
    w = (struct world){.random = seed, .ops_left = ops};
    struct coro_config config = {.stack = kind, .lateness = CORO_PRECISE, .check = seed % 4 == 3};
    w.loop = coro_loop_new(&config, NULL);
    for (int i = 0; i < CHANS; i++)
        open_chan(i);
    for (int i = 0; i < WORDS; i++)
        w.word_at[i] = &w.word_area[(unsigned)i * 256 + roll(256)];
    w.units[0].is_used = true;
    CHECK_EQ(coro_spawn(w.loop, watches, &w.units[0], 0, &w.units[0].task), 0);
    CHECK_EQ(coro_loop_run(w.loop, NULL), CORO_STOP_FINISHED);
    CHECK_EQ(coro_release(w.loop, w.units[0].task), 0);
    for (int i = 0; i < CHANS; i++)
        CHECK_EQ(coro_chan_free(w.chans[i].chan), 0);
    CHECK_EQ(loop_alive(w.loop), 0);
    CHECK_EQ(w.loop->tail - w.loop->head, 0);
    CHECK_EQ(w.loop->cancels, 0); /* or every suspension takes the slow way for ever */
    CHECK_EQ(loop_of(w.loop)->timers.armed, 0);
    CHECK_EQ(w.wrong, 0);
    static const char *const names[] = {"guarded", "dense", "compact"};
    printf("%s: %llu operations, %u tasks, seed %llu\n", names[kind], (unsigned long long)w.ops,
           w.loop->last_id, (unsigned long long)seed);
    coro_loop_free(w.loop);
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? strtoull(text, NULL, 0) : otherwise;
}

/* One thread has no races: ThreadSanitizer, for which a switch is a thousand times as dear, sees
 * that it can follow them. */
#ifdef __SANITIZE_THREAD__
#define OPERATIONS 50000
#else
#define OPERATIONS 1000000
#endif

static void the_runtime_does_what_the_model_says(void)
{
    uint64_t ops = from_environment("CORO_PROPERTY_OPS", OPERATIONS);
    uint64_t seed = from_environment("CORO_PROPERTY_SEED", coro_now());
    for (int kind = CORO_GUARDED; kind <= CORO_COMPACT; kind++)
        runs_a_world((enum coro_stack)kind, (ops + 2) / 3, seed + (uint64_t)kind);
}

static const struct test tests[] = {
    {"the_runtime_does_what_the_model_says", the_runtime_does_what_the_model_says}, {0}};
TEST_MAIN(tests)
