/* What a probe says of the clips, what it reads for that, and what it says when it fails. */
#include "host.h"

#include <errno.h>

/* A probe with its report; the report begins as garbage. Gives NULL where it fails. */
typedef struct probed {
    memux_status status;
    memux_probe_report report;
    memux_info *info;
} probed;

static probed probe_with(memux_source *source, int32_t level, const memux_run_options *run)
{
    probed self;
    memux_probe_options options;
    memux_error *error = NULL;

    memset(&self, 0xAA, sizeof self);
    self.report.struct_size = sizeof self.report;
    memux_probe_options_init(&options, sizeof options);
    options.level = level;
    options.run = run;
    self.status = memux_probe(source, &options, &self.info, &self.report, &error);
    EXPECT((self.status >= 0) == (self.info != NULL));
    EXPECT_ERROR(self.status, &error);
    return self;
}

static probed probe_bytes(bytes file, int32_t level)
{
    memux_source *source = memory_source(file);
    probed self = probe_with(source, level, NULL);

    memux_source_free(source);
    return self;
}

static int same_text(const char *got, const char *wanted)
{
    if (got && wanted ? strcmp(got, wanted) == 0 : got == wanted)
        return 1;
    printf("# \"%s\", expected \"%s\"\n", got ? got : "(NULL)", wanted ? wanted : "(NULL)");
    return 0;
}

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
        EXPECT(is_text(text, size));
        EXPECT(is_text((const uint8_t *)memux_info_container(probed.info)->tags[0].value, 1));
        while (last > 0 && text[last] == '\n')
            last--;
        EXPECT(text[0] == '{' && text[last] == '}');
    }
    memux_buffer_free(json);
    memux_info_free(probed.info);
    free(file.data);
}

/* Of a file with its header in front; the rest could be gigabytes. */
static void the_header_level_reads_no_more_than_the_header(void)
{
    static const char *const names[] = { "h264.mp4", "h264_fragmented.mp4", "h264.mkv" };

    for (size_t i = 0; i < 3; i++) {
        bytes once = clip(names[i]), file = { NULL, 0 };
        size_t blow_up = (size_t)4 << 20;
        for (int seekability = MEMUX_SEEKABILITY_NONE; seekability <= MEMUX_SEEKABILITY_CHEAP; seekability++) {
            host host;
            memux_source *source;
            probed probed;
            file.size = once.size + blow_up;
            file.data = calloc(file.size, 1);
            if (!file.data)
                abort();
            memcpy(file.data, once.data, once.size);
            host = host_of(file);
            host.max_read = 4096;
            source = host_source(&host, seekability);
            probed = probe_with(source, MEMUX_PROBE_HEADER, NULL);
            EXPECT_STATUS(probed.status, MEMUX_OK);
            EXPECT_SAME(memux_info_container(probed.info)->stream_count, 2);
            EXPECT_SAME(probed.report.bytes_needed, 0);
            EXPECT_SAME(probed.report.bytes_read, host.bytes_given);
            EXPECT_SAME(probed.report.completeness, MEMUX_COMPLETENESS_UNKNOWN);
            if (!EXPECT(host.bytes_given <= 64 * 1024))
                printf("#   %s, seekability %d: %zu bytes\n", names[i], seekability, host.bytes_given);
            memux_info_free(probed.info);
            memux_source_free(source);
            free(file.data);
        }
        free(once.data);
    }
}

static void a_growing_beginning_is_told_what_it_lacks_until_it_is_enough(void)
{
    static const char *const names[] = { "h264.mp4", "h264_moov_at_end.mp4", "h264_fragmented.mp4", "h264.mkv", "vp9.webm" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bytes file = clip(names[i]), part = { file.data, 16 };
        int asked = 0;
        for (; asked < 30; asked++) {
            probed probed = probe_bytes(part, MEMUX_PROBE_HEADER);
            uint64_t needed = probed.report.bytes_needed;
            memux_info_free(probed.info);
            if (probed.status >= 0) {
                EXPECT_SAME(needed, 0);
                break;
            }
            if (!EXPECT(needed > 0 && needed <= file.size - part.size))
                break;
            part.size += (size_t)needed;
        }
        EXPECT(asked > 0 && asked < 30);
        /* Nothing was asked for in vain: with the index at the end that is all, else a good deal less. */
        EXPECT(i == 1 ? part.size == file.size : part.size < file.size / 2);
        free(file.data);
    }
}

static void of_what_is_no_such_container_nothing_is_promised(void)
{
    bytes text = { (uint8_t *)(uintptr_t)"not any media..", 15 };
    probed probed = probe_bytes(text, MEMUX_PROBE_HEADER);

    EXPECT_STATUS(probed.status, MEMUX_ERROR_FORMAT);
    EXPECT(probed.report.bytes_needed == MEMUX_UNKNOWN);
}

static void a_source_without_seek_is_probed_as_memory_is(void)
{
    static const char *const names[] = { "h264.mp4", "h264_moov_at_end.mp4", "h264_fragmented.mp4", "h264.mkv", "h264.ts",
                                         "h264.flv", "h264.avi", "cover.m4a" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bytes file = clip(names[i]);
        host host = host_of(file);
        memux_source *source = host_source(&host, MEMUX_SEEKABILITY_NONE);
        probed by_reader = probe_with(source, MEMUX_PROBE_FULL, NULL), by_memory = probe_bytes(file, MEMUX_PROBE_FULL);
        EXPECT_STATUS(by_memory.status, MEMUX_OK);
        if (!EXPECT_STATUS(by_reader.status, MEMUX_OK))
            printf("#   %s, at %" PRId64 " of %zu, %" PRIu64 " read\n", names[i], (int64_t)by_reader.report.truncated_at, file.size, by_reader.report.bytes_read);
        EXPECT_SAME(host.seeks, 0);
        EXPECT_SAME(by_reader.report.spooled_bytes, i == 1 ? file.size : i == 7 ? by_reader.report.spooled_bytes : 0);
        for (size_t nth = 0; by_memory.info && nth < memux_info_container(by_memory.info)->stream_count; nth++) {
            const memux_stream_info *a = memux_info_stream(by_reader.info, nth), *b = memux_info_stream(by_memory.info, nth);
            if (EXPECT(a != NULL))
                EXPECT(same_text(a->codec_string, b->codec_string) && a->width == b->width && a->picture_size == b->picture_size);
        }
        memux_info_free(by_reader.info);
        memux_info_free(by_memory.info);
        memux_source_free(source);
        EXPECT_SAME(host.released, 1);
        free(file.data);
    }
}

/* The reader knows how long it is: what is not read is no loss. */
static void what_a_probe_leaves_unread_is_not_called_cut(void)
{
    static const char *const names[] = { "h264.mp4", "h264_fragmented.mp4", "h264.mkv", "h264.ts", "h264.flv", "h264.avi",
                                         "mpeg2.mpg", "live.webm" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (int seekability = MEMUX_SEEKABILITY_NONE; seekability <= MEMUX_SEEKABILITY_CHEAP; seekability++)
            for (int knows = 0; knows < 2; knows++) {
                bytes file = clip(names[i]);
                host host = host_of(file);
                memux_reader reader = host_reader(&host, seekability);
                memux_source *source = NULL;
                probed probed;
                host.knows_no_size = !knows;
                reader.size = knows ? (int64_t)file.size : 0;
                EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
                probed = probe_with(source, MEMUX_PROBE_FULL, NULL);
                if (!EXPECT_STATUS(probed.status, MEMUX_OK))
                    printf("#   %s, seekability %d, size known %d\n", names[i], seekability, knows);
                memux_info_free(probed.info);
                memux_source_free(source);
                free(file.data);
            }
}

static void a_cut_input_is_answered_with_a_note(void)
{
    bytes file = clip("h264.mp4");
    probed probed;

    file.size -= 1000;
    probed = probe_bytes(file, MEMUX_PROBE_FULL);
    EXPECT_STATUS(probed.status, MEMUX_TRUNCATED);
    EXPECT_SAME(probed.report.completeness, MEMUX_COMPLETENESS_TRUNCATED);
    EXPECT_SAME(probed.report.truncated_at, file.size);
    EXPECT_SAME(probed.report.bytes_needed, 0);
    EXPECT_SAME(memux_info_container(probed.info)->stream_count, 2);
    memux_info_free(probed.info);
    file.size = 500; /* in the middle of the header */
    probed = probe_bytes(file, MEMUX_PROBE_FULL);
    EXPECT(probed.status < 0);
    EXPECT(probed.report.bytes_needed > 0 && probed.report.bytes_needed != MEMUX_UNKNOWN);
    free(file.data);
}

static void what_names_other_files_is_refused(void)
{
    static const char *const texts[] = { "ffconcat version 1.0\nfile 'a.mp4'\n", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.ts\n" };

    for (size_t i = 0; i < 2; i++) {
        bytes text = { (uint8_t *)(uintptr_t)texts[i], strlen(texts[i]) };
        probed probed = probe_bytes(text, MEMUX_PROBE_FULL);
        EXPECT_STATUS(probed.status, MEMUX_ERROR_REFUSED);
    }
}

static void a_report_is_filled_on_failure(void)
{
    bytes file = clip("h264.ts");
    host host = host_of(file);
    memux_source *source;
    probed probed;

    host.max_read = 1000;
    host.read_fault.at = 5;
    host.read_fault.code = -EIO;
    source = host_source(&host, MEMUX_SEEKABILITY_NONE);
    probed = probe_with(source, MEMUX_PROBE_FULL, NULL);
    EXPECT_STATUS(probed.status, MEMUX_ERROR_SOURCE);
    EXPECT_SAME(probed.report.bytes_read, host.bytes_given);
    EXPECT_SAME(probed.report.spooled_bytes, 0);
    EXPECT(probed.report.bytes_needed == MEMUX_UNKNOWN && probed.report.truncated_at == MEMUX_UNKNOWN);
    EXPECT_SAME(probed.report.completeness, MEMUX_COMPLETENESS_UNKNOWN);
    EXPECT_SAME(probed.report.engine, MEMUX_ENGINE_FFMPEG);
    EXPECT_SAME(probed.report.engine_reason, MEMUX_REASON_JOB);
    EXPECT_SAME(probed.report.reserved, 0);
    memux_source_free(source);
    free(file.data);
}

static void a_host_that_insists_on_the_walk_is_told_that_it_does_not_probe(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    probed probed;

    choose(&chosen, MEMUX_ENGINE_WALK);
    probed = probe_with(source, MEMUX_PROBE_FULL, &chosen.run);
    EXPECT_STATUS(probed.status, MEMUX_ERROR_UNSUPPORTED);
    EXPECT_SAME(probed.report.engine, MEMUX_ENGINE_AUTO);
    choose(&chosen, MEMUX_ENGINE_FFMPEG);
    probed = probe_with(source, MEMUX_PROBE_FULL, &chosen.run);
    EXPECT_STATUS(probed.status, MEMUX_OK);
    EXPECT_SAME(probed.report.engine_reason, MEMUX_REASON_ASKED);
    memux_info_free(probed.info);
    memux_source_free(source);
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
    RUN(the_header_level_reads_no_more_than_the_header);
    RUN(a_growing_beginning_is_told_what_it_lacks_until_it_is_enough);
    RUN(of_what_is_no_such_container_nothing_is_promised);
    RUN(a_source_without_seek_is_probed_as_memory_is);
    RUN(what_a_probe_leaves_unread_is_not_called_cut);
    RUN(a_cut_input_is_answered_with_a_note);
    RUN(what_names_other_files_is_refused);
    RUN(a_report_is_filled_on_failure);
    RUN(a_host_that_insists_on_the_walk_is_told_that_it_does_not_probe);
    return check_done();
}
