/* Handles are independent; memory is shared by as many threads as like. */
#include "host.h"

#include <pthread.h>

enum { ROUNDS = 5, CROWD = 8 };

typedef struct work {
    bytes file, whole;
    memux_source *source; /* shared, or NULL: one of its own */
    int fine;
    pthread_t thread;
} work;

static int extract_once(work *work)
{
    memux_source *source = work->source;
    memux_sink *sink = NULL;
    memux_buffer *buffer = NULL;
    memux_error *error = NULL;
    int fine;

    if (!source && memux_source_from_memory(work->file.data, work->file.size, NULL, NULL, &source, &error) < 0)
        return 0;
    fine = memux_sink_to_buffer(&sink, &error) == MEMUX_OK && memux_extract(source, sink, &chosen.extract, NULL, &error) == MEMUX_OK &&
           memux_sink_take_buffer(sink, &buffer, &error) == MEMUX_OK && memux_buffer_size(buffer) == work->whole.size &&
           memcmp(memux_buffer_data(buffer), work->whole.data, work->whole.size) == 0;
    memux_buffer_free(buffer);
    memux_sink_free(sink);
    if (!work->source)
        memux_source_free(source);
    memux_error_free(error);
    return fine;
}

static int count_once(work *work)
{
    memux_source *source = work->source;
    memux_count_report report;
    int fine;

    memux_count_report_init(&report, sizeof report);
    if (!source && memux_source_from_memory(work->file.data, work->file.size, NULL, NULL, &source, NULL) < 0)
        return 0;
    fine = memux_count(source, &chosen.count, &report, NULL) == MEMUX_OK && report.frames == 75
           && report.engine == chosen.run.engine;
    if (!work->source)
        memux_source_free(source);
    return fine;
}

static void *work_in_thread(void *opaque)
{
    work *self = opaque;
    uint64_t frames;

    for (int i = 0; i < ROUNDS; i++) {
        frames = 0;
        self->fine += extract_once(self);
        self->fine += count_once(self);
        self->fine += memux_count_frames(self->file.data, self->file.size, &frames, NULL) == MEMUX_OK && frames == 75;
    }
    return NULL;
}

static void run_all(work *all, int count)
{
    for (int i = 0; i < count; i++)
        EXPECT_SAME(pthread_create(&all[i].thread, NULL, work_in_thread, &all[i]), 0);
    for (int i = 0; i < count; i++) {
        pthread_join(all[i].thread, NULL);
        EXPECT_SAME(all[i].fine, 3 * ROUNDS);
    }
}

static void two_threads_work_on_handles_of_their_own(void)
{
    work all[2];

    memset(all, 0, sizeof all);
    all[0].file = clip("h264.mp4");
    all[1].file = clip("hevc.ts");
    for (int i = 0; i < 2; i++)
        all[i].whole = extracted(all[i].file);
    run_all(all, 2);
    for (int i = 0; i < 2; i++) {
        free(all[i].whole.data);
        free(all[i].file.data);
    }
}

static void eight_threads_share_one_block_of_memory(void)
{
    bytes file = clip("h264.mp4"), whole = extracted(file);
    memux_source *source = memory_source(file);
    work all[CROWD];

    memset(all, 0, sizeof all);
    for (int i = 0; i < CROWD; i++) {
        all[i].file = file;
        all[i].whole = whole;
        all[i].source = i % 2 ? source : NULL; /* one source for half of them, the same bytes for all */
    }
    run_all(all, CROWD);
    memux_source_free(source);
    free(whole.data);
    free(file.data);
}

int main(void)
{
    RUN_BY_EACH_ENGINE(two_threads_work_on_handles_of_their_own);
    RUN_BY_EACH_ENGINE(eight_threads_share_one_block_of_memory);
    return check_done();
}
