/* What a probe reads, and what it says when it fails. */
#include "probing.h"

#include <errno.h>

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
