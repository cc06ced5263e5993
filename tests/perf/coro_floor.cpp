/*
 * The floor that contend's coroutine runtime is held against: the same operations on C++20
 * coroutines and the least loop there can be.  Frames come from a pool; a task hands over to the
 * next of a ring; a channel has room for one waiter a side; timers are a heap.  Nothing can be
 * cancelled, nothing but a sleep has a deadline, nobody is protected from a task that never lets
 * others run, timers are looked at only when the ring is empty, and nothing is checked.
 *
 *     coro_floor --once ROW       its values, as coro_bench prints them
 *     coro_floor --list           the rows, by coro_bench's names
 *
 * tests/perf/coro_ratio.py runs both in turns.
 */
#include <algorithm>
#include <coroutine>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>
#include <queue>
#include <vector>

namespace
{

constexpr uint64_t second_ns = 1000000000;

uint64_t now()
{
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return uint64_t(t.tv_sec) * second_ns + uint64_t(t.tv_nsec);
}

/* CPU time of the one thread there is: what others take of its CPU is no cost of a switch. */
uint64_t busy_now()
{
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return uint64_t(t.tv_sec) * second_ns + uint64_t(t.tv_nsec);
}

void must(bool is_right, const char *what)
{
    if (!is_right) {
        std::fprintf(stderr, "coro_floor: %s\n", what);
        std::abort();
    }
}

/* ---- Frames: free lists by size, carved from blocks ---- */

struct free_frame {
    free_frame *next;
};

constexpr size_t class_bytes = 16, class_count = 32, block_bytes = 256 * 1024;
free_frame *free_frames[class_count];
char *fresh, *fresh_end;

void *take_fresh(size_t bytes)
{
    if (size_t(fresh_end - fresh) < bytes) {
        fresh = static_cast<char *>(std::malloc(block_bytes));
        must(fresh != nullptr, "no memory");
        fresh_end = fresh + block_bytes;
    }
    char *frame = fresh;
    fresh += bytes;
    return frame;
}

inline void *take_frame(size_t bytes)
{
    size_t k = (bytes + class_bytes - 1) / class_bytes;
    if (__builtin_expect(k >= class_count, 0))
        return std::malloc(bytes);
    free_frame *frame = free_frames[k];
    if (__builtin_expect(frame == nullptr, 0))
        return take_fresh(k * class_bytes);
    free_frames[k] = frame->next;
    return frame;
}

inline void give_frame(void *memory, size_t bytes)
{
    size_t k = (bytes + class_bytes - 1) / class_bytes;
    if (__builtin_expect(k >= class_count, 0)) {
        std::free(memory);
        return;
    }
    auto *frame = static_cast<free_frame *>(memory);
    frame->next = free_frames[k];
    free_frames[k] = frame;
}

/* ---- The loop ---- */

using handle = std::coroutine_handle<>;

/* Those that may go on; with room for all there are. */
struct ring {
    handle *items;
    uint32_t mask, head, tail;
} ready;

inline void push(handle h)
{
    ready.items[ready.tail++ & ready.mask] = h;
}

inline handle pop()
{
    return ready.items[ready.head++ & ready.mask];
}

/* Who runs next: nobody, then the loop's own frame goes on. */
inline handle next()
{
    return ready.head != ready.tail ? pop() : std::noop_coroutine();
}

void make_ring(uint32_t tasks)
{
    uint32_t room = 64;
    while (room < tasks + 8)
        room *= 2;
    ready = {static_cast<handle *>(std::malloc(room * sizeof(handle))), room - 1, 0, 0};
    must(ready.items != nullptr, "no memory");
}

struct timer {
    uint64_t deadline_ns;
    handle task;
    bool operator>(const timer &other) const
    {
        return deadline_ns > other.deadline_ns;
    }
};
std::priority_queue<timer, std::vector<timer>, std::greater<>> timers;

void run_loop()
{
    for (;;) {
        while (ready.head != ready.tail)
            pop().resume();
        if (timers.empty())
            return;
        uint64_t at_ns = timers.top().deadline_ns;
        if (at_ns > now()) {
            timespec at = {time_t(at_ns / second_ns), long(at_ns % second_ns)};
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr);
        }
        for (uint64_t now_ns = now(); !timers.empty() && timers.top().deadline_ns <= now_ns;
             timers.pop())
            push(timers.top().task);
    }
}

/* ---- Tasks ---- */

struct pooled {
    static void *operator new(size_t bytes)
    {
        return take_frame(bytes);
    }
    static void operator delete(void *frame, size_t bytes)
    {
        give_frame(frame, bytes);
    }
    [[noreturn]] void unhandled_exception()
    {
        std::abort();
    }
};

/* Its value is awaited, by one. */
template <typename first> struct task {
    struct promise_type : pooled {
        uint64_t value = 0;
        handle waiter;
        task get_return_object()
        {
            return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        first initial_suspend() noexcept
        {
            return {};
        }
        struct last {
            bool await_ready() noexcept
            {
                return false;
            }
            handle await_suspend(std::coroutine_handle<promise_type> h) noexcept
            {
                handle waiter = h.promise().waiter;
                return waiter ? waiter : handle(std::noop_coroutine());
            }
            void await_resume() noexcept
            {
            }
        };
        last final_suspend() noexcept
        {
            return {};
        }
        void return_value(uint64_t v)
        {
            value = v;
        }
    };
    std::coroutine_handle<promise_type> self;
    bool await_ready()
    {
        return self.done();
    }
    handle await_suspend(handle h)
    {
        self.promise().waiter = h;
        return next();
    }
    uint64_t await_resume()
    {
        uint64_t value = self.promise().value;
        self.destroy();
        return value;
    }
};
using eager = task<std::suspend_never>;     /* runs at once, the spawner next */
using deferred = task<std::suspend_always>; /* in its turn: push(it.self) */

/* Nobody awaits it; it begins in its turn. */
struct detached {
    struct promise_type : pooled {
        detached get_return_object()
        {
            push(std::coroutine_handle<promise_type>::from_promise(*this));
            return {};
        }
        std::suspend_always initial_suspend() noexcept
        {
            return {};
        }
        struct last {
            bool await_ready() noexcept
            {
                return false;
            }
            handle await_suspend(std::coroutine_handle<promise_type> h) noexcept
            {
                h.destroy();
                return next();
            }
            void await_resume() noexcept
            {
            }
        };
        last final_suspend() noexcept
        {
            return {};
        }
        void return_void()
        {
        }
    };
};

struct yield {
    bool await_ready()
    {
        return false;
    }
    handle await_suspend(handle h)
    {
        push(h);
        return pop();
    }
    void await_resume()
    {
    }
};

struct sleep_for {
    uint64_t ns;
    bool await_ready()
    {
        return false;
    }
    handle await_suspend(handle h)
    {
        timers.push({now() + ns, h});
        return next();
    }
    void await_resume()
    {
    }
};

/* ---- Channels ---- */

struct channel {
    uint64_t *items;
    uint32_t mask, head = 0, count = 0, capacity;
    bool is_closed = false;
    struct receiving *receiver = nullptr;
    struct sending *sender = nullptr;
    explicit channel(uint32_t capacity_) : capacity(capacity_)
    {
        uint32_t room = 1;
        while (room < capacity)
            room *= 2;
        mask = room - 1;
        items = static_cast<uint64_t *>(std::malloc(room * sizeof *items));
        must(items != nullptr, "no memory");
    }
    channel(const channel &) = delete;
    channel &operator=(const channel &) = delete;
    ~channel()
    {
        std::free(items);
    }
    void put(uint64_t item)
    {
        items[(head + count++) & mask] = item;
    }
    void close();
};

struct receiving {
    channel &chan;
    uint64_t item = 0;
    bool has_item = false;
    handle task{};
    bool await_ready();
    handle await_suspend(handle h)
    {
        task = h;
        chan.receiver = this;
        return next();
    }
    /* False: closed and empty. */
    bool await_resume()
    {
        return has_item;
    }
};

struct sending {
    channel &chan;
    uint64_t item;
    handle task{};
    bool await_ready()
    {
        if (receiving *r = chan.receiver) {
            chan.receiver = nullptr;
            r->item = item;
            r->has_item = true;
            push(r->task);
            return true;
        }
        if (chan.count == chan.capacity)
            return false;
        chan.put(item);
        return true;
    }
    handle await_suspend(handle h)
    {
        task = h;
        chan.sender = this;
        return next();
    }
    void await_resume()
    {
    }
};

bool receiving::await_ready()
{
    if (chan.count == 0) {
        has_item = false;
        return chan.is_closed;
    }
    item = chan.items[chan.head++ & chan.mask];
    chan.count--;
    has_item = true;
    if (sending *s = chan.sender) {
        chan.sender = nullptr;
        chan.put(s->item);
        push(s->task);
    }
    return true;
}

void channel::close()
{
    is_closed = true;
    if (receiver != nullptr) {
        push(receiver->task);
        receiver = nullptr;
    }
}

/* ---- The rows, each as in coro_bench.c ---- */

detached yields(uint64_t turns)
{
    for (uint64_t n = turns; n > 0; n--)
        co_await yield{};
}

double measure_yield(uint32_t tasks)
{
    make_ring(tasks);
    uint64_t turns = tasks < 100000 ? 20000000 / tasks : 30, start_ns = 0;
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < tasks; i++)
            yields(round == 0 ? 3 : turns);
        start_ns = busy_now();
        run_loop();
    }
    return double(busy_now() - start_ns) / (double(turns) * tasks);
}

constexpr uint32_t spawns = 5000000;

[[gnu::noinline]] eager nothing(uint64_t value)
{
    co_return value;
}

[[gnu::noinline]] deferred nothing_yet(uint64_t value)
{
    co_return value;
}

/* What was spawned has escaped, as a handle of contend's has: it may not be left out. */
inline void escape(const void *frame)
{
    asm volatile("" : : "r"(frame) : "memory");
}

detached awaits_eager(double &ns)
{
    uint64_t sum = 0, start_ns = busy_now();
    for (uint64_t i = 0; i < spawns; i++) {
        eager child = nothing(i);
        escape(child.self.address());
        sum += co_await child;
    }
    must(sum == uint64_t(spawns) * (spawns - 1) / 2, "wrong sum");
    ns = double(busy_now() - start_ns) / spawns;
}

detached awaits_deferred(double &ns)
{
    uint64_t sum = 0, start_ns = busy_now();
    for (uint64_t i = 0; i < spawns; i++) {
        deferred child = nothing_yet(i);
        push(child.self);
        sum += co_await child;
    }
    must(sum == uint64_t(spawns) * (spawns - 1) / 2, "wrong sum");
    ns = double(busy_now() - start_ns) / spawns;
}

double measure_spawn_await(uint32_t is_deferred)
{
    double ns = 0;
    make_ring(8);
    if (is_deferred)
        awaits_deferred(ns);
    else
        awaits_eager(ns);
    run_loop();
    return ns;
}

constexpr uint32_t items = 5000000;

detached sends(channel &chan)
{
    for (uint64_t i = 0; i < items; i++)
        co_await sending{chan, i};
    chan.close();
}

detached receives(channel &chan, uint64_t &sum)
{
    for (;;) {
        receiving r{chan};
        if (!co_await r)
            break;
        sum += r.item;
    }
}

double measure_channel(uint32_t capacity)
{
    make_ring(8);
    channel chan(capacity);
    uint64_t sum = 0;
    receives(chan, sum);
    sends(chan);
    uint64_t start_ns = busy_now();
    run_loop();
    double ns = double(busy_now() - start_ns) / items;
    must(sum == uint64_t(items) * (items - 1) / 2, "wrong sum");
    return ns;
}

detached answers(channel &there, channel &back)
{
    for (;;) {
        receiving r{there};
        if (!co_await r)
            break;
        co_await sending{back, r.item + 1};
    }
}

detached asks(channel &there, channel &back)
{
    uint64_t item = 0;
    for (uint64_t i = 0; i < items; i++) {
        co_await sending{there, item};
        receiving r{back};
        co_await r;
        item = r.item;
    }
    must(item == items, "wrong item");
    there.close();
}

double measure_ping_pong(uint32_t capacity)
{
    make_ring(8);
    channel there(capacity), back(capacity);
    answers(there, back);
    asks(there, back);
    uint64_t start_ns = busy_now();
    run_loop();
    return double(busy_now() - start_ns) / items / 2;
}

eager skynet_node(uint64_t first, uint64_t depth)
{
    if (depth == 0)
        co_return first;
    uint64_t width = 1, sum = 0;
    for (uint64_t d = 1; d < depth; d++)
        width *= 10;
    eager children[10];
    for (uint64_t i = 0; i < 10; i++) {
        children[i] = skynet_node(first + i * width, depth - 1);
        escape(children[i].self.address());
    }
    for (eager &child : children)
        sum += co_await child;
    co_return sum;
}

detached skynet_root(uint64_t &sum)
{
    sum = co_await skynet_node(0, 6);
}

double measure_skynet(uint32_t)
{
    uint64_t start_ns = busy_now(), sum = 0;
    make_ring(8);
    skynet_root(sum);
    run_loop();
    double ms = double(busy_now() - start_ns) / 1e6;
    must(sum == 499999500000, "wrong sum");
    return ms;
}

struct sleeper {
    uint64_t late_ns;
};

detached sleeps(sleeper &me, uint64_t &early)
{
    uint64_t start_ns = now();
    co_await sleep_for{second_ns};
    int64_t late_ns = int64_t(now() - start_ns - second_ns);
    early += late_ns < 0;
    me.late_ns = uint64_t(late_ns);
}

detached spawns_sleepers(std::vector<sleeper> &sleepers, uint64_t &early)
{
    for (sleeper &s : sleepers)
        sleeps(s, early);
    co_return;
}

double measure_sleepers(uint32_t tasks)
{
    make_ring(tasks);
    std::vector<sleeper> sleepers(tasks, sleeper{1});
    uint64_t early = 0, start_ns = now();
    spawns_sleepers(sleepers, early);
    run_loop();
    double s = double(now() - start_ns) / second_ns;
    must(early == 0, "woke early");
    return s;
}

const struct row {
    const char *name;
    double (*measure)(uint32_t);
    uint32_t arg;
} rows[] = {
    {"yield/2", measure_yield, 2},
    {"yield/1000", measure_yield, 1000},
    {"yield/100000", measure_yield, 100000},
    {"spawn_await/eager", measure_spawn_await, 0},
    {"spawn_await/deferred", measure_spawn_await, 1},
    {"channel/1", measure_channel, 1},
    {"channel/1/ping_pong", measure_ping_pong, 1},
    {"channel/1024", measure_channel, 1024},
    {"skynet", measure_skynet, 0},
    {"sleepers/1000000", measure_sleepers, 1000000},
};

int once(const char *name)
{
    for (const row &r : rows)
        if (std::strcmp(r.name, name) == 0) {
            std::printf("%.9g\n", r.measure(r.arg));
            return 0;
        }
    std::fprintf(stderr, "coro_floor: \"%s\" is no row of --list\n", name);
    return 2;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc == 3 && std::strcmp(argv[1], "--once") == 0)
        return once(argv[2]);
    if (argc == 2 && std::strcmp(argv[1], "--list") == 0) {
        for (const row &r : rows)
            std::puts(r.name);
        return 0;
    }
    std::fputs("usage: coro_floor --once ROW | --list\n", stderr);
    return 2;
}
