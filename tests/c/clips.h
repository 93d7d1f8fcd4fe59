/* The media that the tests run on: small clips of the project, whole in memory. For C and C++. */
#ifndef CLIPS_H
#define CLIPS_H

#include "check.h"

/* A file in memory. */
typedef struct bytes {
    uint8_t *data;
    size_t size;
} bytes;

/* Loads a clip of the folder that MEMUX_CLIPS names. A test without its clip is a broken test: the program ends. */
static inline bytes clip(const char *name)
{
    const char *folder = getenv("MEMUX_CLIPS");
    char path[1024];
    bytes loaded = { NULL, 0 };
    long length = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder ? folder : "tests/clips", name);
    file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0 || (length = ftell(file)) < 0 || fseek(file, 0, SEEK_SET) != 0) {
        printf("Bail out! %s cannot be read (MEMUX_CLIPS names the folder of clips)\n", path);
        exit(2);
    }
    loaded.size = (size_t)length;
    loaded.data = (uint8_t *)malloc(loaded.size + 1);
    if (!loaded.data || fread(loaded.data, 1, loaded.size, file) != loaded.size) {
        printf("Bail out! %s cannot be read\n", path);
        exit(2);
    }
    fclose(file);
    return loaded;
}

#endif
