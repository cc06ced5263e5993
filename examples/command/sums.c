/* Adds up numbers, and reports to contend what it has done: cc -O2 -o sums sums.c */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    const char *fd = getenv("CONTEND_REPORT_FD");
    volatile uint64_t sum = 0;
    for (uint64_t i = 1; i <= 1000000; i++)
        sum += i;
    if (fd)
        dprintf(atoi(fd), "operations=1000000 checksum=%llu\n", (unsigned long long)sum);
    return 0;
}
