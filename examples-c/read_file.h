/* A whole file in memory, by standard C alone: no mapping, no seeking, so pipes work too. Shared by the examples. */
#ifndef READ_FILE_H
#define READ_FILE_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* 0, or an errno value. The caller frees *data, which is NULL on failure. */
static int read_file(const char *path, uint8_t **data, size_t *size)
{
    size_t capacity = 0;
    int failure = 0;
    FILE *file;

    *data = NULL;
    *size = 0;
    errno = 0;
    file = fopen(path, "rb");
    if (!file)
        return errno ? errno : EIO;

    while (!failure && !feof(file)) {
        if (*size == capacity) {
            size_t larger = capacity ? capacity * 2 : (size_t)1 << 20;
            uint8_t *grown = larger > capacity ? realloc(*data, larger) : NULL;
            if (!grown) {
                failure = ENOMEM;
                break;
            }
            *data = grown;
            capacity = larger;
        }
        *size += fread(*data + *size, 1, capacity - *size, file);
        if (ferror(file))
            failure = errno ? errno : EIO;
    }
    fclose(file);

    if (failure) {
        free(*data);
        *data = NULL;
        *size = 0;
    }
    return failure;
}

#endif
