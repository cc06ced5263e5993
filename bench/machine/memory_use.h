/*
 * How much memory a process uses, in the parts that a fork or a thread adds to: pages of its
 * own (anonymous), pages of shared mappings, page tables; and the kernel's stacks.
 *
 * Pages of files are left out: they are the page cache's, and another unit adds none.
 * Read from smaps_rollup, which walks the page tables and is exact, not from VmRSS, which
 * since Linux 6.2 may be off by some hundred kilobytes.
 */
#ifndef CONTEND_MACHINE_MEMORY_USE_H
#define CONTEND_MACHINE_MEMORY_USE_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes. "Share": a page mapped by n processes counts 1/n for each. */
struct memory_use {
    int64_t anonymous;       /* resident anonymous pages, shared ones in full */
    int64_t anonymous_share; /* the same by share */
    int64_t shared_share;    /* resident pages of shared memory, by share */
    int64_t page_tables;
    int64_t threads; /* -1: not told */
    bool has_shares; /* the two by share are known */
};

/* Reads a process's use; pid 0 is the caller. False when it is gone or may not be read. */
bool memory_use_read(int32_t pid, struct memory_use *out);

/* From the texts of smaps_rollup (NULL: not there) and status of /proc/PID. */
bool memory_use_parse(const char *smaps_rollup, const char *status, struct memory_use *out);

/*
 * Bytes of kernel stacks in the whole machine; -1 when unknown.  Makes the kernel add up its
 * per-CPU differences first where it lets us (root).
 */
int64_t memory_kernel_stacks(void);

/*
 * The size of one kernel stack, from what `count` new units added to all of them.  A stack is
 * a power of two of pages; other programs' threads disturb the sum.  So the quotient is
 * rounded to the power of two within a quarter of it; 0 when there is none between 4 KiB and
 * 64 KiB: then the sum was not about our units.
 */
int64_t memory_stack_size(int64_t added_bytes, uint32_t count);

/* The same of all stacks and all threads of the machine, whoever has them; 0: not known. */
int64_t memory_stack_of_one(void);

#endif
