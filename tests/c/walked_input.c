/* Packets that are walked: pieces of the host's memory, and the same as FFmpeg's, whatever the host does on the way. */
#include "host.h"

enum { MOST = 400 };

typedef struct opened {
    memux_run_options run;
    memux_input_options options;
} opened;

static void prepare(opened *self, int32_t engine)
{
    memux_run_options_init(&self->run, sizeof self->run);
    memux_input_options_init(&self->options, sizeof self->options);
    self->run.engine = engine;
    self->options.run = &self->run;
}

/* The source is freed at once: the input keeps its share of it. */
static memux_status open_input(bytes file, const opened *with, memux_input **input, memux_error **error)
{
    memux_source *source = memory_source(file);
    memux_status status = memux_input_open(source, with ? &with->options : NULL, input, error);

    memux_source_free(source);
    return status;
}

static memux_input *open_by(bytes file, int32_t engine)
{
    memux_input *input = NULL;
    opened with;

    prepare(&with, engine);
    EXPECT_STATUS(open_input(file, &with, &input, NULL), MEMUX_OK);
    return input;
}

static memux_status next(memux_input *input, memux_packet *packet)
{
    memux_packet_init(packet, sizeof *packet);
    return memux_input_next(input, packet, NULL);
}

static memux_input_report report_of(memux_input *input)
{
    memux_input_report report;

    memset(&report, 0xAA, sizeof report);
    report.struct_size = sizeof report;
    EXPECT_STATUS(memux_input_get_report(input, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.reserved, 0);
    return report;
}

static void expect_engine(memux_input *input, int32_t engine, int32_t reason)
{
    memux_input_report report = report_of(input);

    EXPECT_SAME(report.engine, engine);
    EXPECT_SAME(report.engine_reason, reason);
}

static int same_side_data(const memux_packet *a, const memux_packet *b)
{
    int same = EXPECT_SAME(a->side_data_count, b->side_data_count);

    for (size_t i = 0; same && i < a->side_data_count; i++)
        same &= EXPECT_SAME(a->side_data[i].kind, b->side_data[i].kind)
                & EXPECT(strcmp(a->side_data[i].name, b->side_data[i].name) == 0)
                & EXPECT_SAME(a->side_data[i].size, b->side_data[i].size)
                & EXPECT(memcmp(a->side_data[i].data, b->side_data[i].data, a->side_data[i].size) == 0);
    return same;
}

static int same_packet(const memux_packet *a, const memux_packet *b)
{
    return EXPECT_SAME(a->size, b->size) & EXPECT_SAME(a->pts, b->pts) & EXPECT_SAME(a->dts, b->dts)
           & EXPECT_SAME(a->duration, b->duration) & EXPECT_SAME(a->position, b->position)
           & EXPECT_SAME(a->stream_index, b->stream_index) & EXPECT_SAME(a->flags, b->flags)
           & EXPECT_SAME(a->time_base_num, b->time_base_num) & EXPECT_SAME(a->time_base_den, b->time_base_den)
           & (a->size == 0 || EXPECT(memcmp(a->data, b->data, a->size) == 0)) & same_side_data(a, b);
}

/* To the end, packet by packet. Gives how many there were. */
static int same_rest(memux_input *walked, memux_input *read)
{
    memux_packet a, b;
    int count = 0;

    for (;;) {
        memux_status status = next(walked, &a);
        if (!EXPECT_STATUS(next(read, &b), status) || status != MEMUX_OK || !same_packet(&a, &b))
            return count;
        count++;
    }
}

static const char *const clips[] = { "h264.mp4", "h264_moov_at_end.mp4", "hevc.mp4", "audio.m4a", "cover_then_video.mp4",
                                     "vp9.webm", "live.webm" };
enum { CLIPS = sizeof clips / sizeof *clips };

static void what_is_walked_is_what_ffmpeg_reads(void)
{
    for (int i = 0; i < CLIPS; i++) {
        bytes file = clip(clips[i]);
        memux_input *walked = open_by(file, MEMUX_ENGINE_AUTO), *read = open_by(file, MEMUX_ENGINE_FFMPEG);

        EXPECT(same_rest(walked, read) > 100);
        expect_engine(walked, MEMUX_ENGINE_WALK, MEMUX_REASON_NONE);
        expect_engine(read, MEMUX_ENGINE_FFMPEG, MEMUX_REASON_ASKED);
        EXPECT_SAME(report_of(walked).packets, report_of(read).packets);
        EXPECT_SAME(report_of(walked).completeness, report_of(read).completeness);
        EXPECT_SAME(report_of(walked).bytes_read, file.size);
        memux_input_free(read);
        memux_input_free(walked);
        free(file.data);
    }
}

static int released;
static void release(void *opaque) { (void)opaque, released++; }

/* Until the input is freed: packets stay what they are, since nobody but the host can change its memory. */
static void packets_are_pieces_of_the_hosts_memory(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = NULL;
    memux_input *input = NULL;
    memux_packet packets[MOST];
    int count = 0;

    released = 0;
    EXPECT_STATUS(memux_source_from_memory(file.data, file.size, release, NULL, &source, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_input_open(source, NULL, &input, NULL), MEMUX_OK);
    memux_source_free(source);
    while (count < MOST && next(input, &packets[count]) == MEMUX_OK)
        count++;
    EXPECT_SAME(count, 206);
    EXPECT_SAME(released, 0);
    for (int i = 0; i < count; i++) {
        EXPECT(packets[i].data == file.data + packets[i].position);
        EXPECT_SAME(packets[i].padding, 0);
    }
    memux_input_free(input);
    EXPECT_SAME(released, 1);
    free(file.data);
}

static void a_copy_is_padded_and_keeps_its_side_data(void)
{
    bytes file = clip("audio.m4a");
    memux_input *input = open_by(file, MEMUX_ENGINE_WALK);
    memux_kept_packet *kept = NULL;
    memux_packet packet;
    static const uint8_t zeros[64];

    EXPECT_STATUS(next(input, &packet), MEMUX_OK);
    EXPECT_SAME(packet.side_data_count, 1);
    EXPECT(strcmp(packet.side_data->name, "Skip Samples") == 0);
    EXPECT_STATUS(memux_packet_retain(&packet, &kept, NULL), MEMUX_OK);
    same_packet(memux_kept_packet_view(kept), &packet);
    EXPECT_STATUS(next(input, &packet), MEMUX_OK);
    EXPECT_SAME(packet.side_data_count, 0);
    EXPECT(packet.side_data == NULL);
    memux_input_free(input);
    memset(file.data, 0xFF, file.size);
    free(file.data);
    EXPECT_SAME(memux_kept_packet_view(kept)->padding, 64);
    EXPECT(memcmp(memux_kept_packet_view(kept)->data + memux_kept_packet_view(kept)->size, zeros, 64) == 0);
    memux_kept_packet_free(kept);
}

static void asking_what_the_container_holds_does_not_end_the_walk(void)
{
    bytes file = clip("h264.mp4");
    memux_input *walked = open_by(file, MEMUX_ENGINE_AUTO), *read = open_by(file, MEMUX_ENGINE_FFMPEG);

    for (int i = 0; i < 3; i++) {
        memux_info *infos[2] = { NULL, NULL };
        memux_packet a, b;
        EXPECT_STATUS(memux_input_info(walked, &infos[0], NULL), MEMUX_OK);
        EXPECT_STATUS(memux_input_info(read, &infos[1], NULL), MEMUX_OK);
        EXPECT_SAME(memux_info_container(infos[0])->duration_us, memux_info_container(infos[1])->duration_us);
        memux_info_free(infos[0]);
        memux_info_free(infos[1]);
        EXPECT_STATUS(next(walked, &a), MEMUX_OK);
        EXPECT_STATUS(next(read, &b), MEMUX_OK);
        same_packet(&a, &b);
    }
    EXPECT_SAME(same_rest(walked, read), 203);
    expect_engine(walked, MEMUX_ENGINE_WALK, MEMUX_REASON_NONE);
    memux_input_free(read);
    memux_input_free(walked);
    free(file.data);
}

static void a_seek_goes_where_ffmpeg_goes(void)
{
    static const int64_t times[] = { -5, 0, 999999, 1000000, 2960000, 60000000 };
    bytes file = clip("h264.mp4");

    for (size_t i = 0; i < 2 * sizeof times / sizeof *times; i++) {
        int mode = i % 2 ? MEMUX_SEEK_EXACT : MEMUX_SEEK_KEYFRAME;
        memux_input *both[2] = { open_by(file, MEMUX_ENGINE_AUTO), open_by(file, MEMUX_ENGINE_FFMPEG) };
        int64_t landed[2] = { 1, 2 };
        for (int road = 0; road < 2; road++) {
            memux_packet packet;
            for (size_t packets = 0; packets < 9 * i; packets++)
                EXPECT_STATUS(next(both[road], &packet), MEMUX_OK);
            EXPECT_STATUS(memux_input_seek(both[road], times[i / 2], mode, &landed[road], NULL), MEMUX_OK);
        }
        EXPECT_SAME(landed[0], landed[1]);
        same_rest(both[0], both[1]);
        expect_engine(both[0], MEMUX_ENGINE_FFMPEG, MEMUX_REASON_JOB);
        EXPECT_SAME(report_of(both[0]).packets, report_of(both[1]).packets);
        memux_input_free(both[1]);
        memux_input_free(both[0]);
    }
    free(file.data);
}

/* The side data of the packet given last stand until the next call that gives one. */
static void streams_are_chosen_in_the_middle(void)
{
    static const int32_t sound = 1, all[] = { 0, 1 }, none = 9;
    bytes file = clip("h264.mp4");
    memux_input *walked = open_by(file, MEMUX_ENGINE_AUTO), *read = open_by(file, MEMUX_ENGINE_FFMPEG);
    memux_packet a, b;

    for (int i = 0; i < 10; i++)
        EXPECT_STATUS(next(walked, &a), next(read, &b));
    EXPECT_STATUS(memux_input_select(walked, &none, 1, NULL), MEMUX_ERROR_NO_STREAM);
    EXPECT_STATUS(memux_input_select(walked, &sound, 1, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_input_select(read, &sound, 1, NULL), MEMUX_OK);
    EXPECT_STATUS(next(walked, &a), next(read, &b));
    same_packet(&a, &b);
    EXPECT_SAME(a.stream_index, 1);
    expect_engine(walked, MEMUX_ENGINE_WALK, MEMUX_REASON_NONE);
    EXPECT_STATUS(memux_input_select(walked, all, 2, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_input_select(read, all, 2, NULL), MEMUX_OK);
    same_packet(&a, &b);
    EXPECT(same_rest(walked, read) > 100);
    expect_engine(walked, MEMUX_ENGINE_FFMPEG, MEMUX_REASON_STRUCTURE);
    memux_input_free(read);
    memux_input_free(walked);
    free(file.data);
}

static void the_engine_is_the_hosts_to_choose(void)
{
    bytes file = clip("h264.mp4"), other = clip("h264.flv");
    host reading = host_of(file);
    memux_source *reader = host_source(&reading, MEMUX_SEEKABILITY_CHEAP);
    memux_input *input = NULL;
    memux_packet packet;
    opened with;

    prepare(&with, 3);
    EXPECT_STATUS(open_input(file, &with, &input, NULL), MEMUX_ERROR_INVALID_ARGUMENT);
    prepare(&with, MEMUX_ENGINE_WALK);
    EXPECT_STATUS(open_input(other, &with, &input, NULL), MEMUX_ERROR_UNSUPPORTED);
    EXPECT_STATUS(memux_input_open(reader, &with.options, &input, NULL), MEMUX_ERROR_UNSUPPORTED);
    EXPECT(input == NULL);
    EXPECT_SAME(reading.reads + reading.seeks + reading.size_questions, 0);
    input = open_by(file, MEMUX_ENGINE_WALK);
    EXPECT_STATUS(memux_input_seek(input, 0, MEMUX_SEEK_EXACT, NULL, NULL), MEMUX_ERROR_UNSUPPORTED);
    for (int i = 0; i < 206; i++)
        EXPECT_STATUS(next(input, &packet), MEMUX_OK);
    EXPECT_STATUS(next(input, &packet), MEMUX_END);
    EXPECT_STATUS(next(input, &packet), MEMUX_END);
    memux_input_free(input);
    prepare(&with, MEMUX_ENGINE_AUTO);
    EXPECT_STATUS(memux_input_open(reader, &with.options, &input, NULL), MEMUX_OK);
    expect_engine(input, MEMUX_ENGINE_FFMPEG, MEMUX_REASON_SOURCE);
    memux_input_free(input);
    memux_source_free(reader);
    free(other.data);
    free(file.data);
}

/* A limit, or what is cut, is FFmpeg's to tell of. */
static void expect_same_end(bytes file, const memux_limits *limits)
{
    memux_input *both[2] = { NULL, NULL };
    memux_error *errors[2] = { NULL, NULL };
    memux_status opened_as[2];

    for (int road = 0; road < 2; road++) {
        opened with;
        prepare(&with, road ? MEMUX_ENGINE_FFMPEG : MEMUX_ENGINE_AUTO);
        with.run.limits = limits;
        opened_as[road] = open_input(file, &with, &both[road], &errors[road]);
    }
    EXPECT_STATUS(opened_as[0], opened_as[1]);
    if (opened_as[0] == MEMUX_OK) {
        memux_input_report walked, read;
        same_rest(both[0], both[1]);
        walked = report_of(both[0]);
        read = report_of(both[1]);
        EXPECT_SAME(walked.packets, read.packets);
        EXPECT_SAME(walked.completeness, read.completeness);
        EXPECT_SAME(walked.truncated_at, read.truncated_at);
    } else {
        EXPECT(strcmp(memux_error_message(errors[0]), memux_error_message(errors[1])) == 0);
        EXPECT_SAME(memux_error_limit(errors[0]), memux_error_limit(errors[1]));
    }
    for (int road = 0; road < 2; road++) {
        memux_input_free(both[road]);
        memux_error_free(errors[road]);
    }
}

static void limits_are_met_as_on_the_other_road(void)
{
    bytes file = clip("h264.mp4");
    memux_limits limits;

    for (uint64_t most = 64; most < 4096; most *= 2) {
        memux_limits_init(&limits, sizeof limits);
        limits.max_packet_bytes = most;
        expect_same_end(file, &limits);
    }
    memux_limits_init(&limits, sizeof limits);
    limits.max_streams = 1;
    expect_same_end(file, &limits);
    free(file.data);
}

static void a_cut_input_ends_as_on_the_other_road(void)
{
    for (int i = 0; i < 2; i++) {
        bytes file = clip(clips[i]);
        for (size_t part = 1; part < 24; part++) {
            bytes cut = { NULL, file.size * part / 24 };
            cut.data = malloc(cut.size);
            if (!cut.data)
                abort();
            memcpy(cut.data, file.data, cut.size);
            expect_same_end(cut, NULL);
            free(cut.data);
        }
        free(file.data);
    }
}

static int progress_left;
static int stop(void *opaque, const memux_progress *progress)
{
    (void)opaque, (void)progress;
    return progress_left-- <= 0;
}

static void a_host_can_stop_it(void)
{
    bytes file = clip("h264.mp4");
    memux_input *input = NULL;
    memux_packet packet;
    opened with;
    int count = 0;

    prepare(&with, MEMUX_ENGINE_WALK);
    with.run.progress = stop;
    progress_left = 20;
    EXPECT_STATUS(open_input(file, &with, &input, NULL), MEMUX_OK);
    while (next(input, &packet) == MEMUX_OK)
        count++;
    EXPECT(count > 10 && count <= 20);
    EXPECT_STATUS(next(input, &packet), MEMUX_ERROR_CANCELLED);
    expect_engine(input, MEMUX_ENGINE_WALK, MEMUX_REASON_NONE);
    memux_input_free(input);
    free(file.data);
}

int main(void)
{
    RUN(what_is_walked_is_what_ffmpeg_reads);
    RUN(packets_are_pieces_of_the_hosts_memory);
    RUN(a_copy_is_padded_and_keeps_its_side_data);
    RUN(asking_what_the_container_holds_does_not_end_the_walk);
    RUN(a_seek_goes_where_ffmpeg_goes);
    RUN(streams_are_chosen_in_the_middle);
    RUN(the_engine_is_the_hosts_to_choose);
    RUN(limits_are_met_as_on_the_other_road);
    RUN(a_cut_input_ends_as_on_the_other_road);
    RUN(a_host_can_stop_it);
    return check_done();
}
