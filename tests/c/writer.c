/* A host's write callbacks: whatever they accept at a time, all of it arrives, or the host hears why not. */
#include "host.h"

#include <errno.h>

static bytes file, whole;

/* Extracts into `writer`, which is used up. */
static memux_status extract_to(const memux_writer *writer, memux_extract_report *report, memux_error **error)
{
    memux_source *source = memory_source(file);
    memux_sink *sink = NULL;
    memux_status status = memux_sink_to_writer(writer, &sink, error);

    memux_extract_report_init(report, sizeof *report);
    if (EXPECT_STATUS(status, MEMUX_OK))
        status = memux_extract(source, sink, &chosen.extract, report, error);
    memux_sink_free(sink);
    memux_source_free(source);
    return status;
}

static void use_writev(memux_writer *writer)
{
    writer->write = NULL;
    writer->writev = host_writev;
}

static void write_and_writev_receive_the_same_bytes(void)
{
    for (int vector = 0; vector < 2; vector++) {
        host_sink host = { 0 };
        memux_writer writer = host_writer(&host);
        memux_extract_report report;
        if (vector)
            use_writev(&writer);
        EXPECT_STATUS(extract_to(&writer, &report, NULL), MEMUX_OK);
        EXPECT(same_bytes(host.file, whole));
        EXPECT_SAME(report.bytes_written, whole.size);
        EXPECT_SAME(report.packets, 75);
        EXPECT_SAME(report.completeness, MEMUX_COMPLETENESS_COMPLETE);
        EXPECT_SAME(report.codec, MEMUX_CODEC_H264);
        EXPECT_SAME(report.engine, chosen.run.engine);
        EXPECT_SAME(host.released, 1);
        free(host.file.data);
    }
}

/* 1, 2, 3 ... bytes per call: a cut at every place, inside a slice too. */
static void a_callback_that_accepts_part_loses_nothing(void)
{
    static const size_t takes[] = { 1, 2, 3, 5, 17, 1000, 1499 };

    for (int vector = 0; vector < 2; vector++)
        for (size_t i = 0; i < sizeof takes / sizeof *takes; i++) {
            host_sink host = { 0 };
            memux_writer writer = host_writer(&host);
            memux_extract_report report;
            host.max_take = takes[i];
            if (vector)
                use_writev(&writer);
            EXPECT_STATUS(extract_to(&writer, &report, NULL), MEMUX_OK);
            if (!EXPECT(same_bytes(host.file, whole)))
                printf("#   %s, %d at a time\n", vector ? "writev" : "write", (int)takes[i]);
            EXPECT_SAME(report.bytes_written, whole.size);
            free(host.file.data);
        }
}

/* Fails at the first, second ... call with `code`: what came before is there, and the report knows it. */
static void expect_failure_at_each_call(int64_t code, int32_t max_attempts, memux_status wanted)
{
    for (int vector = 0; vector < 2; vector++)
        for (int at = 1; at <= 8; at++) {
            host_sink host = { 0 };
            memux_writer writer = host_writer(&host);
            memux_extract_report report;
            memux_error *error = NULL;
            memux_status status;
            host.max_take = 400;
            host.fault = (fault){ at, 0, code };
            writer.max_attempts = max_attempts;
            if (vector)
                use_writev(&writer);
            status = extract_to(&writer, &report, &error);
            EXPECT_STATUS(status, wanted);
            EXPECT_SAME(memux_error_host_code(error), code);
            EXPECT_SAME(memux_error_offset(error), host.file.size);
            EXPECT_SAME(report.bytes_written, host.file.size);
            EXPECT_SAME(host.writes, max_attempts > 1 ? at + max_attempts - 1 : at);
            EXPECT(host.file.size == 0 || memcmp(host.file.data, whole.data, host.file.size) == 0);
            EXPECT_ERROR(status, &error);
            free(host.file.data);
        }
}

static void a_callback_that_accepts_nothing_is_a_sink_error(void) { expect_failure_at_each_call(0, 0, MEMUX_ERROR_SINK); }

static void a_callback_that_fails_is_a_sink_error_with_its_code(void)
{
    expect_failure_at_each_call(-ENOSPC, 0, MEMUX_ERROR_SINK);
    expect_failure_at_each_call(-1, 0, MEMUX_ERROR_SINK);
    expect_failure_at_each_call(INT32_MIN, 0, MEMUX_ERROR_SINK);
}

static void the_eof_code_of_a_write_is_a_sink_error(void) { expect_failure_at_each_call(MEMUX_IO_EOF, 0, MEMUX_ERROR_SINK); }
static void the_exit_code_of_a_write_is_a_cancellation(void) { expect_failure_at_each_call(MEMUX_IO_EXIT, 0, MEMUX_ERROR_CANCELLED); }

static void try_again_for_ever_is_a_sink_error_after_max_attempts_calls(void)
{
    expect_failure_at_each_call(MEMUX_IO_AGAIN, 1, MEMUX_ERROR_SINK);
    expect_failure_at_each_call(MEMUX_IO_AGAIN, 3, MEMUX_ERROR_SINK);
    expect_failure_at_each_call(-EAGAIN, 2, MEMUX_ERROR_SINK);
}

static void one_try_again_at_any_write_loses_nothing(void)
{
    const int64_t codes[] = { MEMUX_IO_AGAIN, -EAGAIN, -EWOULDBLOCK, -EINTR };

    for (int vector = 0; vector < 2; vector++)
        for (size_t k = 0; k < 4; k++)
            for (int at = 1; at <= 12; at++) {
                host_sink host = { 0 };
                memux_writer writer = host_writer(&host);
                memux_extract_report report;
                host.max_take = 900;
                host.fault = (fault){ at, 2, codes[k] };
                if (vector)
                    use_writev(&writer);
                EXPECT_STATUS(extract_to(&writer, &report, NULL), MEMUX_OK);
                EXPECT(same_bytes(host.file, whole));
                free(host.file.data);
            }
}

static void a_callback_that_claims_more_than_it_was_given_is_an_error(void)
{
    for (int vector = 0; vector < 2; vector++) {
        host_sink host = { 0 };
        memux_writer writer = host_writer(&host);
        memux_extract_report report;
        memux_error *error = NULL;
        memux_status status;
        host.claim_extra = 1;
        if (vector)
            use_writev(&writer);
        status = extract_to(&writer, &report, &error);
        EXPECT_STATUS(status, MEMUX_ERROR_SINK);
        EXPECT(memux_error_host_code(error) > 0);
        EXPECT_ERROR(status, &error);
        EXPECT_SAME(host.writes, 1);
        free(host.file.data);
    }
}

static int largest_write;

static int note_largest(void *opaque, MEMUX_WRITE_CONST uint8_t *buf, int buf_size)
{
    EXPECT(buf != NULL && buf_size > 0 && buf_size <= 1 << 30);
    if (buf_size > largest_write)
        largest_write = buf_size;
    return host_write(opaque, buf, buf_size);
}

static int64_t note_largest_list(void *opaque, const memux_slice *slices, size_t count)
{
    size_t total = 0;

    EXPECT(slices != NULL && count > 0);
    for (size_t i = 0; i < count; i++) {
        EXPECT(slices[i].data != NULL && slices[i].size > 0);
        total += slices[i].size;
    }
    if ((int)total > largest_write)
        largest_write = (int)total;
    return host_writev(opaque, slices, count);
}

static void max_write_is_the_most_that_a_call_is_given(void)
{
    for (int vector = 0; vector < 2; vector++)
        for (int32_t most = 1; most <= 4096; most *= 16) {
            host_sink host = { 0 };
            memux_writer writer = host_writer(&host);
            memux_extract_report report;
            largest_write = 0;
            writer.max_write = most;
            if (vector)
                writer.writev = note_largest_list, writer.write = NULL;
            else
                writer.write = note_largest;
            EXPECT_STATUS(extract_to(&writer, &report, NULL), MEMUX_OK);
            EXPECT(same_bytes(host.file, whole));
            EXPECT(largest_write > 0 && largest_write <= most);
            free(host.file.data);
        }
}

static void a_writer_that_can_seek_receives_the_same_bytes(void)
{
    host_sink host = { 0 };
    memux_writer writer = host_writer(&host);
    memux_extract_report report;

    writer.seek = host_sink_seek;
    EXPECT_STATUS(extract_to(&writer, &report, NULL), MEMUX_OK);
    EXPECT(same_bytes(host.file, whole));
    free(host.file.data);
}

static void the_writer_struct_is_copied_on_entry(void)
{
    host_sink host = { 0 };
    memux_writer writer = host_writer(&host);
    memux_source *source = memory_source(file);
    memux_sink *sink = host_sink_of(&writer);

    memset(&writer, 0xAA, sizeof writer);
    EXPECT_STATUS(memux_extract(source, sink, &chosen.extract, NULL, NULL), MEMUX_OK);
    EXPECT(same_bytes(host.file, whole));
    memux_sink_free(sink);
    memux_source_free(source);
    free(host.file.data);
}

static void each_operation_appends_to_its_sink(void)
{
    memux_source *source = memory_source(file);
    memux_sink *sink = NULL;
    memux_buffer *buffer = NULL;

    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_extract(source, sink, &chosen.extract, NULL, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_extract(source, sink, &chosen.extract, NULL, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_sink_take_buffer(sink, &buffer, NULL), MEMUX_OK);
    EXPECT_SAME(memux_buffer_size(buffer), 2 * whole.size);
    EXPECT(memcmp(memux_buffer_data(buffer), whole.data, whole.size) == 0);
    EXPECT(memcmp(memux_buffer_data(buffer) + whole.size, whole.data, whole.size) == 0);
    memux_buffer_free(buffer);
    memux_sink_free(sink);
    memux_source_free(source);
}

static void taking_the_buffer_empties_the_sink_and_the_buffer_outlives_it(void)
{
    memux_source *source = memory_source(file);
    memux_sink *sink = NULL;
    memux_buffer *first = NULL, *nothing = NULL, *second = NULL;

    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_extract(source, sink, &chosen.extract, NULL, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_sink_take_buffer(sink, &first, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_sink_take_buffer(sink, &nothing, NULL), MEMUX_OK);
    EXPECT_SAME(memux_buffer_size(nothing), 0);
    EXPECT_STATUS(memux_extract(source, sink, &chosen.extract, NULL, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_sink_take_buffer(sink, &second, NULL), MEMUX_OK);
    memux_sink_free(sink);
    memux_source_free(source);
    EXPECT_SAME(memux_buffer_size(first), whole.size);
    EXPECT_SAME(memux_buffer_size(second), whole.size);
    EXPECT(memcmp(memux_buffer_data(first), whole.data, whole.size) == 0);
    EXPECT(memcmp(memux_buffer_data(second), whole.data, whole.size) == 0);
    memux_buffer_free(first);
    memux_buffer_free(nothing);
    memux_buffer_free(second);
}

/* The source fails half-way: what had been written until then is in the buffer, and the report says how much. */
static void after_a_failure_the_buffer_holds_what_was_written(void)
{
    bytes stream = clip("h264.ts"), all = extracted(stream);
    host host = host_of(stream);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_NONE);
    memux_sink *sink = NULL;
    memux_buffer *buffer = NULL;
    memux_extract_report report;

    host.max_read = 4096;
    host.read_fault = (fault){ 12, 1, -EIO };
    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    memux_extract_report_init(&report, sizeof report);
    EXPECT_STATUS(memux_extract(source, sink, NULL, &report, NULL), MEMUX_ERROR_SOURCE);
    EXPECT_STATUS(memux_sink_take_buffer(sink, &buffer, NULL), MEMUX_OK);
    EXPECT(report.bytes_written > 0 && report.bytes_written < all.size);
    EXPECT_SAME(memux_buffer_size(buffer), report.bytes_written);
    EXPECT(memcmp(memux_buffer_data(buffer), all.data, memux_buffer_size(buffer)) == 0);
    memux_buffer_free(buffer);
    memux_sink_free(sink);
    memux_source_free(source);
    free(all.data);
    free(stream.data);
}

static void the_shortest_call_loops_over_short_writes_too(void)
{
    host_sink host = { 0 };
    memux_error *error = NULL;

    host.max_take = 333;
    EXPECT_STATUS(memux_extract_video(file.data, file.size, host_write, &host, &error), MEMUX_OK);
    EXPECT(same_bytes(host.file, whole));
    host.fault = (fault){ host.writes + 3, 0, 0 };
    EXPECT_STATUS(memux_extract_video(file.data, file.size, host_write, &host, &error), MEMUX_ERROR_SINK);
    EXPECT_ERROR(MEMUX_ERROR_SINK, &error);
    free(host.file.data);
}

int main(void)
{
    file = clip("h264.mp4");
    whole = extracted(file);
    RUN_BY_EACH_ENGINE(write_and_writev_receive_the_same_bytes);
    RUN_BY_EACH_ENGINE(a_callback_that_accepts_part_loses_nothing);
    RUN_BY_EACH_ENGINE(a_callback_that_accepts_nothing_is_a_sink_error);
    RUN_BY_EACH_ENGINE(a_callback_that_fails_is_a_sink_error_with_its_code);
    RUN_BY_EACH_ENGINE(the_eof_code_of_a_write_is_a_sink_error);
    RUN_BY_EACH_ENGINE(the_exit_code_of_a_write_is_a_cancellation);
    RUN_BY_EACH_ENGINE(try_again_for_ever_is_a_sink_error_after_max_attempts_calls);
    RUN_BY_EACH_ENGINE(one_try_again_at_any_write_loses_nothing);
    RUN_BY_EACH_ENGINE(a_callback_that_claims_more_than_it_was_given_is_an_error);
    RUN_BY_EACH_ENGINE(max_write_is_the_most_that_a_call_is_given);
    RUN_BY_EACH_ENGINE(a_writer_that_can_seek_receives_the_same_bytes);
    RUN_BY_EACH_ENGINE(the_writer_struct_is_copied_on_entry);
    RUN_BY_EACH_ENGINE(each_operation_appends_to_its_sink);
    RUN_BY_EACH_ENGINE(taking_the_buffer_empties_the_sink_and_the_buffer_outlives_it);
    RUN(after_a_failure_the_buffer_holds_what_was_written);
    RUN(the_shortest_call_loops_over_short_writes_too);
    free(whole.data);
    free(file.data);
    return check_done();
}
