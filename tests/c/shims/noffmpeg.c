/*
 * Preloaded: a machine on which some of FFmpeg's libraries cannot be loaded.
 *
 * A test finds these with dlsym:
 *     void noffmpeg_lacks(const char *part);   libraries whose file name contains `part` are not there (NULL: all are)
 *     int  noffmpeg_asked(void);               how often libraries of FFmpeg's were asked for
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *lacking;
static atomic_int asked;

void noffmpeg_lacks(const char *part) { lacking = part; }
int noffmpeg_asked(void) { return asked; }

void *dlopen(const char *file, int flags)
{
    static void *(*real)(const char *, int);
    char nowhere[256];

    if (!real) {
        void *found = dlsym(RTLD_NEXT, "dlopen");
        if (!found)
            abort();
        memcpy(&real, &found, sizeof real);
    }
    if (!file || strncmp(file, "libav", 5) != 0)
        return real(file, flags);
    asked++;
    if (!lacking || !strstr(file, lacking))
        return real(file, flags);
    /* A file that is not there, so that dlerror says what it says of such. */
    snprintf(nowhere, sizeof nowhere, "/nowhere/%s", file);
    return real(nowhere, flags);
}
