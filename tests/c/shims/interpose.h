/*
 * How a shim stands between libmemux and FFmpeg. The library looks FFmpeg's functions up with dlsym, each in the FFmpeg library
 * that it has loaded, so that a preloaded function of the same name is never found. A shim therefore has a dlsym of its
 * own: it gives its stand-in for each name that has one, and passes everything else on.
 *
 * FFmpeg's calls to itself do not go through dlsym: a stand-in is called by libmemux alone, unless it bears FFmpeg's own name.
 */
#ifndef INTERPOSE_H
#define INTERPOSE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct interposed {
    const char *name;
    void (*stand_in)(void); /* NULL: the real one is only wanted by the shim itself */
    void *real;             /* the address of a pointer to the real function */
    struct interposed *next;
} interposed;

static interposed *interposed_list;

/* The function of that name is not found. */
static const char *interpose_missing;

/* Below the definitions of `function` and of the pointer real_`name`. */
#define INTERPOSE(name, function)                                                                                   \
    __attribute__((constructor)) static void interpose_##name(void)                                                 \
    {                                                                                                               \
        static interposed entry;                                                                                    \
        entry = (interposed){ #name, (void (*)(void))(function), &real_##name, interposed_list };                   \
        interposed_list = &entry;                                                                                   \
    }

typedef void *(*interpose_dlsym)(void *, const char *);

/* The C library's own, by the versions that it has on the platforms: dlsym cannot be asked for it. */
static interpose_dlsym interpose_real_dlsym(void)
{
#if defined(__x86_64__)
    static const char *const versions[] = { "GLIBC_2.2.5", "GLIBC_2.34" };
#else
    static const char *const versions[] = { "GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.0" };
#endif
    static interpose_dlsym real;

    for (size_t i = 0; !real && i < sizeof versions / sizeof *versions; i++) {
        void *found = dlvsym(RTLD_NEXT, "dlsym", versions[i]);
        memcpy(&real, &found, sizeof real);
    }
    if (!real)
        abort();
    return real;
}

void *dlsym(void *handle, const char *name)
{
    interpose_dlsym find = interpose_real_dlsym();
    void *found;

    if (interpose_missing && strcmp(interpose_missing, name) == 0)
        return find(handle, "not_built"); /* which leaves a message */
    found = find(handle, name);
    if (!found || handle == RTLD_DEFAULT || handle == RTLD_NEXT || strncmp(name, "av", 2) != 0)
        return found;
    for (interposed *entry = interposed_list; entry; entry = entry->next) {
        void *real = find(handle, entry->name);
        if (real)
            memcpy(entry->real, &real, sizeof real);
        if (entry->stand_in && strcmp(entry->name, name) == 0)
            memcpy(&found, &entry->stand_in, sizeof found);
    }
    return found;
}

#endif
