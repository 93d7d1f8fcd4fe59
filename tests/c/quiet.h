/* Whether a stretch of code printed anything: standard output and error go to files meanwhile. */
#ifndef QUIET_H
#define QUIET_H

#include "check.h"

#include <unistd.h>

typedef struct quiet {
    FILE *files[2];
    int saved[2];
} quiet;

static inline quiet quiet_begin(void)
{
    quiet self;

    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        self.files[i] = tmpfile();
        self.saved[i] = dup(i + 1);
        if (!self.files[i] || self.saved[i] < 0 || dup2(fileno(self.files[i]), i + 1) < 0)
            abort();
    }
    return self;
}

/* How many bytes were printed since. */
static inline long quiet_end(quiet *self)
{
    long printed = 0;

    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        printed += lseek(i + 1, 0, SEEK_END);
        dup2(self->saved[i], i + 1);
        close(self->saved[i]);
        fclose(self->files[i]);
    }
    return printed;
}

#endif
