/*
 * crc: a workload.  An operation is the CRC-32 of a block, by a table of 256 entries.
 *
 * Source: ITU-T V.42 (the polynomial); Sarwate, "Computation of cyclic redundancy checks via table
 * look-up", CACM 31(8), 1988 (the table).  What it must be is computed bit by bit, so that a table
 * that is wrong in one entry fails the cell.
 */
#include <contend.h>

enum { BYTES }; /* rows of the table below */

static const struct param params[] = {
    {.name = "bytes",
     .unit = "bytes",
     .value = 4096,
     .min = 1,
     .max = 1 << 20,
     .help = "of a block"},
    {0},
};

#define POLYNOMIAL UINT32_C(0xedb88320)

/* In shared memory: written once, before units exist, and only read by them. */
struct shared {
    uint32_t table[256];
    unsigned char block[1 << 20];
};

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    (void)values;
    (void)task_count;
    return sizeof(struct shared);
}

static unsigned char byte_of(uint64_t i)
{
    return (unsigned char)(i * 167 + (i >> 8));
}

static uint32_t shifted(uint32_t crc)
{
    for (int bit = 0; bit < 8; bit++)
        crc = crc & 1 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
    return crc;
}

static void prepare(struct launch *l)
{
    struct shared *s = (struct shared *)l->workload_shared;
    for (uint32_t i = 0; i < 256; i++)
        s->table[i] = shifted(i);
    for (uint64_t i = 0; i < (uint64_t)l->workload_params[BYTES]; i++)
        s->block[i] = byte_of(i);
}

/* measured: no allocation, no output, no lock but the one under test */
static uint64_t run(struct task *t, uint64_t op_count)
{
    const struct shared *s = (const struct shared *)t->launch->workload_shared;
    uint64_t bytes = (uint64_t)task_param(t, BYTES), sum = 0;
    for (uint64_t op = 0; op < op_count; op++) {
        uint32_t crc = UINT32_MAX;
        task_consume(t, crc); /* the compiler must not work it out once for all */
        for (uint64_t i = 0; i < bytes; i++)
            crc = s->table[(crc ^ s->block[i]) & 255] ^ crc >> 8;
        sum += ~crc;
        task_checkpoint(t);
    }
    return sum;
}

static uint64_t expected(const int64_t *values, uint64_t op_count)
{
    uint32_t crc = UINT32_MAX;
    for (uint64_t i = 0; i < (uint64_t)values[BYTES]; i++)
        crc = shifted(crc ^ byte_of(i));
    return op_count * (uint64_t)(uint32_t)~crc;
}

/* The same for a task without a stack; there is nothing to suspend for. */
static enum step step(struct task *t, struct step_state *state)
{
    state->checksum = run(t, state->op_count);
    return STEP_DONE;
}

static const struct workload crc = {
    .name = "crc",
    .summary = "computes: CRC-32 of a block, by a table",
    .kind = WORKLOAD_CPU,
    .params = params,
    .shared_bytes = shared_bytes,
    .prepare = prepare,
    .run = run,
    .expected = expected,
    .step = step,
};

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "crc",
    .workloads = (const struct workload *const[]){&crc, NULL},
};
