/*
 * Preloaded: notes every call that reaches for a file or an address, whichever library makes it, and lets it through. What
 * is opened and closed again is seen too.
 *
 * A test finds these with dlsym:
 *     void opens_begin(void);              from now on calls are noted, on all threads; what was noted before is forgotten
 *     int  opens_end(void);                calls noted since; from now on none are
 *     const char *opens_call(int index);   what the index-th was (0 = the first): its name, a space, what it was to open
 *
 * Calls of the C library to itself cannot be seen, so each of its entries that lead to a file is here.
 */
#undef _FORTIFY_SOURCE /* its inline `open` would be in the way of ours */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_CALLS = 64 };

static atomic_int noting, calls;
static char noted[MOST_CALLS][160];

void opens_begin(void)
{
    calls = 0;
    noting = 1;
}

int opens_end(void)
{
    noting = 0;
    return calls;
}

const char *opens_call(int index) { return index < calls && index < MOST_CALLS ? noted[index] : "(none)"; }

static void note(const char *name, const char *what)
{
    int call;

    if (!noting)
        return;
    call = atomic_fetch_add(&calls, 1);
    if (call < MOST_CALLS)
        snprintf(noted[call], sizeof noted[call], "%s %s", name, what ? what : "(null)");
}

static void find(void *function, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (!found)
        abort();
    memcpy(function, &found, sizeof found);
}

/* `what`: what the call names; a socket names nothing. */
#define NOTED(type, name, parameters, arguments, what)  \
    type name parameters;                               \
    type name parameters                                \
    {                                                   \
        static type (*real) parameters;                 \
        if (!real)                                      \
            find(&real, #name);                         \
        note(#name, what);                              \
        return real arguments;                          \
    }

/* With a mode behind the flags if a file may be made. */
#define NOTED_OPEN(name, parameters, arguments)         \
    int name parameters;                                \
    int name parameters                                 \
    {                                                   \
        static int (*real) parameters;                  \
        mode_t mode = 0;                                \
        if (flags & (O_CREAT | O_TMPFILE)) {            \
            va_list rest;                               \
            va_start(rest, flags);                      \
            mode = va_arg(rest, mode_t);                \
            va_end(rest);                               \
        }                                               \
        if (!real)                                      \
            find(&real, #name);                         \
        note(#name, path);                              \
        return real arguments;                          \
    }

NOTED_OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
NOTED_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
NOTED_OPEN(openat, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))
NOTED_OPEN(openat64, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))
/* What fortified callers call. */
NOTED(int, __open_2, (const char *path, int flags), (path, flags), path)
NOTED(int, __open64_2, (const char *path, int flags), (path, flags), path)
NOTED(int, __openat_2, (int folder, const char *path, int flags), (folder, path, flags), path)
NOTED(int, __openat64_2, (int folder, const char *path, int flags), (folder, path, flags), path)
NOTED(int, creat, (const char *path, mode_t mode), (path, mode), path)
NOTED(int, creat64, (const char *path, mode_t mode), (path, mode), path)

NOTED(FILE *, fopen, (const char *path, const char *mode), (path, mode), path)
NOTED(FILE *, fopen64, (const char *path, const char *mode), (path, mode), path)
NOTED(FILE *, freopen, (const char *path, const char *mode, FILE *file), (path, mode, file), path)
NOTED(FILE *, freopen64, (const char *path, const char *mode, FILE *file), (path, mode, file), path)
NOTED(FILE *, popen, (const char *command, const char *mode), (command, mode), command)
NOTED(FILE *, tmpfile, (void), (), "")
NOTED(FILE *, tmpfile64, (void), (), "")
NOTED(int, mkstemp, (char *path), (path), path)
NOTED(int, mkstemp64, (char *path), (path), path)

/* To ask whether a file is there gives away as much. */
NOTED(int, access, (const char *path, int mode), (path, mode), path)
NOTED(int, stat, (const char *path, struct stat *found), (path, found), path)
NOTED(int, stat64, (const char *path, struct stat64 *found), (path, found), path)
NOTED(int, lstat, (const char *path, struct stat *found), (path, found), path)
NOTED(int, lstat64, (const char *path, struct stat64 *found), (path, found), path)
NOTED(DIR *, opendir, (const char *path), (path), path)
NOTED(int, glob, (const char *pattern, int flags, int (*failed)(const char *, int), glob_t *found),
      (pattern, flags, failed, found), pattern)
NOTED(int, glob64, (const char *pattern, int flags, int (*failed)(const char *, int), glob64_t *found),
      (pattern, flags, failed, found), pattern)
NOTED(int, mkdir, (const char *path, mode_t mode), (path, mode), path)
NOTED(int, rename, (const char *from, const char *to), (from, to), from)
NOTED(int, unlink, (const char *path), (path), path)

/* Without <sys/socket.h>: its address arguments have types of their own. */
NOTED(int, socket, (int family, int type, int protocol), (family, type, protocol), "")
NOTED(int, connect, (int socket, const void *address, unsigned size), (socket, address, size), "")
NOTED(int, bind, (int socket, const void *address, unsigned size), (socket, address, size), "")
NOTED(int, getaddrinfo, (const char *host, const char *service, const void *hints, void *found),
      (host, service, hints, found), host)
