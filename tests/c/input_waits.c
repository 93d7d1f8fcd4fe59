/* Calls on an open container that take time: cancelling, the timeout, reads that hang, progress. */
#include "hanging.h"
#include "inputs.h"

#include <pthread.h>

static void cancelling_ends_the_next_call_for_good(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    memux_cancel *cancel = NULL;
    memux_run_options run;
    memux_input *input;
    memux_error *error = NULL;

    EXPECT_STATUS(memux_cancel_create(&cancel, NULL), MEMUX_OK);
    memux_run_options_init(&run, sizeof run);
    run.cancel = cancel;
    input = open_with(source, &run);
    EXPECT_STATUS(advance(input, NULL), MEMUX_OK);
    memux_cancel_set(cancel);
    EXPECT_STATUS(advance(input, &error), MEMUX_ERROR_CANCELLED);
    EXPECT_ERROR(MEMUX_ERROR_CANCELLED, &error);
    memux_cancel_reset(cancel);
    EXPECT_STATUS(advance(input, NULL), MEMUX_ERROR_CANCELLED);
    EXPECT_STATUS(memux_input_seek(input, 0, MEMUX_SEEK_KEYFRAME, NULL, NULL), MEMUX_ERROR_CANCELLED);
    memux_input_free(input);
    memux_cancel_free(cancel);
    memux_source_free(source);
    free(file.data);
}

/* The host may take its time between the calls; each call has the whole of its own. */
static void the_timeout_is_for_each_call(void)
{
    bytes file = clip("h264.ts");
    host host = host_of(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_NONE);
    memux_run_options run;
    memux_input *input;

    memux_run_options_init(&run, sizeof run);
    run.timeout_us = 400000 * slowness();
    host.max_read = 2000;
    input = open_with(source, &run);
    for (int i = 0; i < 4; i++) {
        usleep((useconds_t)(150000 * slowness()));
        EXPECT_STATUS(advance(input, NULL), MEMUX_OK);
    }
    EXPECT_STATUS(drain(input, NULL), MEMUX_END);
    memux_input_free(input);
    memux_source_free(source);
    free(file.data);
}

static void a_read_that_hangs_is_freed_when_the_time_of_its_call_is_up(void)
{
    bytes file = clip("h264.ts");

    for (int at_open = 0; at_open < 2; at_open++) {
        hanging host;
        memux_reader reader;
        memux_source *source = NULL;
        memux_run_options run;
        memux_input *input = NULL;
        memux_error *error = NULL;
        memux_status status;
        double started;
        hanging_init(&host, file, at_open ? 3 : 1000000);
        reader = host_reader(&host.reading, MEMUX_SEEKABILITY_NONE);
        reader.opaque = &host;
        reader.read = hanging_read;
        reader.unblock = unblock;
        reader.release = NULL;
        EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
        memux_run_options_init(&run, sizeof run);
        run.timeout_us = 300000 * (slowness() > 1 ? 10 : 1);
        started = now_ms();
        status = open_input(source, &run, &input, &error);
        if (!at_open) {
            EXPECT_STATUS(status, MEMUX_OK);
            host.hang_at = host.calls + 1;
            started = now_ms();
            while ((status = advance(input, &error)) == MEMUX_OK)
                started = now_ms();
        }
        EXPECT_STATUS(status, MEMUX_ERROR_TIMEOUT);
        EXPECT(now_ms() - started < (double)run.timeout_us / 1000 + WITHIN_MS);
        EXPECT_SAME(host.unblocked, 1);
        EXPECT_ERROR(status, &error);
        memux_input_free(input);
        memux_source_free(source);
    }
    free(file.data);
}

static void *cancel_soon(void *opaque)
{
    usleep(50000);
    memux_cancel_set(opaque);
    return NULL;
}

static void a_read_that_hangs_in_a_later_call_is_freed_by_the_token(void)
{
    bytes file = clip("h264.ts");
    hanging host;
    memux_reader reader;
    memux_source *source = NULL;
    memux_cancel *cancel = NULL;
    memux_run_options run;
    memux_input *input;
    memux_status status;
    pthread_t thread;

    hanging_init(&host, file, 1000000);
    reader = host_reader(&host.reading, MEMUX_SEEKABILITY_NONE);
    reader.opaque = &host;
    reader.read = hanging_read;
    reader.unblock = unblock;
    reader.release = NULL;
    EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_cancel_create(&cancel, NULL), MEMUX_OK);
    memux_run_options_init(&run, sizeof run);
    run.cancel = cancel;
    input = open_with(source, &run);
    host.hang_at = host.calls + 1;
    pthread_create(&thread, NULL, cancel_soon, cancel);
    status = drain(input, NULL);
    pthread_join(thread, NULL);
    EXPECT_STATUS(status, MEMUX_ERROR_CANCELLED);
    EXPECT_SAME(host.unblocked, 1);
    memux_input_free(input);
    memux_cancel_free(cancel);
    memux_source_free(source);
    free(file.data);
}

typedef struct watch {
    int calls, back;
    uint64_t bytes, packets;
} watch;

static int note_progress(void *opaque, const memux_progress *progress)
{
    watch *self = opaque;

    self->calls++;
    self->back += progress->bytes_read < self->bytes || progress->packets < self->packets;
    self->bytes = progress->bytes_read;
    self->packets = progress->packets;
    return 0;
}

static void progress_goes_on_from_call_to_call(void)
{
    bytes file = clip("h264.mkv");
    host host = host_of(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
    watch watch = { 0 };
    memux_run_options run;
    memux_input *input;

    memux_run_options_init(&run, sizeof run);
    run.progress = note_progress;
    run.progress_opaque = &watch;
    input = open_with(source, &run);
    EXPECT_STATUS(drain(input, NULL), MEMUX_END);
    EXPECT(watch.calls > 100);
    EXPECT_SAME(watch.back, 0);
    EXPECT_SAME(watch.bytes, host.bytes_given);
    EXPECT_SAME(watch.packets, 206);
    memux_input_free(input);
    memux_source_free(source);
    free(file.data);
}

int main(void)
{
    RUN(cancelling_ends_the_next_call_for_good);
    RUN(the_timeout_is_for_each_call);
    RUN(a_read_that_hangs_is_freed_when_the_time_of_its_call_is_up);
    RUN(a_read_that_hangs_in_a_later_call_is_freed_by_the_token);
    RUN(progress_goes_on_from_call_to_call);
    return check_done();
}
