#include "bench/lab/scale_code.h"

#include <stdint.h>

#ifdef __x86_64__

static bool is_locked(const unsigned char *at, size_t left)
{
    if (left >= 2 && at[0] == 0xf3 && at[1] == 0x90)
        return true; /* pause */
    size_t k = at[0] == 0xf0;
    bool is_locked = k > 0;
    if (left <= k + 2)
        return false;
    k += (at[k] & 0xf0) == 0x40; /* REX */
    bool is_exchange = (at[k] == 0x86 || at[k] == 0x87) && (at[k + 1] & 0xc0) != 0xc0;
    bool changes = at[k] == 0x0f || at[k] == 0xff || at[k] == 0xfe || at[k] == 0x81 ||
                   at[k] == 0x83 || at[k] == 0x80 || (at[k] < 0x32 && (at[k] & 6) < 2);
    return is_exchange || (is_locked && changes);
}

bool scale_is_atomic(const unsigned char *code, size_t before, size_t count)
{
    for (size_t i = 0; i <= before && i < count; i++)
        if (is_locked(code + i, count - i))
            return true;
    return false;
}

/* ---- Loops that wait --------------------------------------------------------------------------
 */

/* An operand in registers or memory behind an opcode: its bytes; 0: it is cut off. */
static size_t operand_bytes(const unsigned char *at, size_t left, bool *is_memory)
{
    if (!left)
        return 0;
    unsigned mode = at[0] >> 6, place = at[0] & 7;
    size_t bytes = 1;
    *is_memory = mode != 3;
    if (mode == 3)
        return 1;
    if (place == 4) { /* base and index */
        if (left < 2)
            return 0;
        bytes++;
        place = at[1] & 7;
    }
    bytes += mode == 1 ? 1 : mode == 2 || (mode == 0 && place == 5) ? 4 : 0;
    return bytes <= left ? bytes : 0;
}

/* How an instruction is made up that reads, compares, or moves within registers. */
struct form {
    bool has_operand, registers_only;
    int group; /* of the opcode's eight the one it has to be; -1: no group */
    size_t constant;
};

static bool short_form(unsigned char op, size_t word, struct form *out)
{
    *out = (struct form){.has_operand = true, .group = -1};
    switch (op) {
    case 0x8a: /* mov, from memory */
    case 0x8b:
    case 0x63: /* .. with its sign */
    case 0x84: /* test */
    case 0x85:
    case 0x38: /* cmp */
    case 0x39:
    case 0x3a:
    case 0x3b:
        return true;
    case 0x88: /* mov, xor */
    case 0x89:
    case 0x31:
    case 0x33:
        out->registers_only = true;
        return true;
    case 0x80: /* cmp with a constant */
    case 0x83:
        out->group = 7;
        out->constant = 1;
        return true;
    case 0x81:
        out->group = 7;
        out->constant = word;
        return true;
    case 0xf6: /* test with one */
        out->group = 0;
        out->constant = 1;
        return true;
    case 0xf7:
        out->group = 0;
        out->constant = word;
        return true;
    default:
        break;
    }
    out->has_operand = false;
    out->constant = op == 0x3c || op == 0xa8   ? 1    /* al */
                    : op == 0x3d || op == 0xa9 ? word /* eax */
                                               : 0;
    bool is_jump = (op & 0xf0) == 0x70 || op == 0xeb;
    out->constant = is_jump ? 1 : out->constant;
    return out->constant || op == 0x90;
}

static bool long_form(unsigned char op, struct form *out)
{
    *out = (struct form){.has_operand = true, .group = -1};
    if (op == 0xb6 || op == 0xb7 || op == 0xbe || op == 0xbf) /* mov of less than a word */
        return true;
    if (op == 0x1f) { /* nop, and what looks like its memory */
        out->group = 0;
        return true;
    }
    *out = (struct form){.group = -1, .constant = 4};
    return (op & 0xf0) == 0x80; /* a jump */
}

/* Bytes of an instruction that changes no memory and nothing that it counts by; 0: of another. */
static size_t harmless_bytes(const unsigned char *at, size_t left, bool *reads)
{
    struct form form;
    bool is_memory = false;
    size_t k = 0, word = 4;
    while (k < left && (at[k] == 0x66 || at[k] == 0x2e)) {
        word = at[k] == 0x66 ? 2 : word;
        k++;
    }
    k += k < left && (at[k] & 0xf0) == 0x40; /* REX */
    if (k + 1 >= left)
        return 0;
    bool is_long = at[k] == 0x0f;
    k += is_long;
    if (is_long ? !long_form(at[k], &form) : !short_form(at[k], word, &form))
        return 0;
    bool is_nothing = is_long && at[k] == 0x1f;
    k++;
    if (form.has_operand) {
        size_t bytes = operand_bytes(at + k, left - k, &is_memory);
        if (!bytes || (form.registers_only && is_memory) ||
            (form.group >= 0 && ((at[k] >> 3) & 7) != form.group))
            return 0;
        k += bytes;
    }
    *reads |= is_memory && !is_nothing;
    return k + form.constant <= left ? k + form.constant : 0;
}

/* From there to the jump that closes the loop there is nothing but reading. */
static bool only_reads(const unsigned char *code, size_t from, size_t jump, size_t count)
{
    bool reads = false;
    size_t at = from;
    while (at < jump) {
        size_t bytes = harmless_bytes(code + at, count - at, &reads);
        if (!bytes)
            return false;
        at += bytes;
    }
    return at == jump && reads;
}

bool scale_is_waiting(const unsigned char *code, size_t before, size_t count)
{
    for (size_t jump = before > 2 ? before - 2 : 0; jump + 2 <= count; jump++) {
        bool is_jump = (code[jump] & 0xf0) == 0x70 || code[jump] == 0xeb;
        int back = code[jump + 1] < 0x80 ? code[jump + 1] : code[jump + 1] - 0x100;
        if (!is_jump || back >= 0 || (size_t)-back > jump + 2)
            continue;
        size_t from = jump + 2 - (size_t)-back;
        if (from <= before && only_reads(code, from, jump, count))
            return true;
    }
    return false;
}

#else

bool scale_is_atomic(const unsigned char *code, size_t before, size_t count)
{
    (void)code;
    (void)before;
    (void)count;
    return false;
}

bool scale_is_waiting(const unsigned char *code, size_t before, size_t count)
{
    (void)code;
    (void)before;
    (void)count;
    return false;
}

#endif
