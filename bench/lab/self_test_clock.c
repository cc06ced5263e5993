/*
 * Whether the clock can be believed: it never goes back, wherever the thread is moved to, its steps
 * are small, and it agrees with the machine's other clocks.
 */
#include "bench/lab/self_test.h"

#include "bench/base/clock.h"
#include "bench/machine/affinity.h"

#include <math.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { CPUS_MOST = 1024, CPUS_VISITED = 64, LAPS = 5, READINGS = 20000 };

/* What is lost between two clocks' readings is less than that; NTP slews by 500 ppm at most. */
#define RATE_TOLERANCE 1e-3
#define STEP_MOST_NS   1000
#define SPAN_NS        200000000

/* ---- One clock against itself ---------------------------------------------------------------- */

struct steps {
    uint64_t least_ns, readings, backwards;
};

static void read_often(struct steps *s, uint64_t *latest_ns)
{
    for (int i = 0; i < READINGS; i++) {
        uint64_t now_ns = clock_now_ns();
        s->backwards += now_ns < *latest_ns;
        if (now_ns > *latest_ns && now_ns - *latest_ns < s->least_ns)
            s->least_ns = now_ns - *latest_ns;
        *latest_ns = now_ns;
    }
    s->readings += READINGS;
}

/* From CPU to CPU, for their counters need not agree; the number of CPUs that were visited. */
static int read_everywhere(struct steps *s)
{
    static int cpus[CPUS_MOST];
    int count = affinity_allowed(cpus, CPUS_MOST), visited = 0;
    struct affinity_mask *before = affinity_save();
    uint64_t latest_ns = clock_now_ns();
    for (int lap = 0; lap < LAPS; lap++)
        for (int i = 0; i < (before ? count : 0) && i < CPUS_VISITED; i++) {
            visited += lap == 0 && !affinity_pin(cpus[i], NULL);
            read_often(s, &latest_ns);
        }
    affinity_restore(before);
    if (!visited)
        read_often(s, &latest_ns);
    return visited;
}

/* ---- Against the others ---------------------------------------------------------------------- */

enum { RAW, BOOT, KERNEL, OTHERS };
static const char *const other_names[OTHERS] = {"CLOCK_MONOTONIC_RAW", "CLOCK_BOOTTIME",
                                                "the kernel's own answer"};

/* One moment on all clocks, ns. */
struct moment {
    uint64_t at_ns, others[OTHERS];
    uint64_t ticks; /* of the processor; 0: it has none to read */
};

static uint64_t ticks_now(void)
{
#if defined __x86_64__ || defined __i386__
    return __builtin_ia32_rdtsc();
#else
    return 0;
#endif
}

/* By a system call: what is preloaded, and the vDSO, are passed by. */
static uint64_t asked(clockid_t clock)
{
    struct timespec ts = {0};
    if (syscall(SYS_clock_gettime, clock, &ts))
        return 0;
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* The tightest of some: a thread that loses its CPU in between has read no moment. */
static struct moment moment_now(void)
{
    struct moment best = {0};
    uint64_t width_ns = UINT64_MAX;
    for (int i = 0; i < 50; i++) {
        struct moment m;
        uint64_t begin_ns = clock_now_ns();
        m.ticks = ticks_now();
        m.others[RAW] = asked(CLOCK_MONOTONIC_RAW);
        m.others[BOOT] = asked(CLOCK_BOOTTIME);
        m.others[KERNEL] = asked(CLOCK_MONOTONIC);
        uint64_t end_ns = clock_now_ns();
        if (end_ns - begin_ns >= width_ns)
            continue;
        width_ns = end_ns - begin_ns;
        m.at_ns = begin_ns + width_ns / 2;
        best = m;
    }
    return best;
}

/* By how much the other ran faster between the two moments. */
static double apart(const struct moment *a, const struct moment *b, int other)
{
    double own = (double)(b->at_ns - a->at_ns);
    return ((double)(int64_t)(b->others[other] - a->others[other]) - own) / own;
}

/* The one that differs most; the processor's counter is no clock, but it must be steady. */
static double worst_of(const struct moment m[3], const char **name)
{
    double worst = 0;
    *name = other_names[RAW];
    for (int i = 0; i < OTHERS; i++) {
        double d = fabs(apart(&m[0], &m[2], i));
        if (d > worst) {
            worst = d;
            *name = other_names[i];
        }
    }
    if (!m[0].ticks)
        return worst;
    double first = (double)(m[1].ticks - m[0].ticks) / (double)(m[1].at_ns - m[0].at_ns);
    double second = (double)(m[2].ticks - m[1].ticks) / (double)(m[2].at_ns - m[1].at_ns);
    double d = fabs(second / first - 1);
    if (d > worst) {
        worst = d;
        *name = "the processor's counter";
    }
    return worst;
}

void self_test_clocks(struct self_test *t, struct self_check *c)
{
    struct steps s = {.least_ns = UINT64_MAX};
    struct moment m[3];
    const char *other;
    char source[64];
    (void)t;
    int cpus = read_everywhere(&s);
    for (int i = 0; i < 3; i++) {
        m[i] = moment_now();
        if (i < 2)
            clock_sleep_until_ns(clock_now_ns() + SPAN_NS / 2);
    }
    double worst = worst_of(m, &other);
    self_tried(c, "the clock read %llu times on %d CPUs in turn, then %d ms beside others",
               (unsigned long long)s.readings, cpus ? cpus : 1, SPAN_NS / 1000000);
    bool is_fine = !s.backwards && s.least_ns <= STEP_MOST_NS && worst <= RATE_TOLERANCE;
    self_seen(c, is_fine ? SELF_OK : SELF_FAILED,
              "%s: %llu steps back, least step %llu ns, at most %.0f ppm from %s%s",
              clock_source(source, sizeof source), (unsigned long long)s.backwards,
              (unsigned long long)s.least_ns, worst * 1e6, other,
              is_fine ? "" : " (0, 1000 ns and 1000 ppm are accepted)");
}
