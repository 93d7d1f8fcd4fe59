/* What reports tell of the host's callbacks, failures that may pass, and connections that are opened anew. */
#include "reports.h"

#include <errno.h>
#include <unistd.h>

/* A host that counts, and loses its connection at each of `every` bytes: what it reads then begins at 0 again until it is
 * made to seek. */
typedef struct network {
    host reading;
    size_t lost_at, every;
    int lost, slow_us, reads, seeks;
} network;

static int network_read(void *opaque, uint8_t *buf, int buf_size)
{
    network *self = opaque;

    self->reads++;
    if (self->slow_us)
        usleep((useconds_t)self->slow_us);
    if (self->every && self->reading.at >= self->lost_at) {
        self->lost_at = self->reading.at + self->every;
        self->reading.at = 0;
        self->lost++;
        return -104;
    }
    return host_read(&self->reading, buf, buf_size);
}

static int64_t network_seek(void *opaque, int64_t offset, int whence)
{
    network *self = opaque;

    self->seeks++;
    return host_seek(&self->reading, offset, whence);
}

static memux_reader network_reader(network *self, bytes file, size_t every)
{
    memux_reader reader;

    memset(self, 0, sizeof *self);
    self->reading = host_of(file);
    self->reading.max_read = 1000;
    self->every = self->lost_at = every;
    reader = host_reader(&self->reading, MEMUX_SEEKABILITY_CHEAP);
    reader.opaque = self;
    reader.read = network_read;
    reader.seek = network_seek;
    reader.release = NULL;
    return reader;
}

static memux_source *source_of(const memux_reader *reader)
{
    memux_source *source = NULL;

    EXPECT_STATUS(memux_source_from_reader(reader, &source, NULL), MEMUX_OK);
    return source;
}

static void every_call_is_counted(void)
{
    bytes file = clip("h264_moov_at_end.mp4");
    network network;
    memux_reader reader = network_reader(&network, file, 0);
    memux_source *source = source_of(&reader);
    host_sink host = { 0 };
    memux_writer writer = host_writer(&host);
    memux_sink *sink;
    memux_remux_options options;
    memux_remux_report report;

    writer.seek = host_sink_seek;
    sink = host_sink_of(&writer);
    network.slow_us = 300;
    host.fault.at = 3;
    host.fault.times = 2;
    host.fault.code = MEMUX_IO_AGAIN;
    memux_remux_options_init(&options, sizeof options);
    options.format = "mp4";
    options.layout = MEMUX_LAYOUT_PROGRESSIVE;
    GARBAGE_REPORT(report);
    EXPECT_STATUS(memux_remux(source, sink, &options, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.io.reads, network.reads);
    EXPECT_SAME(report.io.seeks, network.seeks + host.seeks);
    EXPECT_SAME(report.io.writes, host.writes);
    EXPECT_SAME(report.io.retries, 2);
    EXPECT(report.io.reads > 50 && report.io.writes > 3 && report.io.seeks > 2);
    EXPECT(report.io.callback_us >= report.io.reads * 300 && report.io.longest_callback_us >= 300);
    EXPECT(report.io.longest_callback_us < report.io.callback_us);
    memux_sink_free(sink);
    memux_source_free(source);
    free(host.file.data);
    free(file.data);
}

/* Each operation has a report with them, and each begins at 0. */
static void every_report_has_the_counters(void)
{
    bytes file = clip("h264.mp4");

    for (int job = 0; job < 6; job++) {
        network network;
        memux_reader reader = network_reader(&network, file, 0);
        memux_source *source = source_of(&reader);
        memux_sink *sink = NULL;
        memux_io_counters got;
        memset(&got, 0xAA, sizeof got);
        EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
        if (job == 0) {
            memux_count_report report;
            GARBAGE_REPORT(report);
            EXPECT_STATUS(memux_count(source, NULL, &report, NULL), MEMUX_OK);
            got = report.io;
        } else if (job == 1) {
            memux_extract_report report;
            GARBAGE_REPORT(report);
            EXPECT_STATUS(memux_extract(source, sink, NULL, &report, NULL), MEMUX_OK);
            got = report.io;
        } else if (job == 2) {
            memux_probe_report report;
            memux_info *info = NULL;
            GARBAGE_REPORT(report);
            EXPECT_STATUS(memux_probe(source, NULL, &info, &report, NULL), MEMUX_OK);
            memux_info_free(info);
            got = report.io;
        } else if (job == 3) {
            memux_input_report report;
            memux_input *input = NULL;
            memux_packet packet;
            GARBAGE_REPORT(report);
            memux_packet_init(&packet, sizeof packet);
            EXPECT_STATUS(memux_input_open(source, NULL, &input, NULL), MEMUX_OK);
            while (memux_input_next(input, &packet, NULL) == MEMUX_OK)
                ;
            EXPECT_STATUS(memux_input_get_report(input, &report, NULL), MEMUX_OK);
            memux_input_free(input);
            got = report.io;
        } else if (job == 4) {
            memux_digest_report report;
            memux_digests *digests = NULL;
            GARBAGE_REPORT(report);
            EXPECT_STATUS(memux_digest(source, NULL, &digests, &report, NULL), MEMUX_OK);
            memux_digests_free(digests);
            got = report.io;
        } else {
            memux_extract_options extract;
            memux_fanout_output output;
            const memux_fanout_output *list = &output;
            memux_fanout_report report;
            GARBAGE_REPORT(report);
            memux_extract_options_init(&extract, sizeof extract);
            memux_fanout_output_init(&output, sizeof output);
            output.sink = sink;
            output.extract = &extract;
            EXPECT_STATUS(memux_fanout(source, &list, 1, NULL, &report, NULL), MEMUX_OK);
            got = report.io;
        }
        if (!EXPECT(got.reads > 4 && got.reads == (uint64_t)network.reads && got.seeks == (uint64_t)network.seeks)
            || !EXPECT(got.writes == 0 && got.retries == 0)) /* a buffer of the library is no callback */
            printf("#   job %d: %d of %d reads, %d of %d seeks, %d writes, %d retries\n", job, (int)got.reads, network.reads, (int)got.seeks, network.seeks, (int)got.writes, (int)got.retries);
        memux_sink_free(sink);
        memux_source_free(source);
    }
    free(file.data);
}

static void what_is_walked_calls_nobody_but_the_sink(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    host_sink host = { 0 };
    memux_writer writer = host_writer(&host);
    memux_sink *sink = host_sink_of(&writer);
    memux_extract_report report;

    choose(&chosen, MEMUX_ENGINE_WALK);
    GARBAGE_REPORT(report);
    EXPECT_STATUS(memux_extract(source, sink, &chosen.extract, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.io.reads + report.io.seeks + report.io.retries, 0);
    EXPECT_SAME(report.io.writes, host.writes);
    choose(&chosen, MEMUX_ENGINE_FFMPEG);
    memux_sink_free(sink);
    memux_source_free(source);
    free(host.file.data);
    free(file.data);
}

/* Wherever the connection is lost, the bytes are those of an undisturbed read. */
static void a_reader_that_resumes_gives_the_same_bytes_wherever_it_was_lost(void)
{
    static const int32_t lost[] = { -110, -104 };
    bytes file = clip("h264.mp4"), wanted = extracted(file);

    for (size_t every = 500; every < file.size; every += every < 4000 ? 700 : 9000)
        for (int resumes = 0; resumes < 2; resumes++) {
            network network;
            memux_reader reader = network_reader(&network, file, every);
            memux_source *source;
            host_sink host = { 0 };
            memux_writer writer = host_writer(&host);
            memux_sink *sink = host_sink_of(&writer);
            memux_extract_report report;
            memux_status status;
            reader.transient_codes = lost;
            reader.transient_code_count = 2;
            reader.resume = resumes;
            source = source_of(&reader);
            memux_extract_report_init(&report, sizeof report);
            status = memux_extract(source, sink, &chosen.extract, &report, NULL);
            EXPECT(network.lost > 0);
            if (resumes) {
                EXPECT_STATUS(status, MEMUX_OK);
                EXPECT(same_bytes(host.file, wanted));
                EXPECT_SAME(report.io.retries, network.lost);
            } else {
                EXPECT(status != MEMUX_OK || !same_bytes(host.file, wanted)); /* so the test does test something */
            }
            memux_sink_free(sink);
            memux_source_free(source);
            free(host.file.data);
        }
    free(wanted.data);
    free(file.data);
}

static void a_code_that_is_not_listed_is_a_failure_and_a_listed_one_only_so_often(void)
{
    static const int32_t lost[] = { -104 };
    bytes file = clip("h264.ts");

    for (int listed = 0; listed < 2; listed++) {
        host host = host_of(file);
        memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
        memux_source *source;
        memux_count_report report;
        memux_error *error = NULL;
        host.read_fault.at = 2;
        host.read_fault.code = -104;
        reader.transient_codes = lost;
        reader.transient_code_count = (size_t)listed;
        reader.max_attempts = 4;
        source = source_of(&reader);
        memux_count_report_init(&report, sizeof report);
        EXPECT_STATUS(memux_count(source, NULL, &report, &error), MEMUX_ERROR_SOURCE);
        EXPECT_SAME(memux_error_host_code(error), -104);
        EXPECT_SAME(report.io.retries, listed ? 3 : 0);
        memux_error_free(error);
        memux_source_free(source);
    }
    free(file.data);
}

static void nothing_is_asked_again_when_the_time_for_that_is_up(void)
{
    bytes file = clip("h264.ts");
    host host = host_of(file);
    memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
    memux_source *source;
    double started = now_ms();

    host.read_fault.at = 2;
    host.read_fault.code = MEMUX_IO_AGAIN;
    reader.max_attempts = 1000000;
    reader.retry_within_ms = 50;
    source = source_of(&reader);
    EXPECT_STATUS(memux_count(source, NULL, NULL, NULL), MEMUX_ERROR_SOURCE);
    EXPECT(now_ms() - started < 5000 * slowness());
    memux_source_free(source);
    free(file.data);
}

/* The connection is lost at its second read, and comes back where it likes. */
static int64_t seek_astray(void *opaque, int64_t offset, int whence)
{
    host *self = opaque;

    return self->reads < 2 || whence != MEMUX_WHENCE_SET ? host_seek(opaque, offset, whence) : self->seek_fault.code;
}

static void a_reader_that_resumes_elsewhere_is_told_so(void)
{
    static const int32_t lost[] = { -104 };
    static const int64_t answers[] = { 7, -5, MEMUX_IO_EOF, MEMUX_IO_EXIT };
    bytes file = clip("h264.ts");

    for (int i = 0; i < 4; i++) {
        host host = host_of(file);
        memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_CHEAP);
        memux_source *source;
        memux_error *error = NULL;
        host.read_fault.at = 2;
        host.read_fault.times = 1;
        host.read_fault.code = -104;
        host.seek_fault.code = answers[i];
        reader.seek = seek_astray;
        reader.resume = 1;
        reader.transient_codes = lost;
        reader.transient_code_count = 1;
        source = source_of(&reader);
        EXPECT_STATUS(memux_count(source, &chosen.count, NULL, &error), i == 3 ? MEMUX_ERROR_CANCELLED : MEMUX_ERROR_SOURCE);
        EXPECT_SAME(memux_error_host_code(error), answers[i]);
        EXPECT(i == 3 || strstr(memux_error_message(error), "the seek callback was to go to") != NULL);
        memux_error_free(error);
        memux_source_free(source);
    }
    free(file.data);
}

static void what_cannot_be_is_refused_by_name(void)
{
    static const int32_t wrong[][2] = { { -5, 0 }, { -5, MEMUX_IO_EOF }, { MEMUX_IO_EXIT, -5 } };
    bytes file = clip("h264.ts");

    for (int i = 0; i < 10; i++) {
        host host = host_of(file);
        host_sink taken = { 0 };
        memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
        memux_writer writer = host_writer(&taken);
        memux_source *source = NULL;
        memux_sink *sink = NULL;
        memux_error *error = NULL;
        memux_status status;
        reader.resume = i == 0 ? 1 : i == 1 ? 2 : 0; /* it cannot seek */
        reader.transient_codes = i == 2 || i > 5 ? wrong[i == 2 ? 0 : i % 2 + 1] : NULL;
        reader.transient_code_count = i == 2 || i == 3 || i > 5 ? 2 : 0;
        reader.retry_within_ms = i == 4 ? -1 : 0;
        writer.transient_codes = wrong[i > 5 ? i % 2 + 1 : 0];
        writer.transient_code_count = 2;
        status = i < 5 || i > 7 ? memux_source_from_reader(&reader, &source, &error) : memux_sink_to_writer(&writer, &sink, &error);
        EXPECT_STATUS(status, MEMUX_ERROR_INVALID_ARGUMENT);
        EXPECT(strstr(memux_error_message(error), i < 5 || i > 7 ? "memux_reader." : "memux_writer.") != NULL);
        EXPECT(source == NULL && sink == NULL);
        EXPECT_SAME(i < 5 || i > 7 ? host.released : taken.released, 1);
        memux_error_free(error);
    }
    free(file.data);
}

int main(void)
{
    choose(&chosen, MEMUX_ENGINE_FFMPEG);
    RUN(every_call_is_counted);
    RUN(every_report_has_the_counters);
    RUN(what_is_walked_calls_nobody_but_the_sink);
    RUN(a_reader_that_resumes_gives_the_same_bytes_wherever_it_was_lost);
    RUN(a_code_that_is_not_listed_is_a_failure_and_a_listed_one_only_so_often);
    RUN(nothing_is_asked_again_when_the_time_for_that_is_up);
    RUN(a_reader_that_resumes_elsewhere_is_told_so);
    RUN(what_cannot_be_is_refused_by_name);
    return check_done();
}
