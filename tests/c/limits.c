/* Every limit: enough is enough, one less is refused by name, unlimited is unlimited. */
#include "host.h"

#include <sys/resource.h>

/* Counts (or, given a sink, extracts) under `limits`; the error's limit goes to *which. */
static memux_status limited(memux_source *source, memux_sink *sink, const memux_limits *limits, int32_t *which, uint64_t *spooled)
{
    memux_count_report report;
    memux_error *error = NULL;
    memux_status status;

    chosen.run.limits = limits;
    memux_count_report_init(&report, sizeof report);
    status = sink ? memux_extract(source, sink, &chosen.extract, NULL, &error)
                  : memux_count(source, &chosen.count, &report, &error);
    chosen.run.limits = NULL;
    *which = memux_error_limit(error);
    if (spooled)
        *spooled = report.spooled_bytes;
    if (*which != MEMUX_LIMIT_NONE)
        EXPECT(memux_error_hint(error)[0] != '\0'); /* which member to raise */
    EXPECT_ERROR(status, &error);
    return status;
}

/* The smallest value of one member with which the clip is still counted. */
static uint64_t smallest_that_does(bytes file, size_t member, uint64_t known_good)
{
    uint64_t low = 0, high = known_good; /* low fails (0 means the default, so it is never tried), high does */
    int32_t which;

    while (high - low > 1) {
        memux_source *source = memory_source(file);
        memux_limits limits;
        uint64_t middle = low + (high - low) / 2;
        memux_limits_init(&limits, sizeof limits);
        memcpy((char *)&limits + member, &middle, sizeof middle);
        if (limited(source, NULL, &limits, &which, NULL) == MEMUX_OK)
            high = middle;
        else
            low = middle;
        memux_source_free(source);
    }
    return high;
}

static void expect_limit(bytes file, size_t offset, uint64_t value, memux_status wanted, int32_t limit)
{
    memux_source *source = memory_source(file);
    memux_limits limits;
    int32_t which;

    memux_limits_init(&limits, sizeof limits);
    memcpy((char *)&limits + offset, &value, sizeof value);
    if (!(EXPECT_STATUS(limited(source, NULL, &limits, &which, NULL), wanted) & EXPECT_SAME(which, limit)))
        printf("#   with %" PRIu64 "\n", value);
    memux_source_free(source);
}

static void as_many_streams_as_allowed_and_not_one_more(void)
{
    const size_t member = offsetof(memux_limits, max_streams);
    bytes file = clip("two_videos.mp4"), stream = clip("h264.ts");

    expect_limit(file, member, 3, MEMUX_OK, MEMUX_LIMIT_NONE);
    expect_limit(file, member, 2, MEMUX_ERROR_LIMIT, MEMUX_LIMIT_STREAMS);
    expect_limit(file, member, 1, MEMUX_ERROR_LIMIT, MEMUX_LIMIT_STREAMS);
    expect_limit(file, member, MEMUX_UNKNOWN, MEMUX_OK, MEMUX_LIMIT_NONE);
    expect_limit(stream, member, 2, MEMUX_OK, MEMUX_LIMIT_NONE);
    expect_limit(stream, member, 1, MEMUX_ERROR_LIMIT, MEMUX_LIMIT_STREAMS);
    free(file.data);
    free(stream.data);
}

/* These have no header: their streams show as they come. */
static void streams_that_show_late_are_counted_too(void)
{
    static const char *const names[] = { "h264.flv", "mpeg2.mpg" };
    const size_t member = offsetof(memux_limits, max_streams);

    for (size_t i = 0; i < 2; i++) {
        bytes file = clip(names[i]);
        expect_limit(file, member, 2, MEMUX_OK, MEMUX_LIMIT_NONE);
        expect_limit(file, member, 1, MEMUX_ERROR_LIMIT, MEMUX_LIMIT_STREAMS);
        free(file.data);
    }
}

/* The library's own choice, which is the walk as long as no limit is met, and FFmpeg's road to say which one is. */
static void run_by_each_choice(const char *promise, void (*test)(void))
{
    char name[160];

    for (int32_t engine = MEMUX_ENGINE_AUTO; engine <= MEMUX_ENGINE_FFMPEG; engine++) {
        choose(&chosen, engine);
        snprintf(name, sizeof name, "%s, by engine %s", promise, engine == MEMUX_ENGINE_AUTO ? "auto" : "ffmpeg");
        check_run(name, test);
    }
}
#define RUN_BY_EACH_CHOICE(test) run_by_each_choice(#test, test)

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Where `tag` lies in the clip. */
static uint8_t *find(bytes file, const char *tag)
{
    for (size_t at = 0; at + 4 <= file.size; at++)
        if (memcmp(file.data + at, tag, 4) == 0)
            return file.data + at;
    MISSING("the box to be in the clip");
    return file.data;
}

/* What the clip's own table of the video's samples says: type, version and flags, one size for all, their number, sizes. */
static uint64_t largest_sample(bytes file)
{
    const uint8_t *table = find(file, "stsz");
    uint32_t count = get32(table + 12), largest = 0;

    for (uint32_t i = 0; i < count; i++)
        if (get32(table + 16 + 4 * i) > largest)
            largest = get32(table + 16 + 4 * i);
    return largest;
}

static void a_packet_as_large_as_allowed_and_not_a_byte_more(void)
{
    static const char *const names[] = { "h264.mp4", "h264.mkv", "h264.ts" };
    const size_t member = offsetof(memux_limits, max_packet_bytes);

    for (size_t i = 0; i < 3; i++) {
        bytes file = clip(names[i]);
        uint64_t largest = smallest_that_does(file, member, file.size);
        EXPECT(largest > 500 && largest < file.size);
        if (i == 0)
            EXPECT_SAME(largest, largest_sample(file));
        expect_limit(file, member, largest, MEMUX_OK, MEMUX_LIMIT_NONE);
        expect_limit(file, member, largest - 1, MEMUX_ERROR_LIMIT, MEMUX_LIMIT_PACKET);
        expect_limit(file, member, 1, MEMUX_ERROR_LIMIT, MEMUX_LIMIT_PACKET);
        expect_limit(file, member, MEMUX_UNKNOWN, MEMUX_OK, MEMUX_LIMIT_NONE);
        free(file.data);
    }
}

static void expect_limits_of_head(const char *name)
{
    const size_t member = offsetof(memux_limits, max_probe_bytes);
    bytes file = clip(name);
    uint64_t enough = smallest_that_does(file, member, 5000000);

    expect_limit(file, member, enough, MEMUX_OK, MEMUX_LIMIT_NONE);
    expect_limit(file, member, MEMUX_UNKNOWN, MEMUX_OK, MEMUX_LIMIT_NONE);
    if (enough > 1) {
        expect_limit(file, member, enough - 1, MEMUX_ERROR_LIMIT, MEMUX_LIMIT_PROBE);
        expect_limit(file, member, 1, MEMUX_ERROR_LIMIT, MEMUX_LIMIT_PROBE);
    }
    printf("# %s is counted with %" PRIu64 " bytes of probing\n", name, enough);
    free(file.data);
}

static void a_head_as_long_as_allowed_and_not_a_byte_more(void)
{
    expect_limits_of_head("h264.mp4");
    expect_limits_of_head("h264.mkv");
    expect_limits_of_head("h264.ts");
    expect_limits_of_head("h264.flv");
    expect_limits_of_head("mpeg2.mpg");
}

static void as_much_is_spooled_as_allowed_and_not_a_byte_more(void)
{
    bytes file = clip("h264_moov_at_end.mp4");
    const struct { uint64_t most; memux_status wanted; int32_t limit; } trials[] = {
        { file.size, MEMUX_OK, MEMUX_LIMIT_NONE }, { file.size - 1, MEMUX_ERROR_NEEDS_SEEK, MEMUX_LIMIT_SPOOL },
        { 1, MEMUX_ERROR_NEEDS_SEEK, MEMUX_LIMIT_SPOOL }, { MEMUX_UNKNOWN, MEMUX_OK, MEMUX_LIMIT_NONE },
    };

    for (size_t i = 0; i < 4; i++) {
        host host = host_of(file);
        memux_source *source = host_source(&host, MEMUX_SEEKABILITY_NONE);
        memux_limits limits;
        int32_t which;
        uint64_t spooled;
        memux_limits_init(&limits, sizeof limits);
        limits.max_spool_bytes = trials[i].most;
        EXPECT_STATUS(limited(source, NULL, &limits, &which, &spooled), trials[i].wanted);
        EXPECT_SAME(which, trials[i].limit);
        EXPECT(spooled <= trials[i].most);
        memux_source_free(source);
    }
    free(file.data);
}

static void as_much_is_written_as_allowed_and_not_a_byte_more(void)
{
    bytes file = clip("h264.mp4"), whole = extracted(file);
    const struct { uint64_t most; memux_status wanted; int32_t limit; } trials[] = {
        { whole.size, MEMUX_OK, MEMUX_LIMIT_NONE }, { whole.size - 1, MEMUX_ERROR_LIMIT, MEMUX_LIMIT_OUTPUT },
        { 1, MEMUX_ERROR_LIMIT, MEMUX_LIMIT_OUTPUT }, { MEMUX_UNKNOWN, MEMUX_OK, MEMUX_LIMIT_NONE },
    };

    for (size_t i = 0; i < 4; i++)
        for (int to_buffer = 0; to_buffer < 2; to_buffer++) {
            host_sink host = { 0 };
            memux_writer writer = host_writer(&host);
            memux_source *source = memory_source(file);
            memux_sink *sink = NULL;
            memux_buffer *buffer = NULL;
            memux_limits limits;
            int32_t which;
            memux_limits_init(&limits, sizeof limits);
            limits.max_output_bytes = trials[i].most;
            if (to_buffer)
                EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
            else
                sink = host_sink_of(&writer);
            EXPECT_STATUS(limited(source, sink, &limits, &which, NULL), trials[i].wanted);
            EXPECT_SAME(which, trials[i].limit);
            EXPECT(host.file.size <= trials[i].most);
            if (to_buffer) {
                EXPECT_STATUS(memux_sink_take_buffer(sink, &buffer, NULL), MEMUX_OK);
                EXPECT(memux_buffer_size(buffer) <= trials[i].most);
                memux_buffer_free(buffer);
            }
            memux_sink_free(sink);
            memux_source_free(source);
            free(host.file.data);
        }
    free(whole.data);
    free(file.data);
}

static void the_output_limit_is_of_each_operation_not_of_the_sink(void)
{
    bytes file = clip("h264.mp4"), whole = extracted(file);
    memux_source *source = memory_source(file);
    memux_sink *sink = NULL;
    memux_limits limits;
    int32_t which;

    memux_limits_init(&limits, sizeof limits);
    limits.max_output_bytes = whole.size;
    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    EXPECT_STATUS(limited(source, sink, &limits, &which, NULL), MEMUX_OK);
    EXPECT_STATUS(limited(source, sink, &limits, &which, NULL), MEMUX_OK);
    memux_sink_free(sink);
    memux_source_free(source);
    free(whole.data);
    free(file.data);
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        *at++ = (uint8_t)(value >> shift);
    return at;
}

static long peak_kib(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* 2^32 samples of one byte each, all in one entry of stts, in a file of 4 KiB. */
static void a_small_file_that_claims_two_to_the_32_samples_peaks_under_16_mib(void)
{
    bytes file = clip("h264.mp4");
    uint64_t frames = 0;
    memux_error *error = NULL;
    memux_status status;
    long before;

    /* Code and tables are loaded, FFmpeg's too. */
    expect_limit(file, offsetof(memux_limits, max_streams), 0, MEMUX_OK, MEMUX_LIMIT_NONE);
    put32(put32(find(file, "stsz") + 8, 1), 0xFFFFFFFF);
    put32(put32(find(file, "stts") + 8, 1), 0xFFFFFFFF);
    before = peak_kib();
    status = memux_count_frames(file.data, file.size < 4096 ? file.size : 4096, &frames, &error);
    EXPECT(status != MEMUX_OK);
    EXPECT_ERROR(status, &error);
    status = memux_count_frames(file.data, file.size, &frames, &error);
    EXPECT(status != MEMUX_OK);
    EXPECT_ERROR(status, &error);
    choose(&chosen, MEMUX_ENGINE_WALK);
    expect_limit(file, offsetof(memux_limits, max_streams), 0, MEMUX_ERROR_UNSUPPORTED, MEMUX_LIMIT_NONE);
    choose(&chosen, MEMUX_ENGINE_FFMPEG);
    EXPECT(peak_kib() - before < 16 * 1024);
    free(file.data);
}

int main(void)
{
    choose(&chosen, MEMUX_ENGINE_FFMPEG);
    RUN(a_small_file_that_claims_two_to_the_32_samples_peaks_under_16_mib);
    RUN_BY_EACH_CHOICE(as_many_streams_as_allowed_and_not_one_more);
    RUN_BY_EACH_CHOICE(streams_that_show_late_are_counted_too);
    RUN_BY_EACH_CHOICE(a_packet_as_large_as_allowed_and_not_a_byte_more);
    RUN_BY_EACH_CHOICE(a_head_as_long_as_allowed_and_not_a_byte_more);
    RUN(as_much_is_spooled_as_allowed_and_not_a_byte_more);
    RUN_BY_EACH_CHOICE(as_much_is_written_as_allowed_and_not_a_byte_more);
    RUN_BY_EACH_CHOICE(the_output_limit_is_of_each_operation_not_of_the_sink);
    return check_done();
}
