/*
 * Errors as values: a fixed-size record owned by the caller, no allocation.
 *
 * Functions that can fail return 0 / -1 (or NULL) and take `struct err *` last.  The first
 * error wins: a later err_set() on a record that already holds one changes nothing, so the
 * cause survives the clean-up.  NULL is accepted everywhere.
 */
#ifndef CONTEND_BASE_ERR_H
#define CONTEND_BASE_ERR_H

enum err_code {
    ERR_NONE = 0,
    ERR_USAGE,         /* the user asked for something that is not offered: exit status 2 */
    ERR_INPUT,         /* a file cannot be read or is not what it should be: exit status 2 */
    ERR_SYSTEM,        /* a system call failed; sys_errno tells which way: exit status 3 */
    ERR_LIMIT,         /* a limit of this machine was reached: the cell is skipped */
    ERR_UNAVAILABLE,   /* something this machine does not offer: the cell is skipped */
    ERR_FAILED,        /* the work was done wrongly: the cell failed */
    ERR_NOTCOMPARABLE, /* two results that must not be compared: exit status 5 */
};

struct err {
    enum err_code code;
    int sys_errno; /* errno of the failed call, 0 if none */
    /* One line, no full stop, no line feed.  Room for a list of all metrics there are; what does
     * not fit ends in "...". */
    char text[2048];
};

/* Sets the record unless it is set already.  Always returns -1: `return err_set(...)`. */
int err_set(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with ERR_SYSTEM and ": <strerror(sys_errno)>" appended. */
int err_set_sys(struct err *err, int sys_errno, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts context before the text: "cell 3: " + "fork: Resource temporarily unavailable". */
int err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
