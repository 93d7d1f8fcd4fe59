/* What a host hands over to be copied may be larger than memory: that is a status, and not the end of the process. */
#include "host.h"

/* Larger than any machine's memory, and no size that cannot be. Nothing of it is ever read. */
static const size_t HUGE_SIZE = SIZE_MAX >> 2;

static const uint8_t byte;

/* The sanitizers' allocator would end the process itself. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "allocator_may_return_null=1"; }

static void a_packet_that_cannot_be_copied_is_no_memory(void)
{
    memux_kept_packet *kept = (memux_kept_packet *)(uintptr_t)&byte;
    memux_packet packet;
    memux_error *error;

    memux_packet_init(&packet, sizeof packet);
    packet.data = &byte;
    packet.size = HUGE_SIZE;
    EXPECT_STATUS(memux_packet_retain(&packet, &kept, &error), MEMUX_ERROR_NO_MEMORY);
    EXPECT(kept == NULL);
    EXPECT_ERROR(MEMUX_ERROR_NO_MEMORY, &error);
}

static void side_data_that_cannot_be_copied_is_no_memory(void)
{
    memux_kept_packet *kept = NULL;
    memux_side_data side_data;
    memux_packet packet;
    memux_error *error;

    memset(&side_data, 0, sizeof side_data);
    side_data.data = &byte;
    side_data.size = HUGE_SIZE;
    memux_packet_init(&packet, sizeof packet);
    packet.data = &byte;
    packet.size = 1;
    packet.side_data = &side_data;
    packet.side_data_count = 1;
    EXPECT_STATUS(memux_packet_retain(&packet, &kept, &error), MEMUX_ERROR_NO_MEMORY);
    EXPECT_ERROR(MEMUX_ERROR_NO_MEMORY, &error);
    side_data.size = 1;
    packet.side_data_count = HUGE_SIZE / sizeof side_data;
    EXPECT_STATUS(memux_packet_retain(&packet, &kept, &error), MEMUX_ERROR_NO_MEMORY);
    EXPECT_ERROR(MEMUX_ERROR_NO_MEMORY, &error);
    EXPECT(kept == NULL);
}

static void a_list_of_streams_that_cannot_be_copied_is_no_memory(void)
{
    static const int32_t stream = 0;
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    memux_sink *sink = NULL;
    memux_remux_options options;
    memux_error *error;

    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    memux_remux_options_init(&options, sizeof options);
    options.format = "mp4";
    options.streams = &stream;
    options.stream_count = HUGE_SIZE / sizeof stream;
    EXPECT_STATUS(memux_remux(source, sink, &options, NULL, &error), MEMUX_ERROR_NO_MEMORY);
    EXPECT_ERROR(MEMUX_ERROR_NO_MEMORY, &error);
    memux_sink_free(sink);
    memux_source_free(source);
    free(file.data);
}

/* Else it would wait for ever: a reader for bytes, and who pushes for room. */
static void a_push_that_has_room_and_no_memory_says_so(void)
{
    memux_feed *feed = NULL;
    memux_error *error;
    size_t taken = 4711;

    EXPECT_STATUS(memux_feed_create(HUGE_SIZE, &feed, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_feed_push(feed, &byte, HUGE_SIZE, &taken, &error), MEMUX_ERROR_NO_MEMORY);
    EXPECT_ERROR(MEMUX_ERROR_NO_MEMORY, &error);
    EXPECT_STATUS(memux_feed_push_all(feed, &byte, HUGE_SIZE, 1000000, NULL, &error), MEMUX_ERROR_NO_MEMORY);
    EXPECT_ERROR(MEMUX_ERROR_NO_MEMORY, &error);
    EXPECT_SAME(taken, 4711);
    EXPECT_STATUS(memux_feed_push(feed, &byte, 1, &taken, NULL), MEMUX_OK);
    EXPECT_SAME(taken, 1);
    memux_feed_free(feed);
}

int main(void)
{
    RUN(a_packet_that_cannot_be_copied_is_no_memory);
    RUN(side_data_that_cannot_be_copied_is_no_memory);
    RUN(a_list_of_streams_that_cannot_be_copied_is_no_memory);
    RUN(a_push_that_has_room_and_no_memory_says_so);
    return check_done();
}
