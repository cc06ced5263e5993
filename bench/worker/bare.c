/*
 * contend-bare: what a process costs in a program that is nothing but this.  Makes and awaits so
 * many, one after the other, and prints what one takes, ns.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static int run(long units)
{
    for (long i = 0; i < units; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        int status = 0;
        pid_t waited = -1;
        while (pid > 0 && (waited = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
            ;
        if (waited < 0 || status)
            return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    long units = argc > 1 ? atol(argv[1]) : 0;
    if (units < 1 || run(1)) /* the first touches each page of code */
        return 1;
    double begin_ns = now_ns();
    if (run(units))
        return 1;
    printf("%.1f\n", (now_ns() - begin_ns) / (double)units);
    return fflush(stdout) ? 1 : 0;
}
