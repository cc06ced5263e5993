/* The C++ half of boost_fiber.c: a library of its own, which contend loads and never links. */
#include "bench/executors/boost_fiber.h"

#include <boost/fiber/algo/round_robin.hpp>
#include <boost/fiber/condition_variable.hpp>
#include <boost/fiber/fiber.hpp>
#include <boost/fiber/fixedsize_stack.hpp>
#include <boost/fiber/operations.hpp>
#include <chrono>
#include <memory>
#include <new>

namespace fibers = boost::fibers;

namespace
{

boost_fiber_idle_fn *tell_idle;

/* Boost's own order of turns, and a word when there is nobody whose turn it is. */
class loop : public fibers::algo::round_robin
{
  public:
    void suspend_until(const std::chrono::steady_clock::time_point &deadline) noexcept override
    {
        tell_idle(true);
        round_robin::suspend_until(deadline);
        tell_idle(false);
    }
};

bool prepare(boost_fiber_idle_fn *idle)
{
    try {
        tell_idle = idle;
        fibers::use_scheduling_algorithm<loop>();
        return true;
    } catch (...) {
        return false;
    }
}

struct child {
    fibers::fiber fiber;
    uint64_t value = 0;
};

void *spawn(uint64_t (*body)(uint64_t), uint64_t argument, size_t stack)
{
    try {
        std::unique_ptr<child> made(new child);
        child *c = made.get();
        c->fiber =
            fibers::fiber(fibers::launch::post, std::allocator_arg, fibers::fixedsize_stack(stack),
                          [=] { c->value = body(argument); });
        return made.release();
    } catch (...) {
        return nullptr;
    }
}

uint64_t await(void *fiber)
{
    std::unique_ptr<child> c(static_cast<child *>(fiber));
    c->fiber.join();
    return c->value;
}

void yield()
{
    boost::this_fiber::yield();
}

/* steady_clock is CLOCK_MONOTONIC here. */
std::chrono::steady_clock::time_point moment(uint64_t ns)
{
    return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(ns));
}

void sleep_until(uint64_t deadline_ns)
{
    boost::this_fiber::sleep_until(moment(deadline_ns));
}

/* Fibers of one thread need no mutex between looking and waiting. */
struct no_mutex {
    void lock()
    {
    }
    void unlock()
    {
    }
};

using condition = fibers::condition_variable_any;

void *condition_new()
{
    return new (std::nothrow) condition;
}

void condition_free(void *place)
{
    delete static_cast<condition *>(place);
}

void condition_wait(void *place, uint64_t deadline_ns)
{
    no_mutex none;
    if (deadline_ns == UINT64_MAX)
        static_cast<condition *>(place)->wait(none);
    else
        static_cast<condition *>(place)->wait_until(none, moment(deadline_ns));
}

void condition_signal(void *place)
{
    static_cast<condition *>(place)->notify_one();
}

void condition_broadcast(void *place)
{
    static_cast<condition *>(place)->notify_all();
}

} // namespace

const struct boost_fiber_half contend_boost_fiber = {
    prepare,
    spawn,
    await,
    yield,
    sleep_until,
    condition_new,
    condition_free,
    condition_wait,
    condition_signal,
    condition_broadcast,
};
