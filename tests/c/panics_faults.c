/* A panic made inside the library never crosses into the host: it is a status, and the next call works. */
#include "host.h"
#include "quiet.h"

#include <pthread.h>

/* There only in builds with the feature `fault-injection`. */
void memux_test_panic_at(int32_t place);

enum { NOWHERE, BELOW_THE_GUARD, IN_READ, IN_SEEK, IN_WRITE, IN_THE_WALK };

static void expect_panic(int place, int32_t seekability)
{
    bytes file = clip("h264_moov_at_end.mp4"), whole = extracted(file);

    for (int from_memory = place == IN_THE_WALK; from_memory < 2; from_memory++) {
        host host = host_of(file);
        host_sink sink_host = { 0 };
        memux_writer writer = host_writer(&sink_host);
        memux_source *source = from_memory ? memory_source(file) : host_source(&host, seekability);
        memux_sink *sink = host_sink_of(&writer);
        memux_error *error = NULL;
        memux_extract_report report;
        memux_status status;

        memux_extract_report_init(&report, sizeof report);
        memux_test_panic_at(place);
        status = memux_extract(source, sink, &chosen.extract, &report, &error);
        memux_test_panic_at(NOWHERE);
        if (!EXPECT_STATUS(status, MEMUX_ERROR_INTERNAL))
            printf("#   place %d, %s\n", place, from_memory ? "memory" : "reader");
        EXPECT_ERROR(status, &error);
        EXPECT_SAME(report.bytes_written, sink_host.file.size);

        /* The same handles go on. */
        sink_host.file.size = sink_host.at = 0;
        EXPECT_STATUS(memux_extract(source, sink, &chosen.extract, &report, &error), MEMUX_OK);
        EXPECT(same_bytes(sink_host.file, whole));
        memux_sink_free(sink);
        memux_source_free(source);
        EXPECT_SAME(host.released + from_memory, 1);
        EXPECT_SAME(sink_host.released, 1);
        free(sink_host.file.data);
    }
    free(whole.data);
    free(file.data);
}

static void a_panic_below_the_guard_is_an_internal_error(void) { expect_panic(BELOW_THE_GUARD, MEMUX_SEEKABILITY_CHEAP); }
static void a_panic_in_the_read_trampoline_is_an_internal_error(void) { expect_panic(IN_READ, MEMUX_SEEKABILITY_CHEAP); }
static void a_panic_in_the_seek_trampoline_is_an_internal_error(void) { expect_panic(IN_SEEK, MEMUX_SEEKABILITY_CHEAP); }
static void a_panic_in_the_write_trampoline_is_an_internal_error(void) { expect_panic(IN_WRITE, MEMUX_SEEKABILITY_CHEAP); }

/* It is no reason to take the other road: a defect is told. */
static void a_panic_in_the_walk_is_an_internal_error(void)
{
    choose(&chosen, MEMUX_ENGINE_AUTO);
    expect_panic(IN_THE_WALK, 0);
    choose(&chosen, MEMUX_ENGINE_FFMPEG);
}

static void the_shortest_calls_are_guarded_too(void)
{
    bytes file = clip("h264.mp4");
    host_sink host = { 0 };
    uint64_t frames = 4711;
    memux_error *error = NULL;
    memux_status status;

    memux_test_panic_at(BELOW_THE_GUARD);
    status = memux_count_frames(file.data, file.size, &frames, &error);
    EXPECT_STATUS(status, MEMUX_ERROR_INTERNAL);
    EXPECT_ERROR(status, &error);
    EXPECT_SAME(frames, 4711);
    memux_test_panic_at(BELOW_THE_GUARD);
    status = memux_extract_video(file.data, file.size, host_write, &host, &error);
    EXPECT_STATUS(status, MEMUX_ERROR_INTERNAL);
    EXPECT_ERROR(status, &error);
    memux_test_panic_at(NOWHERE);
    EXPECT_STATUS(memux_count_frames(file.data, file.size, &frames, &error), MEMUX_OK);
    EXPECT_SAME(frames, 75);
    free(host.file.data);
    free(file.data);
}

/* A container that stays open: what panicked ends it, and gives its source back. */
static void expect_panic_when_open(int place, int at_open)
{
    bytes file = clip("h264_moov_at_end.mp4");
    host host = host_of(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
    memux_input *input = NULL;
    memux_info *info = NULL;
    memux_error *error = NULL;
    memux_packet packet;
    memux_status status;

    memux_packet_init(&packet, sizeof packet);
    if (at_open)
        memux_test_panic_at(place);
    status = memux_input_open(source, NULL, &input, &error);
    if (!at_open) {
        EXPECT_STATUS(status, MEMUX_OK);
        EXPECT_STATUS(memux_input_next(input, &packet, NULL), MEMUX_OK);
        memux_test_panic_at(place);
        while (status == MEMUX_OK)
            status = place == IN_SEEK ? memux_input_seek(input, 0, MEMUX_SEEK_KEYFRAME, NULL, &error)
                                      : memux_input_next(input, &packet, &error);
    }
    memux_test_panic_at(NOWHERE);
    EXPECT_STATUS(status, MEMUX_ERROR_INTERNAL);
    EXPECT_ERROR(status, &error);
    EXPECT(!at_open || input == NULL);
    memux_input_free(input);
    EXPECT_STATUS(memux_probe(source, NULL, &info, NULL, &error), MEMUX_OK);
    EXPECT_SAME(memux_info_container(info)->stream_count, 2);
    memux_info_free(info);
    memux_source_free(source);
    EXPECT_SAME(host.released, 1);
    free(file.data);
}

static void a_panic_ends_an_open_container_and_frees_its_source(void)
{
    for (int at_open = 0; at_open < 2; at_open++) {
        expect_panic_when_open(BELOW_THE_GUARD, at_open);
        expect_panic_when_open(IN_READ, at_open);
    }
    expect_panic_when_open(IN_SEEK, 1);
}

static void a_panic_in_a_probe_is_an_internal_error(void)
{
    static const int places[] = { BELOW_THE_GUARD, IN_READ, IN_SEEK };

    for (int i = 0; i < 3; i++) {
        bytes file = clip("h264_moov_at_end.mp4");
        host host = host_of(file);
        memux_source *source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
        memux_info *info = NULL;
        memux_error *error = NULL;
        memux_status status;
        memux_test_panic_at(places[i]);
        status = memux_probe(source, NULL, &info, NULL, &error);
        memux_test_panic_at(NOWHERE);
        EXPECT_STATUS(status, MEMUX_ERROR_INTERNAL);
        EXPECT(info == NULL);
        EXPECT_ERROR(status, &error);
        EXPECT_STATUS(memux_probe(source, NULL, &info, NULL, NULL), MEMUX_OK);
        memux_info_free(info);
        memux_source_free(source);
        EXPECT_SAME(host.released, 1);
        free(file.data);
    }
}

/* What muxes: into memory first, or straight to the sink. */
static void a_panic_while_muxing_is_an_internal_error(void)
{
    static const int places[] = { BELOW_THE_GUARD, IN_READ, IN_SEEK, IN_WRITE };

    for (int i = 0; i < 4 * 3; i++) {
        bytes file = clip("h264_moov_at_end.mp4");
        host host = host_of(file);
        host_sink sink_host = { 0 };
        memux_writer writer = host_writer(&sink_host);
        memux_source *source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
        memux_sink *sink = host_sink_of(&writer);
        memux_error *error = NULL;
        memux_status status = MEMUX_OK;
        for (int again = 0; again < 2; again++) {
            memux_test_panic_at(again ? NOWHERE : places[i / 3]);
            if (i % 3 == 2) {
                memux_extract_options options;
                memux_extract_options_init(&options, sizeof options);
                options.select = MEMUX_SELECT_INDEX;
                options.stream_index = 1;
                status = memux_extract(source, sink, &options, NULL, &error);
            } else {
                memux_remux_options options;
                memux_remux_options_init(&options, sizeof options);
                options.format = "mp4";
                options.layout = i % 3 ? MEMUX_LAYOUT_FRAGMENTED : MEMUX_LAYOUT_FASTSTART;
                status = memux_remux(source, sink, &options, NULL, &error);
            }
            memux_test_panic_at(NOWHERE);
            if (!EXPECT_STATUS(status, again ? MEMUX_OK : MEMUX_ERROR_INTERNAL))
                printf("#   place %d, trial %d\n", places[i / 3], i % 3);
            EXPECT_ERROR(status, &error);
        }
        EXPECT(sink_host.file.size > 5000);
        memux_sink_free(sink);
        memux_source_free(source);
        EXPECT(host.released == 1 && sink_host.released == 1);
        free(sink_host.file.data);
        free(file.data);
    }
}

/* No output goes on alone then, and each is told. */
static void a_panic_in_one_of_several_outputs_ends_all(void)
{
    static const int places[] = { BELOW_THE_GUARD, IN_READ, IN_SEEK, IN_WRITE };

    for (int i = 0; i < 4; i++) {
        bytes file = clip("h264_moov_at_end.mp4"), whole = extracted(file);
        host host = host_of(file);
        memux_source *source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
        memux_remux_options remux;
        memux_extract_options extract;
        memux_fanout_output outputs[2];
        memux_fanout_result results[2];
        const memux_fanout_output *list[2] = { &outputs[0], &outputs[1] };
        host_sink sinks[2];
        memux_sink *handles[2];
        memux_remux_options_init(&remux, sizeof remux);
        memux_extract_options_init(&extract, sizeof extract);
        remux.format = "matroska";
        memset(sinks, 0, sizeof sinks);
        for (int nth = 0; nth < 2; nth++) {
            memux_writer writer = host_writer(&sinks[nth]);
            handles[nth] = host_sink_of(&writer);
            memux_fanout_output_init(&outputs[nth], sizeof outputs[nth]);
            outputs[nth].sink = handles[nth];
            outputs[nth].result = &results[nth];
            outputs[nth].optional = 1;
        }
        outputs[0].remux = &remux;
        outputs[1].extract = &extract;
        for (int again = 0; again < 2; again++) {
            memux_status expected = again ? MEMUX_OK : MEMUX_ERROR_INTERNAL;
            sinks[1].file.size = sinks[1].at = 0;
            memset(results, 0xAA, sizeof results);
            results[0].struct_size = results[1].struct_size = sizeof results[0];
            memux_test_panic_at(again ? NOWHERE : places[i]);
            if (!EXPECT_STATUS(memux_fanout(source, list, 2, NULL, NULL, NULL), expected))
                printf("#   place %d\n", places[i]);
            memux_test_panic_at(NOWHERE);
            for (int nth = 0; nth < 2; nth++) {
                EXPECT_STATUS(results[nth].status, expected);
                EXPECT((results[nth].error != NULL) == !again);
                memux_error_free(results[nth].error);
            }
        }
        EXPECT(same_bytes(sinks[1].file, whole));
        for (int nth = 0; nth < 2; nth++) {
            memux_sink_free(handles[nth]);
            EXPECT_SAME(sinks[nth].released, 1);
            free(sinks[nth].file.data);
        }
        memux_source_free(source);
        free(whole.data);
        free(file.data);
    }
}

static void *panic_in_thread(void *opaque)
{
    bytes *file = opaque;
    memux_source *source = memory_source(*file);
    uint64_t frames = 0;

    memux_test_panic_at(IN_THE_WALK);
    EXPECT_STATUS(memux_count_frames(file->data, file->size, &frames, NULL), MEMUX_ERROR_INTERNAL);
    memux_test_panic_at(IN_READ);
    EXPECT_STATUS(memux_count(source, &chosen.count, NULL, NULL), MEMUX_ERROR_INTERNAL);
    memux_source_free(source);
    memux_test_panic_at(NOWHERE);
    return NULL;
}

static void a_panic_on_another_thread_ends_no_thread(void)
{
    bytes file = clip("h264.ts");
    uint64_t frames = 0;
    pthread_t thread;

    pthread_create(&thread, NULL, panic_in_thread, &file);
    pthread_join(thread, NULL);
    EXPECT_STATUS(memux_count_frames(file.data, file.size, &frames, NULL), MEMUX_OK);
    EXPECT_SAME(frames, 75);
    free(file.data);
}

static void a_panic_prints_nothing_and_its_error_says_where(void)
{
    bytes file = clip("h264.mp4");
    uint64_t frames = 0;
    memux_error *error = NULL;
    memux_status status;
    quiet quiet = quiet_begin();

    memux_test_panic_at(BELOW_THE_GUARD);
    status = memux_count_frames(file.data, file.size, &frames, &error);
    memux_test_panic_at(NOWHERE);
    EXPECT_SAME(quiet_end(&quiet), 0);
    EXPECT_STATUS(status, MEMUX_ERROR_INTERNAL);
    EXPECT(strstr(memux_error_message(error), ".rs:") != NULL);
    memux_error_free(error);
    free(file.data);
}

int main(void)
{
    choose(&chosen, MEMUX_ENGINE_FFMPEG); /* where the trampolines are */
    RUN(a_panic_below_the_guard_is_an_internal_error);
    RUN(a_panic_in_the_read_trampoline_is_an_internal_error);
    RUN(a_panic_in_the_seek_trampoline_is_an_internal_error);
    RUN(a_panic_in_the_write_trampoline_is_an_internal_error);
    RUN(a_panic_in_the_walk_is_an_internal_error);
    RUN(a_panic_in_a_probe_is_an_internal_error);
    RUN(a_panic_while_muxing_is_an_internal_error);
    RUN(a_panic_in_one_of_several_outputs_ends_all);
    RUN(a_panic_ends_an_open_container_and_frees_its_source);
    RUN(the_shortest_calls_are_guarded_too);
    RUN(a_panic_prints_nothing_and_its_error_says_where);
    RUN(a_panic_on_another_thread_ends_no_thread);
    return check_done();
}
