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

/* A host that keeps a diary of its calls: each with its kind, and where it reads or is sent to. */
enum { READ = 'r', SET = 's', SIZE = '?', END = 'e', MOST_ENTRIES = 1000 };

typedef struct diary {
    host host;
    int refuses_size_only, count;
    struct { int kind; int64_t at; } calls[MOST_ENTRIES];
} diary;

static void enter(diary *self, int kind, int64_t at)
{
    if (self->count < MOST_ENTRIES) {
        self->calls[self->count].kind = kind;
        self->calls[self->count].at = at;
    }
    self->count++;
}

static int diary_read(void *opaque, uint8_t *buf, int buf_size)
{
    diary *self = opaque;

    enter(self, READ, (int64_t)self->host.at);
    return host_read(&self->host, buf, buf_size);
}

static int64_t diary_seek(void *opaque, int64_t offset, int whence)
{
    diary *self = opaque;

    enter(self, whence == MEMUX_WHENCE_SET ? SET : whence == MEMUX_WHENCE_SIZE ? SIZE : END, offset);
    return whence == MEMUX_WHENCE_SIZE && self->refuses_size_only ? -1 : host_seek(&self->host, offset, whence);
}

/* `size` as in memux_reader: 0 to be asked. */
static memux_source *diary_source(diary *self, bytes file, int32_t seekability, int64_t size)
{
    memux_reader reader = host_reader(&self->host, seekability);
    memux_source *source = NULL;

    memset(self, 0, sizeof *self);
    self->host = host_of(file);
    reader.opaque = self;
    reader.read = diary_read;
    reader.seek = diary_seek;
    reader.release = NULL;
    reader.size = size;
    EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
    return source;
}

/* Whether the diary begins with these calls: a letter each, and the first READ and all SETs at byte 0. */
static int begins_with(const diary *self, const char *kinds)
{
    int fine = EXPECT(self->count >= (int)strlen(kinds) && self->count <= MOST_ENTRIES);

    for (int i = 0; fine && kinds[i] != '\0'; i++)
        fine &= EXPECT_SAME(self->calls[i].kind, kinds[i]) & EXPECT_SAME(self->calls[i].at, 0);
    return fine;
}

/* Counts in each mode, and extracts. */
enum { OPERATIONS = 5, EXTRACT = 4 };

static memux_status operate(memux_source *source, int operation)
{
    choice choice;
    memux_sink *sink = NULL;
    memux_status status;

    choose(&choice, MEMUX_ENGINE_AUTO);
    choice.count.mode = operation;
    if (operation != EXTRACT)
        return memux_count(source, &choice.count, NULL, NULL);
    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    status = memux_extract(source, sink, &choice.extract, NULL, NULL);
    memux_sink_free(sink);
    return status;
}

/* Of these only H.264 has an Annex B form. */
static memux_status wanted_of(const char *name, int operation)
{
    return operation == EXTRACT && strncmp(name, "h264", 4) != 0 ? MEMUX_ERROR_CODEC : MEMUX_OK;
}

static void a_new_reader_is_read_from_byte_zero_without_a_seek_before(void)
{
    static const struct { int size_known, knows_no_size, refuses_size_only; const char *begins; } roads[] = {
        { 1, 0, 0, "r" }, { 0, 0, 0, "?r" }, { 0, 1, 0, "?er" },
        { 0, 0, 1, "?esr" }, /* END has moved the host: it must be brought back */
    };

    for (size_t c = 0; c < CONTAINERS; c++) {
        bytes file = clip(containers[c]);
        for (int trial = 0; trial < 4 * 3 * OPERATIONS; trial++) {
            int road = trial % 4, operation = trial / 12;
            int32_t seekability = seekabilities[1 + trial / 4 % 3];
            diary diary;
            memux_source *source;

            if (slowness() > 5 && trial % OPERATIONS != 0) /* valgrind sees a sample of them */
                continue;
            source = diary_source(&diary, file, seekability, roads[road].size_known ? (int64_t)file.size : 0);
            diary.host.knows_no_size = roads[road].knows_no_size;
            diary.refuses_size_only = roads[road].refuses_size_only;
            if (!(EXPECT_STATUS(operate(source, operation), wanted_of(containers[c], operation))
                  & begins_with(&diary, roads[road].begins)))
                printf("#   %s, operation %d, seekability %d, road %d\n", containers[c], operation, (int)seekability, road);
            memux_source_free(source);
        }
        free(file.data);
    }
}

static void every_later_operation_first_goes_back_to_byte_zero(void)
{
    for (size_t c = 0; c < CONTAINERS; c++) {
        bytes file = clip(containers[c]);
        for (int size_known = 0; size_known < 2; size_known++) {
            diary diary;
            memux_source *source = diary_source(&diary, file, MEMUX_SEEKABILITY_CHEAP, size_known ? (int64_t)file.size : 0);

            EXPECT_STATUS(operate(source, 0), MEMUX_OK);
            for (int operation = 0; operation < OPERATIONS; operation++) {
                diary.count = 0;
                if (!(EXPECT_STATUS(operate(source, operation), wanted_of(containers[c], operation))
                      & begins_with(&diary, "sr")))
                    printf("#   %s, operation %d\n", containers[c], operation);
            }
            memux_source_free(source);
        }
        free(file.data);
    }
}

static void an_operation_that_failed_is_gone_back_behind_too(void)
{
    for (size_t c = 0; c < CONTAINERS; c++) {
        bytes file = clip(containers[c]);
        diary diary;
        memux_source *source = diary_source(&diary, file, MEMUX_SEEKABILITY_CHEAP, (int64_t)file.size);

        diary.host.max_read = 1000;
        for (int at = 1; at < 4; at++) { /* at the very first read too */
            diary.host.read_fault = (fault){ diary.host.reads + at, 1, -5 };
            EXPECT_STATUS(operate(source, 0), MEMUX_ERROR_SOURCE);
            diary.count = 0;
            if (!(EXPECT_STATUS(operate(source, 0), MEMUX_OK) & begins_with(&diary, "sr")))
                printf("#   %s, after a failure at read %d\n", containers[c], at);
        }
        memux_source_free(source);
        free(file.data);
    }
}

static void an_operation_that_made_no_call_leaves_the_reader_new(void)
{
    bytes file = clip("h264.mp4");
    diary diary;
    memux_source *source = diary_source(&diary, file, MEMUX_SEEKABILITY_CHEAP, (int64_t)file.size);

    EXPECT_STATUS(operate(source, 99), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT_SAME(diary.count, 0);
    EXPECT_STATUS(operate(source, 0), MEMUX_OK);
    begins_with(&diary, "r");
    memux_source_free(source);
    free(file.data);
}

static void a_reader_can_be_counted_again_and_again(void)
{
    for (size_t c = 0; c < CONTAINERS; c++) {
        bytes file = clip(containers[c]);
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
    RUN(a_new_reader_is_read_from_byte_zero_without_a_seek_before);
    RUN(every_later_operation_first_goes_back_to_byte_zero);
    RUN(an_operation_that_failed_is_gone_back_behind_too);
    RUN(an_operation_that_made_no_call_leaves_the_reader_new);
    RUN(a_reader_can_be_counted_again_and_again);
    RUN(a_second_operation_without_seek_says_that_the_source_is_consumed);
    RUN(a_try_again_at_a_seek_is_retried_too);
    RUN(a_known_size_is_never_asked_for);
    RUN(size_is_asked_for_by_size_then_end_and_both_may_be_refused);
    RUN(a_reader_that_cannot_seek_ignores_its_seek_callback);
    RUN(a_seekability_without_a_seek_callback_is_refused);
    return check_done();
}
