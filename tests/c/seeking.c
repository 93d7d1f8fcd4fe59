/* A host's seek callback, or none: what is asked of it, and what happens when a container needs one. */
#include "reading.h"

static const int32_t seekabilities[] = {
    MEMUX_SEEKABILITY_NONE, MEMUX_SEEKABILITY_AUTO, MEMUX_SEEKABILITY_EXPENSIVE, MEMUX_SEEKABILITY_CHEAP,
};

static void every_seekability_gives_the_same_count(void)
{
    for (size_t c = 0; c < CONTAINERS; c++) {
        bytes file = clip(containers[c]);
        for (size_t s = 0; s < 4; s++) {
            host host = host_of(file);
            memux_reader reader = host_reader(&host, seekabilities[s]);
            memux_count_report report;
            memux_status status = count_reader(&reader, &report, NULL);
            if (!(EXPECT_STATUS(status, MEMUX_OK) & EXPECT_SAME(report.frames, 75)))
                printf("#   %s, seekability %d\n", containers[c], (int)seekabilities[s]);
            EXPECT_SAME(host.released, 1);
            EXPECT_SAME(report.bytes_read, host.bytes_given);
            if (seekabilities[s] == MEMUX_SEEKABILITY_NONE)
                EXPECT_SAME(host.seeks + host.size_questions, 0);
        }
        free(file.data);
    }
}

static void moov_at_the_end_without_seeking_is_spooled_and_counted_right(void)
{
    bytes file = clip("h264_moov_at_end.mp4");
    host host = host_of(file);
    memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
    memux_count_report report;

    EXPECT_STATUS(count_reader(&reader, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.frames, 75);
    EXPECT(report.spooled_bytes > 0 && report.spooled_bytes <= file.size);
    free(file.data);
}

static void what_can_be_read_front_to_back_is_never_spooled(void)
{
    static const char *const names[] = { "h264.mp4", "h264_fragmented.mp4", "h264.ts", "h264.mkv", "h264.flv" };

    for (size_t i = 0; i < 5; i++) {
        bytes file = clip(names[i]);
        host host = host_of(file);
        memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
        memux_count_report report;
        EXPECT_STATUS(count_reader(&reader, &report, NULL), MEMUX_OK);
        if (!EXPECT_SAME(report.spooled_bytes, 0))
            printf("#   %s\n", names[i]);
        free(file.data);
    }
}

static void a_new_reader_is_read_from_where_it_stands_without_a_seek_before(void)
{
    bytes file = clip("h264.ts");
    host host = host_of(file);
    memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_CHEAP);
    memux_count_report report;

    host.seek_fault = (fault){ 1, 1, -5 };
    reader.size = (int64_t)file.size;
    count_reader(&reader, &report, NULL);
    EXPECT(host.first_seek != 0 || host.seeks == 0);
    free(file.data);
}

static void a_second_operation_goes_back_to_byte_zero(void)
{
    bytes file = clip("h264.ts");
    host host = host_of(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);

    for (int i = 0; i < 3; i++) {
        memux_count_report report;
        memux_count_report_init(&report, sizeof report);
        EXPECT_STATUS(memux_count(source, NULL, &report, NULL), MEMUX_OK);
        EXPECT_SAME(report.frames, 75);
        EXPECT(report.truncated_at == MEMUX_UNKNOWN);
    }
    memux_source_free(source);
    EXPECT_SAME(host.released, 1);
    free(file.data);
}

static void a_second_operation_without_seek_says_that_the_source_is_consumed(void)
{
    bytes file = clip("h264.mp4");
    host host = host_of(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_NONE);
    memux_error *error = NULL;
    memux_status status;

    EXPECT_STATUS(memux_count(source, NULL, NULL, NULL), MEMUX_OK);
    status = memux_count(source, NULL, NULL, &error);
    EXPECT_STATUS(status, MEMUX_ERROR_NEEDS_SEEK);
    EXPECT(strstr(memux_error_hint(error), "source already consumed") != NULL);
    EXPECT_ERROR(status, &error);
    memux_source_free(source);
    free(file.data);
}

static void a_try_again_at_a_seek_is_retried_too(void)
{
    bytes file = clip("h264_moov_at_end.mp4");
    host host = host_of(file);
    memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_CHEAP);
    memux_count_report report;

    host.seek_fault = (fault){ 1, 2, MEMUX_IO_AGAIN };
    EXPECT_STATUS(count_reader(&reader, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.frames, 75);
    EXPECT(host.seeks >= 3);
    free(file.data);
}

static int64_t only_set_is_asked(void *opaque, int64_t offset, int whence)
{
    EXPECT(whence == MEMUX_WHENCE_SET);
    EXPECT(offset >= 0);
    return host_seek(opaque, offset, whence);
}

static void a_known_size_is_never_asked_for(void)
{
    for (size_t c = 0; c < CONTAINERS; c++) {
        bytes file = clip(containers[c]);
        host host = host_of(file);
        memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_CHEAP);
        memux_count_report report;
        reader.seek = only_set_is_asked;
        reader.size = (int64_t)file.size;
        EXPECT_STATUS(count_reader(&reader, &report, NULL), MEMUX_OK);
        EXPECT_SAME(report.frames, 75);
        free(file.data);
    }
}

static int questions[8];
static int question_count;

static int64_t note_questions(void *opaque, int64_t offset, int whence)
{
    if (whence != MEMUX_WHENCE_SET && question_count < 8)
        questions[question_count++] = whence;
    EXPECT(whence == MEMUX_WHENCE_SET || offset == 0);
    return host_seek(opaque, offset, whence);
}

static void size_is_asked_for_by_size_then_end_and_both_may_be_refused(void)
{
    for (size_t c = 0; c < CONTAINERS; c++) {
        bytes file = clip(containers[c]);
        for (int refused = 0; refused < 2; refused++) {
            host host = host_of(file);
            memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_CHEAP);
            memux_count_report report;
            question_count = 0;
            host.knows_no_size = refused;
            reader.seek = note_questions;
            if (!(EXPECT_STATUS(count_reader(&reader, &report, NULL), MEMUX_OK) & EXPECT_SAME(report.frames, 75)))
                printf("#   %s, size %s\n", containers[c], refused ? "refused" : "told");
            EXPECT(question_count == 0 || questions[0] == MEMUX_WHENCE_SIZE);
            EXPECT(question_count < 2 || !refused || questions[1] == MEMUX_WHENCE_END);
        }
        free(file.data);
    }
}

static void a_reader_that_cannot_seek_ignores_its_seek_callback(void)
{
    bytes file = clip("h264_moov_at_end.mp4");
    host host = host_of(file);
    memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
    memux_count_report report;

    reader.seek = host_seek;
    EXPECT_STATUS(count_reader(&reader, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.frames, 75);
    EXPECT_SAME(host.seeks + host.size_questions, 0);
    free(file.data);
}

static void a_seekability_without_a_seek_callback_is_refused(void)
{
    host host = host_of((bytes){ NULL, 0 });
    memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_CHEAP);
    memux_source *source = NULL;

    reader.seek = NULL;
    EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(source == NULL);
    EXPECT_SAME(host.released, 1);
}

int main(void)
{
    RUN(every_seekability_gives_the_same_count);
    RUN(moov_at_the_end_without_seeking_is_spooled_and_counted_right);
    RUN(what_can_be_read_front_to_back_is_never_spooled);
    RUN(a_new_reader_is_read_from_where_it_stands_without_a_seek_before);
    RUN(a_second_operation_goes_back_to_byte_zero);
    RUN(a_second_operation_without_seek_says_that_the_source_is_consumed);
    RUN(a_try_again_at_a_seek_is_retried_too);
    RUN(a_known_size_is_never_asked_for);
    RUN(size_is_asked_for_by_size_then_end_and_both_may_be_refused);
    RUN(a_reader_that_cannot_seek_ignores_its_seek_callback);
    RUN(a_seekability_without_a_seek_callback_is_refused);
    return check_done();
}
