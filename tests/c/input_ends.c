/* What ends an open container, and who may use it and its source meanwhile. */
#include "inputs.h"

#include <errno.h>

static void a_failure_is_for_good(void)
{
    bytes file = clip("h264.mkv");
    host host = host_of(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
    memux_input *input;
    memux_error *first = NULL, *again = NULL;

    host.max_read = 1000;
    input = open_with(source, NULL);
    host.read_fault.at = host.reads + 3;
    host.read_fault.times = 1;
    host.read_fault.code = -EIO;
    EXPECT_STATUS(drain(input, &first), MEMUX_ERROR_SOURCE);
    EXPECT_SAME(memux_error_host_code(first), -EIO);
    for (int i = 0; i < 3; i++) {
        int reads = host.reads;
        EXPECT_STATUS(advance(input, &again), MEMUX_ERROR_SOURCE);
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

/* A container that does not open is tried once more, front to back. What the reader says then is not hidden behind what
 * was wrong at first. */
static void the_readers_failure_while_opening_again_is_told(void)
{
    bytes file = clip("h264.mp4");
    host host;
    memux_source *source;
    memux_input *input = NULL;
    memux_error *error = NULL;
    int reads;

    file.size = 500; /* in the middle of the header */
    host = host_of(file);
    host.max_read = 100;
    source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
    EXPECT_STATUS(open_input(source, NULL, &input, &error), MEMUX_ERROR_CORRUPT);
    EXPECT_SAME(memux_error_host_code(error), 0);
    memux_error_free(error);
    memux_source_free(source);
    reads = host.reads;

    host = host_of(file);
    host.max_read = 100;
    host.read_fault.at = reads; /* the last one of the second try */
    host.read_fault.code = -EIO;
    source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
    EXPECT_STATUS(open_input(source, NULL, &input, &error), MEMUX_ERROR_SOURCE);
    EXPECT_SAME(memux_error_host_code(error), -EIO);
    memux_error_free(error);
    EXPECT(input == NULL);
    memux_source_free(source);
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
    memux_input *input = open_with(source, NULL);

    EXPECT_STATUS(memux_input_seek(input, 1000000, MEMUX_SEEK_KEYFRAME, NULL, NULL), MEMUX_ERROR_NEEDS_SEEK);
    EXPECT_STATUS(advance(input, NULL), MEMUX_ERROR_NEEDS_SEEK);
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
    memux_input *input = open_with(source, NULL), *second = NULL;
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
    input = open_with(source, NULL);
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
        inputs[i] = open_with(source, NULL);
    for (int n = 0; n < 206; n++)
        for (int i = 0; i < 4; i++)
            EXPECT_STATUS(advance(inputs[i], NULL), MEMUX_OK);
    EXPECT_STATUS(memux_count_frames(file.data, file.size, &frames, NULL), MEMUX_OK);
    memux_source_free(source);
    for (int i = 0; i < 4; i++) {
        EXPECT_STATUS(advance(inputs[i], NULL), MEMUX_END);
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
        input = open_with(source, NULL);
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
    self->busy += advance(self->input, NULL) == MEMUX_ERROR_BUSY;
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
    meddler.input = open_with(meddler.source, &run);
    while (advance(meddler.input, NULL) == MEMUX_OK)
        packets++;
    EXPECT_SAME(packets, 206);
    EXPECT(meddler.asked > 100);
    EXPECT_SAME(meddler.busy, meddler.asked);
    memux_input_free(meddler.input);
    memux_source_free(meddler.source);
    free(file.data);
}

int main(void)
{
    RUN(a_failure_is_for_good);
    RUN(the_readers_failure_while_opening_again_is_told);
    RUN(what_must_be_sought_in_does_not_open_beyond_the_limit_on_memory);
    RUN(a_container_that_cannot_be_sought_in_says_so_for_good);
    RUN(a_readers_source_is_busy_while_an_input_is_open_and_free_afterwards);
    RUN(an_input_that_does_not_open_gives_its_source_back);
    RUN(memory_may_be_opened_many_times_at_once);
    RUN(a_source_freed_first_is_released_with_its_input_and_once);
    RUN(a_call_from_inside_a_callback_is_busy_and_harms_nothing);
    return check_done();
}
