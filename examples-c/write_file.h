/* A file as a sink: written front to back, and sought in where that is possible. Shared by the examples. */
#ifndef WRITE_FILE_H
#define WRITE_FILE_H

#include <errno.h>
#include <stdio.h>

#include <memux.h>

typedef struct output_file {
    const char *path;
    FILE *file;
    int is_new; /* nothing stood there before */
} output_file;

/*
 * A short count of fwrite's is an error: what it has not taken must not be offered again. (The C library's next write
 * takes the bytes as if nothing were lost, and a full disk would be a success.)
 */
static int write_to_file(void *opaque, MEMUX_WRITE_CONST uint8_t *buf, int buf_size)
{
    output_file *self = opaque;
    size_t taken = fwrite(buf, 1, (size_t)buf_size, self->file);

    return ferror(self->file) ? -EIO : (int)taken;
}

static int64_t seek_in_file(void *opaque, int64_t offset, int whence)
{
    output_file *self = opaque;

    if (whence != MEMUX_WHENCE_SET || offset != (int64_t)(long)offset || fseek(self->file, (long)offset, SEEK_SET) != 0)
        return -EIO;
    return offset;
}

/* 0, or an errno value. Fills `writer` for memux_sink_to_writer(). */
static int open_output(output_file *self, const char *path, memux_writer *writer)
{
    FILE *before = fopen(path, "rb");

    if (before)
        fclose(before);
    self->path = path;
    self->is_new = !before;
    errno = 0;
    self->file = fopen(path, "wb");
    if (!self->file)
        return errno ? errno : EIO;
    memux_writer_init(writer, sizeof *writer);
    writer->opaque = self;
    writer->write = write_to_file;
    if (fseek(self->file, 0, SEEK_SET) == 0) /* a pipe cannot */
        writer->seek = seek_in_file;
    return 0;
}

/* 0, or -1 if not all of it could be written. With `keep` 0, or on failure: half a file must not look like a whole one.
 * What stood there before (a device, maybe) is emptied, not deleted. */
static int close_output(output_file *self, int keep)
{
    int failed = fclose(self->file) != 0;

    if (keep && !failed)
        return 0;
    if (self->is_new) {
        remove(self->path);
    } else {
        FILE *file = fopen(self->path, "wb");
        if (file)
            fclose(file);
    }
    return failed ? -1 : 0;
}

#endif
