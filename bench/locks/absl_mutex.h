/* The two halves of absl_mutex: what the one in C++ exports to the other. */
#ifndef CONTEND_LOCKS_ABSL_MUTEX_H
#define CONTEND_LOCKS_ABSL_MUTEX_H

#ifdef __cplusplus
extern "C" {
#endif

enum { ABSL_MUTEX_BYTES = 64 }; /* room for one */

struct absl_mutex_half {
    void (*make)(void *place);
    void (*end)(void *place);
    void (*lock)(void *place);
    void (*unlock)(void *place);
};

extern const struct absl_mutex_half contend_absl_mutex __attribute__((visibility("default")));

#ifdef __cplusplus
}
#endif

#endif
