/* Channels and descriptors: order, blocking, closing, readiness, and their refusals. */
#include "bench/coro/coro.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/test.h"
#include "tests/unit/coro_alone.h"

enum { MS = 1000000 };

/* ---- order ---- */

struct filling {
    struct coro_chan *chan;
    uint64_t received; /* as decimal digits */
};

static int fills_and_empties(void *arg, uint64_t *value)
{
    (void)value;
    struct filling *f = arg;
    for (uint64_t i = 1; i <= 4; i++)
        CHECK_EQ(coro_send(f->chan, i), 0);
    CHECK_EQ(f->chan->count, 4);
    for (int i = 0; i < 4; i++) {
        uint64_t item = 0;
        CHECK_EQ(coro_receive(f->chan, &item), 0);
        f->received = f->received * 10 + item;
    }
    return 0;
}

static void items_come_out_in_the_order_they_went_in(void)
{
    for (int kind = CORO_GUARDED; kind <= CORO_COMPACT; kind++) {
        struct coro_config config = {.stack = (enum coro_stack)kind};
        struct coro_loop *loop = coro_loop_new(&config, NULL);
        struct filling f = {.chan = coro_chan_new(loop, 4, NULL)};
        CHECK_EQ(coro_spawn(loop, fills_and_empties, &f, 0, NULL), 0);
        CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_FINISHED);
        CHECK_EQ(f.received, 1234);
        /* Outside a task only what need not wait is possible. */
        for (uint64_t i = 7; i < 11; i++)
            CHECK_EQ(coro_send(f.chan, i), 0);
        CHECK_EQ(coro_send(f.chan, 11), CORO_OUTSIDE);
        uint64_t item = 0;
        for (uint64_t i = 7; i < 11; i++) {
            CHECK_EQ(coro_receive(f.chan, &item), 0);
            CHECK_EQ(item, i);
        }
        CHECK_EQ(coro_receive(f.chan, &item), CORO_OUTSIDE);
        CHECK_EQ(coro_chan_free(f.chan), 0);
        coro_loop_free(loop);
    }
}

/* ---- many senders, many receivers ---- */

enum { SENDERS = 7, RECEIVERS = 5, EACH = 1000 };

struct traffic {
    struct coro_chan *chan;
    uint64_t sum;
    int senders_left;
    int out_of_order;
};

struct sender {
    struct traffic *traffic;
    uint64_t number;
};

static int sends_all(void *arg, uint64_t *value)
{
    (void)value;
    struct sender *s = arg;
    for (uint64_t i = 1; i <= EACH; i++) {
        int error = coro_send(s->traffic->chan, s->number << 32 | i);
        if (error != 0)
            return error;
    }
    return --s->traffic->senders_left == 0 ? coro_chan_close(s->traffic->chan) : 0;
}

static int receives_all(void *arg, uint64_t *value)
{
    (void)value;
    struct traffic *t = arg;
    uint64_t last[SENDERS] = {0}, item;
    int error;
    while ((error = coro_receive(t->chan, &item)) == 0) {
        uint64_t number = item >> 32;
        t->out_of_order += (item & UINT32_MAX) <= last[number];
        last[number] = item & UINT32_MAX;
        t->sum += item & UINT32_MAX;
    }
    return error;
}

static void every_item_arrives_once_and_in_its_senders_order(void)
{
    for (int kind = CORO_GUARDED; kind <= CORO_COMPACT; kind++) {
        for (uint32_t capacity = 1; capacity <= 65; capacity += 32) {
            struct coro_config config = {.stack = (enum coro_stack)kind};
            struct coro_loop *loop = coro_loop_new(&config, NULL);
            struct traffic traffic = {.senders_left = SENDERS};
            traffic.chan = coro_chan_new(loop, capacity, NULL);
            struct sender senders[SENDERS];
            for (int i = 0; i < SENDERS; i++) {
                senders[i] = (struct sender){&traffic, (uint64_t)i};
                CHECK_EQ(coro_spawn(loop, sends_all, &senders[i], 0, NULL), 0);
            }
            for (int i = 0; i < RECEIVERS; i++)
                CHECK_EQ(coro_spawn(loop, receives_all, &traffic, 0, NULL), 0);
            CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_FINISHED);
            CHECK_EQ(traffic.sum, (uint64_t)SENDERS * EACH * (EACH + 1) / 2);
            CHECK_EQ(traffic.out_of_order, 0);
            CHECK_EQ(coro_chan_free(traffic.chan), 0);
            coro_loop_free(loop);
        }
    }
}

static int sends_till_refused(void *arg, uint64_t *value)
{
    int error;
    while ((error = coro_send(arg, 1)) == 0)
        ++*value;
    return error;
}

static void a_waiting_sender_can_be_cancelled_and_its_item_is_not_sent(void)
{
    struct coro_loop *loop = coro_loop_new(NULL, NULL);
    struct coro_chan *chan = coro_chan_new(loop, 2, NULL);
    struct coro *task;
    CHECK_EQ(coro_spawn(loop, sends_till_refused, chan, 0, &task), 0);
    CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_IDLE);
    CHECK_EQ(coro_chan_free(chan), CORO_BUSY);
    CHECK_EQ(coro_cancel(loop, task), 0);
    struct coro_until until = {.task = task};
    CHECK_EQ(coro_loop_run(loop, &until), CORO_STOP_ASKED);
    CHECK_EQ(chan->count, 2);
    CHECK_EQ(coro_chan_close(chan), 0);
    CHECK_EQ(coro_chan_close(chan), CORO_CLOSED);
    CHECK_EQ(coro_chan_free(chan), 0);
    CHECK_EQ(coro_release(loop, task), 0);
    coro_loop_free(loop);
}

static int misuses(void *arg, uint64_t *value)
{
    (void)value;
    uint64_t item;
    CHECK_EQ(coro_receive(arg, NULL), CORO_BAD);
    CHECK_EQ(coro_receive(NULL, &item), CORO_BAD);
    CHECK_EQ(coro_send(NULL, 1), CORO_BAD);
    return 0;
}

static void a_channel_that_cannot_be_is_refused(void)
{
    struct coro_loop *loop = coro_loop_new(NULL, NULL);
    struct coro_chan *chan = coro_chan_new(loop, 1, NULL);
    CHECK_EQ(coro_spawn(loop, misuses, chan, 0, NULL), 0);
    CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_FINISHED);
    CHECK_EQ(coro_chan_free(chan), 0);
    int error;
    CHECK(coro_chan_new(loop, 0, &error) == NULL);
    CHECK_EQ(error, CORO_BAD);
    CHECK(coro_chan_new(NULL, 1, &error) == NULL);
    CHECK(coro_chan_new(loop, UINT32_MAX, &error) == NULL);
    CHECK_EQ(error, CORO_BAD);
    CHECK_EQ(coro_chan_free(NULL), 0);
    CHECK_EQ(coro_chan_close(NULL), CORO_BAD);
    coro_loop_free(loop);
}

/* ---- descriptors ---- */

struct pair {
    int fds[2];
    uint64_t bytes;
    int error;
};

enum { TO_SEND = 1 << 20 };

static int writes(void *arg, uint64_t *value)
{
    struct pair *p = arg;
    char block[4096] = {0};
    while (*value < TO_SEND) {
        ssize_t count = write(p->fds[1], block, sizeof block);
        if (count > 0)
            *value += (uint64_t)count;
        else if (errno != EAGAIN)
            return 1;
        else if (coro_wait_fd(p->fds[1], CORO_WRITABLE, CORO_FOREVER) != 0)
            return 2;
    }
    shutdown(p->fds[1], SHUT_WR); /* open it stays: the loop knows it */
    return 0;
}

static int reads(void *arg, uint64_t *value)
{
    (void)value;
    struct pair *p = arg;
    char block[3000];
    for (;;) {
        ssize_t count = read(p->fds[0], block, sizeof block);
        if (count == 0)
            return 0;
        if (count > 0)
            p->bytes += (uint64_t)count;
        else if (errno != EAGAIN)
            return 1;
        else if ((p->error = coro_wait_fd(p->fds[0], CORO_READABLE, CORO_FOREVER)) != 0)
            return 2;
    }
}

static void open_pair(struct pair *p)
{
    *p = (struct pair){.fds = {-1, -1}};
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p->fds), 0);
}

static void bytes_flow_between_tasks_that_wait_for_readiness(void)
{
    struct coro_loop *loop = coro_loop_new(NULL, NULL);
    static struct pair pairs[20];
    for (int i = 0; i < 20; i++) {
        open_pair(&pairs[i]);
        CHECK_EQ(coro_spawn(loop, reads, &pairs[i], 0, NULL), 0);
        CHECK_EQ(coro_spawn(loop, writes, &pairs[i], 0, NULL), 0);
    }
    CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_FINISHED);
    for (int i = 0; i < 20; i++)
        CHECK_EQ(pairs[i].bytes, TO_SEND);
    coro_loop_free(loop);
    for (int i = 0; i < 20; i++) {
        close(pairs[i].fds[0]);
        close(pairs[i].fds[1]);
    }
}

static int waits_for_nothing(void *arg, uint64_t *value)
{
    (void)value;
    struct pair *p = arg;
    CHECK_EQ(coro_wait_fd(p->fds[0], CORO_READABLE, CORO_NO_WAIT), CORO_TIMED_OUT);
    CHECK_EQ(coro_wait_fd(p->fds[0], CORO_READABLE, MS), CORO_TIMED_OUT);
    CHECK_EQ(coro_wait_fd(p->fds[0], CORO_WRITABLE, CORO_FOREVER), 0);
    return coro_wait_fd(p->fds[0], CORO_READABLE, CORO_FOREVER);
}

static int disturbs(void *arg, uint64_t *value)
{
    (void)value;
    struct pair *p = arg;
    struct coro_loop *loop = coro_loop_self();
    struct coro *waiter;
    struct coro_result result;
    CHECK_EQ(coro_spawn(loop, waits_for_nothing, p, 0, &waiter), 0);
    CHECK_EQ(coro_sleep(20 * MS), 0);
    while (waiter->state != CORO_STATE_READ)
        CHECK_EQ(coro_sleep(MS), 0);
    CHECK_EQ(coro_wait_fd(p->fds[0], CORO_READABLE, CORO_FOREVER), CORO_BUSY);
    CHECK_EQ(coro_cancel(loop, waiter), 0);
    CHECK_EQ(coro_await(waiter, &result), 0);
    CHECK_EQ(result.error, CORO_CANCELLED);

    CHECK_EQ(coro_wait_fd(-1, CORO_READABLE, CORO_FOREVER), CORO_BAD);
    CHECK_EQ(coro_wait_fd(p->fds[0], (enum coro_ready)3, CORO_FOREVER), CORO_BAD);
    CHECK_EQ(coro_wait_fd(19999, CORO_READABLE, CORO_FOREVER), CORO_SYSTEM);
    CHECK_EQ(errno, EBADF);
    int file = open("/proc/self/exe", O_RDONLY);
    CHECK_EQ(coro_wait_fd(file, CORO_READABLE, CORO_FOREVER), 0);
    close(file);
    return 0;
}

static void waiting_for_a_descriptor_can_fail_in_each_documented_way(void)
{
    struct pair p;
    open_pair(&p);
    CHECK_EQ(coro_alone(NULL, disturbs, &p, NULL), 0);
    close(p.fds[0]);
    close(p.fds[1]);
}

static const struct test tests[] = {
    {"items_come_out_in_the_order_they_went_in", items_come_out_in_the_order_they_went_in},
    {"every_item_arrives_once_and_in_its_senders_order",
     every_item_arrives_once_and_in_its_senders_order},
    {"a_waiting_sender_can_be_cancelled_and_its_item_is_not_sent",
     a_waiting_sender_can_be_cancelled_and_its_item_is_not_sent},
    {"a_channel_that_cannot_be_is_refused", a_channel_that_cannot_be_is_refused},
    {"bytes_flow_between_tasks_that_wait_for_readiness",
     bytes_flow_between_tasks_that_wait_for_readiness},
    {"waiting_for_a_descriptor_can_fail_in_each_documented_way",
     waiting_for_a_descriptor_can_fail_in_each_documented_way},
    {0}};
TEST_MAIN(tests)
