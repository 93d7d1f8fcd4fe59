/*
 * A host whose callbacks do what a test tells them to: read short, hang back, fail at the n-th call, claim too much.
 * One struct for reading, one for writing; zero in every member is a host that behaves well and can seek.
 */
#ifndef HOST_H
#define HOST_H

#include "clips.h"

/* What a callback does instead of its work, from its `at`-th call on (1 = the first, 0 = never), `times` times (0 = always). */
typedef struct fault {
    int at, times;
    int64_t code;
} fault;

static inline int fault_strikes(const fault *fault, int call)
{
    return fault->at != 0 && call >= fault->at && (fault->times == 0 || call < fault->at + fault->times);
}

typedef struct host {
    bytes file;
    size_t at;
    size_t max_read;    /* most bytes per call, 0 = as many as asked */
    int zero_at_end;    /* 0 instead of MEMUX_IO_EOF */
    int knows_no_size;  /* SIZE and END are refused */
    fault read_fault, seek_fault;
    int64_t fault_offset;  /* where the last faulty call was made (a seek: where to), -1 = none */
    int reads, seeks, size_questions, released;
    size_t bytes_given;
    int64_t first_seek;    /* the target of the first SET, -1 = none */
} host;

static inline host host_of(bytes file)
{
    host fresh;
    memset(&fresh, 0, sizeof fresh);
    fresh.file = file;
    fresh.fault_offset = fresh.first_seek = -1;
    return fresh;
}

static inline int host_read(void *opaque, uint8_t *buf, int buf_size)
{
    host *self = opaque;
    size_t left = self->at < self->file.size ? self->file.size - self->at : 0;
    size_t taken = (size_t)buf_size < left ? (size_t)buf_size : left;

    self->reads++;
    if (fault_strikes(&self->read_fault, self->reads)) {
        self->fault_offset = (int64_t)self->at;
        return (int)self->read_fault.code;
    }
    if (self->max_read != 0 && taken > self->max_read)
        taken = self->max_read;
    if (taken == 0)
        return self->zero_at_end ? 0 : MEMUX_IO_EOF;
    memcpy(buf, self->file.data + self->at, taken);
    self->at += taken;
    self->bytes_given += taken;
    return (int)taken;
}

static inline int64_t host_seek(void *opaque, int64_t offset, int whence)
{
    host *self = opaque;

    if (whence != MEMUX_WHENCE_SET) {
        self->size_questions++;
        if (self->knows_no_size)
            return -1;
        if (whence == MEMUX_WHENCE_END)
            self->at = self->file.size;
        return (int64_t)self->file.size;
    }
    self->seeks++;
    if (self->first_seek < 0)
        self->first_seek = offset;
    if (fault_strikes(&self->seek_fault, self->seeks)) {
        self->fault_offset = offset;
        return self->seek_fault.code;
    }
    self->at = (size_t)offset;
    return offset;
}

static inline void host_release(void *opaque)
{
    ((host *)opaque)->released++;
}

/* A reader that seeks if `seekability` is not NONE. */
static inline memux_reader host_reader(host *self, int32_t seekability)
{
    memux_reader reader;

    memux_reader_init(&reader, sizeof reader);
    reader.opaque = self;
    reader.read = host_read;
    reader.seek = seekability == MEMUX_SEEKABILITY_NONE ? NULL : host_seek;
    reader.release = host_release;
    reader.seekability = seekability;
    reader.retry_delay_ms = 1;
    reader.max_retry_delay_ms = 1;
    return reader;
}

static inline memux_source *host_source(host *self, int32_t seekability)
{
    memux_reader reader = host_reader(self, seekability);
    memux_source *source = NULL;

    EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
    return source;
}

/* The writing side: gathers what it is given, at the position that it was sent to. */
typedef struct host_sink {
    bytes file;
    size_t at, capacity;
    size_t max_take;     /* most bytes taken per call, 0 = all */
    int64_t claim_extra; /* added to what is said to be taken */
    fault fault, seek_fault;
    int writes, slices, seeks, released;
    size_t size_at_call; /* bytes there were when the last call came */
} host_sink;

static inline size_t host_take(host_sink *self, const uint8_t *data, size_t size)
{
    if (self->max_take != 0 && size > self->max_take)
        size = self->max_take;
    if (self->at + size > self->capacity) {
        self->capacity = (self->at + size) * 2;
        self->file.data = realloc(self->file.data, self->capacity);
        if (!self->file.data)
            abort();
    }
    memcpy(self->file.data + self->at, data, size);
    self->at += size;
    if (self->at > self->file.size)
        self->file.size = self->at;
    return size;
}

static inline int host_write(void *opaque, MEMUX_WRITE_CONST uint8_t *buf, int buf_size)
{
    host_sink *self = opaque;

    self->writes++;
    self->size_at_call = self->file.size;
    if (fault_strikes(&self->fault, self->writes))
        return (int)self->fault.code;
    return (int)((int64_t)host_take(self, buf, (size_t)buf_size) + self->claim_extra);
}

/* Stops inside a slice as soon as `max_take` is reached. */
static inline int64_t host_writev(void *opaque, const memux_slice *slices, size_t count)
{
    host_sink *self = opaque;
    size_t limit = self->max_take, taken = 0;

    self->writes++;
    self->slices += (int)count;
    self->size_at_call = self->file.size;
    if (fault_strikes(&self->fault, self->writes))
        return self->fault.code;
    self->max_take = 0;
    for (size_t i = 0; i < count && (limit == 0 || taken < limit); i++) {
        size_t size = slices[i].size;
        if (limit != 0 && size > limit - taken)
            size = limit - taken;
        taken += host_take(self, slices[i].data, size);
    }
    self->max_take = limit;
    return (int64_t)taken + self->claim_extra;
}

static inline int64_t host_sink_seek(void *opaque, int64_t offset, int whence)
{
    host_sink *self = opaque;

    self->seeks++;
    if (fault_strikes(&self->seek_fault, self->seeks))
        return self->seek_fault.code;
    if (whence != MEMUX_WHENCE_SET)
        return -1;
    self->at = (size_t)offset;
    return offset;
}

static inline void host_sink_release(void *opaque)
{
    ((host_sink *)opaque)->released++;
}

static inline memux_writer host_writer(host_sink *self)
{
    memux_writer writer;

    memux_writer_init(&writer, sizeof writer);
    writer.opaque = self;
    writer.write = host_write;
    writer.release = host_sink_release;
    writer.retry_delay_ms = 1;
    writer.max_retry_delay_ms = 1;
    return writer;
}

static inline memux_sink *host_sink_of(const memux_writer *writer)
{
    memux_sink *sink = NULL;

    EXPECT_STATUS(memux_sink_to_writer(writer, &sink, NULL), MEMUX_OK);
    return sink;
}

static inline memux_source *memory_source(bytes file)
{
    memux_source *source = NULL;

    EXPECT_STATUS(memux_source_from_memory(file.data, file.size, NULL, NULL, &source, NULL), MEMUX_OK);
    return source;
}

/* Options for both operations that insist on one engine (AUTO: on none); Annex B, which both of them make. */
typedef struct choice {
    memux_run_options run;
    memux_count_options count;
    memux_extract_options extract;
} choice;

static inline void choose(choice *self, int32_t engine)
{
    memux_run_options_init(&self->run, sizeof self->run);
    memux_count_options_init(&self->count, sizeof self->count);
    memux_extract_options_init(&self->extract, sizeof self->extract);
    self->run.engine = engine;
    self->count.run = self->extract.run = &self->run;
    self->extract.framing = MEMUX_FRAMING_ANNEXB;
}

/* Both roads, for what they must have in common. */
static const struct { int32_t engine; const char *name; } engines[] = {
    { MEMUX_ENGINE_FFMPEG, "ffmpeg" }, { MEMUX_ENGINE_WALK, "walk" },
};
enum { ENGINES = 2 };

/* The options of a test that runs once by each engine; before and after it, FFmpeg's. */
static choice chosen;

static inline void run_by_each_engine(const char *promise, void (*test)(void))
{
    char name[160];

    for (int i = 0; i < ENGINES; i++) {
        choose(&chosen, engines[i].engine);
        snprintf(name, sizeof name, "%s, by engine %s", promise, engines[i].name);
        check_run(name, test);
    }
    choose(&chosen, MEMUX_ENGINE_FFMPEG);
}
#define RUN_BY_EACH_ENGINE(test) run_by_each_engine(#test, test)

/* What the clip's video stream is as a raw stream, by the shortest call: other roads are compared with it. */
static inline bytes extracted(bytes file)
{
    host_sink sink;

    memset(&sink, 0, sizeof sink);
    EXPECT(memux_extract_video(file.data, file.size, host_write, &sink, NULL) >= 0);
    return sink.file;
}

static inline int same_bytes(bytes a, bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

#endif
