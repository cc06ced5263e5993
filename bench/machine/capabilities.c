#include "bench/machine/capabilities.h"

#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* No libcap for three calls: capget(2) has been what it is since Linux 2.6.26. */
struct sets {
    struct __user_cap_header_struct head;
    struct __user_cap_data_struct words[_LINUX_CAPABILITY_U32S_3];
};

static bool get(struct sets *s)
{
    *s = (struct sets){.head = {.version = _LINUX_CAPABILITY_VERSION_3}};
    return !syscall(SYS_capget, &s->head, s->words);
}

static uint64_t permitted(const struct sets *s)
{
    return s->words[0].permitted | (uint64_t)s->words[1].permitted << 32;
}

static uint64_t ambient(void)
{
    uint64_t found = 0;
    for (unsigned long c = 0; c < 64; c++)
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, c, 0, 0) == 1)
            found |= UINT64_C(1) << c;
    return found;
}

static bool is_set_id(void)
{
    return getuid() != geteuid() || getgid() != getegid();
}

static void drop_set_id(void)
{
    uid_t uid = getuid();
    gid_t gid = getgid();
    /* The group first: who is no longer the owner may not change it any more. */
    if (setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
        return; /* capabilities_are_borrowed() says so */
}

static void drop_capabilities(struct sets *s)
{
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_SYS_NICE, 0, 0);
    uint64_t kept = ambient();
    for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
        uint32_t word = (uint32_t)(kept >> (32 * i));
        s->words[i].permitted &= word;
        s->words[i].effective &= word;
        s->words[i].inheritable &= word;
    }
    syscall(SYS_capset, &s->head, s->words);
}

void capabilities_drop(void)
{
    struct sets s;
    bool had_more = is_set_id();
    if (had_more)
        drop_set_id();
    if (getuid() != 0 && get(&s) && permitted(&s)) {
        drop_capabilities(&s);
        had_more = true;
    }
    /* Its own /proc entries were root's while it had what others have not. */
    if (had_more)
        prctl(PR_SET_DUMPABLE, 1);
}

bool capabilities_are_borrowed(char *which, size_t size)
{
    struct sets s;
    if (is_set_id()) {
        snprintf(which, size, "it is set-user-ID or set-group-ID");
        return true;
    }
    uint64_t borrowed = getuid() != 0 && get(&s) ? permitted(&s) & ~ambient() : 0;
    if (borrowed)
        snprintf(which, size, "it has capabilities 0x%llx", (unsigned long long)borrowed);
    return borrowed;
}

void capabilities_freeze(void)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
