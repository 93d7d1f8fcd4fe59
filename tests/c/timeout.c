/* An operation's time is up: between callbacks, and while one hangs. */
#include "hanging.h"

static void expect_timeout_frees(int in_sink, int hang_at, int returns)
{
    bytes file = clip("h264.ts");
    hanging host;
    memux_run_options run = chosen.run;
    memux_extract_report report;
    memux_error *error = NULL;
    memux_status status;
    const int timeout_ms = slowness() > 1 ? 2000 : 300; /* the operation must have come to the callback by then */
    double started = now_ms();

    hanging_init(&host, file, hang_at);
    host.returns = returns;
    run.timeout_us = timeout_ms * 1000;
    status = run_hanging(&host, in_sink, &run, &report, &error);
    EXPECT_STATUS(status, MEMUX_ERROR_TIMEOUT);
    EXPECT(now_ms() - started >= timeout_ms && now_ms() - started < timeout_ms + WITHIN_MS);
    /* An end of the input is no failure of the host's, and leaves no code. */
    EXPECT_SAME(memux_error_host_code(error), returns == MEMUX_IO_EOF ? 0 : returns);
    EXPECT_SAME(host.unblocked, 1);
    EXPECT(!pthread_equal(host.unblocked_on, pthread_self()));
    EXPECT_SAME(report.engine, in_sink ? chosen.run.engine : MEMUX_ENGINE_FFMPEG);
    EXPECT_ERROR(status, &error);
    free(host.writing.file.data);
    free(file.data);
}

static void a_read_that_blocks_for_ever_comes_back_at_the_timeout(void)
{
    expect_timeout_frees(0, 1, -EIO);
    expect_timeout_frees(0, 15, -EIO);
}

static void a_write_that_blocks_for_ever_comes_back_at_the_timeout(void)
{
    expect_timeout_frees(1, 1, -EIO);
    expect_timeout_frees(1, 9, -EIO);
}

static void time_up_is_a_timeout_whatever_the_freed_read_returns(void)
{
    expect_timeout_frees(0, 15, 0);
    expect_timeout_frees(0, 15, MEMUX_IO_EOF);
    expect_timeout_frees(0, 15, MEMUX_IO_EXIT);
    expect_timeout_frees(0, 15, -EINTR);
}

static void time_up_is_a_timeout_whatever_the_freed_write_returns(void)
{
    expect_timeout_frees(1, 9, 0);
    expect_timeout_frees(1, 9, MEMUX_IO_EXIT);
}

/* The callback is back at once, its unblock is not: the operation and the release wait for it. */
static void the_end_of_an_operation_waits_for_an_unblock_under_way(void)
{
    bytes file = clip("h264.ts");
    hanging host;
    memux_run_options run;
    memux_extract_report report;

    hanging_init(&host, file, 1);
    host.lingers_ms = 150;
    memux_run_options_init(&run, sizeof run);
    run.timeout_us = 50000;
    EXPECT_STATUS(run_hanging(&host, 0, &run, &report, NULL), MEMUX_ERROR_TIMEOUT);
    EXPECT_SAME(host.lingered, 1);
    free(file.data);
}

static int slow_read(void *opaque, uint8_t *buf, int buf_size)
{
    usleep(10000);
    return host_read(opaque, buf, buf_size);
}

static void a_slow_reader_without_unblock_ends_at_the_timeout_too(void)
{
    bytes file = clip("h264.ts");
    host host = host_of(file);
    memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
    memux_source *source = NULL;
    memux_run_options run;
    memux_count_options options;
    memux_error *error = NULL;
    double started = now_ms();

    host.max_read = 100;
    reader.read = slow_read;
    EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
    memux_run_options_init(&run, sizeof run);
    memux_count_options_init(&options, sizeof options);
    options.run = &run;
    run.timeout_us = 100000;
    EXPECT_STATUS(memux_count(source, &options, NULL, &error), MEMUX_ERROR_TIMEOUT);
    EXPECT(now_ms() - started < 100 + WITHIN_MS);
    EXPECT_ERROR(MEMUX_ERROR_TIMEOUT, &error);
    memux_source_free(source);
    free(file.data);
}

static int slow_write(void *opaque, MEMUX_WRITE_CONST uint8_t *buf, int buf_size)
{
    usleep(10000);
    return host_write(opaque, buf, buf_size);
}

static void a_slow_writer_without_unblock_ends_at_the_timeout_too(void)
{
    bytes file = clip("h264.ts");
    host_sink host = { 0 };
    memux_writer writer = host_writer(&host);
    memux_source *source = memory_source(file);
    memux_sink *sink;
    memux_extract_report report;
    memux_error *error = NULL;
    const int timeout_ms = slowness() > 1 ? 2000 : 100; /* the operation must have come to a write by then */
    double started;

    writer.write = slow_write;
    writer.max_write = slowness() > 1 ? 20 : 100;
    sink = host_sink_of(&writer);
    memux_extract_report_init(&report, sizeof report);
    chosen.run.timeout_us = timeout_ms * 1000;
    started = now_ms();
    EXPECT_STATUS(memux_extract(source, sink, &chosen.extract, &report, &error), MEMUX_ERROR_TIMEOUT);
    EXPECT(now_ms() - started < timeout_ms + WITHIN_MS);
    EXPECT_ERROR(MEMUX_ERROR_TIMEOUT, &error);
    EXPECT(host.file.size > 0);
    EXPECT_SAME(report.bytes_written, host.file.size);
    EXPECT_SAME(report.engine, chosen.run.engine);
    memux_sink_free(sink);
    memux_source_free(source);
    free(host.file.data);
    free(file.data);
}

/* No callback is made at all: the clock is looked at on the way. */
static void time_that_is_up_at_once_ends_an_operation_on_memory(void)
{
    bytes file = long_clip("h264.ts", 20);
    memux_source *source = memory_source(file);
    memux_error *error = NULL;

    chosen.run.timeout_us = 1;
    EXPECT_STATUS(memux_count(source, &chosen.count, NULL, &error), MEMUX_ERROR_TIMEOUT);
    EXPECT_ERROR(MEMUX_ERROR_TIMEOUT, &error);
    EXPECT_STATUS(memux_extract_size(source, &chosen.extract, &(uint64_t){ 0 }, NULL, &error), MEMUX_ERROR_TIMEOUT);
    EXPECT_ERROR(MEMUX_ERROR_TIMEOUT, &error);
    memux_source_free(source);
    free(file.data);
}

/* The first operation that needs FFmpeg loads it, which takes its time under valgrind: the clock is not to start before that. */
static void load_everything(void)
{
    bytes file = clip("h264.flv"), raw = extracted(file); /* which the walk leaves to FFmpeg */

    free(raw.data);
    free(file.data);
}

int main(void)
{
    load_everything();
    choose(&chosen, MEMUX_ENGINE_FFMPEG);
    RUN(a_read_that_blocks_for_ever_comes_back_at_the_timeout);
    RUN_BY_EACH_ENGINE(a_write_that_blocks_for_ever_comes_back_at_the_timeout);
    RUN(time_up_is_a_timeout_whatever_the_freed_read_returns);
    RUN_BY_EACH_ENGINE(time_up_is_a_timeout_whatever_the_freed_write_returns);
    RUN(the_end_of_an_operation_waits_for_an_unblock_under_way);
    RUN(a_slow_reader_without_unblock_ends_at_the_timeout_too);
    RUN_BY_EACH_ENGINE(a_slow_writer_without_unblock_ends_at_the_timeout_too);
    RUN_BY_EACH_ENGINE(time_that_is_up_at_once_ends_an_operation_on_memory);
    return check_done();
}
