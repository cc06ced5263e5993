/* Reading results: whatever the bytes are, both readers agree and what was read can be written. */
/* fuzz: seeds fixtures/report fixtures/compare */
/* fuzz: rooms result */
#include "tests/fuzz/result_agree.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* An empty text is "no text" to result_read(), which would open the file. */
    const char *fault = size ? agree_fault((const char *)data, size) : NULL;
    if (fault) {
        fprintf(stderr, "%s\n", fault);
        abort();
    }
    return 0;
}
