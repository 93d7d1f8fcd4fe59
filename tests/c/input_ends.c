/* What ends an open container, and who may use it and its source meanwhile. */
#include "hanging.h"

#include <pthread.h>

static memux_status open_input(memux_source *source, const memux_run_options *run, memux_input **input, memux_error **error)
{
    memux_input_options options;

    memux_input_options_init(&options, sizeof options);
    options.run = run;
    return memux_input_open(source, &options, input, error);
}

static memux_input *opened(memux_source *source, const memux_run_options *run)
{
    memux_input *input = NULL;

    EXPECT_STATUS(open_input(source, run, &input, NULL), MEMUX_OK);
    return input;
}

static memux_status next(memux_input *input, memux_error **error)
{
    memux_packet packet;

    memux_packet_init(&packet, sizeof packet);
    return memux_input_next(input, &packet, error);
}

/* Reads on to what ends it. */
static memux_status drain(memux_input *input, memux_error **error)
{
    memux_status status;

    while ((status = next(input, error)) == MEMUX_OK)
        ;
    return status;
}

static void a_failure_is_for_good(void)
{
    bytes file = clip("h264.mkv");
    host host = host_of(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
    memux_input *input;
    memux_error *first = NULL, *again = NULL;

    host.max_read = 1000;
    input = opened(source, NULL);
    host.read_fault.at = host.reads + 3;
    host.read_fault.times = 1;
    host.read_fault.code = -EIO;
    EXPECT_STATUS(drain(input, &first), MEMUX_ERROR_SOURCE);
    EXPECT_SAME(memux_error_host_code(first), -EIO);
    for (int i = 0; i < 3; i++) {
        int reads = host.reads;
        EXPECT_STATUS(next(input, &again), MEMUX_ERROR_SOURCE);
        EXPECT_SAME(memux_error_host_code(again), -EIO);
        EXPECT(strcmp(memux_error_message(first), memux_error_message(again)) == 0);
        memux_error_free(again);
        EXPECT_STATUS(memux_input_seek(input, 0, MEMUX_SEEK_KEYFRAME, NULL, &again), MEMUX_ERROR_SOURCE);
        memux_error_free(again);
        EXPECT_SAME(host.reads, reads);
    }
    memux_error_free(first);
    memux_input_free(input);
    memux_source_free(source);
    EXPECT_SAME(host.released, 1);
    free(file.data);
}

/* Packets that lie elsewhere, and a reader that cannot go there. */
static void what_must_be_sought_in_does_not_open_beyond_the_limit_on_memory(void)
{
    bytes file = clip("multi_edit.mp4");
    host host = host_of(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_NONE);
    memux_limits limits;
    memux_run_options run;
    memux_input *input = NULL;
    memux_error *error = NULL;
    memux_status status;

    memux_limits_init(&limits, sizeof limits);
    memux_run_options_init(&run, sizeof run);
    limits.max_spool_bytes = 2000;
    run.limits = &limits;
    host.max_read = 500;
    status = open_input(source, &run, &input, &error);
    EXPECT_STATUS(status, MEMUX_ERROR_NEEDS_SEEK);
    EXPECT_ERROR(status, &error);
    EXPECT(input == NULL);
    memux_source_free(source);
    free(file.data);
}

/* Elementary streams have no times: FFmpeg gives up in the middle of trying, so that nothing can go on. */
static void a_container_that_cannot_be_sought_in_says_so_for_good(void)
{
    bytes file = clip("h264.ts"), raw = extracted(file);
    memux_source *source = memory_source(raw);
    memux_input *input = opened(source, NULL);

    EXPECT_STATUS(memux_input_seek(input, 1000000, MEMUX_SEEK_KEYFRAME, NULL, NULL), MEMUX_ERROR_NEEDS_SEEK);
    EXPECT_STATUS(next(input, NULL), MEMUX_ERROR_NEEDS_SEEK);
    memux_input_free(input);
    memux_source_free(source);
    free(raw.data);
    free(file.data);
}

static void a_readers_source_is_busy_while_an_input_is_open_and_free_afterwards(void)
{
    bytes file = clip("h264.mp4");
    host host = host_of(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
    memux_input *input = opened(source, NULL), *second = NULL;
    memux_info *info = NULL;
    memux_error *error = NULL;

    EXPECT_STATUS(memux_count(source, NULL, NULL, &error), MEMUX_ERROR_BUSY);
    EXPECT_ERROR(MEMUX_ERROR_BUSY, &error);
    EXPECT_STATUS(memux_probe(source, NULL, &info, NULL, NULL), MEMUX_ERROR_BUSY);
    EXPECT_STATUS(open_input(source, NULL, &second, NULL), MEMUX_ERROR_BUSY);
    EXPECT(info == NULL && second == NULL);
    EXPECT_STATUS(drain(input, NULL), MEMUX_END);
    EXPECT_STATUS(memux_count(source, NULL, NULL, NULL), MEMUX_ERROR_BUSY);
    memux_input_free(input);
    EXPECT_STATUS(memux_count(source, NULL, NULL, NULL), MEMUX_OK);
    input = opened(source, NULL);
    EXPECT_STATUS(drain(input, NULL), MEMUX_END);
    memux_input_free(input);
    EXPECT_SAME(host.released, 0);
    memux_source_free(source);
    EXPECT_SAME(host.released, 1);
    free(file.data);
}

static void an_input_that_does_not_open_gives_its_source_back(void)
{
    bytes file = clip("h264.mp4");
    host host = host_of(file);
    memux_source *source;
    memux_input *input = NULL;

    host.read_fault.at = host.read_fault.times = 1;
    host.read_fault.code = -EIO;
    source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
    EXPECT_STATUS(open_input(source, NULL, &input, NULL), MEMUX_ERROR_SOURCE);
    EXPECT(input == NULL);
    EXPECT_STATUS(memux_count(source, NULL, NULL, NULL), MEMUX_OK);
    memux_source_free(source);
    EXPECT_SAME(host.released, 1);
    free(file.data);
}

static void memory_may_be_opened_many_times_at_once(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    memux_input *inputs[4];
    uint64_t frames = 0;

    for (int i = 0; i < 4; i++)
        inputs[i] = opened(source, NULL);
    for (int n = 0; n < 206; n++)
        for (int i = 0; i < 4; i++)
            EXPECT_STATUS(next(inputs[i], NULL), MEMUX_OK);
    EXPECT_STATUS(memux_count_frames(file.data, file.size, &frames, NULL), MEMUX_OK);
    memux_source_free(source);
    for (int i = 0; i < 4; i++) {
        EXPECT_STATUS(next(inputs[i], NULL), MEMUX_END);
        memux_input_free(inputs[i]);
    }
    free(file.data);
}

static void a_source_freed_first_is_released_with_its_input_and_once(void)
{
    bytes file = clip("h264.mp4");

    for (int from_memory = 0; from_memory < 2; from_memory++) {
        host host = host_of(file);
        memux_source *source = NULL;
        memux_input *input;
        if (from_memory)
            EXPECT_STATUS(memux_source_from_memory(file.data, file.size, host_release, &host, &source, NULL), MEMUX_OK);
        else
            source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
        input = opened(source, NULL);
        memux_source_free(source);
        EXPECT_SAME(host.released, 0);
        EXPECT_STATUS(drain(input, NULL), MEMUX_END);
        EXPECT_SAME(host.released, 0);
        memux_input_free(input);
        EXPECT_SAME(host.released, 1);
    }
    free(file.data);
}

/* Callbacks that call memux with the input and the source that are in use. */
typedef struct meddler {
    host reading;
    memux_source *source;
    memux_input *input;
    int asked, busy;
} meddler;

static void meddle(meddler *self)
{
    memux_input *second = NULL;
    memux_info *info = NULL;
    memux_input_report report;

    memux_input_report_init(&report, sizeof report);
    self->asked += 6;
    self->busy += next(self->input, NULL) == MEMUX_ERROR_BUSY;
    self->busy += memux_input_seek(self->input, 0, MEMUX_SEEK_KEYFRAME, NULL, NULL) == MEMUX_ERROR_BUSY;
    self->busy += memux_input_select(self->input, NULL, 0, NULL) == MEMUX_ERROR_BUSY;
    self->busy += memux_input_info(self->input, &info, NULL) == MEMUX_ERROR_BUSY;
    self->busy += memux_input_get_report(self->input, &report, NULL) == MEMUX_ERROR_BUSY;
    self->busy += open_input(self->source, NULL, &second, NULL) == MEMUX_ERROR_BUSY;
    EXPECT(info == NULL && second == NULL);
}

static int meddling_read(void *opaque, uint8_t *buf, int buf_size)
{
    meddler *self = opaque;
    if (self->input)
        meddle(self);
    return host_read(&self->reading, buf, buf_size);
}

static int meddling_progress(void *opaque, const memux_progress *progress)
{
    meddler *self = opaque;
    (void)progress;
    if (self->input)
        meddle(self);
    return 0;
}

static void a_call_from_inside_a_callback_is_busy_and_harms_nothing(void)
{
    bytes file = clip("h264.ts");
    meddler meddler;
    memux_reader reader;
    memux_run_options run;
    int packets = 0;

    memset(&meddler, 0, sizeof meddler);
    meddler.reading = host_of(file);
    meddler.reading.max_read = 3000;
    reader = host_reader(&meddler.reading, MEMUX_SEEKABILITY_NONE);
    reader.opaque = &meddler;
    reader.read = meddling_read;
    reader.release = NULL;
    memux_run_options_init(&run, sizeof run);
    run.progress = meddling_progress;
    run.progress_opaque = &meddler;
    EXPECT_STATUS(memux_source_from_reader(&reader, &meddler.source, NULL), MEMUX_OK);
    meddler.input = opened(meddler.source, &run);
    while (next(meddler.input, NULL) == MEMUX_OK)
        packets++;
    EXPECT_SAME(packets, 206);
    EXPECT(meddler.asked > 100);
    EXPECT_SAME(meddler.busy, meddler.asked);
    memux_input_free(meddler.input);
    memux_source_free(meddler.source);
    free(file.data);
}

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
    input = opened(source, &run);
    EXPECT_STATUS(next(input, NULL), MEMUX_OK);
    memux_cancel_set(cancel);
    EXPECT_STATUS(next(input, &error), MEMUX_ERROR_CANCELLED);
    EXPECT_ERROR(MEMUX_ERROR_CANCELLED, &error);
    memux_cancel_reset(cancel);
    EXPECT_STATUS(next(input, NULL), MEMUX_ERROR_CANCELLED);
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
    input = opened(source, &run);
    for (int i = 0; i < 4; i++) {
        usleep((useconds_t)(150000 * slowness()));
        EXPECT_STATUS(next(input, NULL), MEMUX_OK);
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
            while ((status = next(input, &error)) == MEMUX_OK)
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
    input = opened(source, &run);
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
    input = opened(source, &run);
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
    RUN(a_failure_is_for_good);
    RUN(what_must_be_sought_in_does_not_open_beyond_the_limit_on_memory);
    RUN(a_container_that_cannot_be_sought_in_says_so_for_good);
    RUN(a_readers_source_is_busy_while_an_input_is_open_and_free_afterwards);
    RUN(an_input_that_does_not_open_gives_its_source_back);
    RUN(memory_may_be_opened_many_times_at_once);
    RUN(a_source_freed_first_is_released_with_its_input_and_once);
    RUN(a_call_from_inside_a_callback_is_busy_and_harms_nothing);
    RUN(cancelling_ends_the_next_call_for_good);
    RUN(the_timeout_is_for_each_call);
    RUN(a_read_that_hangs_is_freed_when_the_time_of_its_call_is_up);
    RUN(a_read_that_hangs_in_a_later_call_is_freed_by_the_token);
    RUN(progress_goes_on_from_call_to_call);
    return check_done();
}
