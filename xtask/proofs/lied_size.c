/* Tells the library that a block is larger than it is; the library, which must believe it, reads past the end. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <memux.h>

int main(void)
{
    uint64_t frames = 0;
    unsigned char *block = malloc(64);

    memset(block, 0, 64);
    memux_count_frames(block, 1 << 16, &frames, NULL);
    free(block);
    return 0;
}
