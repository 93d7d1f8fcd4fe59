/* FFmpeg's libraries as a host has them that works with FFmpeg itself: the very ones that memux loads when it needs them. */
#ifndef FFMPEG_H
#define FFMPEG_H

#include "check.h"

#include <dlfcn.h>

/* Has memux load FFmpeg, which it does at its first need: what follows then is not disturbed by that. */
static inline memux_build_info load_ffmpeg(void)
{
    memux_build_info info;

    memux_build_info_init(&info, sizeof info);
    if (memux_get_build_info(&info, NULL) != MEMUX_OK) {
        printf("Bail out! FFmpeg cannot be loaded\n");
        exit(2);
    }
    return info;
}

/* One of the libraries that memux has loaded; never closed. `version`: as memux_build_info says of it. */
static inline void *ffmpeg_library(const char *name, uint32_t version)
{
    char file[64];
    void *library;

    snprintf(file, sizeof file, "lib%s.so.%u", name, (unsigned)(version >> 16));
    library = dlopen(file, RTLD_NOW | RTLD_NOLOAD);
    if (!library) {
        printf("Bail out! %s is not loaded with memux\n", file);
        exit(2);
    }
    return library;
}

#endif
