/* A host that has only what was installed: counts the frames of the file named on the command line. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <memux.h>

static unsigned char data[1 << 20];

int main(int argc, char *argv[])
{
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    size_t size;
    uint64_t frames = 0;
    memux_error *error = NULL;
    memux_status status;

    if (!file) {
        fprintf(stderr, "no file\n");
        return 2;
    }
    size = fread(data, 1, sizeof data, file);
    fclose(file);
    if (memux_version() != MEMUX_VERSION) {
        fprintf(stderr, "the header is of version %s, the library is not\n", memux_version_string());
        return 3;
    }
    status = memux_count_frames(data, size, &frames, &error);
    if (status < 0)
        fprintf(stderr, "%s\n", memux_error_message(error));
    else
        printf("%" PRIu64 "\n", frames);
    memux_error_free(error);
    return status < 0;
}
