/*
 * The noise ledger: what the rest of the machine did meanwhile.  Read once before and once
 * after a launch, outside measured spans; one reading costs some tens of microseconds.
 *
 * What cannot be read is marked absent; it is never 0.  Counters of /proc/stat tick in
 * hundredths of a second and are sampled by the timer interrupt on most kernels, so
 * `foreign_ns` of a launch shorter than some ticks is a coin toss: sum launches up, or judge
 * only what is far beyond NOISE_TICK_NS.
 */
#ifndef CONTEND_MACHINE_NOISE_H
#define CONTEND_MACHINE_NOISE_H

#include <stdbool.h>
#include <stdint.h>

/* The step of the counters in /proc/stat (USER_HZ is 100 on every Linux). */
#define NOISE_TICK_NS 10000000u

struct noise_reading {
    uint64_t at_ns;           /* clock_now_ns() */
    uint64_t steal_ns;        /* all CPUs: the hypervisor ran somebody else */
    uint64_t busy_ns;         /* all CPUs: user, nice, system and interrupts */
    uint64_t own_cpu_ns;      /* this process and its children that were waited for */
    uint64_t throttled_ns;    /* our control group was held back by its quota */
    uint64_t psi_cpu_some_ns; /* some task anywhere waited for a CPU */
    bool has_steal;
    bool has_busy;
    bool has_throttled;
    bool has_psi_cpu_some;
};

/* Between two readings. Each value has the presence of both readings. */
struct noise_delta {
    uint64_t duration_ns;
    uint64_t steal_ns;
    uint64_t busy_ns;
    uint64_t own_cpu_ns;
    int64_t foreign_ns; /* busy - own: below 0 by up to some ticks when nobody else ran */
    uint64_t throttled_ns;
    uint64_t psi_cpu_some_ns;
    uint32_t branch_permille; /* core_share.h, taken just before; 0: not known */
    bool has_steal;
    bool has_busy; /* and with it foreign_ns */
    bool has_throttled;
    bool has_psi_cpu_some;
};

/*
 * Reads everything.  own_cpu_ns holds what children used only once they were waited for: read
 * where no child of ours is alive.  The files' places are looked up at the first call, which
 * therefore takes longer: make it before measuring.  Safe from any thread.
 */
void noise_read(struct noise_reading *out);

/* What happened in between; what either reading lacks is absent. */
void noise_diff(const struct noise_reading *before, const struct noise_reading *after,
                struct noise_delta *out);

/* The parsers behind it, on the text of /proc/stat, /proc/pressure/cpu and cpu.stat. */
void noise_parse_stat(const char *text, struct noise_reading *out);
void noise_parse_pressure(const char *text, struct noise_reading *out);
void noise_parse_cpu_stat(const char *text, bool is_v2, struct noise_reading *out);

#endif
