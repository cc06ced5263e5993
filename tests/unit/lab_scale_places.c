#include "bench/base/clock.h"
#include "bench/lab/scale_code.h"
#include "bench/lab/scale_places.h"
#include "tests/test.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void *compute(void *unused)
{
    (void)unused;
    for (volatile unsigned long turns = 0;; turns++)
        ;
    return NULL;
}

/* A program that has begun its thread already, and only waits itself. */
static pid_t start_program(void)
{
    int told[2];
    char byte = 0;
    if (pipe(told))
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, compute, NULL) || write(told[1], &byte, 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(told[1]);
    bool has_begun = pid > 0 && read(told[0], &byte, 1) == 1;
    close(told[0]);
    return has_begun ? pid : -1;
}

/* Buggy: no sample, and of each program that is quick "cannot tell". */
static void threads_that_were_there_before_are_looked_at(void)
{
    struct scale_places found = {0};
    pid_t pid = start_program();
    CHECK(pid > 0);
    if (pid <= 0)
        return;
    bool is_allowed = true;
    /* Beside others it may take long until the program has had a CPU for a while. */
    for (int i = 0; i < 20 && is_allowed && !found.samples; i++) {
        struct scale_looks *looks = scale_looks_open(pid);
        uint64_t until_ns = clock_now_ns() + UINT64_C(1000000000);
        is_allowed = looks != NULL;
        while (looks && clock_now_ns() < until_ns) {
            usleep(20000);
            scale_looks_take(looks);
        }
        if (looks)
            scale_looks_close(looks, &found);
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    if (!is_allowed)
        SKIP("perf_event_open is not allowed here");
    CHECK(found.samples > 0);
    CHECK(found.atomic_ratio < 0.2);
}

/* Behind the loop and in front of it there is something else. */
static bool waits(const unsigned char *loop, size_t bytes, size_t at)
{
    unsigned char code[SCALE_CODE_BYTES];
    for (size_t i = 0; i < sizeof code; i++)
        code[i] = 0xcc;
    for (size_t i = 0; i < bytes; i++)
        code[SCALE_CODE_BEFORE - at + i] = loop[i];
    return scale_is_waiting(code, SCALE_CODE_BEFORE, sizeof code);
}
#define WAITS(at, ...)                                                                             \
    waits((const unsigned char[]){__VA_ARGS__}, sizeof((const unsigned char[]){__VA_ARGS__}), at)

/* A lock that spins by reading, before it tries: mistaken for false sharing. */
static void a_loop_that_only_reads_waits(void)
{
#ifdef __x86_64__
    for (size_t at = 0; at < 10; at += at == 0 ? 6 : 2) /* mov flag(%rip),%eax; test; jne */
        CHECK(WAITS(at, 0x8b, 0x05, 0xd2, 0x0e, 0x2e, 0x00, 0x85, 0xc0, 0x75, 0xf6));
    /* cmp %rbx,0x10(%r12); jne    movzbl (%rdi),%eax; test %al,%al; je    cmpl $0,(%rdi); je */
    CHECK(WAITS(0, 0x49, 0x39, 0x5c, 0x24, 0x10, 0x75, 0xf9));
    CHECK(WAITS(3, 0x0f, 0xb6, 0x07, 0x84, 0xc0, 0x74, 0xf9));
    CHECK(WAITS(0, 0x83, 0x3f, 0x00, 0x74, 0xfb));
    /* addq $1,(%rdi); jmp    add (%rdi),%rax; add $8,%rdi; cmp; jne    mov %eax,(%rdi); jmp */
    CHECK(!WAITS(0, 0x48, 0x83, 0x07, 0x01, 0xeb, 0xfa));
    CHECK(!WAITS(0, 0x48, 0x03, 0x07, 0x48, 0x83, 0xc7, 0x08, 0x48, 0x39, 0xf7, 0x75, 0xf4));
    CHECK(!WAITS(0, 0x89, 0x07, 0xeb, 0xfc));
    /* test %eax,%eax; jne: nothing is read.    Behind the loop one is in it no more. */
    CHECK(!WAITS(0, 0x85, 0xc0, 0x75, 0xfc));
    CHECK(!WAITS(12, 0x8b, 0x05, 0xd2, 0x0e, 0x2e, 0x00, 0x85, 0xc0, 0x75, 0xf6));
#endif
}

static const struct test tests[] = {
    {"a_loop_that_only_reads_waits", a_loop_that_only_reads_waits},
    {"threads_that_were_there_before_are_looked_at", threads_that_were_there_before_are_looked_at},
    {0},
};
TEST_MAIN(tests)
