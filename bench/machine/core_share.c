#include "bench/machine/core_share.h"

#include "bench/base/clock.h"
#include "bench/machine/affinity.h"

#include <stdlib.h>

enum {
    BURSTS = 15,
    STEPS = 16384, /* of either loop in a burst: some 5 us, where reading the clock takes 0.03 */
    CHAIN = 64,    /* additions for each branch of the loop of additions */
    SHARED_FROM = 1250,
    SHARED_TO = 1950,
};

#if defined(__x86_64__)
#define HAS_LOOPS 1

static void branches(void)
{
    uint64_t left = STEPS;
    __asm__ volatile(".p2align 6\n"
                     "1: dec %0\n"
                     "   jnz 1b"
                     : "+r"(left)
                     :
                     : "cc");
}

static void additions(void)
{
    uint64_t left = STEPS / CHAIN, sum = 0;
    __asm__ volatile(".p2align 6\n"
                     "1: .rept %c2\n"
                     "   add $1, %1\n"
                     "   .endr\n"
                     "   dec %0\n"
                     "   jnz 1b"
                     : "+r"(left), "+r"(sum)
                     : "i"(CHAIN)
                     : "cc");
}
#else
#define HAS_LOOPS 0

static void branches(void)
{
}

static void additions(void)
{
}
#endif

static int by_size(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

bool core_share_read(uint32_t *permille)
{
    uint64_t ratios[BURSTS];
    if (!HAS_LOOPS)
        return false;
    branches();
    additions();
    for (int i = 0; i < BURSTS; i++) {
        uint64_t begin_ns = clock_now_ns();
        branches();
        uint64_t middle_ns = clock_now_ns();
        additions();
        uint64_t chain_ns = clock_now_ns() - middle_ns;
        ratios[i] = chain_ns ? (middle_ns - begin_ns) * 1000 / chain_ns : 0;
    }
    qsort(ratios, BURSTS, sizeof *ratios, by_size);
    *permille = (uint32_t)ratios[BURSTS / 2];
    return *permille > 0;
}

bool core_share_dearest(uint32_t *permille, int *cpu)
{
    int count = affinity_count();
    int looked_at = count < CORE_SHARE_CPUS_MAX ? count : CORE_SHARE_CPUS_MAX;
    struct affinity_mask *mask = HAS_LOOPS && count > 0 ? affinity_save() : NULL;
    bool has_one = false;
    if (!mask)
        return false;
    int cpus[CORE_SHARE_CPUS_MAX];
    for (int i = 0; i < looked_at; i++)
        cpus[i] = affinity_nth((unsigned)((long)i * count / looked_at));
    for (int i = 0; i < looked_at; i++) {
        uint32_t found;
        if (cpus[i] < 0 || affinity_pin(cpus[i], NULL) || !core_share_read(&found))
            continue;
        if (!has_one || found > *permille) {
            *permille = found;
            if (cpu)
                *cpu = cpus[i];
        }
        has_one = true;
    }
    affinity_restore(mask);
    return has_one;
}

bool core_share_is_shared(uint32_t permille)
{
    return permille >= SHARED_FROM && permille < SHARED_TO;
}
