/* What a host hands over comes back exactly once, on every path. */
#include "host.h"

#include <errno.h>
#include <pthread.h>

static int releases;
static pthread_t released_on;

static void count_release(void *opaque)
{
    EXPECT(opaque == &releases);
    releases++;
    released_on = pthread_self();
}

static void memory_is_released_once_when_its_source_is_freed(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = NULL;

    releases = 0;
    EXPECT_STATUS(memux_source_from_memory(file.data, file.size, count_release, &releases, &source, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_count(source, &chosen.count, NULL, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_count(source, &chosen.count, NULL, NULL), MEMUX_OK);
    EXPECT_SAME(releases, 0);
    memux_source_free(source);
    EXPECT_SAME(releases, 1);
    free(file.data);
}

static void free_fits_as_a_release(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = NULL;

    EXPECT_STATUS(memux_source_from_memory(file.data, file.size, free, file.data, &source, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_count(source, &chosen.count, NULL, NULL), MEMUX_OK);
    memux_source_free(source);
}

static void slices_are_released_once(void)
{
    bytes file = clip("h264.mp4");
    memux_slice slices[2] = { { file.data, 1000 }, { file.data + 1000, file.size - 1000 } };
    memux_source *source = NULL;

    releases = 0;
    EXPECT_STATUS(memux_source_from_slices(slices, 2, count_release, &releases, &source, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_count(source, NULL, NULL, NULL), MEMUX_OK);
    EXPECT_SAME(releases, 0);
    memux_source_free(source);
    EXPECT_SAME(releases, 1);
    free(file.data);
}

/* Ownership passes at the call: a refusal releases before it returns, all but a struct that could not be read. */
static void a_refused_source_or_sink_is_released_before_the_call_returns(void)
{
    uint8_t byte = 0;
    host host = host_of((bytes){ NULL, 0 });
    host_sink sink_host = { 0 };
    memux_reader reader;
    memux_writer writer;
    memux_source *source;
    memux_sink *sink;

    releases = 0;
    EXPECT(memux_source_from_memory(NULL, 1, count_release, &releases, &source, NULL) < 0);
    EXPECT(memux_source_from_memory(&byte, 1, count_release, &releases, NULL, NULL) < 0);
    EXPECT(memux_source_from_slices(NULL, 3, count_release, &releases, &source, NULL) < 0);
    EXPECT_SAME(releases, 3);

    reader = host_reader(&host, MEMUX_SEEKABILITY_CHEAP);
    reader.seekability = 77;
    EXPECT(memux_source_from_reader(&reader, &source, NULL) < 0);
    EXPECT_SAME(host.released, 1);
    reader = host_reader(&host, MEMUX_SEEKABILITY_CHEAP);
    reader.read = NULL;
    EXPECT(memux_source_from_reader(&reader, &source, NULL) < 0);
    EXPECT_SAME(host.released, 2);
    reader = host_reader(&host, MEMUX_SEEKABILITY_CHEAP);
    reader.reserved = 1;
    EXPECT(memux_source_from_reader(&reader, &source, NULL) < 0);
    EXPECT_SAME(host.released, 3);
    reader = host_reader(&host, MEMUX_SEEKABILITY_CHEAP);
    EXPECT(memux_source_from_reader(&reader, NULL, NULL) < 0);
    EXPECT_SAME(host.released, 4);

    writer = host_writer(&sink_host);
    writer.write = NULL;
    EXPECT(memux_sink_to_writer(&writer, &sink, NULL) < 0);
    EXPECT_SAME(sink_host.released, 1);
    writer = host_writer(&sink_host);
    writer.max_write = -1;
    EXPECT(memux_sink_to_writer(&writer, &sink, NULL) < 0);
    EXPECT_SAME(sink_host.released, 2);
    writer = host_writer(&sink_host);
    EXPECT(memux_sink_to_writer(&writer, NULL, NULL) < 0);
    EXPECT_SAME(sink_host.released, 3);
}

static void a_struct_refused_for_its_size_releases_nothing(void)
{
    host host = host_of((bytes){ NULL, 0 });
    host_sink sink_host = { 0 };
    memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_CHEAP);
    memux_writer writer = host_writer(&sink_host);
    memux_source *source;
    memux_sink *sink;
    const size_t sizes[] = { 0, 1, 4097, SIZE_MAX };

    for (size_t i = 0; i < 4; i++) {
        reader.struct_size = writer.struct_size = sizes[i];
        EXPECT(memux_source_from_reader(&reader, &source, NULL) < 0);
        EXPECT(memux_sink_to_writer(&writer, &sink, NULL) < 0);
    }
    EXPECT_SAME(host.released, 0);
    EXPECT_SAME(sink_host.released, 0);
}

/* Its size was fine and its known members could be read: only the new one was too much. */
static void a_struct_refused_for_a_new_member_is_released(void)
{
    host host = host_of((bytes){ NULL, 0 });
    host_sink sink_host = { 0 };
    struct { memux_reader reader; uint64_t new_member; } reader = { host_reader(&host, MEMUX_SEEKABILITY_CHEAP), 1 };
    struct { memux_writer writer; uint64_t new_member; } writer = { host_writer(&sink_host), 1 };
    memux_source *source;
    memux_sink *sink;

    reader.reader.struct_size = sizeof reader;
    writer.writer.struct_size = sizeof writer;
    EXPECT_STATUS(memux_source_from_reader(&reader.reader, &source, NULL), MEMUX_ERROR_UNSUPPORTED);
    EXPECT_STATUS(memux_sink_to_writer(&writer.writer, &sink, NULL), MEMUX_ERROR_UNSUPPORTED);
    EXPECT_SAME(host.released, 1);
    EXPECT_SAME(sink_host.released, 1);
}

static void a_host_is_released_once_however_its_operation_ended(void)
{
    const int64_t codes[] = { 0, -EIO, MEMUX_IO_EXIT, MEMUX_IO_EOF };
    bytes file = clip("h264.ts");

    for (size_t k = 0; k < 4; k++)
        for (int in_sink = 0; in_sink < 2; in_sink++) {
            host host = host_of(file);
            host_sink sink_host = { 0 };
            memux_writer writer = host_writer(&sink_host);
            memux_source *source;
            memux_sink *sink;
            /* The walk reads no host: there is only the sink's side. */
            int walk = chosen.run.engine == MEMUX_ENGINE_WALK;
            if (walk && !in_sink)
                continue;
            releases = 0;
            if (walk)
                EXPECT_STATUS(memux_source_from_memory(file.data, file.size, count_release, &releases, &source, NULL), MEMUX_OK);
            else
                source = host_source(&host, MEMUX_SEEKABILITY_NONE);
            writer.max_write = 1000;
            sink = host_sink_of(&writer);
            host.max_read = 4096;
            if (codes[k] != 0 && in_sink)
                sink_host.fault = (fault){ 2, 0, codes[k] };
            else if (codes[k] != 0)
                host.read_fault = (fault){ 3, 0, codes[k] };
            EXPECT((memux_extract(source, sink, &chosen.extract, NULL, NULL) < 0) == (codes[k] != 0 && (in_sink || codes[k] != MEMUX_IO_EOF)));
            EXPECT_SAME(host.released + releases, 0);
            EXPECT_SAME(sink_host.released, 0);
            memux_source_free(source);
            memux_sink_free(sink);
            EXPECT_SAME(host.released + releases, 1);
            EXPECT_SAME(sink_host.released, 1);
            free(sink_host.file.data);
        }
    free(file.data);
}

/* The host lets go of its handles while an operation still uses them. */
typedef struct letting_go {
    host reading;
    memux_source *source;
    memux_sink *sink;
    host_sink writing;
} letting_go;

static int read_and_let_go(void *opaque, uint8_t *buf, int buf_size)
{
    letting_go *self = opaque;

    if (self->reading.reads == 2) {
        memux_source_free(self->source);
        memux_sink_free(self->sink);
    }
    EXPECT_SAME(self->reading.released, 0);
    EXPECT_SAME(self->writing.released, 0);
    return host_read(&self->reading, buf, buf_size);
}

static void handles_freed_during_an_operation_live_until_it_ends(void)
{
    bytes file = clip("h264.ts"), whole = extracted(file);
    letting_go host;
    memux_reader reader;
    memux_writer writer;

    memset(&host, 0, sizeof host);
    host.reading = host_of(file);
    host.reading.max_read = 4096;
    reader = host_reader(&host.reading, MEMUX_SEEKABILITY_NONE); /* `reading` is the first member */
    reader.read = read_and_let_go;
    writer = host_writer(&host.writing);
    EXPECT_STATUS(memux_source_from_reader(&reader, &host.source, NULL), MEMUX_OK);
    host.sink = host_sink_of(&writer);
    EXPECT_STATUS(memux_extract(host.source, host.sink, NULL, NULL, NULL), MEMUX_OK);
    EXPECT(same_bytes(host.writing.file, whole));
    EXPECT_SAME(host.reading.released, 1);
    EXPECT_SAME(host.writing.released, 1);
    free(host.writing.file.data);
    free(whole.data);
    free(file.data);
}

static int write_and_let_go(void *opaque, MEMUX_WRITE_CONST uint8_t *buf, int buf_size)
{
    letting_go *self = opaque;

    if (self->writing.writes == 2) {
        memux_source_free(self->source);
        memux_sink_free(self->sink);
    }
    EXPECT_SAME(releases, 0);
    EXPECT_SAME(self->writing.released, 0);
    return host_write(&self->writing, buf, buf_size);
}

static void release_writing(void *opaque)
{
    host_sink_release(&((letting_go *)opaque)->writing);
}

static void memory_whose_source_is_freed_during_an_operation_lives_until_it_ends(void)
{
    bytes file = clip("h264.mp4"), whole = extracted(file);
    letting_go host;
    memux_writer writer;

    releases = 0;
    memset(&host, 0, sizeof host);
    writer = host_writer(&host.writing);
    writer.opaque = &host;
    writer.write = write_and_let_go;
    writer.release = release_writing;
    writer.max_write = 1000;
    EXPECT_STATUS(memux_source_from_memory(file.data, file.size, count_release, &releases, &host.source, NULL), MEMUX_OK);
    host.sink = host_sink_of(&writer);
    EXPECT_STATUS(memux_extract(host.source, host.sink, &chosen.extract, NULL, NULL), MEMUX_OK);
    EXPECT(same_bytes(host.writing.file, whole));
    EXPECT_SAME(releases, 1);
    EXPECT_SAME(host.writing.released, 1);
    free(host.writing.file.data);
    free(whole.data);
    free(file.data);
}

typedef struct stop {
    memux_source *source;
    pthread_barrier_t running, freed;
    int waited;
} stop;

static int wait_for_the_other(void *opaque, const memux_progress *progress)
{
    stop *self = opaque;

    (void)progress;
    if (self->waited++ == 0) {
        pthread_barrier_wait(&self->running);
        pthread_barrier_wait(&self->freed);
        EXPECT_SAME(releases, 0);
    }
    return 0;
}

static void *count_slowly(void *opaque)
{
    stop *self = opaque;
    choice choice = chosen;

    choice.run.progress = wait_for_the_other;
    choice.run.progress_opaque = self;
    choice.count.run = &choice.run;
    EXPECT_STATUS(memux_count(self->source, &choice.count, NULL, NULL), MEMUX_OK);
    return NULL;
}

static void the_last_share_releases_on_the_thread_that_drops_it(void)
{
    bytes file = clip("h264.mp4");
    stop stop;
    pthread_t thread;

    releases = 0;
    stop.waited = 0;
    pthread_barrier_init(&stop.running, NULL, 2);
    pthread_barrier_init(&stop.freed, NULL, 2);
    EXPECT_STATUS(memux_source_from_memory(file.data, file.size, count_release, &releases, &stop.source, NULL), MEMUX_OK);
    pthread_create(&thread, NULL, count_slowly, &stop);
    pthread_barrier_wait(&stop.running);
    memux_source_free(stop.source);
    EXPECT_SAME(releases, 0);
    pthread_barrier_wait(&stop.freed);
    pthread_join(thread, NULL);
    EXPECT_SAME(releases, 1);
    EXPECT(pthread_equal(released_on, thread));
    pthread_barrier_destroy(&stop.running);
    pthread_barrier_destroy(&stop.freed);
    free(file.data);
}

int main(void)
{
    RUN_BY_EACH_ENGINE(memory_is_released_once_when_its_source_is_freed);
    RUN_BY_EACH_ENGINE(free_fits_as_a_release);
    RUN(slices_are_released_once);
    RUN(a_refused_source_or_sink_is_released_before_the_call_returns);
    RUN(a_struct_refused_for_its_size_releases_nothing);
    RUN(a_struct_refused_for_a_new_member_is_released);
    RUN_BY_EACH_ENGINE(a_host_is_released_once_however_its_operation_ended);
    RUN(handles_freed_during_an_operation_live_until_it_ends);
    RUN_BY_EACH_ENGINE(memory_whose_source_is_freed_during_an_operation_lives_until_it_ends);
    RUN_BY_EACH_ENGINE(the_last_share_releases_on_the_thread_that_drops_it);
    return check_done();
}
