/* FFmpeg's own messages: where the host wants them, and nowhere else. */
#include "host.h"
#include "quiet.h"

enum { FFMPEG_QUIET = -8, FFMPEG_INFO = 32, FFMPEG_DEBUG = 48 };

typedef struct heard {
    int messages, worst_above; /* messages at all, and those less important than asked for */
    int32_t level;
} heard;

static void hear(void *opaque, int32_t level, const char *message)
{
    heard *self = opaque;

    EXPECT(message != NULL);
    self->messages++;
    self->worst_above += level > self->level;
}

/* A clip with something to complain about: the second half of its moov is noise. */
static void count_damaged(void)
{
    bytes file = clip("h264.mp4");
    uint64_t frames = 0;

    memset(file.data + 1200, 0x5A, 900);
    memux_count_frames(file.data, file.size, &frames, NULL);
    free(file.data);
}

static void messages_go_to_the_hosts_function_and_nowhere_else(void)
{
    heard heard = { 0, 0, FFMPEG_DEBUG };
    quiet quiet = quiet_begin();

    EXPECT_STATUS(memux_log_set(FFMPEG_DEBUG, hear, &heard, NULL), MEMUX_OK);
    count_damaged();
    EXPECT_SAME(quiet_end(&quiet), 0);
    EXPECT(heard.messages > 0);
    EXPECT_STATUS(memux_log_set(FFMPEG_QUIET, NULL, NULL, NULL), MEMUX_OK);
}

static void messages_below_the_level_are_not_heard(void)
{
    heard all = { 0, 0, FFMPEG_DEBUG }, none = { 0, 0, FFMPEG_QUIET };

    EXPECT_STATUS(memux_log_set(FFMPEG_DEBUG, hear, &all, NULL), MEMUX_OK);
    count_damaged();
    EXPECT_STATUS(memux_log_set(FFMPEG_QUIET, hear, &none, NULL), MEMUX_OK);
    count_damaged();
    EXPECT(all.messages > 0);
    EXPECT_SAME(all.worst_above, 0);
    EXPECT_SAME(none.messages, 0);
    EXPECT_STATUS(memux_log_set(FFMPEG_QUIET, NULL, NULL, NULL), MEMUX_OK);
}

static void without_a_function_the_hosts_is_left_alone_again(void)
{
    heard heard = { 0, 0, FFMPEG_DEBUG };
    int before;

    EXPECT_STATUS(memux_log_set(FFMPEG_DEBUG, hear, &heard, NULL), MEMUX_OK);
    count_damaged();
    before = heard.messages;
    EXPECT_STATUS(memux_log_set(FFMPEG_QUIET, NULL, NULL, NULL), MEMUX_OK);
    count_damaged();
    EXPECT_SAME(heard.messages, before);
}

static void memux_itself_prints_nothing_and_says_nothing_there(void)
{
    heard heard = { 0, 0, FFMPEG_INFO };
    bytes file = clip("h264.mp4"), text = { (uint8_t *)(uintptr_t)"not any media", 13 };
    memux_source *source = memory_source(file);
    uint64_t frames = 0;
    quiet quiet = quiet_begin();

    EXPECT_STATUS(memux_log_set(FFMPEG_INFO, hear, &heard, NULL), MEMUX_OK);
    memux_count_frames(file.data, file.size, &frames, NULL);
    memux_count(source, &chosen.count, NULL, NULL);
    memux_count_frames(text.data, text.size, &frames, NULL);
    memux_count_frames(NULL, 1, NULL, NULL);
    memux_count(NULL, NULL, NULL, NULL);
    EXPECT_STATUS(memux_log_set(FFMPEG_INFO, NULL, NULL, NULL), MEMUX_OK);
    EXPECT_SAME(quiet_end(&quiet), 0);
    EXPECT_SAME(heard.messages, 0);
    memux_source_free(source);
    free(file.data);
}

/* What FFmpeg prints then is a word of its own, which proves that the host's function was in its place before. */
static void without_a_function_ffmpeg_prints_as_it_always_did(void)
{
    quiet quiet = quiet_begin();

    EXPECT_STATUS(memux_log_set(FFMPEG_QUIET, NULL, NULL, NULL), MEMUX_OK);
    count_damaged();
    EXPECT(quiet_end(&quiet) > 0);
}

int main(void)
{
    RUN(messages_go_to_the_hosts_function_and_nowhere_else);
    RUN(messages_below_the_level_are_not_heard);
    RUN(without_a_function_the_hosts_is_left_alone_again);
    RUN_BY_EACH_ENGINE(memux_itself_prints_nothing_and_says_nothing_there);
    RUN(without_a_function_ffmpeg_prints_as_it_always_did);
    return check_done();
}
