/*
 * struct runtime's stop(), written once: start a child that computes, ask it to end when the time
 * has come, wait until it is gone.  Before the #include the executor defines, as static functions:
 *
 *   stop_child                              a child's handle
 *   bool stop_start(uint64_t turns, stop_child *)
 *   void stop_wait_until(uint64_t deadline_ns)
 *   void stop_ask(stop_child)
 *   bool stop_join(stop_child)              whether it ended because it was asked to
 *
 * and its child calls stop_compute() between two suspensions, or looks at a flag.
 */
#include "bench/base/clock.h"
#include "bench/executors/runtime_fail.h"

static uint64_t stop_loop(struct task *t, uint64_t count, const struct stopping *how)
{
    uint64_t stopped = 0;
    for (uint64_t i = 0; i < count; i++) {
        stop_child child;
        uint64_t due_ns = clock_now_ns() + how->delay_ns;
        if (!stop_start(how->turns, &child)) {
            rt_fail(t, "starting what is to be stopped");
            return 0;
        }
        stop_wait_until(due_ns);
        uint64_t asked_ns = clock_now_ns();
        stop_ask(child);
        stopped += stop_join(child);
        uint64_t gone_ns = clock_now_ns();
        how->note(t, asked_ns > due_ns ? asked_ns - due_ns : 0, gone_ns - asked_ns);
    }
    return stopped;
}
