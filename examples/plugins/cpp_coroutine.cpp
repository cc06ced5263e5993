/*
 * cpp_coroutine: an executor.  Each task is a C++20 coroutine, on one event loop in one thread.
 *
 * What is measured is the language's own: the frame that the compiler lays out and operator new
 * allocates, co_await, and the resumption by a handle.  Such coroutines have no stack, so workloads
 * need the step() form; what a task waits with lies in its frame, and the loop allocates nothing
 * once it is open.
 */
#include <contend.h>

#include <algorithm>
#include <coroutine>
#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <time.h>
#include <vector>

namespace
{

constexpr uint32_t lists = 256;       /* of those who wait, by a hash of their word */
constexpr uint32_t look_every = 1024; /* resumptions between two looks at the timers */

uint64_t now_ns()
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
}

void sleep_until_ns(uint64_t deadline_ns)
{
    const timespec until = {static_cast<time_t>(deadline_ns / 1000000000u),
                            static_cast<long>(deadline_ns % 1000000000u)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) != 0)
        ;
}

struct timer {
    uint64_t due_ns;
    std::coroutine_handle<> who;
};

bool is_later(const timer &a, const timer &b)
{
    return a.due_ns > b.due_ns;
}

/* Lies in the frame of who waits. */
struct waiter {
    contend_word *word;
    std::coroutine_handle<> who;
    waiter *next;
};

struct waiters {
    waiter *first, *last;
};

struct loop {
    launch *of;
    std::vector<std::coroutine_handle<>> ring; /* those who can run; room for all, a power of two */
    uint32_t head, tail;                       /* run freely, masked for use */
    std::vector<timer> timers;                 /* a heap, the soonest first */
    waiters parked[lists];
    uint32_t alive;
    bool holds_lock;

    void push(std::coroutine_handle<> who)
    {
        ring[tail++ & (ring.size() - 1)] = who;
    }

    void park(waiter *w)
    {
        waiters &list = list_of(w->word);
        w->next = nullptr;
        (list.first ? list.last->next : list.first) = w;
        list.last = w;
    }

    /* Up to count of those who wait on the word, oldest first; the others stay. */
    void wake(contend_word *word, uint32_t count)
    {
        waiters &list = list_of(word);
        waiter *w = list.first;
        list = {};
        while (w) {
            waiter *next = w->next; /* pushed only, not resumed: its frame is still there */
            if (count > 0 && w->word == word) {
                push(w->who);
                count--;
            } else {
                park(w);
            }
            w = next;
        }
    }

    void add_timer(uint64_t due_ns, std::coroutine_handle<> who)
    {
        timers.push_back({due_ns, who});
        std::push_heap(timers.begin(), timers.end(), is_later);
    }

    /* Until nobody can run (may_wait: ever again), or *word is not `value` any more. */
    void run(const contend_word *word, uint32_t value, bool may_wait)
    {
        while (!word || word->load(memory_order_relaxed) == value) {
            wake_due();
            uint32_t runnable = tail - head;
            if (runnable == 0 && (!may_wait || timers.empty()))
                return;
            if (runnable == 0)
                wait_in_kernel();
            for (uint32_t left = std::min(runnable, look_every); left > 0; left--)
                ring[head++ & (ring.size() - 1)].resume();
        }
    }

  private:
    waiters &list_of(const contend_word *word)
    {
        return parked[reinterpret_cast<uintptr_t>(word) * UINT64_C(0x9e3779b97f4a7c15) >> 56];
    }

    void wake_due()
    {
        uint64_t now = timers.empty() ? 0 : now_ns();
        while (!timers.empty() && timers.front().due_ns <= now) {
            push(timers.front().who);
            std::pop_heap(timers.begin(), timers.end(), is_later);
            timers.pop_back();
        }
    }

    /* The loop's thread holds the lock for all, and lets it go as an interpreter does. */
    void wait_in_kernel()
    {
        if (holds_lock)
            task_release(of->coordinator);
        sleep_until_ns(timers.front().due_ns);
        if (holds_lock)
            task_acquire(of->coordinator);
    }
};

struct yielded {
    loop &in;
    bool await_ready() const noexcept
    {
        return false;
    }
    void await_suspend(std::coroutine_handle<> who) noexcept
    {
        in.push(who);
    }
    void await_resume() const noexcept
    {
    }
};

struct slept {
    loop &in;
    uint64_t deadline_ns;
    bool await_ready() const noexcept
    {
        return false;
    }
    void await_suspend(std::coroutine_handle<> who)
    {
        in.add_timer(deadline_ns, who);
    }
    void await_resume() const noexcept
    {
    }
};

struct waited {
    loop &in;
    uint32_t expected;
    waiter self;
    bool await_ready() const noexcept
    {
        return self.word->load(memory_order_relaxed) != expected;
    }
    void await_suspend(std::coroutine_handle<> who) noexcept
    {
        self.who = who;
        in.park(&self);
    }
    void await_resume() const noexcept
    {
    }
};

/* Runs to its first suspension when it is made, and frees its frame at its end. */
struct unit {
    bool was_made;
    struct promise_type {
        static unit get_return_object_on_allocation_failure() noexcept
        {
            return {false};
        }
        static void *operator new(size_t bytes) noexcept
        {
            return ::operator new(bytes, std::nothrow);
        }
        static void operator delete(void *frame) noexcept
        {
            ::operator delete(frame);
        }
        unit get_return_object() const noexcept
        {
            return {true};
        }
        std::suspend_never initial_suspend() const noexcept
        {
            return {};
        }
        std::suspend_never final_suspend() const noexcept
        {
            return {};
        }
        void return_void() const noexcept
        {
        }
        void unhandled_exception() const noexcept
        {
            std::terminate();
        }
    };
};

unit body(loop &in, task *t)
{
    step_state state = {};
    for (;;) {
        switch (in.of->step(t, &state)) {
        case STEP_YIELD:
            co_await yielded{in};
            break;
        case STEP_SLEEP:
            co_await slept{in, state.deadline_ns};
            break;
        case STEP_WAIT:
            co_await waited{in, state.expected, {state.word, {}, nullptr}};
            break;
        case STEP_DONE:
            in.alive--;
            t->joined_ns = launch_stamp_ns(in.of);
            co_return;
        }
    }
}

loop &loop_of(launch *l)
{
    return *static_cast<loop *>(l->executor_state);
}

/* What outsiders fail with, and why. */
int fail(launch *l, const char *reason)
{
    snprintf(l->failure, sizeof l->failure, "%s", reason);
    return -1;
}

int open(launch *l, err *)
try {
    auto made = std::make_unique<loop>();
    size_t capacity = 1;
    while (capacity < l->task_count)
        capacity *= 2;
    made->of = l;
    made->ring.resize(capacity);
    made->timers.reserve(l->task_count);
    l->executor_state = made.release();
    return 0;
} catch (const std::bad_alloc &) {
    return fail(l, "no memory for an event loop");
}

void close(launch *l)
{
    delete &loop_of(l);
    l->executor_state = nullptr;
}

int start(launch *l, err *)
{
    loop &in = loop_of(l);
    in.head = in.tail = in.alive = 0;
    for (uint32_t i = 0; i < l->task_count; i++) {
        task *t = &l->tasks[i];
        t->create_ns = launch_stamp_ns(l);
        in.alive++;
        if (!body(in, t).was_made) {
            in.alive--;
            return fail(l, "no memory for the frame of a coroutine");
        }
        l->live_count = i + 1;
        t->created_ns = launch_stamp_ns(l);
    }
    return 0;
}

int join(launch *l, err *)
{
    loop &in = loop_of(l);
    bool with_lock = !l->is_empty;
    if (with_lock)
        task_acquire(l->coordinator);
    in.holds_lock = with_lock;
    in.run(nullptr, 0, true);
    in.holds_lock = false;
    if (with_lock)
        task_release(l->coordinator);
    return in.alive ? fail(l, "tasks wait for what nobody will do any more") : 0;
}

/* The coordinator alone gets here: tasks suspend by returning. */
bool wait(task *t, contend_word *word, uint32_t expected, uint64_t)
{
    loop_of(t->launch).run(word, expected, false);
    return word->load() != expected;
}

void wake(task *t, contend_word *word, uint32_t count)
{
    loop_of(t->launch).wake(word, count);
}

void sleep_until(task *, uint64_t deadline_ns)
{
    sleep_until_ns(deadline_ns);
}

/* What is not named is 0. */
constexpr executor make_executor()
{
    executor x = {};
    x.name = "cpp_coroutine";
    x.summary = "C++20 coroutines on one event loop in one thread";
    x.traits = EXECUTOR_SHARED_HEAP | EXECUTOR_STACKLESS;
    x.open = open;
    x.start = start;
    x.join = join;
    x.close = close;
    x.sleep_until = sleep_until;
    x.wait = wait;
    x.wake = wake;
    return x;
}

constexpr executor cpp_coroutine = make_executor();
constexpr const executor *executors[] = {&cpp_coroutine, nullptr};

constexpr contend_plugin make_plugin()
{
    contend_plugin p = {};
    p.abi = CONTEND_ABI;
    p.name = "cpp_coroutine";
    p.executors = executors;
    return p;
}

} // namespace

const contend_plugin contend_plugin_v1 = make_plugin();
