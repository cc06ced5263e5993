// C++20 coroutines, and std::thread, asked contend's six questions; docs/adding-a-reference.md has the
// protocol.  Coroutines get the least loop there can be: a queue of those that may go on, and timers.
#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <iostream>
#include <queue>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

static int64_t now()
{
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

template <typename T> static void say(const char *name, const std::vector<T> &values)
{
    std::printf("{\"%s\": [", name);
    for (size_t i = 0; i < values.size(); i++)
        std::printf("%s%.15g", i ? ", " : "", static_cast<double>(values[i]));
    std::puts("]}");
}

// Means of `batch` calls each, until the time is over; the first quarter warms up.
static std::vector<double> sample(int64_t limit, int64_t batch, int64_t parts,
                                  const std::function<void(int64_t)> &one)
{
    std::vector<double> samples;
    for (int64_t start = now(); samples.size() < 5 || (now() - start < limit && samples.size() < 300);) {
        int64_t t0 = now();
        one(batch);
        int64_t t1 = now();
        if (t1 - start > limit / 4)
            samples.push_back(static_cast<double>(t1 - t0) / static_cast<double>(batch * parts));
    }
    return samples;
}

static int64_t smallest_divisor(int64_t n)
{
    if (n % 2 == 0)
        return 2;
    for (int64_t d = 3; d * d <= n; d += 2)
        if (n % d == 0)
            return d;
    return 1;
}

struct unit {
    int64_t begin = 0, end = 0, ops = 0, sum = 0;
};

static void some_work(unit &u, int64_t number)
{
    for (int k = 0; k < 10; k++, u.ops++) {
        asm volatile("" : "+r"(number)); // not worked out once for all
        u.sum += smallest_divisor(number);
    }
}

static void say_units(const std::vector<unit> &units)
{
    for (const unit &u : units)
        say("unit", std::vector<int64_t>{u.begin, u.end, u.ops, u.sum});
}

// Holds two numbers of units that are blocked, and is looked at from outside meanwhile; `here` counts
// those that have come to where they wait.
static void hold(int64_t less, int64_t more, const std::atomic<int64_t> &here, const std::function<void()> &make)
{
    std::string line;
    int64_t made = 0;
    for (int64_t level : {less, more}) {
        for (; made < level; made++)
            make();
        do
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        while (here < made);
        std::printf("{\"ready\": %lld}\n", static_cast<long long>(made));
        std::getline(std::cin, line);
    }
}

// ---- Coroutines ------------------------------------------------------------------------------

static std::deque<std::coroutine_handle<>> ready;
using timer = std::pair<int64_t, std::coroutine_handle<>>;
static std::priority_queue<timer, std::vector<timer>, std::greater<>> timers;

static void run_loop()
{
    while (!ready.empty() || !timers.empty()) {
        if (ready.empty() && timers.top().first > now())
            std::this_thread::sleep_for(std::chrono::nanoseconds(timers.top().first - now()));
        // Only where somebody waits for it: a look at the clock costs more than a switch.
        for (int64_t t = timers.empty() ? 0 : now(); !timers.empty() && timers.top().first <= t; timers.pop())
            ready.push_back(timers.top().second);
        for (size_t n = ready.size(); n > 0; n--) {
            auto next = ready.front();
            ready.pop_front();
            next.resume();
        }
    }
}

// Begins at once, and goes on with whoever awaits it.
struct task {
    struct promise_type {
        int64_t value = 0;
        std::coroutine_handle<> waiter = std::noop_coroutine();
        task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        struct last {
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> h) noexcept
            {
                return h.promise().waiter;
            }
            void await_resume() noexcept {}
        };
        last final_suspend() noexcept { return {}; }
        void return_value(int64_t v) { value = v; }
        void unhandled_exception() { std::abort(); }
    };
    std::coroutine_handle<promise_type> handle;
    bool await_ready() { return handle.done(); }
    void await_suspend(std::coroutine_handle<> w) { handle.promise().waiter = w; }
    int64_t await_resume() { return handle.promise().value; }
};

struct step_aside {
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> h) { ready.push_back(h); }
    void await_resume() {}
};

struct sleep_until {
    int64_t due;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> h) { timers.push({due, h}); }
    void await_resume() {}
};

static task nothing(int64_t value)
{
    co_return value;
}

static task lifecycle(int64_t batch, int64_t count)
{
    std::vector<task> all(static_cast<size_t>(count));
    for (int64_t k = 0; k < batch; k++) {
        for (task &t : all) {
            t = nothing(k);
            asm volatile("" : : "r"(t.handle.address()) : "memory");
        }
        for (task &t : all) {
            co_await t;
            t.handle.destroy();
        }
    }
    co_return 0;
}

static task take_turns(int64_t turns)
{
    for (int64_t i = 0; i < turns; i++)
        co_await step_aside{};
    co_return 0;
}

static task futures(int64_t batch, int64_t &ops, int64_t &sum)
{
    for (int64_t k = 0; k < batch; k++) {
        task child = nothing(++ops);
        asm volatile("" : : "r"(child.handle.address()) : "memory");
        sum += co_await child;
        child.handle.destroy();
    }
    co_return 0;
}

static std::vector<std::coroutine_handle<>> parked;
struct park {
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> h) { parked.push_back(h); }
    void await_resume() {}
};

static task waits()
{
    co_await park{};
    co_return 0;
}

static task computes(unit &u, int64_t limit, int64_t number)
{
    co_await step_aside{};
    u.begin = now();
    for (u.end = u.begin; u.end - u.begin < limit; u.end = now()) {
        some_work(u, number);
        co_await step_aside{};
    }
    co_return 0;
}

static task sleeps(int64_t duration, int64_t &woken)
{
    co_await sleep_until{now() + duration};
    woken++;
    co_return 0;
}

static task computes_alone(unit &u, int64_t limit, int64_t &left)
{
    for (int64_t begin = now(); now() - begin < limit;) {
        co_await step_aside{};
        for (int64_t t0 = now(); now() - t0 < limit / 4;)
            some_work(u, 1000003);
    }
    left--;
    co_return 0;
}

// Beside those that compute: what comes after them is no answer.
static task is_late(int64_t period, const int64_t &left, std::vector<int64_t> &late)
{
    while (late.empty() || left > 0) {
        int64_t due = now() + period;
        co_await sleep_until{due};
        late.push_back(now() - due);
    }
    co_return 0;
}

static void finish(task t)
{
    run_loop();
    t.handle.destroy();
}

static void ask_coroutine(const std::string &question, int64_t count, int64_t limit, int64_t more)
{
    std::vector<unit> units(static_cast<size_t>(count));
    if (question == "startup") {
        more = count > 1 ? more / count + 1 : more;
        say("lifecycle_ns", sample(limit, more, count, [&](int64_t b) { finish(lifecycle(b, count)); }));
    } else if (question == "memory") {
        std::atomic<int64_t> here = 0;
        parked.reserve(static_cast<size_t>(more));
        hold(count, more, here, [&] {
            waits();
            here++;
        });
    } else if (question == "switch") {
        say("switch_ns", sample(limit, more, 2, [](int64_t b) {
                task one = take_turns(b), two = take_turns(b);
                run_loop();
                one.handle.destroy();
                two.handle.destroy();
            }));
    } else if (question == "future") {
        int64_t ops = 0, sum = 0;
        say("future_ns", sample(limit, more, 1, [&](int64_t b) { finish(futures(b, ops, sum)); }));
        std::printf("{\"ops\": %lld, \"sum\": %lld}\n", static_cast<long long>(ops), static_cast<long long>(sum));
    } else if (question == "compute") {
        for (unit &u : units)
            computes(u, limit, more);
        run_loop();
        say_units(units);
    } else if (question == "sleepers") {
        int64_t woken = 0, t0 = now();
        for (int64_t i = 0; i < count; i++)
            sleeps(limit, woken);
        run_loop();
        say("slept", std::vector<int64_t>{t0, now(), woken});
    } else {
        std::vector<int64_t> late, computed;
        int64_t left = count - 1;
        is_late(more, left, late);
        units.resize(static_cast<size_t>(left));
        for (unit &u : units)
            computes_alone(u, limit, left);
        run_loop();
        for (unit &u : units)
            computed.push_back(u.ops);
        say("io_latency_ns", late);
        say("computed", computed);
    }
}

// ---- Threads ---------------------------------------------------------------------------------

static void each(int64_t count, const std::function<void(size_t)> &body)
{
    std::vector<std::thread> all;
    for (size_t i = 0; i < static_cast<size_t>(count); i++)
        all.emplace_back(body, i);
    for (std::thread &t : all)
        t.join();
}

static void ask_thread(const std::string &question, int64_t count, int64_t limit, int64_t more)
{
    std::vector<unit> units(static_cast<size_t>(count));
    std::atomic<bool> open = false;
    if (question == "startup") {
        say("lifecycle_ns", sample(limit, 1, count, [&](int64_t) { each(count, [](size_t) {}); }));
        std::vector<int64_t> starts;
        for (int i = 0; count == 1 && i < 300; i++) {
            int64_t first = 0, t0 = now();
            std::thread([&] { first = now(); }).join();
            starts.push_back(first - t0);
        }
        if (count == 1)
            say("startup_ns", starts);
    } else if (question == "memory") {
        std::vector<std::thread> all;
        std::atomic<int64_t> here = 0;
        hold(count, more, here, [&] {
            all.emplace_back([&] {
                here++;
                open.wait(false);
            });
        });
        open = true;
        open.notify_all();
        for (std::thread &t : all)
            t.join();
    } else if (question == "switch") {
        std::binary_semaphore there(0), back(0);
        bool over = false;
        std::thread other([&] {
            for (there.acquire(); !over; there.acquire())
                back.release();
        });
        say("switch_ns", sample(limit, 20, 2, [&](int64_t b) {
                for (int64_t i = 0; i < b; i++) {
                    there.release();
                    back.acquire();
                }
            }));
        over = true;
        there.release();
        other.join();
    } else if (question == "future") {
        int64_t ops = 0, sum = 0;
        say("future_ns", sample(limit, 1, 1, [&](int64_t) {
                int64_t value = 0, n = ++ops;
                std::thread([&value, n] { value = n; }).join();
                sum += value;
            }));
        std::printf("{\"ops\": %lld, \"sum\": %lld}\n", static_cast<long long>(ops), static_cast<long long>(sum));
    } else if (question == "compute") {
        std::atomic<int64_t> here = 0;
        each(count, [&](size_t i) {
            unit u;
            if (++here == count) {
                open = true;
                open.notify_all();
            }
            open.wait(false);
            u.begin = now();
            for (u.end = u.begin; u.end - u.begin < limit; u.end = now())
                some_work(u, more);
            units[i] = u;
        });
        say_units(units);
    } else if (question == "sleepers") {
        std::atomic<int64_t> woken = 0;
        int64_t t0 = now();
        each(count, [&](size_t) {
            std::this_thread::sleep_for(std::chrono::nanoseconds(limit));
            woken++;
        });
        say("slept", std::vector<int64_t>{t0, now(), woken});
    } else {
        std::vector<int64_t> late, computed(static_cast<size_t>(count - 1));
        std::atomic<bool> over = false;
        each(count, [&](size_t i) {
            unit u;
            if (i > 0) {
                while (!over)
                    some_work(u, 1000003);
                computed[i - 1] = u.ops;
                return;
            }
            for (int64_t start = now(); late.size() < 3 || now() - start < limit;) {
                int64_t t0 = now();
                std::this_thread::sleep_for(std::chrono::nanoseconds(more));
                late.push_back(now() - t0 - more);
            }
            over = true;
        });
        say("io_latency_ns", late);
        say("computed", computed);
    }
}

int main(int, char **argv)
{
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    auto ask = std::string(argv[2]) == "coroutine" ? ask_coroutine : ask_thread;
    ask(argv[1], std::atoll(argv[3]), std::atoll(argv[4]), std::atoll(argv[5]));
    std::puts("{\"end\": true}");
    return 0;
}
