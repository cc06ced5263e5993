/* FNV-1a, 64 bits (Fowler, Noll and Vo): tells texts and files apart where nobody means harm. */
#ifndef CONTEND_BASE_HASH_H
#define CONTEND_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Of nothing: what hash_fnv1a() begins with. */
#define HASH_FNV1A UINT64_C(0xcbf29ce484222325)

/* Goes on from `hash` with that many bytes. */
uint64_t hash_fnv1a(uint64_t hash, const void *data, size_t length);

#endif
