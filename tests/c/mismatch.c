/* preload: oldformat */
/* Another FFmpeg is loaded than memux was compiled against: struct layouts differ, so nothing may be touched. */
#include "host.h"

static void every_operation_says_that_the_libraries_do_not_match(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    memux_sink *sink = NULL;
    host_sink host = { 0 };
    uint64_t frames = 4711;
    memux_error *error = NULL;
    memux_status status;

    for (int i = 0; i < 2; i++) { /* not only the first time */
        status = memux_count_frames(file.data, file.size, &frames, &error);
        EXPECT_STATUS(status, MEMUX_ERROR_LIBRARY_MISMATCH);
        EXPECT(strstr(memux_error_message(error), "avformat") != NULL);
        EXPECT_ERROR(status, &error);
        EXPECT_STATUS(memux_count(source, NULL, NULL, NULL), MEMUX_ERROR_LIBRARY_MISMATCH);
        EXPECT_STATUS(memux_extract_video(file.data, file.size, host_write, &host, NULL), MEMUX_ERROR_LIBRARY_MISMATCH);
        EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
        EXPECT_STATUS(memux_extract(source, sink, NULL, NULL, NULL), MEMUX_ERROR_LIBRARY_MISMATCH);
        memux_sink_free(sink);
    }
    EXPECT_SAME(frames, 4711);
    EXPECT_SAME(host.writes, 0);
    memux_source_free(source);
    free(file.data);
}

static void build_info_is_filled_and_says_so_too(void)
{
    memux_build_info info;
    memux_error *error = NULL;
    memux_status status;

    memux_build_info_init(&info, sizeof info);
    status = memux_get_build_info(&info, &error);
    EXPECT_STATUS(status, MEMUX_ERROR_LIBRARY_MISMATCH);
    EXPECT_ERROR(status, &error);
    EXPECT_SAME(info.avformat_loaded >> 16, 12);
    EXPECT(info.avformat_compiled >> 16 != 12);
    EXPECT(info.version != NULL && strcmp(info.version, memux_version_string()) == 0);
}

int main(void)
{
    RUN(every_operation_says_that_the_libraries_do_not_match);
    RUN(build_info_is_filled_and_says_so_too);
    return check_done();
}
