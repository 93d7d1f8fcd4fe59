/* What of an input goes into another container, and under which names: streams, tags, chapters, codes for codecs. */
#include "remuxing.h"

/* Which streams of two_videos.mp4 (two videos, then audio) the output has, by their widths and kinds. */
static void streams_come_in_the_order_that_was_asked_for(void)
{
    static const struct { int32_t streams[3]; size_t count; } trials[] = {
        { { 2, 0 }, 2 }, { { 1 }, 1 }, { { 1, 2, 0 }, 3 }, { { 2 }, 1 },
    };
    bytes file = clip("two_videos.mp4");
    memux_source *source = memory_source(file);
    memux_info *whole = NULL;

    EXPECT_STATUS(memux_probe(source, NULL, &whole, NULL, NULL), MEMUX_OK);
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        remux remux;
        memux_info *info;
        remux_begin(&remux, "mp4", MEMUX_LAYOUT_AUTO);
        remux.options.streams = trials[i].streams;
        remux.options.stream_count = trials[i].count;
        EXPECT_STATUS(remux_run(&remux, source, SEEKING), MEMUX_OK);
        EXPECT_SAME(remux.report.streams, trials[i].count);
        info = remux_info(&remux);
        EXPECT_SAME(memux_info_container(info)->stream_count, trials[i].count);
        for (size_t j = 0; j < trials[i].count; j++) {
            const memux_stream_info *got = memux_info_stream(info, j);
            const memux_stream_info *wanted = memux_info_stream(whole, (size_t)trials[i].streams[j]);
            if (!got)
                continue;
            EXPECT_SAME(got->kind, wanted->kind);
            EXPECT_SAME(got->frames, wanted->frames);
            EXPECT_SAME(got->width, wanted->width);
        }
        memux_info_free(info);
        remux_end(&remux);
    }
    memux_info_free(whole);
    memux_source_free(source);
    free(file.data);
}

static void a_stream_that_is_not_there_or_named_twice_is_refused_and_nothing_written(void)
{
    static const struct { int32_t streams[2]; size_t count; memux_status wanted; int32_t stream; } trials[] = {
        { { 0, 3 }, 2, MEMUX_ERROR_NO_STREAM, 3 }, { { -1 }, 1, MEMUX_ERROR_NO_STREAM, -1 },
        { { INT32_MIN }, 1, MEMUX_ERROR_NO_STREAM, -1 }, { { 1, 1 }, 2, MEMUX_ERROR_INVALID_ARGUMENT, -1 },
    };

    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        remux remux;
        remux_begin(&remux, "mp4", MEMUX_LAYOUT_AUTO);
        remux.options.streams = trials[i].streams;
        remux.options.stream_count = trials[i].count;
        if (!(EXPECT_STATUS(remux_clip(&remux, "two_videos.mp4", SEEKING), trials[i].wanted)
              & EXPECT_SAME(remux.host.writes, 0) & EXPECT_SAME(remux.report.packets, 0)))
            printf("#   trial %d: %s\n", (int)i, memux_error_message(remux.error));
        remux_end(&remux);
    }
}

static void a_stream_that_does_not_fit_is_named_and_nothing_written(void)
{
    for (int into = 0; into < SINKS; into++) {
        remux remux;
        remux_begin(&remux, "webm", MEMUX_LAYOUT_AUTO);
        EXPECT_STATUS(remux_clip(&remux, "h264.mp4", into), MEMUX_ERROR_CODEC);
        EXPECT_SAME(memux_error_stream(remux.error), 0);
        EXPECT(strstr(memux_error_message(remux.error), "h264") && strstr(memux_error_message(remux.error), "webm"));
        EXPECT_SAME(remux.host.file.size, 0);
        remux_end(&remux);
    }
}

/* The output's title, comment and the audio's language after a remux with these tags. */
static void expect_tags(const memux_tag *tags, size_t count, int drop, const char *title, const char *comment, const char *language)
{
    static const char *const formats[] = { "mp4", "matroska" };

    for (int i = 0; i < 2; i++) {
        const memux_container_info *container;
        const char *key = i == 0 ? "comment" : "COMMENT", *got;
        memux_info *info;
        remux remux;
        remux_begin(&remux, formats[i], MEMUX_LAYOUT_AUTO);
        remux.options.tags = tags;
        remux.options.tag_count = count;
        remux.options.drop_tags = drop;
        EXPECT_STATUS(remux_clip(&remux, "described.mp4", SEEKING), MEMUX_OK);
        info = remux_info(&remux);
        container = memux_info_container(info);
        got = tag_of(container->tags, container->tag_count, "title");
        if (!(same_text(got, title) & same_text(tag_of(container->tags, container->tag_count, key), comment)))
            printf("#   %s\n", formats[i]);
        got = memux_info_stream(info, 1)->language;
        if (!same_text(got && strcmp(got, "und") != 0 ? got : NULL, language))
            printf("#   %s\n", formats[i]);
        memux_info_free(info);
        remux_end(&remux);
    }
}

static void tags_are_kept_set_taken_away_and_dropped(void)
{
    static const memux_tag other[] = { { "title", "Another" }, { "comment", "By a host" } }, none[] = { { "title", "" } };

    expect_tags(NULL, 0, 0, "Described", NULL, "deu");
    expect_tags(other, 2, 0, "Another", "By a host", "deu");
    expect_tags(none, 1, 0, NULL, NULL, "deu");
    expect_tags(NULL, 0, 1, NULL, NULL, NULL);
    expect_tags(other, 1, 1, "Another", NULL, NULL);
}

/* When and by what the input was made, which is not true of the output. */
static void tags_about_the_inputs_making_do_not_go_along(void)
{
    static const memux_tag made[] = { { "creation_time", "2020-02-02T02:02:02Z" }, { "company_name", "Somebody" },
                                      { "product_name", "Something" },            { "product_version", "7" }, { "title", "Kept" } };
    static const char *const keys[] = { "creation_time", "COMPANY_NAME", "PRODUCT_NAME", "PRODUCT_VERSION", "title" };
    remux first, second;

    for (int again = 0; again < 2; again++) {
        remux *self = again ? &second : &first;
        const memux_container_info *container;
        memux_info *info;
        remux_begin(self, "matroska", MEMUX_LAYOUT_AUTO);
        if (again) {
            memux_source *source = memory_source(first.host.file);
            EXPECT_STATUS(remux_run(self, source, SEEKING), MEMUX_OK);
            memux_source_free(source);
        } else {
            self->options.tags = made;
            self->options.tag_count = 5;
            EXPECT_STATUS(remux_clip(self, "described.mp4", SEEKING), MEMUX_OK);
        }
        info = remux_info(self);
        container = memux_info_container(info);
        for (int i = 0; i < 5; i++) /* what a host sets is its own */
            if (!EXPECT((tag_of(container->tags, container->tag_count, keys[i]) != NULL) == (!again || i == 4)))
                printf("#   %s, remux %d\n", keys[i], again + 1);
        memux_info_free(info);
    }
    remux_end(&first);
    remux_end(&second);
}

static void chapters_are_kept_or_dropped(void)
{
    static const char *const formats[] = { "mp4", "matroska", "mov" };

    for (int i = 0; i < 6; i++) {
        memux_info *info;
        remux remux;
        remux_begin(&remux, formats[i / 2], MEMUX_LAYOUT_AUTO);
        remux.options.drop_chapters = i % 2;
        EXPECT_STATUS(remux_clip(&remux, "described.mp4", FORWARD), MEMUX_OK);
        info = remux_info(&remux);
        EXPECT_SAME(memux_info_container(info)->chapter_count, i % 2 ? 0 : 2);
        if (i % 2 == 0 && memux_info_chapter(info, 1)) {
            const memux_chapter_info *second = memux_info_chapter(info, 1);
            same_text(memux_info_chapter(info, 0)->title, "First");
            same_text(second->title, "Second");
            EXPECT(second->start > 0 && second->end > second->start);
        }
        memux_info_free(info);
        remux_end(&remux);
    }
}

/* A stream that is left out takes its place with it only where somebody has tuned in: elsewhere times mean something. */
static void the_output_begins_at_zero_or_where_the_stream_begins_in_its_container(void)
{
    static const struct { const char *clip; int64_t start_us; } trials[] = {
        { "h264.ts", 0 }, { "h264.flv", 23000 }, { "h264.mkv", 23000 }, { "h264_fragmented.mp4", 80000 },
    };
    const int32_t video = 0;

    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        memux_info *info;
        remux remux;
        remux_begin(&remux, "mp4", MEMUX_LAYOUT_AUTO);
        remux.options.streams = &video;
        remux.options.stream_count = 1;
        EXPECT_STATUS(remux_clip(&remux, trials[i].clip, SEEKING), MEMUX_OK);
        info = remux_info(&remux);
        if (!EXPECT_SAME(memux_info_container(info)->start_us, trials[i].start_us))
            printf("#   %s\n", trials[i].clip);
        memux_info_free(info);
        remux_end(&remux);
    }
}

static void rotation_colours_and_disposition_are_kept(void)
{
    static const char *const formats[] = { "mp4", "mov" };
    bytes file = clip("described.mp4");
    memux_source *source = memory_source(file);
    memux_info *before = NULL;

    EXPECT_STATUS(memux_probe(source, NULL, &before, NULL, NULL), MEMUX_OK);
    for (int i = 0; i < 2; i++) {
        const memux_stream_info *was = memux_info_stream(before, 0), *is;
        memux_info *info;
        remux remux;
        remux_begin(&remux, formats[i], MEMUX_LAYOUT_AUTO);
        EXPECT_STATUS(remux_run(&remux, source, SEEKING), MEMUX_OK);
        info = remux_info(&remux);
        is = memux_info_stream(info, 0);
        EXPECT_SAME(was->rotation, 90);
        EXPECT_SAME(is->rotation, 90);
        EXPECT_SAME(is->disposition, was->disposition);
        same_text(is->color_space, was->color_space);
        same_text(is->color_primaries, was->color_primaries);
        EXPECT_SAME(is->side_data_count, was->side_data_count);
        EXPECT_SAME(is->configuration_size, was->configuration_size);
        memux_info_free(info);
        remux_end(&remux);
    }
    memux_info_free(before);
    memux_source_free(source);
    free(file.data);
}

/* A cover picture is a stream of Matroska and MP4, and left out of what has no place for it. */
static void a_cover_picture_goes_along_where_it_fits(void)
{
    static const struct { const char *format; size_t streams; } trials[] = { { "ipod", 2 }, { "mp4", 2 }, { "matroska", 2 }, { "mpegts", 1 } };

    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        memux_info *info;
        remux remux;
        remux_begin(&remux, trials[i].format, MEMUX_LAYOUT_AUTO);
        EXPECT_STATUS(remux_clip(&remux, "cover.m4a", SEEKING), MEMUX_OK);
        info = remux_info(&remux);
        if (!EXPECT_SAME(memux_info_container(info)->stream_count, trials[i].streams))
            printf("#   %s\n", trials[i].format);
        memux_info_free(info);
        remux_end(&remux);
    }
}

static uint32_t tag_number(const char *text)
{
    return (uint32_t)(uint8_t)text[0] | (uint32_t)(uint8_t)text[1] << 8 | (uint32_t)(uint8_t)text[2] << 16
           | (uint32_t)(uint8_t)text[3] << 24;
}

static void the_code_for_the_codec_is_the_one_that_was_asked_for(void)
{
    static const struct { const char *clip; int32_t policy; const char *wanted; } trials[] = {
        { "h264.mp4", MEMUX_TAG_AUTO, "avc1" },        { "h264.mp4", MEMUX_TAG_OUT_OF_BAND, "avc1" },
        { "h264.mp4", MEMUX_TAG_IN_BAND, "avc3" },     { "h264.mkv", MEMUX_TAG_AUTO, "avc1" },
        { "hevc.mp4", MEMUX_TAG_OUT_OF_BAND, "hvc1" }, { "hevc.mp4", MEMUX_TAG_IN_BAND, "hev1" },
        { "hevc.mkv", MEMUX_TAG_OUT_OF_BAND, "hvc1" }, { "hevc.mkv", MEMUX_TAG_AUTO, "hev1" },
        { "mpeg4.mp4", MEMUX_TAG_IN_BAND, "mp4v" },
    };

    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        memux_info *info;
        remux remux;
        remux_begin(&remux, "mp4", MEMUX_LAYOUT_AUTO);
        remux.options.tag_policy = trials[i].policy;
        EXPECT_STATUS(remux_clip(&remux, trials[i].clip, SEEKING), MEMUX_OK);
        info = remux_info(&remux);
        if (!EXPECT_SAME(memux_info_stream(info, 0)->codec_tag, tag_number(trials[i].wanted)))
            printf("#   %s, policy %d\n", trials[i].clip, (int)trials[i].policy);
        memux_info_free(info);
        remux_end(&remux);
    }
}

/* They mean something in the MP4 family alone. */
static void a_code_that_was_asked_for_changes_no_other_container(void)
{
    static const char *const formats[] = { "avi", "mpegts", "matroska", "flv", "nut" };

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        remux plain, asked;
        remux_begin(&plain, formats[i], MEMUX_LAYOUT_AUTO);
        remux_begin(&asked, formats[i], MEMUX_LAYOUT_AUTO);
        asked.options.tag_policy = MEMUX_TAG_IN_BAND;
        EXPECT_STATUS(remux_clip(&plain, "h264.mp4", SEEKING), MEMUX_OK);
        if (!(EXPECT_STATUS(remux_clip(&asked, "h264.mp4", SEEKING), MEMUX_OK) & EXPECT(same_bytes(plain.host.file, asked.host.file))))
            printf("#   %s\n", formats[i]);
        remux_end(&plain);
        remux_end(&asked);
    }
}

static void bit_exact_is_the_same_twice_and_names_no_version(void)
{
    static const char *const formats[] = { "mp4", "matroska", "mpegts", "ogg" };

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        const char *name = strcmp(formats[i], "ogg") == 0 ? "vp9.webm" : "h264.mp4";
        const int32_t audio = 1;
        remux twice[2], other;
        int version = 0;
        for (int run = 0; run < 2; run++) {
            remux_begin(&twice[run], formats[i], MEMUX_LAYOUT_AUTO);
            twice[run].options.streams = i == 3 ? &audio : NULL;
            twice[run].options.stream_count = i == 3;
            EXPECT_STATUS(remux_clip(&twice[run], name, SEEKING), MEMUX_OK);
        }
        if (!EXPECT(twice[0].host.file.size > 1000 && same_bytes(twice[0].host.file, twice[1].host.file)))
            printf("#   %s\n", formats[i]);
        for (size_t at = 0; at + 4 <= twice[0].host.file.size; at++)
            version += memcmp(twice[0].host.file.data + at, "Lavf5", 5) == 0;
        EXPECT_SAME(version, 0);
        remux_begin(&other, formats[i], MEMUX_LAYOUT_AUTO);
        other.options.bit_exact = 0;
        other.options.streams = twice[0].options.streams;
        other.options.stream_count = twice[0].options.stream_count;
        EXPECT_STATUS(remux_clip(&other, name, SEEKING), MEMUX_OK);
        EXPECT(!same_bytes(other.host.file, twice[0].host.file) || i == 2);
        remux_end(&twice[0]);
        remux_end(&twice[1]);
        remux_end(&other);
    }
}

/* As many fragments as the time says. */
static void fragments_are_as_long_as_was_asked_for(void)
{
    /* without a video, of which a cover is none, key frames end no fragment, and time does */
    static const struct { const char *clip; int64_t fragment_us; int least, most; } trials[] = {
        { "h264.mp4", 0, 2, 6 },  { "h264.mp4", 200000, 10, 40 },  { "h264.mp4", 60000000, 1, 1 },
        { "audio.m4a", 0, 2, 2 }, { "audio.m4a", 60000000, 1, 1 }, { "cover.m4a", 0, 2, 2 },
    };

    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        remux remux;
        int count = 0;
        remux_begin(&remux, "mp4", MEMUX_LAYOUT_FRAGMENTED);
        remux.options.fragment_us = trials[i].fragment_us;
        EXPECT_STATUS(remux_clip(&remux, trials[i].clip, FORWARD), MEMUX_OK);
        for (size_t at = 0; at + 4 <= remux.host.file.size; at++)
            count += memcmp(remux.host.file.data + at, "moof", 4) == 0;
        if (!EXPECT(count >= trials[i].least && count <= trials[i].most))
            printf("#   %d fragments, trial %d\n", count, (int)i);
        remux_end(&remux);
    }
}

int main(void)
{
    RUN(streams_come_in_the_order_that_was_asked_for);
    RUN(a_stream_that_is_not_there_or_named_twice_is_refused_and_nothing_written);
    RUN(a_stream_that_does_not_fit_is_named_and_nothing_written);
    RUN(tags_are_kept_set_taken_away_and_dropped);
    RUN(tags_about_the_inputs_making_do_not_go_along);
    RUN(chapters_are_kept_or_dropped);
    RUN(the_output_begins_at_zero_or_where_the_stream_begins_in_its_container);
    RUN(rotation_colours_and_disposition_are_kept);
    RUN(a_cover_picture_goes_along_where_it_fits);
    RUN(the_code_for_the_codec_is_the_one_that_was_asked_for);
    RUN(a_code_that_was_asked_for_changes_no_other_container);
    RUN(bit_exact_is_the_same_twice_and_names_no_version);
    RUN(fragments_are_as_long_as_was_asked_for);
    return check_done();
}
