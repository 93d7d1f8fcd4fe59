/* Writes one byte past a block on the heap. */
#include <stdlib.h>

int main(int argc, char *argv[])
{
    volatile char *block = malloc(16);

    (void)argv;
    block[15 + argc] = 1; /* argc is 1: the compiler cannot know */
    free((void *)block);
    return 0;
}
