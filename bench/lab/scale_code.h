/*
 * What a thread is at, by the instructions around the place where it was seen (x86-64; on other
 * machines nothing is recognised): a sample of the CPU clock comes at or right behind what was
 * slow.
 */
#ifndef CONTEND_LAB_SCALE_CODE_H
#define CONTEND_LAB_SCALE_CODE_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that are to be read around a place: so many of them in front of it. */
enum { SCALE_CODE_BEFORE = 40, SCALE_CODE_BYTES = 72 };

/* Whether code around that place, `before` bytes of it in front, has an atomic instruction or a
 * pause. */
bool scale_is_atomic(const unsigned char *code, size_t before, size_t count);

/* Whether the place lies in a loop that does nothing but read memory until it finds another value:
 * a lock that spins, or a flag. */
bool scale_is_waiting(const unsigned char *code, size_t before, size_t count);

#endif
