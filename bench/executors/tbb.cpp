/* The C++ half of tbb.c: a library of its own, which contend loads and never links. */
#include "bench/executors/tbb.h"

#include <memory>
#include <new>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

namespace
{

/* In this order: the arena counts on the control, and the handle ends the threads at last. */
struct pool {
    explicit pool(unsigned threads)
        : control(tbb::global_control::max_allowed_parallelism, threads),
          arena(static_cast<int>(threads), 1)
    {
        arena.initialize();
    }

    tbb::task_scheduler_handle handle{tbb::attach{}};
    tbb::global_control control;
    tbb::task_arena arena;
};

void *open(unsigned threads)
{
    try {
        return new pool(threads);
    } catch (...) {
        return nullptr;
    }
}

/* Its threads would otherwise stay, and be measured with the next executor. */
void close(void *place)
{
    std::unique_ptr<pool> p(static_cast<pool *>(place));
    tbb::task_scheduler_handle handle = std::move(p->handle);
    p.reset();
    tbb::finalize(handle, std::nothrow);
}

void enter(void *place, void (*work)(void *), void *context)
{
    static_cast<pool *>(place)->arena.execute([=] { work(context); });
}

void scope(void (*work)(void *, void *), void *context)
{
    tbb::this_task_arena::isolate([=] {
        tbb::task_group group;
        work(&group, context);
        group.wait();
    });
}

void spawn(void *group, void (*work)(void *), void *context)
{
    static_cast<tbb::task_group *>(group)->run([=] { work(context); });
}

void wait(void *group)
{
    static_cast<tbb::task_group *>(group)->wait();
}

} // namespace

const struct tbb_half contend_tbb = {open, close, enter, scope, spawn, wait};
