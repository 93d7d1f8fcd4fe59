/* Never frees its source. */
#include <stddef.h>

#include <memux.h>

static const unsigned char data[16];

static void leak(void)
{
    memux_source *source = NULL;

    memux_source_from_memory(data, sizeof data, NULL, NULL, &source, NULL);
}

int main(void)
{
    leak();
    return 0;
}
