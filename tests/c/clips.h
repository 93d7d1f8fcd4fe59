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

/* A transport stream many times one behind the other, its packets numbered through: an input that takes a while. */
static inline bytes long_clip(const char *name, size_t times)
{
    enum { PACKET = 188 };
    bytes once = clip(name), all = { (uint8_t *)malloc(once.size * times), once.size * times };
    static uint8_t counters[8192];

    if (!all.data || once.size % PACKET != 0)
        abort();
    memset(counters, 0, sizeof counters);
    for (size_t at = 0; at < all.size; at += PACKET) {
        uint8_t *packet = all.data + at, *counter;
        memcpy(packet, once.data + at % once.size, PACKET);
        counter = &counters[(packet[1] & 0x1F) << 8 | packet[2]];
        packet[3] = (uint8_t)((packet[3] & 0xF0) | (*counter & 0x0F));
        *counter = (uint8_t)(*counter + (packet[3] >> 4 & 1)); /* a packet without payload is not counted */
    }
    free(once.data);
    return all;
}

/* Where `which` begins in the file. */
static inline size_t place_of(bytes file, const char *which)
{
    for (size_t at = 0; at + 4 <= file.size; at++)
        if (memcmp(file.data + at, which, 4) == 0)
            return at;
    MISSING("the box to be in the clip");
    return 0;
}

#endif
