#include "bench/base/peer_half.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

static const char *why(void)
{
    const char *reason = dlerror();
    return reason ? reason : "the loader does not say why";
}

void *peer_open_half(const struct image *image, struct err *err)
{
    int fd = image_open(image, err);
    if (fd < 0)
        return NULL;
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        err_set(err, ERR_LIMIT, "cannot load the C++ half of %s: %s", image->name, why());
        close(fd);
    }
    return handle;
}

const void *peer_load_half(const struct image *image, const char *symbol, struct err *err)
{
    void *handle = peer_open_half(image, err);
    const void *found = handle ? dlsym(handle, symbol) : NULL;
    if (handle && !found)
        err_set(err, ERR_LIMIT, "the C++ half of %s has no %s", image->name, symbol);
    return found;
}
