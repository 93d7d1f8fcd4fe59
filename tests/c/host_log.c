/* A host that has an av_log callback of its own: memux leaves it alone until it is asked for memux_log_set. */
#define _GNU_SOURCE
#include "ffmpeg.h"
#include "host.h"
#include "quiet.h"

#include <stdarg.h>

enum { FFMPEG_QUIET = -8, FFMPEG_ERROR = 16, FFMPEG_WARNING = 24, FFMPEG_DEBUG = 48, FFMPEG_PRINT_LEVEL = 2 };

typedef void (*log_callback)(void *about, int level, const char *format, va_list arguments);

/* The libavutil that memux brings is the host's as well. */
static void (*av_log_set_callback)(log_callback callback);
static void (*av_log)(void *about, int level, const char *format, ...);
static void (*av_log_set_level)(int level);
static int (*av_log_get_level)(void);
static void (*av_log_set_flags)(int flags);
static int (*av_log_get_flags)(void);

static void find_av_log(void)
{
    void *avutil = ffmpeg_library("avutil", load_ffmpeg().avutil_loaded);

    *(void **)&av_log_set_callback = dlsym(avutil, "av_log_set_callback");
    *(void **)&av_log = dlsym(avutil, "av_log");
    *(void **)&av_log_set_level = dlsym(avutil, "av_log_set_level");
    *(void **)&av_log_get_level = dlsym(avutil, "av_log_get_level");
    *(void **)&av_log_set_flags = dlsym(avutil, "av_log_set_flags");
    *(void **)&av_log_get_flags = dlsym(avutil, "av_log_get_flags");
    if (!av_log_set_callback || !av_log || !av_log_set_level || !av_log_get_level || !av_log_set_flags || !av_log_get_flags) {
        printf("Bail out! libavutil has no av_log\n");
        exit(2);
    }
}

static int host_heard, memux_heard;

static void host_hears(void *about, int level, const char *format, va_list arguments)
{
    (void)about, (void)level, (void)format, (void)arguments;
    host_heard++;
}

static void memux_hears(void *opaque, int32_t level, const char *message)
{
    (void)level, (void)message;
    ++*(int *)opaque;
}

/* The host sets its log up as it likes it; neither value is FFmpeg's default. */
static void set_up_host(void)
{
    av_log_set_callback(host_hears);
    av_log_set_level(FFMPEG_WARNING + 1);
    av_log_set_flags(FFMPEG_PRINT_LEVEL);
    host_heard = memux_heard = 0;
}

static void expect_level_and_flags_as_set_up(void)
{
    EXPECT_SAME(av_log_get_level(), FFMPEG_WARNING + 1);
    EXPECT_SAME(av_log_get_flags(), FFMPEG_PRINT_LEVEL);
}

/* Whoever is FFmpeg's callback now hears one message. */
static void speak(int level) { av_log(NULL, level, "a word of %s\n", "the host's"); }

/* Every operation, on inputs that FFmpeg has something to say about and on some that it has not. */
static void use_everything(void)
{
    static const char *const names[] = { "hevc.ts", "cut.mp4", "h264.mp4" };
    memux_build_info info;

    memux_build_info_init(&info, sizeof info);
    EXPECT_STATUS(memux_get_build_info(&info, NULL), MEMUX_OK);
    for (int i = 0; i < 3; i++) {
        bytes file = clip(names[i]);
        memux_source *source = memory_source(file);
        memux_sink *sink = NULL;
        uint64_t frames;

        if (i == 2)
            memset(file.data + 1200, 0x5A, 900);
        for (int32_t mode = MEMUX_COUNT_PACKETS; mode <= MEMUX_COUNT_DECODED; mode++) {
            for (int e = MEMUX_ENGINE_AUTO; e <= MEMUX_ENGINE_WALK; e++) {
                choice choice;
                choose(&choice, e);
                choice.count.mode = mode;
                memux_count(source, &choice.count, NULL, NULL);
            }
        }
        memux_count_frames(file.data, file.size, &frames, NULL);
        EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
        memux_extract(source, sink, NULL, NULL, NULL);
        memux_extract(source, sink, &chosen.extract, NULL, NULL);
        memux_sink_free(sink);
        memux_source_free(source);
        free(file.data);
    }
    memux_count_frames("ffconcat version 1.0\nfile a.mp4\n", 32, &(uint64_t){ 0 }, NULL);
}

static void operations_leave_the_hosts_callback_level_and_flags_alone(void)
{
    quiet quiet;
    long printed;
    int before;

    set_up_host();
    quiet = quiet_begin();
    use_everything();
    printed = quiet_end(&quiet);
    EXPECT_SAME(printed, 0);
    EXPECT(host_heard > 0); /* FFmpeg's messages went where they always go */
    expect_level_and_flags_as_set_up();
    before = host_heard;
    speak(FFMPEG_DEBUG); /* FFmpeg hands its callback everything, whatever the level */
    EXPECT_SAME(host_heard, before + 1);
}

static void a_memux_log_takes_the_callbacks_place_and_leaves_the_level_alone(void)
{
    set_up_host();
    EXPECT_STATUS(memux_log_set(FFMPEG_DEBUG, memux_hears, &memux_heard, NULL), MEMUX_OK);
    speak(FFMPEG_ERROR);
    EXPECT_SAME(memux_heard, 1);
    use_everything();
    EXPECT(memux_heard > 1);
    EXPECT_SAME(host_heard, 0);
    expect_level_and_flags_as_set_up();
    EXPECT_STATUS(memux_log_set(FFMPEG_QUIET, NULL, NULL, NULL), MEMUX_OK);
    expect_level_and_flags_as_set_up();
}

/* As the header says: FFmpeg's default, which prints up to the level of av_log_set_level(), not of memux_log_set(). */
static void no_memux_log_puts_ffmpegs_default_back_at_the_hosts_level(void)
{
    static const int32_t levels[] = { FFMPEG_QUIET, FFMPEG_DEBUG };

    for (int i = 0; i < 2; i++) {
        quiet quiet;
        long graver, lesser;

        set_up_host();
        EXPECT_STATUS(memux_log_set(FFMPEG_DEBUG, memux_hears, &memux_heard, NULL), MEMUX_OK);
        EXPECT_STATUS(memux_log_set(levels[i], NULL, NULL, NULL), MEMUX_OK);
        quiet = quiet_begin();
        speak(FFMPEG_WARNING);
        graver = quiet_end(&quiet);
        quiet = quiet_begin();
        speak(FFMPEG_WARNING + 2);
        lesser = quiet_end(&quiet);
        EXPECT(graver > 0);
        EXPECT_SAME(lesser, 0);
        EXPECT_SAME(host_heard + memux_heard, 0);
        expect_level_and_flags_as_set_up();
    }
}

static void a_callback_that_the_host_sets_afterwards_stays(void)
{
    int before;

    set_up_host();
    EXPECT_STATUS(memux_log_set(FFMPEG_DEBUG, memux_hears, &memux_heard, NULL), MEMUX_OK);
    av_log_set_callback(host_hears);
    use_everything();
    EXPECT_SAME(memux_heard, 0);
    EXPECT(host_heard > 0);
    before = host_heard;
    speak(FFMPEG_ERROR);
    EXPECT_SAME(host_heard, before + 1);
    expect_level_and_flags_as_set_up();
}

int main(void)
{
    find_av_log();
    choose(&chosen, MEMUX_ENGINE_FFMPEG);
    RUN(operations_leave_the_hosts_callback_level_and_flags_alone);
    RUN(a_memux_log_takes_the_callbacks_place_and_leaves_the_level_alone);
    RUN(no_memux_log_puts_ffmpegs_default_back_at_the_hosts_level);
    RUN(a_callback_that_the_host_sets_afterwards_stays);
    return check_done();
}
