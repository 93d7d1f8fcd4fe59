/* Films of gigabytes that take no memory: pages of nothing, mapped, with a header written into the first of them. */
#ifndef HUGE_H
#define HUGE_H

#include "host.h"

#include <sys/mman.h>

/* A film of one video stream: every sample a key frame, all as long as each other. */
typedef struct film {
    const char *format;    /* the sample entry */
    size_t samples;
    size_t sample_size;
    uint64_t distance;     /* from one sample to the next */
    uint64_t first;        /* where the first one lies */
    uint8_t *data;
    size_t size;
    size_t at;             /* while the header is written */
} film;

static inline void put(film *self, uint64_t value, int bytes)
{
    while (bytes-- > 0)
        self->data[self->at++] = (uint8_t)(value >> (8 * bytes));
}

static inline size_t box_begin(film *self, const char *kind)
{
    size_t start = self->at;

    put(self, 0, 4);
    memcpy(self->data + self->at, kind, 4);
    self->at += 4;
    return start;
}

static inline void box_end(film *self, size_t start)
{
    size_t end = self->at;

    self->at = start;
    put(self, end - start, 4);
    self->at = end;
}

static inline void zeros(film *self, int bytes) { self->at += (size_t)bytes; }

static inline void put_matrix(film *self)
{
    static const uint32_t matrix[] = { 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000 };

    for (int i = 0; i < 9; i++)
        put(self, matrix[i], 4);
}

static inline void put_entry(film *self)
{
    size_t stsd = box_begin(self, "stsd"), entry;

    put(self, 0, 4);
    put(self, 1, 4);
    entry = box_begin(self, self->format);
    zeros(self, 6);
    put(self, 1, 2);
    zeros(self, 16);
    put(self, 320, 2);
    put(self, 240, 2);
    put(self, 0x480000, 4);
    put(self, 0x480000, 4);
    zeros(self, 4);
    put(self, 1, 2);
    zeros(self, 32);
    put(self, 24, 2);
    put(self, 0xFFFF, 2);
    box_end(self, entry);
    box_end(self, stsd);
}

static inline void put_tables(film *self)
{
    size_t stbl = box_begin(self, "stbl"), box;

    put_entry(self);
    box = box_begin(self, "stts");
    put(self, 0, 4), put(self, 1, 4), put(self, self->samples, 4), put(self, 40, 4);
    box_end(self, box);
    box = box_begin(self, "stsc");
    put(self, 0, 4), put(self, 1, 4), put(self, 1, 4), put(self, 1, 4), put(self, 1, 4);
    box_end(self, box);
    box = box_begin(self, "stsz");
    put(self, 0, 4), put(self, self->sample_size, 4), put(self, self->samples, 4);
    box_end(self, box);
    box = box_begin(self, "co64");
    put(self, 0, 4), put(self, self->samples, 4);
    for (size_t i = 0; i < self->samples; i++)
        put(self, self->first + i * self->distance, 8);
    box_end(self, box);
    box_end(self, stbl);
}

static inline void put_track(film *self)
{
    size_t trak = box_begin(self, "trak"), mdia, minf, dinf, box;

    box = box_begin(self, "tkhd");
    put(self, 3, 4), zeros(self, 8), put(self, 1, 4), zeros(self, 4), put(self, self->samples * 40, 4), zeros(self, 16);
    put_matrix(self);
    put(self, 320 << 16, 4), put(self, 240 << 16, 4);
    box_end(self, box);
    mdia = box_begin(self, "mdia");
    box = box_begin(self, "mdhd");
    zeros(self, 12), put(self, 1000, 4), put(self, self->samples * 40, 4), put(self, 0x55C4, 2), zeros(self, 2);
    box_end(self, box);
    box = box_begin(self, "hdlr");
    zeros(self, 8), put(self, 0x76696465, 4), zeros(self, 13);
    box_end(self, box);
    minf = box_begin(self, "minf");
    box = box_begin(self, "vmhd");
    put(self, 1, 4), zeros(self, 8);
    box_end(self, box);
    dinf = box_begin(self, "dinf");
    box = box_begin(self, "dref");
    put(self, 0, 4), put(self, 1, 4), put(self, 12, 4), put(self, 0x75726C20, 4), put(self, 1, 4);
    box_end(self, box);
    box_end(self, dinf);
    put_tables(self);
    box_end(self, minf);
    box_end(self, mdia);
    box_end(self, trak);
}

/* Room for the header: the tables, and what is around them. */
static inline uint64_t film_header(const film *self) { return 4096 + self->samples * 8; }

/* Maps it; what a sample holds is zeros. */
static inline bytes film_make(film *self)
{
    bytes file;
    size_t moov, box;

    self->first = film_header(self);
    self->size = (size_t)(self->first + (self->samples - 1) * self->distance + self->sample_size);
    self->data = mmap(NULL, self->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (self->data == MAP_FAILED)
        abort();
    self->at = 0;
    box = box_begin(self, "ftyp");
    put(self, 0x69736F6D, 4), put(self, 0x200, 4), put(self, 0x69736F6D, 4);
    box_end(self, box);
    moov = box_begin(self, "moov");
    box = box_begin(self, "mvhd");
    zeros(self, 12), put(self, 1000, 4), put(self, self->samples * 40, 4), put(self, 0x10000, 4), put(self, 0x100, 2), zeros(self, 10);
    put_matrix(self);
    zeros(self, 24), put(self, 2, 4);
    box_end(self, box);
    put_track(self);
    box_end(self, moov);
    put(self, 1, 4), put(self, 0x6D646174, 4), put(self, self->size - (self->at - 8), 8);
    if (self->at > self->first)
        abort();
    file.data = self->data;
    file.size = self->size;
    return file;
}

static inline void film_free(film *self) { munmap(self->data, self->size); }

/* The process's own memory: what is mapped from files and what was never written do not count. */
static inline int64_t own_kib(void)
{
    char line[200];
    long kib = -1;
    FILE *status = fopen("/proc/self/status", "r");

    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "RssAnon: %ld", &kib) == 1)
            break;
    if (status)
        fclose(status);
    return kib;
}

#endif
