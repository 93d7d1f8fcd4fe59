/* The size of an extraction before it is made, and extraction into the host's own memory. */
#include "host.h"

static const char *const clips[] = {
    "h264.mp4", "h264_moov_at_end.mp4", "h264_fragmented.mp4", "h264.mkv", "h264.ts", "h264.flv", "h264.avi", "cut.mp4",
    "multi_edit.mp4", "two_videos.mp4", "cover_then_video.mp4", "hevc.mp4", "hevc.mkv", "hevc.ts",
};

/* Options by one engine and so many threads. */
typedef struct setup {
    memux_run_options run;
    memux_extract_options extract;
} setup;

static const memux_extract_options *set_up(setup *self, int32_t engine, int32_t threads)
{
    memux_run_options_init(&self->run, sizeof self->run);
    self->run.engine = engine;
    memux_extract_options_init(&self->extract, sizeof self->extract);
    self->extract.run = &self->run;
    self->extract.threads = threads;
    return &self->extract;
}

/* Memory with a margin in front and behind that must stay as it is. */
enum { MARGIN = 64 };

static uint8_t *margined(size_t capacity)
{
    uint8_t *memory = malloc(capacity + 2 * MARGIN);

    if (!memory)
        abort();
    memset(memory, 0xEE, capacity + 2 * MARGIN);
    return memory;
}

static int untouched(const uint8_t *from, const uint8_t *to)
{
    while (from < to && *from == 0xEE)
        from++;
    return from == to;
}

static void the_size_is_that_of_the_output_and_the_output_fits_it_exactly(void)
{
    for (size_t i = 0; i < sizeof clips / sizeof *clips; i++) {
        bytes file = clip(clips[i]), whole = extracted(file);
        memux_source *source = memory_source(file);

        for (int way = 0; way < 3; way++) {
            setup options;
            const memux_extract_options *chosen = set_up(&options, way == 0 ? MEMUX_ENGINE_FFMPEG : MEMUX_ENGINE_AUTO, way);
            memux_extract_report report;
            uint64_t size = 0;
            uint8_t *memory = margined(whole.size);

            memux_extract_report_init(&report, sizeof report);
            EXPECT_STATUS(memux_extract_size(source, chosen, &size, &report, NULL), MEMUX_OK);
            EXPECT_SAME(size, whole.size);
            EXPECT_SAME(report.bytes_written, 0);
            EXPECT(report.packets > 0);
            EXPECT_STATUS(memux_extract_into(source, memory + MARGIN, whole.size, chosen, &report, NULL), MEMUX_OK);
            EXPECT_SAME(report.bytes_written, whole.size);
            if (!EXPECT(memcmp(memory + MARGIN, whole.data, whole.size) == 0))
                printf("#   in %s\n", clips[i]);
            EXPECT(untouched(memory, memory + MARGIN));
            EXPECT(untouched(memory + MARGIN + whole.size, memory + 2 * MARGIN + whole.size));
            free(memory);
        }
        memux_source_free(source);
        free(whole.data);
        free(file.data);
    }
}

static void a_buffer_that_is_too_small_holds_the_beginning_and_the_error_says_how_much_there_is(void)
{
    bytes file = clip("h264.mp4"), whole = extracted(file);
    const size_t capacities[] = { 0, 1, 5000, whole.size - 1 };
    memux_source *source = memory_source(file);
    char wanted[32];

    snprintf(wanted, sizeof wanted, "%lu", (unsigned long)whole.size);
    for (int engine = MEMUX_ENGINE_AUTO; engine <= MEMUX_ENGINE_FFMPEG; engine++) {
        for (size_t i = 0; i < sizeof capacities / sizeof *capacities; i++) {
            size_t capacity = capacities[i];
            uint8_t *memory = margined(capacity);
            setup options;
            memux_extract_report report;
            memux_error *error;
            memux_status status;

            memux_extract_report_init(&report, sizeof report);
            status = memux_extract_into(source, memory + MARGIN, capacity, set_up(&options, engine, 2), &report, &error);
            EXPECT_STATUS(status, MEMUX_ERROR_LIMIT);
            EXPECT_SAME(memux_error_limit(error), MEMUX_LIMIT_OUTPUT);
            EXPECT_SAME(memux_error_offset(error), capacity);
            EXPECT(strstr(memux_error_message(error), wanted) != NULL);
            EXPECT(strstr(memux_error_hint(error), "memux_extract_size") != NULL);
            EXPECT_ERROR(status, &error);
            EXPECT_SAME(report.bytes_written, capacity);
            EXPECT_SAME(report.packets, 75);
            EXPECT(memcmp(memory + MARGIN, whole.data, capacity) == 0);
            EXPECT(untouched(memory, memory + MARGIN));
            EXPECT(untouched(memory + MARGIN + capacity, memory + 2 * MARGIN + capacity));
            free(memory);
        }
    }
    memux_source_free(source);
    free(whole.data);
    free(file.data);
}

static void a_reader_that_cannot_seek_is_extracted_into_memory_too(void)
{
    bytes file = clip("h264.ts"), whole = extracted(file);
    uint8_t *memory = malloc(whole.size);
    host host = host_of(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_NONE);

    EXPECT_STATUS(memux_extract_into(source, memory, whole.size, NULL, NULL, NULL), MEMUX_OK);
    EXPECT(memcmp(memory, whole.data, whole.size) == 0);
    memux_source_free(source);
    EXPECT_SAME(host.released, 1);
    free(memory);
    free(whole.data);
    free(file.data);
}

static void a_cut_input_gives_what_can_be_had_and_says_so(void)
{
    bytes file = clip("h264.mp4"), whole;
    memux_source *source;
    uint64_t size = 0;
    uint8_t *memory;
    memux_extract_report report;

    file.size = file.size * 2 / 3;
    whole = extracted(file);
    source = memory_source(file);
    memory = margined(whole.size);
    memux_extract_report_init(&report, sizeof report);
    EXPECT_STATUS(memux_extract_size(source, NULL, &size, &report, NULL), MEMUX_TRUNCATED);
    EXPECT_SAME(size, whole.size);
    EXPECT_SAME(report.completeness, MEMUX_COMPLETENESS_TRUNCATED);
    EXPECT_STATUS(memux_extract_into(source, memory, whole.size, NULL, &report, NULL), MEMUX_TRUNCATED);
    EXPECT(memcmp(memory, whole.data, whole.size) == 0);
    EXPECT_SAME(report.bytes_written, whole.size);
    memux_source_free(source);
    free(memory);
    free(whole.data);
    free(file.data);
}

static void a_limit_on_output_holds_where_nothing_is_written_too(void)
{
    bytes file = clip("h264.mp4"), whole = extracted(file);
    memux_source *source = memory_source(file);
    memux_limits limits;
    setup options;
    uint64_t size = 4711;
    memux_error *error;
    memux_status status;

    memux_limits_init(&limits, sizeof limits);
    set_up(&options, chosen.run.engine, 0);
    options.run.limits = &limits;
    limits.max_output_bytes = whole.size;
    EXPECT_STATUS(memux_extract_size(source, &options.extract, &size, NULL, NULL), MEMUX_OK);
    EXPECT_SAME(size, whole.size);
    limits.max_output_bytes = whole.size - 1;
    size = 4711;
    status = memux_extract_size(source, &options.extract, &size, NULL, &error);
    EXPECT_STATUS(status, MEMUX_ERROR_LIMIT);
    EXPECT_SAME(memux_error_limit(error), MEMUX_LIMIT_OUTPUT);
    EXPECT_ERROR(status, &error);
    EXPECT_SAME(size, 4711);
    memux_source_free(source);
    free(whole.data);
    free(file.data);
}

static void a_token_that_is_set_ends_both_before_a_byte_is_written(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    memux_cancel *cancel = NULL;
    uint8_t *memory = margined(file.size);
    uint64_t size = 4711;
    setup options;

    EXPECT_STATUS(memux_cancel_create(&cancel, NULL), MEMUX_OK);
    memux_cancel_set(cancel);
    set_up(&options, chosen.run.engine, 2);
    options.run.cancel = cancel;
    EXPECT_STATUS(memux_extract_size(source, &options.extract, &size, NULL, NULL), MEMUX_ERROR_CANCELLED);
    EXPECT_STATUS(memux_extract_into(source, memory, file.size, &options.extract, NULL, NULL), MEMUX_ERROR_CANCELLED);
    EXPECT_SAME(size, 4711);
    EXPECT(untouched(memory, memory + file.size));
    memux_cancel_free(cancel);
    memux_source_free(source);
    free(memory);
    free(file.data);
}

/* The writes that a trace tells of. */
typedef struct heard {
    int writes;
    int64_t bytes;
} heard;

static void hear(void *opaque, const memux_trace_event *event)
{
    heard *self = opaque;

    if (event->kind != MEMUX_TRACE_WRITE)
        return;
    EXPECT_SAME(event->offset, self->bytes);
    self->writes++;
    self->bytes += event->returned;
}

static void a_trace_tells_of_what_is_written_and_of_nothing_that_is_only_measured(void)
{
    bytes file = clip("h264.mp4"), whole = extracted(file);
    memux_source *source = memory_source(file);
    uint8_t *memory = malloc(whole.size);
    heard heard = { 0, 0 };
    uint64_t size = 0;
    setup options;

    set_up(&options, MEMUX_ENGINE_AUTO, 2);
    options.run.trace = hear;
    options.run.trace_opaque = &heard;
    EXPECT_STATUS(memux_extract_size(source, &options.extract, &size, NULL, NULL), MEMUX_OK);
    EXPECT_SAME(heard.writes, 0);
    EXPECT_STATUS(memux_extract_into(source, memory, whole.size, &options.extract, NULL, NULL), MEMUX_OK);
    EXPECT(heard.writes > 1);
    EXPECT_SAME(heard.bytes, whole.size);
    EXPECT(size == whole.size && memcmp(memory, whole.data, whole.size) == 0);
    memux_source_free(source);
    free(memory);
    free(whole.data);
    free(file.data);
}

/* Counts the slices that lie in the host's own memory, and takes what it likes of each call. */
typedef struct gatherer {
    bytes file, taken;
    size_t in_file, outside, most, calls;
} gatherer;

static int64_t gather(void *opaque, const memux_slice *slices, size_t count)
{
    gatherer *self = opaque;
    size_t taken = 0, limit = (self->calls++ * 7919) % 20000 + 1;

    if (count > self->most)
        self->most = count;
    for (size_t i = 0; i < count && taken < limit; i++) {
        size_t size = slices[i].size < limit - taken ? slices[i].size : limit - taken;
        EXPECT(slices[i].size > 0);
        if (slices[i].data >= self->file.data && slices[i].data < self->file.data + self->file.size)
            self->in_file += size;
        else
            self->outside += size;
        memcpy(self->taken.data + self->taken.size, slices[i].data, size);
        self->taken.size += size;
        taken += size;
    }
    return (int64_t)taken;
}

static void a_gather_callback_that_stops_anywhere_receives_the_same_bytes(void)
{
    for (size_t i = 0; i < sizeof clips / sizeof *clips; i++) {
        bytes file = clip(clips[i]), whole = extracted(file);
        gatherer self = { file, { malloc(whole.size + 1), 0 }, 0, 0, 0, 0 };
        memux_source *source = memory_source(file);
        memux_writer writer;
        memux_sink *sink;
        memux_extract_report report;

        memux_writer_init(&writer, sizeof writer);
        memux_extract_report_init(&report, sizeof report);
        writer.opaque = &self;
        writer.writev = gather;
        sink = host_sink_of(&writer);
        EXPECT_STATUS(memux_extract(source, sink, NULL, &report, NULL), MEMUX_OK);
        EXPECT(same_bytes(self.taken, whole));
        EXPECT_SAME(report.bytes_written, whole.size);
        EXPECT(self.most >= 1 && self.most <= 1024);
        /* Of what is walked nothing is copied: all but the start codes is the host's own. */
        if (report.engine == MEMUX_ENGINE_WALK)
            EXPECT(self.in_file > self.outside * 5);
        memux_sink_free(sink);
        memux_source_free(source);
        free(self.taken.data);
        free(whole.data);
        free(file.data);
    }
}

int main(void)
{
    RUN(the_size_is_that_of_the_output_and_the_output_fits_it_exactly);
    RUN(a_buffer_that_is_too_small_holds_the_beginning_and_the_error_says_how_much_there_is);
    RUN(a_reader_that_cannot_seek_is_extracted_into_memory_too);
    RUN(a_cut_input_gives_what_can_be_had_and_says_so);
    RUN_BY_EACH_ENGINE(a_limit_on_output_holds_where_nothing_is_written_too);
    RUN_BY_EACH_ENGINE(a_token_that_is_set_ends_both_before_a_byte_is_written);
    RUN(a_trace_tells_of_what_is_written_and_of_nothing_that_is_only_measured);
    RUN(a_gather_callback_that_stops_anywhere_receives_the_same_bytes);
    return check_done();
}
