/* A host's read callback: everything that AVIO leaves to the host is absorbed, and every answer stays right. */
#include "reading.h"

#include <errno.h>

static void short_reads_of_any_length_lose_nothing(void)
{
    static const size_t lengths[] = { 1, 7, 188, 1000, 4096 };

    for (size_t c = 0; c < CONTAINERS; c++) {
        bytes file = clip(containers[c]);
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            host host = host_of(file);
            memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
            memux_count_report report;
            host.max_read = lengths[i];
            if (!(EXPECT_STATUS(count_reader(&reader, &report, NULL), MEMUX_OK) & EXPECT_SAME(report.frames, 75)))
                printf("#   %s, %d at a time\n", containers[c], (int)lengths[i]);
        }
        free(file.data);
    }
}

static void zero_and_the_eof_code_are_both_the_end(void)
{
    for (size_t c = 0; c < CONTAINERS; c++) {
        bytes file = clip(containers[c]);
        for (int zero = 0; zero < 2; zero++) {
            host host = host_of(file);
            memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
            memux_count_report report;
            host.zero_at_end = zero;
            EXPECT_STATUS(count_reader(&reader, &report, NULL), MEMUX_OK);
            EXPECT_SAME(report.frames, 75);
            EXPECT_SAME(report.corrupt_packets, 0);
        }
        free(file.data);
    }
}

static void one_try_again_at_any_read_loses_nothing(void)
{
    const int64_t codes[] = { MEMUX_IO_AGAIN, -EAGAIN, -EWOULDBLOCK, -EINTR };

    for (size_t k = 0; k < 4; k++) {
        bytes file = clip(k % 2 ? "h264.mkv" : "h264_moov_at_end.mp4");
        for (int at = 1; at < 14; at++) {
            host host = host_of(file);
            memux_reader reader = host_reader(&host, k < 2 ? MEMUX_SEEKABILITY_NONE : MEMUX_SEEKABILITY_CHEAP);
            memux_count_report report;
            host.max_read = 4096;
            host.read_fault = (fault){ at, 1, codes[k] };
            EXPECT_STATUS(count_reader(&reader, &report, NULL), MEMUX_OK);
            EXPECT_SAME(report.frames, 75);
        }
        free(file.data);
    }
}

static void try_again_for_ever_is_a_source_error_after_max_attempts_calls(void)
{
    bytes file = clip("h264.mp4");

    for (int attempts = 1; attempts <= 4; attempts++) {
        host host = host_of(file);
        memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
        memux_count_report report;
        memux_error *error = NULL;
        host.read_fault = (fault){ 2, 0, MEMUX_IO_AGAIN };
        host.max_read = 4096;
        reader.max_attempts = attempts;
        EXPECT_STATUS(count_reader(&reader, &report, &error), MEMUX_ERROR_SOURCE);
        EXPECT_SAME(memux_error_host_code(error), MEMUX_IO_AGAIN);
        EXPECT(host.fault_offset > 0);
        EXPECT_SAME(memux_error_offset(error), host.fault_offset);
        EXPECT_SAME(host.reads, 1 + attempts);
        memux_error_free(error);
    }
    free(file.data);
}

static void the_pause_doubles_up_to_its_maximum(void)
{
    bytes file = clip("h264.mp4");
    host host = host_of(file);
    memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
    memux_count_report report;
    double started = now_ms();

    host.read_fault = (fault){ 1, 5, MEMUX_IO_AGAIN };
    reader.retry_delay_ms = 20;
    reader.max_retry_delay_ms = 40;
    EXPECT_STATUS(count_reader(&reader, &report, NULL), MEMUX_OK);
    EXPECT(now_ms() - started >= 20 + 40 + 40 + 40 + 40);
    EXPECT(now_ms() - started < 2000);
    free(file.data);
}

static void an_interrupted_read_is_repeated_at_once(void)
{
    bytes file = clip("h264.mp4");
    host host = host_of(file);
    memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
    memux_count_report report;
    double started = now_ms();

    host.read_fault = (fault){ 1, 50, -EINTR };
    reader.retry_delay_ms = reader.max_retry_delay_ms = 10000;
    EXPECT_STATUS(count_reader(&reader, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.frames, 75);
    EXPECT(now_ms() - started < 5000);
    free(file.data);
}

static void a_read_that_fails_keeps_the_hosts_code_and_the_offset(void)
{
    const int64_t codes[] = { -EIO, -1, -EPIPE, INT32_MIN };

    for (size_t k = 0; k < 4; k++) {
        bytes file = clip("h264.mp4");
        host host = host_of(file);
        memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
        memux_count_report report;
        memux_error *error = NULL;
        host.max_read = 700;
        host.read_fault = (fault){ 3, 1, codes[k] }; /* inside moov */
        EXPECT_STATUS(count_reader(&reader, &report, &error), MEMUX_ERROR_SOURCE);
        EXPECT_SAME(memux_error_host_code(error), codes[k]);
        EXPECT_SAME(memux_error_offset(error), host.fault_offset);
        EXPECT_SAME(host.reads, 3); /* it is not asked again */
        EXPECT_ERROR(MEMUX_ERROR_SOURCE, &error);
        free(file.data);
    }
}

static void the_exit_code_of_a_read_is_a_cancellation(void)
{
    bytes file = clip("h264.mp4");
    host host = host_of(file);
    memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
    memux_count_report report;
    memux_error *error = NULL;

    host.max_read = 4096;
    host.read_fault = (fault){ 3, 0, MEMUX_IO_EXIT };
    EXPECT_STATUS(count_reader(&reader, &report, &error), MEMUX_ERROR_CANCELLED);
    EXPECT_SAME(memux_error_host_code(error), MEMUX_IO_EXIT);
    EXPECT_ERROR(MEMUX_ERROR_CANCELLED, &error);
    free(file.data);
}

static int claim_one_more(void *opaque, uint8_t *buf, int buf_size)
{
    int given = host_read(opaque, buf, buf_size);
    return ((host *)opaque)->reads >= 2 ? buf_size + 1 : given;
}

static void a_read_that_claims_more_than_it_was_asked_for_is_an_error(void)
{
    bytes file = clip("h264.mp4");
    host host = host_of(file);
    memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
    memux_count_report report;
    memux_error *error = NULL;

    reader.read = claim_one_more;
    host.max_read = 4096;
    EXPECT_STATUS(count_reader(&reader, &report, &error), MEMUX_ERROR_SOURCE);
    EXPECT(memux_error_host_code(error) > 1);
    EXPECT_ERROR(MEMUX_ERROR_SOURCE, &error);
    free(file.data);
}

static int asked_for_most;

static int note_largest(void *opaque, uint8_t *buf, int buf_size)
{
    EXPECT(buf != NULL && buf_size > 0 && buf_size <= 1 << 30);
    if (buf_size > asked_for_most)
        asked_for_most = buf_size;
    return host_read(opaque, buf, buf_size);
}

static void buffer_size_is_what_a_read_is_asked_for_at_most(void)
{
    bytes file = clip("h264.ts");

    for (int32_t size = 1024; size <= 65536; size *= 4) {
        host host = host_of(file);
        memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
        memux_count_report report;
        asked_for_most = 0;
        reader.read = note_largest;
        reader.buffer_size = size;
        EXPECT_STATUS(count_reader(&reader, &report, NULL), MEMUX_OK);
        EXPECT_SAME(report.frames, 75);
        EXPECT_SAME(asked_for_most, size);
    }
    free(file.data);
}

static void the_reader_struct_is_copied_on_entry(void)
{
    bytes file = clip("h264.mp4");
    host host = host_of(file);
    memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
    memux_source *source = NULL;
    memux_count_report report;

    EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
    memset(&reader, 0xAA, sizeof reader);
    memux_count_report_init(&report, sizeof report);
    EXPECT_STATUS(memux_count(source, NULL, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.frames, 75);
    memux_source_free(source);
    free(file.data);
}

static void an_empty_input_is_no_format_and_no_crash(void)
{
    host host = host_of((bytes){ NULL, 0 });
    memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
    memux_count_report report;
    memux_error *error = NULL;

    EXPECT_STATUS(count_reader(&reader, &report, &error), MEMUX_ERROR_FORMAT);
    EXPECT_ERROR(MEMUX_ERROR_FORMAT, &error);
}

int main(void)
{
    RUN(short_reads_of_any_length_lose_nothing);
    RUN(zero_and_the_eof_code_are_both_the_end);
    RUN(one_try_again_at_any_read_loses_nothing);
    RUN(try_again_for_ever_is_a_source_error_after_max_attempts_calls);
    RUN(the_pause_doubles_up_to_its_maximum);
    RUN(an_interrupted_read_is_repeated_at_once);
    RUN(a_read_that_fails_keeps_the_hosts_code_and_the_offset);
    RUN(the_exit_code_of_a_read_is_a_cancellation);
    RUN(a_read_that_claims_more_than_it_was_asked_for_is_an_error);
    RUN(buffer_size_is_what_a_read_is_asked_for_at_most);
    RUN(the_reader_struct_is_copied_on_entry);
    RUN(an_empty_input_is_no_format_and_no_crash);
    return check_done();
}
