#include "bench/cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int terminal_columns(int descriptor, int otherwise)
{
    struct winsize size;
    bool is_known = !ioctl(descriptor, TIOCGWINSZ, &size) && size.ws_col > 0;
    return is_known ? size.ws_col : otherwise;
}

int terminal_width(int64_t asked)
{
    return asked > 0 ? (int)asked : terminal_columns(STDOUT_FILENO, WIDTH_PIPE);
}

bool terminal_has_colour(void)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(no && no[0]) && !(term && !strcmp(term, "dumb"));
}

bool terminal_is_utf8(void)
{
    const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && value[0])
            return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}
