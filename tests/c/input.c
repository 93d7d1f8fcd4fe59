/* A container that stays open: its packets, choosing streams, copies, and how it ends. */
#include "inputs.h"

static const char *const clips[] = { "h264.mp4", "h264_moov_at_end.mp4", "h264_fragmented.mp4", "h264.mkv", "h264.ts", "h264.flv",
                                     "h264.avi", "mpeg2.mpg", "live.webm", "cut.mp4", "cover.m4a" };
enum { CLIPS = sizeof clips / sizeof *clips };

static void packets_are_the_same_by_every_road(void)
{
    for (int i = 0; i < CLIPS; i++) {
        bytes file = clip(clips[i]);
        sequence wanted = by_memory(file);
        EXPECT_STATUS(wanted.end, MEMUX_END);
        EXPECT(wanted.count > 100);
        for (int road = -1; road <= MEMUX_SEEKABILITY_CHEAP; road++) {
            host host = host_of(file);
            memux_slice slices[3];
            memux_source *source = NULL;
            memux_input *input;
            sequence got;
            if (road < 0) {
                for (int part = 0; part < 3; part++) {
                    slices[part].data = file.data + (size_t)part * (file.size / 3);
                    slices[part].size = part < 2 ? file.size / 3 : file.size - 2 * (file.size / 3);
                }
                EXPECT_STATUS(memux_source_from_slices(slices, 3, NULL, NULL, &source, NULL), MEMUX_OK);
            } else {
                host.max_read = 1000;
                source = host_source(&host, road);
            }
            input = open_with(source, NULL);
            got = rest_of(input);
            if (!EXPECT_STATUS(got.end, MEMUX_END) || !EXPECT(same_packets(&wanted, &got)))
                printf("#   %s by road %d\n", clips[i], road);
            EXPECT_SAME(report_of(input).packets, wanted.count);
            if (road >= 0)
                EXPECT(report_of(input).bytes_read == host.bytes_given);
            memux_input_free(input);
            memux_source_free(source);
            EXPECT_SAME(host.released, road >= 0);
        }
        free(file.data);
    }
}

static void a_packet_is_what_stands_in_the_file(void)
{
    bytes file = clip("h264.mp4");
    memux_input *input = open_memory(file);
    memux_packet packet;

    EXPECT_STATUS(next(input, &packet), MEMUX_OK);
    EXPECT_SAME(packet.struct_size, sizeof packet);
    EXPECT(memcmp(packet.data, file.data + packet.position, packet.size) == 0);
    EXPECT_SAME(packet.stream_index, 0);
    EXPECT_SAME(packet.flags, MEMUX_PACKET_KEY);
    EXPECT_SAME(packet.pts, 0);
    EXPECT_SAME(packet.dts, -1024);
    EXPECT_SAME(packet.duration, 512);
    EXPECT_SAME(packet.time_base_num, 1);
    EXPECT_SAME(packet.time_base_den, 12800);
    EXPECT_SAME(packet.side_data_count, 0);
    EXPECT(packet.side_data == NULL);
    EXPECT(packet.padding <= 64);
    memux_input_free(input);
    free(file.data);
}

/* Opus begins with samples that are not to be heard. */
static void side_data_comes_with_its_packet(void)
{
    bytes file = clip("vp9.webm");
    memux_input *input = open_memory(file);
    memux_packet packet;
    memux_kept_packet *kept = NULL;
    int found = 0;

    while (next(input, &packet) == MEMUX_OK && !found)
        for (size_t i = 0; i < packet.side_data_count; i++) {
            const memux_side_data *data = &packet.side_data[i];
            EXPECT_SAME(data->struct_size, sizeof *data);
            if (strcmp(data->name, "Skip Samples") != 0)
                continue;
            EXPECT_SAME(data->size, 10);
            EXPECT_STATUS(memux_packet_retain(&packet, &kept, NULL), MEMUX_OK);
            EXPECT_SAME(memux_kept_packet_view(kept)->side_data_count, packet.side_data_count);
            EXPECT(memux_kept_packet_view(kept)->side_data[i].data != data->data);
            EXPECT(memcmp(memux_kept_packet_view(kept)->side_data[i].data, data->data, data->size) == 0);
            memux_kept_packet_free(kept);
            found = 1;
        }
    EXPECT(found);
    memux_input_free(input);
    free(file.data);
}

static void a_copy_outlives_its_input_and_is_padded(void)
{
    bytes file = clip("h264.ts");
    memux_input *input = open_memory(file);
    memux_kept_packet *kept[20] = { NULL };
    seen wanted[20];
    memux_packet packet;

    for (int i = 0; i < 20; i++) {
        EXPECT_STATUS(next(input, &packet), MEMUX_OK);
        wanted[i] = look(&packet);
        EXPECT_STATUS(memux_packet_retain(&packet, &kept[i], NULL), MEMUX_OK);
    }
    memux_input_free(input);
    memset(file.data, 0xFF, file.size);
    for (int i = 0; i < 20; i++) {
        const memux_packet *view = memux_kept_packet_view(kept[i]);
        static const uint8_t zeros[64];
        seen got = look(view);
        EXPECT(same_seen(&got, &wanted[i]));
        EXPECT_SAME(view->padding, 64);
        EXPECT(memcmp(view->data + view->size, zeros, 64) == 0);
        memux_kept_packet_free(kept[i]);
    }
    free(file.data);
}

static void only_the_chosen_streams_come(void)
{
    bytes file = clip("two_videos.mp4");
    sequence all = by_memory(file);
    const int32_t chosen_streams[] = { 0, 2 };

    for (int before = 0; before < 40; before += 13) {
        memux_input *input = open_memory(file);
        sequence got, wanted = all;
        memux_packet packet;
        int64_t landed = 4711;
        for (int i = 0; i < before; i++)
            EXPECT_STATUS(next(input, &packet), MEMUX_OK);
        EXPECT_STATUS(memux_input_select(input, chosen_streams, 2, NULL), MEMUX_OK);
        got = rest_of(input);
        wanted.count = 0;
        for (int i = before; i < all.count; i++)
            if (all.packets[i].stream != 1)
                wanted.packets[wanted.count++] = all.packets[i];
        EXPECT(wanted.count < all.count - before || before > 20);
        EXPECT(same_packets(&wanted, &got));
        EXPECT_STATUS(got.end, MEMUX_END);
        /* And none at all. */
        EXPECT_STATUS(memux_input_seek(input, 0, MEMUX_SEEK_KEYFRAME, NULL, NULL), MEMUX_OK);
        EXPECT_STATUS(memux_input_select(input, NULL, 0, NULL), MEMUX_OK);
        EXPECT_SAME(rest_of(input).count, 0);
        EXPECT_STATUS(memux_input_seek(input, 0, MEMUX_SEEK_KEYFRAME, &landed, NULL), MEMUX_OK);
        EXPECT(landed == MEMUX_NO_TIME);
        memux_input_free(input);
    }
    free(file.data);
}

static void a_choice_that_cannot_be_changes_nothing(void)
{
    bytes file = clip("h264.mp4");
    memux_input *input = open_memory(file);
    const int32_t streams[] = { 1, 7 };
    memux_error *error = NULL;
    sequence wanted = by_memory(file), got;

    EXPECT_STATUS(memux_input_select(input, streams, 2, &error), MEMUX_ERROR_NO_STREAM);
    EXPECT_SAME(memux_error_stream(error), 7);
    memux_error_free(error);
    got = rest_of(input);
    EXPECT(same_packets(&wanted, &got));
    memux_input_free(input);
    free(file.data);
}

static void the_end_stays_the_end_until_a_seek(void)
{
    bytes file = clip("h264.mkv");
    memux_input *input = open_memory(file);
    sequence all = rest_of(input), again;
    memux_packet packet;

    for (int i = 0; i < 3; i++)
        EXPECT_STATUS(next(input, &packet), MEMUX_END);
    EXPECT_STATUS(memux_input_seek(input, 0, MEMUX_SEEK_KEYFRAME, NULL, NULL), MEMUX_OK);
    again = rest_of(input);
    EXPECT(same_packets(&all, &again));
    EXPECT_SAME(report_of(input).packets, 2 * all.count);
    memux_input_free(input);
    free(file.data);
}

static void the_end_of_a_cut_input_says_so(void)
{
    static const char *const names[] = { "h264.mp4", "h264_fragmented.mp4", "h264.mkv", "h264.flv", "h264.avi" };

    for (int i = 0; i < 5; i++)
        for (int seekability = -1; seekability <= MEMUX_SEEKABILITY_CHEAP; seekability++) {
            bytes file = clip(names[i]);
            host host;
            memux_source *source;
            memux_input *input;
            sequence all;
            uint64_t corrupt = 0;
            file.size = file.size * 2 / 3;
            host = host_of(file);
            source = seekability < 0 ? memory_source(file) : host_source(&host, seekability);
            input = open_with(source, NULL);
            all = rest_of(input);
            if (!EXPECT_STATUS(all.end, MEMUX_TRUNCATED))
                printf("#   %s, seekability %d\n", names[i], seekability);
            EXPECT(all.count > 20);
            for (int n = 0; n < all.count; n++)
                corrupt += (all.packets[n].flags & MEMUX_PACKET_CORRUPT) != 0;
            EXPECT_SAME(report_of(input).corrupt_packets, corrupt);
            EXPECT(corrupt > 0 || i == 2); /* Matroska's last block is given whole or not at all */
            EXPECT_SAME(report_of(input).completeness, MEMUX_COMPLETENESS_TRUNCATED);
            EXPECT(report_of(input).truncated_at <= file.size);
            memux_input_free(input);
            memux_source_free(source);
            free(file.data);
        }
}

static void what_is_known_of_the_container_can_be_asked_for_meanwhile(void)
{
    bytes file = clip("h264.ts");
    memux_input *input = open_memory(file);
    memux_info *info = NULL;
    memux_packet packet;

    EXPECT_STATUS(next(input, &packet), MEMUX_OK);
    EXPECT_STATUS(memux_input_info(input, &info, NULL), MEMUX_OK);
    memux_input_free(input);
    EXPECT_SAME(memux_info_container(info)->stream_count, 2);
    EXPECT(strcmp(memux_info_stream(info, 0)->codec, "h264") == 0);
    memux_info_free(info);
    free(file.data);
}

int main(void)
{
    RUN(packets_are_the_same_by_every_road);
    RUN(a_packet_is_what_stands_in_the_file);
    RUN(side_data_comes_with_its_packet);
    RUN(a_copy_outlives_its_input_and_is_padded);
    RUN(only_the_chosen_streams_come);
    RUN(a_choice_that_cannot_be_changes_nothing);
    RUN(the_end_stays_the_end_until_a_seek);
    RUN(the_end_of_a_cut_input_says_so);
    RUN(what_is_known_of_the_container_can_be_asked_for_meanwhile);
    return check_done();
}
