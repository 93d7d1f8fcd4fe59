/* What a probe says of the clips. */
#include "probing.h"

static const char *tag_of(const memux_tag *tags, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(tags[i].key, key) == 0)
            return tags[i].value;
    return NULL;
}

static void a_container_is_described(void)
{
    bytes file = clip("described.mp4");
    probed probed = probe_bytes(file, MEMUX_PROBE_FULL);
    const memux_container_info *found = memux_info_container(probed.info);

    EXPECT_STATUS(probed.status, MEMUX_OK);
    EXPECT_SAME(found->struct_size, sizeof *found);
    EXPECT(same_text(found->name, "mov,mp4,m4a,3gp,3g2,mj2"));
    EXPECT(same_text(found->long_name, "QuickTime / MOV"));
    EXPECT(same_text(found->mime_type, "video/mp4"));
    EXPECT(same_text(tag_of(found->tags, found->tag_count, "title"), "Described"));
    EXPECT_SAME(found->start_us, 0);
    EXPECT_SAME(found->duration_us, 3000000);
    EXPECT_SAME(found->bit_rate, file.size * 8 / 3);
    EXPECT_SAME(found->size, file.size);
    EXPECT_SAME(found->stream_count, 3);
    EXPECT_SAME(found->chapter_count, 2);
    EXPECT_SAME(found->program_count, 0);
    EXPECT_SAME(found->probe_score, 100);
    EXPECT_SAME(found->reserved, 0);
    EXPECT(memux_info_stream(probed.info, 3) == NULL && memux_info_stream(probed.info, SIZE_MAX) == NULL);
    EXPECT(memux_info_chapter(probed.info, 2) == NULL && memux_info_program(probed.info, 0) == NULL);
    memux_info_free(probed.info);
    free(file.data);
}

static void a_video_stream_is_described(void)
{
    bytes file = clip("described.mp4");
    probed probed = probe_bytes(file, MEMUX_PROBE_FULL);
    const memux_stream_info *found = memux_info_stream(probed.info, 0);
    size_t configuration = place_of(file, "avcC") + 4;

    EXPECT_SAME(found->struct_size, sizeof *found);
    EXPECT(same_text(found->codec, "h264"));
    EXPECT(same_text(found->codec_long_name, "H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10"));
    EXPECT(same_text(found->codec_string, "avc1.64000b"));
    EXPECT(same_text(found->profile, "High"));
    EXPECT(same_text(found->format, "yuv420p"));
    EXPECT(same_text(found->channel_layout, NULL));
    EXPECT(same_text(found->language, "und"));
    EXPECT(same_text(found->color_range, "tv"));
    EXPECT(same_text(found->color_space, "bt2020nc"));
    EXPECT(same_text(found->color_transfer, "smpte2084"));
    EXPECT(same_text(found->color_primaries, "bt2020"));
    EXPECT(same_text(found->chroma_location, "left"));
    EXPECT(same_text(found->field_order, "progressive"));
    EXPECT(same_text(tag_of(found->tags, found->tag_count, "handler_name"), "VideoHandler"));
    if (EXPECT_SAME(found->side_data_count, 1)) {
        EXPECT_SAME(found->side_data->struct_size, sizeof *found->side_data);
        EXPECT(same_text(found->side_data->name, "Display Matrix"));
        EXPECT_SAME(found->side_data->size, 36);
        EXPECT_SAME(found->side_data->reserved, 0);
    }
    EXPECT(found->mastering_display == NULL);
    EXPECT_SAME(found->configuration_size, 50);
    EXPECT(memcmp(found->configuration, file.data + configuration, found->configuration_size) == 0);
    EXPECT(found->picture == NULL && found->picture_size == 0);
    EXPECT_SAME(found->start, 0);
    EXPECT_SAME(found->duration, 38400);
    EXPECT_SAME(found->bit_rate, 67104);
    EXPECT_SAME(found->frames, 75);
    EXPECT_SAME(found->index, 0);
    EXPECT_SAME(found->kind, MEMUX_STREAM_VIDEO);
    EXPECT_SAME(found->id, 1);
    EXPECT_SAME(found->disposition, MEMUX_DISPOSITION_DEFAULT);
    EXPECT_SAME(found->codec_tag, 0x31637661);
    EXPECT_SAME(found->profile_number, 100);
    EXPECT_SAME(found->level, 11);
    EXPECT_SAME(found->time_base_num, 1);
    EXPECT_SAME(found->time_base_den, 12800);
    EXPECT_SAME(found->width, 160);
    EXPECT_SAME(found->height, 120);
    EXPECT_SAME(found->coded_width, 160);
    EXPECT_SAME(found->coded_height, 120);
    EXPECT_SAME(found->rotation, 90);
    EXPECT_SAME(found->sample_aspect_num, 1);
    EXPECT_SAME(found->sample_aspect_den, 1);
    EXPECT_SAME(found->display_aspect_num, 4);
    EXPECT_SAME(found->display_aspect_den, 3);
    EXPECT_SAME(found->frame_rate_num, 25);
    EXPECT_SAME(found->frame_rate_den, 1);
    EXPECT_SAME(found->base_frame_rate_num, 25);
    EXPECT_SAME(found->base_frame_rate_den, 1);
    EXPECT_SAME(found->reorder_delay, 2);
    EXPECT_SAME(found->sample_rate, 0);
    EXPECT_SAME(found->channels, 0);
    EXPECT_SAME(found->bits_per_sample, 0);
    EXPECT_SAME(found->max_content_light, 0);
    EXPECT_SAME(found->max_average_light, 0);
    memux_info_free(probed.info);
    free(file.data);
}

static void sound_data_and_chapters_are_described(void)
{
    bytes file = clip("described.mp4");
    probed probed = probe_bytes(file, MEMUX_PROBE_FULL);
    const memux_stream_info *sound = memux_info_stream(probed.info, 1), *data = memux_info_stream(probed.info, 2);

    EXPECT_SAME(sound->kind, MEMUX_STREAM_AUDIO);
    EXPECT(same_text(sound->codec, "aac"));
    EXPECT(same_text(sound->codec_string, "mp4a.40.2"));
    EXPECT(same_text(sound->format, "fltp"));
    EXPECT(same_text(sound->channel_layout, "mono"));
    EXPECT(same_text(sound->language, "deu"));
    EXPECT_SAME(sound->sample_rate, 44100);
    EXPECT_SAME(sound->channels, 1);
    EXPECT_SAME(sound->width, 0);
    EXPECT_SAME(sound->index, 1);
    EXPECT_SAME(sound->id, 2);
    EXPECT_SAME(data->kind, MEMUX_STREAM_DATA);
    EXPECT_SAME(data->level, -99);
    EXPECT_SAME(data->profile_number, -99);
    for (size_t i = 0; i < 2; i++) {
        const memux_chapter_info *chapter = memux_info_chapter(probed.info, i);
        EXPECT_SAME(chapter->struct_size, sizeof *chapter);
        EXPECT(same_text(chapter->title, i == 0 ? "First" : "Second"));
        EXPECT(same_text(tag_of(chapter->tags, chapter->tag_count, "title"), chapter->title));
        EXPECT_SAME(chapter->id, i);
        EXPECT_SAME(chapter->start, i == 0 ? 0 : 1000);
        EXPECT_SAME(chapter->end, i == 0 ? 1000 : 3000);
        EXPECT_SAME(chapter->time_base_num, 1);
        EXPECT_SAME(chapter->time_base_den, 1000);
    }
    memux_info_free(probed.info);
    free(file.data);
}

static void a_program_is_described(void)
{
    bytes file = clip("h264.ts");
    probed probed = probe_bytes(file, MEMUX_PROBE_FULL);
    const memux_program_info *found = memux_info_program(probed.info, 0);

    if (EXPECT(found != NULL)) {
        EXPECT_SAME(found->struct_size, sizeof *found);
        EXPECT_SAME(found->stream_count, 2);
        EXPECT_SAME(found->streams[0], 0);
        EXPECT_SAME(found->streams[1], 1);
        EXPECT(same_text(tag_of(found->tags, found->tag_count, "service_name"), "Service01"));
        EXPECT_SAME(found->id, 1);
        EXPECT_SAME(found->number, 1);
        EXPECT_SAME(found->pmt_pid, 0x1000);
        EXPECT_SAME(found->pcr_pid, 0x100);
        EXPECT_SAME(memux_info_stream(probed.info, 0)->id, 0x100);
    }
    memux_info_free(probed.info);
    free(file.data);
}

static void an_attached_picture_is_given_as_it_stands_in_the_file(void)
{
    bytes file = clip("cover.m4a");
    probed probed = probe_bytes(file, MEMUX_PROBE_FULL);
    const memux_stream_info *found = memux_info_stream(probed.info, 1);
    size_t data = place_of(file, "data"), size = 0;

    for (size_t i = 4; i > 0; i--)
        size = size << 8 | file.data[data - i];
    EXPECT(same_text(memux_info_container(probed.info)->mime_type, "audio/mp4"));
    EXPECT_SAME(found->disposition, MEMUX_DISPOSITION_ATTACHED_PIC);
    EXPECT(same_text(found->codec, "png"));
    if (EXPECT_SAME(found->picture_size, size - 16) && EXPECT(found->picture != NULL)) /* box, kind, language */
        EXPECT(memcmp(found->picture, file.data + data + 12, found->picture_size) == 0);
    memux_info_free(probed.info);
    free(file.data);
}

static void what_was_found_outlives_its_source(void)
{
    bytes file = clip("cover.m4a");
    probed probed = probe_bytes(file, MEMUX_PROBE_FULL);
    const memux_stream_info *found = memux_info_stream(probed.info, 1);

    memset(file.data, 0, file.size);
    free(file.data);
    EXPECT(found->picture_size > 8 && memcmp(found->picture, "\x89PNG", 4) == 0);
    EXPECT(same_text(memux_info_container(probed.info)->long_name, "QuickTime / MOV"));
    memux_info_free(probed.info);
}

/* Whether it is UTF-8, without a zero in it. */
static int is_text(const uint8_t *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        int more = text[i] < 0x80 ? 0 : text[i] < 0xC2 ? -1 : text[i] < 0xE0 ? 1 : text[i] < 0xF0 ? 2 : text[i] < 0xF5 ? 3 : -1;
        if (text[i] == 0 || more < 0 || (size_t)more >= size - i)
            return 0;
        for (; more > 0; more--)
            if ((text[++i] & 0xC0) != 0x80)
                return 0;
    }
    return 1;
}

static void json_is_text_from_its_first_to_its_last_byte(void)
{
    bytes file = clip("described.mp4");
    /* A title that is no UTF-8: the bytes of a file are anybody's. */
    size_t title = place_of(file, "Desc");
    probed probed;
    memux_buffer *json = NULL;

    memcpy(file.data + title, "\xC3\x28\xFF\"", 4);
    probed = probe_bytes(file, MEMUX_PROBE_FULL);
    EXPECT_STATUS(memux_info_json(probed.info, &json, NULL), MEMUX_OK);
    if (EXPECT(memux_buffer_size(json) > 1000)) {
        const uint8_t *text = memux_buffer_data(json);
        size_t size = memux_buffer_size(json), last = size - 1;
        const memux_container_info *found = memux_info_container(probed.info);
        const char *found_title = tag_of(found->tags, found->tag_count, "title");
        EXPECT(is_text(text, size));
        EXPECT(found_title && strstr(found_title, "\"ribed") != NULL);
        EXPECT(found_title && is_text((const uint8_t *)found_title, strlen(found_title)));
        while (last > 0 && text[last] == '\n')
            last--;
        EXPECT(text[0] == '{' && text[last] == '}');
    }
    memux_buffer_free(json);
    memux_info_free(probed.info);
    free(file.data);
}

int main(void)
{
    RUN(a_container_is_described);
    RUN(a_video_stream_is_described);
    RUN(sound_data_and_chapters_are_described);
    RUN(a_program_is_described);
    RUN(an_attached_picture_is_given_as_it_stands_in_the_file);
    RUN(what_was_found_outlives_its_source);
    RUN(json_is_text_from_its_first_to_its_last_byte);
    return check_done();
}
