/* Going to a time in a container that stays open. */
#include "inputs.h"

/* Of the first video stream: the key frame in front of the time, and everything from there on. */
static void a_seek_lands_on_the_key_frame_before_the_time(void)
{
    static const struct { const char *clip; int64_t first_us; } indexed[] = {
        { "h264.mp4", 0 }, { "h264_moov_at_end.mp4", 0 }, { "h264_fragmented.mp4", 80000 }, { "h264.mkv", 23000 }, { "h264.flv", 80000 },
    };

    for (int i = 0; i < 5; i++) {
        bytes file = clip(indexed[i].clip);
        memux_input *input = open_memory(file);
        sequence all = by_memory(file);
        for (int64_t key = 0; key < 5; key++)
            for (int64_t later = 0; later < 500000; later += 199999) {
                int64_t at = indexed[i].first_us + key * 600000, landed = -1;
                sequence got;
                int tail = 0;
                EXPECT_STATUS(memux_input_seek(input, at + later, MEMUX_SEEK_KEYFRAME, &landed, NULL), MEMUX_OK);
                if (!EXPECT_SAME(landed, at))
                    printf("#   %s to %" PRId64 "\n", indexed[i].clip, at + later);
                got = rest_of(input);
                EXPECT_STATUS(got.end, MEMUX_END);
                /* Each stream ends as it does without a seek, and its video begins with that key frame. */
                for (int n = 0; n < got.count && !tail; n++)
                    if (got.packets[n].stream == 0)
                        EXPECT(got.packets[n].flags & MEMUX_PACKET_KEY), tail = 1;
                EXPECT(same_seen(&got.packets[got.count - 1], &all.packets[all.count - 1]));
                EXPECT(key > 0 || got.count == all.count);
            }
        EXPECT_SAME(report_of(input).completeness, MEMUX_COMPLETENESS_COMPLETE);
        memux_input_free(input);
        free(file.data);
    }
}

/* In every container: what is before the time is marked, what is not is not, and the frame at the time can be decoded. */
static void an_exact_seek_shows_from_the_time_on(void)
{
    static const char *const clips[] = { "h264.mp4", "h264_moov_at_end.mp4", "h264_fragmented.mp4", "h264.mkv", "h264.ts",
                                         "h264.flv", "h264.avi", "mpeg2.mpg", "live.webm" };

    for (int i = 0; i < 9; i++) {
        bytes file = clip(clips[i]);
        memux_input *input = open_memory(file);
        for (int64_t at = 700000; at <= 2700000; at += 400000) {
            memux_packet packet;
            memux_status status;
            int64_t landed = -1;
            int shown = 0, decodable = 0;
            EXPECT_STATUS(memux_input_seek(input, at, MEMUX_SEEK_EXACT, &landed, NULL), MEMUX_OK);
            while ((status = next(input, &packet)) == MEMUX_OK) {
                int64_t stamp = packet.pts != MEMUX_NO_TIME ? packet.pts : packet.dts;
                int64_t from = stamp * 1000000 * packet.time_base_num / packet.time_base_den;
                int64_t to = (stamp + packet.duration) * 1000000 * packet.time_base_num / packet.time_base_den;
                int hidden = (packet.flags & MEMUX_PACKET_DISCARD) != 0;
                if (stamp == MEMUX_NO_TIME)
                    continue;
                if (packet.stream_index == 0 && from <= at && (packet.flags & MEMUX_PACKET_KEY))
                    decodable = 1;
                if (!EXPECT(hidden ? to <= at + 1 : to > at - 1 || packet.duration == 0))
                    printf("#   %s to %" PRId64 ", stream %d from %" PRId64 " to %" PRId64 "\n", clips[i], at, (int)packet.stream_index, from, to);
                if (packet.stream_index == 0 && !hidden)
                    shown++;
            }
            EXPECT_STATUS(status, MEMUX_END);
            if (!EXPECT(landed <= at && decodable && shown > 0))
                printf("#   %s to %" PRId64 ", landed %" PRId64 ", decodable %d, shown %d\n", clips[i], at, landed, decodable, shown);
        }
        memux_input_free(input);
        free(file.data);
    }
}

static void a_cover_has_no_time_and_is_shown_after_every_seek(void)
{
    bytes file = clip("cover.m4a");
    memux_input *input = open_memory(file);
    memux_packet packet;

    EXPECT_STATUS(memux_input_seek(input, 1000000, MEMUX_SEEK_EXACT, NULL, NULL), MEMUX_OK);
    while (next(input, &packet) == MEMUX_OK)
        if (packet.stream_index == 1)
            EXPECT_SAME(packet.flags, MEMUX_PACKET_KEY);
    memux_input_free(input);
    free(file.data);
}

static void a_reader_without_seek_refuses_to_and_goes_on(void)
{
    static const char *const names[] = { "h264.mp4", "h264_fragmented.mp4", "h264.mkv", "h264.ts" };

    for (int i = 0; i < 4; i++) {
        bytes file = clip(names[i]);
        host host = host_of(file);
        memux_source *source = host_source(&host, MEMUX_SEEKABILITY_NONE);
        memux_input *input = open_with(source, NULL);
        sequence wanted = by_memory(file), got;
        memux_packet packet;
        memux_error *error = NULL;
        int64_t landed = 4711;
        for (int n = 0; n < 10; n++)
            EXPECT_STATUS(next(input, &packet), MEMUX_OK);
        EXPECT_STATUS(memux_input_seek(input, 1000000, MEMUX_SEEK_KEYFRAME, &landed, &error), MEMUX_ERROR_NEEDS_SEEK);
        EXPECT_SAME(memux_error_stage(error), MEMUX_STAGE_PACKETS);
        EXPECT_ERROR(MEMUX_ERROR_NEEDS_SEEK, &error);
        EXPECT_SAME(landed, 4711);
        got = rest_of(input);
        wanted.count -= 10;
        memmove(wanted.packets, wanted.packets + 10, sizeof *wanted.packets * (size_t)wanted.count);
        EXPECT(same_packets(&wanted, &got));
        EXPECT_STATUS(got.end, MEMUX_END);
        memux_input_free(input);
        memux_source_free(source);
        free(file.data);
    }
}

/* What had to be held in memory can be sought in. */
static void a_spooled_input_can_be_sought_in(void)
{
    bytes file = clip("h264_moov_at_end.mp4");
    host host = host_of(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_NONE);
    memux_input *input = open_with(source, NULL);
    int64_t landed = -1;

    EXPECT_SAME(report_of(input).spooled_bytes, file.size);
    EXPECT_STATUS(memux_input_seek(input, 1300000, MEMUX_SEEK_KEYFRAME, &landed, NULL), MEMUX_OK);
    EXPECT_SAME(landed, 1200000);
    memux_input_free(input);
    memux_source_free(source);
    free(file.data);
}

int main(void)
{
    RUN(a_seek_lands_on_the_key_frame_before_the_time);
    RUN(an_exact_seek_shows_from_the_time_on);
    RUN(a_cover_has_no_time_and_is_shown_after_every_seek);
    RUN(a_reader_without_seek_refuses_to_and_goes_on);
    RUN(a_spooled_input_can_be_sought_in);
    return check_done();
}
