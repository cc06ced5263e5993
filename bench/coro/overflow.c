/*
 * Stack overflow, told by name. A guarded (or compact) task that overflows touches its guard page
 * and gets SIGSEGV; the handler, on a stack of its own, looks whether the address is the guard of
 * the task that runs on this thread. A dense task overwrites its canary, which is seen when the
 * task ends, or at each switch with coro_config.check.
 *
 * The handler is the process's, so what it replaced is kept in the one file-level variable here.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/coro/loop.h"

enum { SIGNAL_STACK_BYTES = 64 * 1024 };

static struct sigaction earlier;
static atomic_flag is_installed = ATOMIC_FLAG_INIT;

/* Async-signal-safe: no printf. */
struct text {
    char bytes[256];
    size_t length;
};

static void add(struct text *text, const char *word)
{
    while (*word != '\0' && text->length < sizeof text->bytes)
        text->bytes[text->length++] = *word++;
}

static void add_number(struct text *text, uint64_t number)
{
    char digits[24];
    char *at = digits + sizeof digits - 1;
    *at = '\0';
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    add(text, at);
}

static void report(struct loop *loop, const struct coro *task, const char *how)
{
    struct text text = {.length = 0};
    const char *name = loop_name(loop, task);
    add(&text, "coro: stack overflow in task ");
    add_number(&text, task->id);
    if (name != NULL) {
        add(&text, " (");
        add(&text, name);
        add(&text, ")");
    }
    add(&text, ": ");
    add(&text, coro_stack_name(loop->config.stack));
    add(&text, " stack of ");
    add_number(&text, loop_stack_bytes(loop));
    add(&text, " bytes, ");
    add(&text, how);
    add(&text, "\n");
    (void)!write(STDERR_FILENO, text.bytes, text.length);
}

/* The guard below the running task, where an overflow faults first. */
static bool is_guard(struct loop *loop, const struct coro *task, uintptr_t address)
{
    uintptr_t low;
    size_t bytes;
    if (loop->config.stack == CORO_COMPACT) {
        low = (uintptr_t)loop->compact.map;
        bytes = (size_t)(loop->compact.low - loop->compact.map);
    } else {
        uint32_t index;
        const struct slab_chunk *chunk = slab_find(&loop->slab, task, &index);
        if (chunk == NULL)
            return false;
        low = (uintptr_t)slab_slot(&loop->slab, chunk, index);
        bytes = loop->slab.guard_bytes;
    }
    return address - low < bytes;
}

static void on_fault(int signal_number, siginfo_t *info, void *machine)
{
    struct coro_loop *hot = coro_here;
    if (hot->current != NULL && is_guard(loop_of(hot), hot->current, (uintptr_t)info->si_addr))
        report(loop_of(hot), hot->current, "its guard page was touched");
    if ((earlier.sa_flags & SA_SIGINFO) != 0) {
        earlier.sa_sigaction(signal_number, info, machine);
        return;
    }
    if (earlier.sa_handler != SIG_DFL && earlier.sa_handler != SIG_IGN) {
        earlier.sa_handler(signal_number);
        return;
    }
    /* The instruction is tried again, faults again, and the program ends as it would have. */
    signal(signal_number, SIG_DFL);
}

/* A thread needs a stack to take the signal on: an overflown one has no room. */
static int give_signal_stack(void)
{
    stack_t present;
    if (sigaltstack(NULL, &present) == 0 && (present.ss_flags & SS_DISABLE) == 0)
        return CORO_OK;
    void *map =
        mmap(NULL, SIGNAL_STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        return CORO_NO_MEMORY;
    stack_t ours = {.ss_sp = map, .ss_size = SIGNAL_STACK_BYTES};
    if (sigaltstack(&ours, NULL) == 0)
        return CORO_OK;
    munmap(map, SIGNAL_STACK_BYTES);
    return CORO_SYSTEM;
}

int coro_report_overflow(void)
{
    int error = give_signal_stack();
    if (error != CORO_OK || atomic_flag_test_and_set(&is_installed))
        return error;
    struct sigaction ours = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&ours.sa_mask);
    if (sigaction(SIGSEGV, &ours, &earlier) == 0)
        return CORO_OK;
    atomic_flag_clear(&is_installed);
    return CORO_SYSTEM;
}

void loop_check_canary(struct loop *loop, const struct coro *task)
{
    if (slab_is_intact(&loop->slab, task))
        return;
    report(loop, task, "its canary is overwritten");
    abort(); /* so are its neighbour's frames */
}
