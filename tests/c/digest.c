/* Digests of streams: the same in every container, by every road, and none where something fails. */
#include "reports.h"

#include <errno.h>

static memux_digests *digest(memux_source *source, const char *algorithm, memux_status expected, memux_digest_report *report)
{
    memux_digest_options options;
    memux_digests *digests = (memux_digests *)(uintptr_t)&options;
    memux_error *error = NULL;
    memux_status status;

    memux_digest_options_init(&options, sizeof options);
    options.algorithm = algorithm;
    GARBAGE_REPORT(*report);
    status = memux_digest(source, &options, &digests, report, &error);
    EXPECT_STATUS(status, expected);
    EXPECT((status >= 0) == (digests != NULL));
    EXPECT_ERROR(status, &error);
    EXPECT_SAME(report->reserved, 0);
    return digests;
}

/* As `ffmpeg -c copy -f streamhash -hash md5` has them. */
static void digests_are_those_of_ffmpeg(void)
{
    static const char *const names[] = { "h264.mp4", "h264_moov_at_end.mp4", "h264_fragmented.mp4", "h264.mkv" };

    for (int i = 0; i < 4; i++)
        for (int seekability = -1; seekability <= MEMUX_SEEKABILITY_CHEAP; seekability++) {
            bytes file = clip(names[i]);
            host host = host_of(file);
            memux_source *source = seekability < 0 ? memory_source(file) : host_source(&host, seekability);
            memux_digest_report report;
            memux_digests *digests = digest(source, "md5", MEMUX_OK, &report);
            EXPECT_SAME(memux_digests_count(digests), 2);
            EXPECT(strcmp(memux_digests_algorithm(digests), "MD5") == 0);
            EXPECT(strcmp(memux_digests_stream(digests, 0)->value, "4dd8e5a4ca371993682a401ce4d312d3") == 0);
            EXPECT(strcmp(memux_digests_stream(digests, 1)->value, "981e49c8000af2e5267be2285627a309") == 0);
            if (i < 2)
                EXPECT(strcmp(memux_digests_whole(digests), "9e3bfed6d058316ab6b63c24b0dcb326") == 0);
            EXPECT_SAME(memux_digests_stream(digests, 0)->struct_size, sizeof(memux_stream_digest));
            EXPECT(memux_digests_stream(digests, 0)->letter == 'v' && memux_digests_stream(digests, 1)->letter == 'a');
            EXPECT_SAME(memux_digests_stream(digests, 1)->stream_index, 1);
            EXPECT(memux_digests_stream(digests, 2) == NULL && memux_digests_stream(digests, SIZE_MAX) == NULL);
            EXPECT_SAME(report.packets, 206);
            EXPECT_SAME(report.completeness, MEMUX_COMPLETENESS_COMPLETE);
            if (seekability >= 0)
                EXPECT_SAME(report.bytes_read, host.bytes_given);
            memux_source_free(source);
            EXPECT(strlen(memux_digests_whole(digests)) == 32); /* they live on their own */
            memux_digests_free(digests);
            free(file.data);
        }
}

static void a_copy_has_its_inputs_digests_and_a_changed_one_has_not(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    memux_digest_report report;
    memux_digests *wanted = digest(source, NULL, MEMUX_OK, &report), *got;
    memux_remux_options options;
    memux_sink *sink = NULL;
    memux_buffer *buffer = NULL;
    memux_source *copy;

    EXPECT(strcmp(memux_digests_algorithm(wanted), "SHA256") == 0);
    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    memux_remux_options_init(&options, sizeof options);
    options.format = "matroska";
    EXPECT_STATUS(memux_remux(source, sink, &options, NULL, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_sink_take_buffer(sink, &buffer, NULL), MEMUX_OK);
    copy = memory_source((bytes){ (uint8_t *)(uintptr_t)memux_buffer_data(buffer), memux_buffer_size(buffer) });
    got = digest(copy, NULL, MEMUX_OK, &report);
    for (size_t i = 0; i < 2; i++)
        EXPECT(strcmp(memux_digests_stream(got, i)->value, memux_digests_stream(wanted, i)->value) == 0);
    memux_digests_free(got);
    file.data[file.size - 100] ^= 1;
    got = digest(source, NULL, MEMUX_OK, &report);
    EXPECT(strcmp(memux_digests_whole(got), memux_digests_whole(wanted)) != 0);
    memux_digests_free(got);
    memux_digests_free(wanted);
    memux_source_free(copy);
    memux_buffer_free(buffer);
    memux_sink_free(sink);
    memux_source_free(source);
    free(file.data);
}

static void what_is_cut_is_digested_as_far_as_it_goes(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source;
    memux_digest_report report;

    file.size -= 3000;
    source = memory_source(file);
    memux_digests_free(digest(source, NULL, MEMUX_TRUNCATED, &report));
    EXPECT_SAME(report.truncated_at, file.size);
    EXPECT_SAME(report.completeness, MEMUX_COMPLETENESS_TRUNCATED);
    memux_source_free(source);
    free(file.data);
}

static void a_hash_that_is_none_is_refused(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    memux_digest_report report;

    digest(source, "no such hash", MEMUX_ERROR_INVALID_ARGUMENT, &report);
    digest(source, "", MEMUX_ERROR_INVALID_ARGUMENT, &report);
    memux_source_free(source);
    free(file.data);
}

static void every_read_that_fails_is_told(void)
{
    bytes file = clip("h264.mp4");
    int last = 0;

    for (int at = 1; !last; at++) {
        host host = host_of(file);
        memux_source *source;
        memux_digest_report report;
        memux_digest_options options;
        memux_digests *digests = NULL;
        memux_error *error = NULL;
        memux_status status;
        host.max_read = 4000;
        host.read_fault.at = at;
        host.read_fault.code = -EIO;
        source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
        memux_digest_options_init(&options, sizeof options);
        memux_digest_report_init(&report, sizeof report);
        status = memux_digest(source, &options, &digests, &report, &error);
        last = host.reads < at;
        EXPECT_STATUS(status, last ? MEMUX_OK : MEMUX_ERROR_SOURCE);
        EXPECT_SAME(memux_error_host_code(error), last ? 0 : -EIO);
        EXPECT((status >= 0) == (digests != NULL));
        EXPECT_ERROR(status, &error);
        memux_digests_free(digests);
        memux_source_free(source);
    }
    free(file.data);
}

int main(void)
{
    RUN(digests_are_those_of_ffmpeg);
    RUN(a_copy_has_its_inputs_digests_and_a_changed_one_has_not);
    RUN(what_is_cut_is_digested_as_far_as_it_goes);
    RUN(a_hash_that_is_none_is_refused);
    RUN(every_read_that_fails_is_told);
    return check_done();
}
