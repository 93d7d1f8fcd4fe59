/* Which memux, which FFmpeg: compiled against and loaded. */
#include "host.h"

#if !MEMUX_VERSION_AT_LEAST(MEMUX_VERSION_MAJOR, MEMUX_VERSION_MINOR, MEMUX_VERSION_PATCH)
#error "the version is at least itself"
#endif
#if MEMUX_VERSION_AT_LEAST(MEMUX_VERSION_MAJOR, MEMUX_VERSION_MINOR, MEMUX_VERSION_PATCH + 1) || \
    MEMUX_VERSION_AT_LEAST(MEMUX_VERSION_MAJOR + 1, 0, 0)
#error "the version is no later one"
#endif

static void header_library_and_string_are_of_one_version(void)
{
    char text[64];

    snprintf(text, sizeof text, "%d.%d.%d", MEMUX_VERSION_MAJOR, MEMUX_VERSION_MINOR, MEMUX_VERSION_PATCH);
    EXPECT(strcmp(memux_version_string(), text) == 0);
    EXPECT_SAME(memux_version(), MEMUX_VERSION);
    EXPECT_SAME(memux_version() >> 16, MEMUX_VERSION_MAJOR);
    EXPECT_SAME(memux_version() >> 8 & 0xFF, MEMUX_VERSION_MINOR);
}

static void build_info_names_the_libraries_compiled_against_and_loaded(void)
{
    memux_build_info info;
    memux_error *error = NULL;
    memux_status status;

    memux_build_info_init(&info, sizeof info);
    status = memux_get_build_info(&info, &error);
    EXPECT_STATUS(status, MEMUX_OK);
    EXPECT_ERROR(status, &error);
    EXPECT(strcmp(info.version, memux_version_string()) == 0);
    EXPECT(info.avformat_compiled >> 16 >= 58 && info.avformat_compiled >> 16 == info.avformat_loaded >> 16);
    EXPECT(info.avcodec_compiled >> 16 >= 58 && info.avcodec_compiled >> 16 == info.avcodec_loaded >> 16);
    EXPECT(info.avutil_compiled >> 16 >= 56 && info.avutil_compiled >> 16 == info.avutil_loaded >> 16);
}

int main(void)
{
    RUN(header_library_and_string_are_of_one_version);
    RUN(build_info_names_the_libraries_compiled_against_and_loaded);
    return check_done();
}
