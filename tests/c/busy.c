/* One operation at a time on a reader or a sink; any number on memory. Who comes too early is told, not crashed. */
#include "host.h"

#include <pthread.h>

/* A host whose callbacks call memux again, at the n-th call. */
typedef struct meddler {
    host reading;
    host_sink writing;
    memux_source *source;
    memux_sink *sink;
    int meddle_at;
    memux_status count_status, extract_status, take_status;
    uint64_t inner_frames;
    bytes other;
} meddler;

static void meddle(meddler *self)
{
    memux_buffer *buffer = NULL;
    memux_error *error = NULL;

    self->count_status = memux_count(self->source, NULL, NULL, &error);
    EXPECT_ERROR(self->count_status, &error);
    self->extract_status = memux_extract(self->source, self->sink, NULL, NULL, &error);
    EXPECT_ERROR(self->extract_status, &error);
    self->take_status = memux_sink_take_buffer(self->sink, &buffer, &error);
    EXPECT_ERROR(self->take_status, &error);
    EXPECT(buffer == NULL || self->take_status >= 0);
    memux_buffer_free(buffer);
    EXPECT_STATUS(memux_count_frames(self->other.data, self->other.size, &self->inner_frames, NULL), MEMUX_OK);
}

static int meddling_read(void *opaque, uint8_t *buf, int buf_size)
{
    meddler *self = opaque;
    if (self->reading.reads + 1 == self->meddle_at)
        meddle(self);
    return host_read(&self->reading, buf, buf_size);
}

static int meddling_write(void *opaque, MEMUX_WRITE_CONST uint8_t *buf, int buf_size)
{
    meddler *self = opaque;
    if (self->writing.writes + 1 == self->meddle_at)
        meddle(self);
    return host_write(&self->writing, buf, buf_size);
}

static void entering_the_same_source_from_its_read_is_busy_and_harms_nothing(void)
{
    bytes file = clip("h264.ts"), other = clip("h264.mp4");

    for (int at = 1; at <= 20; at += 6) {
        meddler meddler;
        memux_reader reader;
        memux_count_report report;
        memset(&meddler, 0, sizeof meddler);
        meddler.reading = host_of(file);
        meddler.reading.max_read = 3000;
        meddler.meddle_at = at;
        meddler.other = other;
        reader = host_reader(&meddler.reading, MEMUX_SEEKABILITY_NONE);
        reader.opaque = &meddler;
        reader.read = meddling_read;
        reader.release = NULL;
        EXPECT_STATUS(memux_source_from_reader(&reader, &meddler.source, NULL), MEMUX_OK);
        EXPECT_STATUS(memux_sink_to_buffer(&meddler.sink, NULL), MEMUX_OK);
        memux_count_report_init(&report, sizeof report);
        EXPECT_STATUS(memux_count(meddler.source, NULL, &report, NULL), MEMUX_OK);
        EXPECT_SAME(report.frames, 75);
        EXPECT_STATUS(meddler.count_status, MEMUX_ERROR_BUSY);
        EXPECT_STATUS(meddler.extract_status, MEMUX_ERROR_BUSY);
        EXPECT_STATUS(meddler.take_status, MEMUX_OK);
        EXPECT_SAME(meddler.inner_frames, 75);
        memux_sink_free(meddler.sink);
        memux_source_free(meddler.source);
    }
    free(file.data);
    free(other.data);
}

static void entering_the_same_sink_from_its_write_is_busy_and_harms_nothing(void)
{
    bytes file = clip("h264.ts"), other = clip("h264.mp4"), whole = extracted(file);
    meddler meddler;
    memux_writer writer;

    memset(&meddler, 0, sizeof meddler);
    meddler.meddle_at = 3;
    meddler.other = other;
    meddler.source = memory_source(file);
    writer = host_writer(&meddler.writing);
    writer.opaque = &meddler;
    writer.write = meddling_write;
    writer.release = NULL;
    writer.max_write = 1000;
    meddler.sink = host_sink_of(&writer);
    EXPECT_STATUS(memux_extract(meddler.source, meddler.sink, &chosen.extract, NULL, NULL), MEMUX_OK);
    EXPECT(same_bytes(meddler.writing.file, whole));
    EXPECT_STATUS(meddler.count_status, MEMUX_OK); /* memory has no cursor */
    EXPECT_STATUS(meddler.extract_status, MEMUX_ERROR_BUSY);
    EXPECT(meddler.take_status == MEMUX_ERROR_BUSY || meddler.take_status == MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT_SAME(meddler.inner_frames, 75);
    memux_sink_free(meddler.sink);
    memux_source_free(meddler.source);
    free(meddler.writing.file.data);
    free(whole.data);
    free(other.data);
    free(file.data);
}

static memux_sink *sink_in_use;
static int attempts;

static int take_at_once(void *opaque, const memux_progress *progress)
{
    memux_buffer *buffer = (memux_buffer *)opaque;

    (void)progress;
    attempts++;
    EXPECT_STATUS(memux_sink_take_buffer(sink_in_use, &buffer, NULL), MEMUX_ERROR_BUSY);
    EXPECT(buffer == NULL);
    return 0;
}

static void the_buffer_of_a_sink_in_use_cannot_be_taken(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);

    EXPECT_STATUS(memux_sink_to_buffer(&sink_in_use, NULL), MEMUX_OK);
    attempts = 0;
    chosen.run.progress = take_at_once;
    chosen.run.progress_opaque = &file;
    EXPECT_STATUS(memux_extract(source, sink_in_use, &chosen.extract, NULL, NULL), MEMUX_OK);
    EXPECT(attempts > 0);
    memux_sink_free(sink_in_use);
    memux_source_free(source);
    free(file.data);
}

/* One thread stands in the read callback until the other has tried. */
typedef struct gate {
    host reading;
    pthread_barrier_t inside, tried;
} gate;

static int gated_read(void *opaque, uint8_t *buf, int buf_size)
{
    gate *self = opaque;
    if (self->reading.reads == 2) { /* once */
        pthread_barrier_wait(&self->inside);
        pthread_barrier_wait(&self->tried);
    }
    return host_read(&self->reading, buf, buf_size);
}

static void *count_in_thread(void *opaque)
{
    memux_source *source = opaque;
    EXPECT_STATUS(memux_count(source, NULL, NULL, NULL), MEMUX_OK);
    return NULL;
}

static void of_two_threads_on_one_reader_the_second_is_told_to_wait(void)
{
    bytes file = clip("h264.ts");
    gate gate;
    memux_reader reader;
    memux_source *source = NULL;
    memux_error *error = NULL;
    pthread_t thread;

    memset(&gate, 0, sizeof gate);
    gate.reading = host_of(file);
    gate.reading.max_read = 4096;
    pthread_barrier_init(&gate.inside, NULL, 2);
    pthread_barrier_init(&gate.tried, NULL, 2);
    reader = host_reader(&gate.reading, MEMUX_SEEKABILITY_CHEAP);
    reader.opaque = &gate;
    reader.read = gated_read;
    reader.seek = host_seek; /* `reading` is the first member */
    reader.release = NULL;
    EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
    pthread_create(&thread, NULL, count_in_thread, source);
    pthread_barrier_wait(&gate.inside);
    EXPECT_STATUS(memux_count(source, NULL, NULL, &error), MEMUX_ERROR_BUSY);
    EXPECT_ERROR(MEMUX_ERROR_BUSY, &error);
    pthread_barrier_wait(&gate.tried);
    pthread_join(thread, NULL);
    EXPECT_STATUS(memux_count(source, NULL, NULL, NULL), MEMUX_OK); /* free again */
    memux_source_free(source);
    pthread_barrier_destroy(&gate.inside);
    pthread_barrier_destroy(&gate.tried);
    free(file.data);
}

int main(void)
{
    RUN(entering_the_same_source_from_its_read_is_busy_and_harms_nothing);
    RUN_BY_EACH_ENGINE(entering_the_same_sink_from_its_write_is_busy_and_harms_nothing);
    RUN_BY_EACH_ENGINE(the_buffer_of_a_sink_in_use_cannot_be_taken);
    RUN(of_two_threads_on_one_reader_the_second_is_told_to_wait);
    return check_done();
}
