/* The rows of nulls.c on where bytes come from and go to: sources, feeds, sinks, buffers. */
#ifndef NULLS_SOURCES_H
#define NULLS_SOURCES_H

static void row_memux_source_from_memory(void)
{
    memux_source *source = GARBAGE(memux_source);

    REFUSED(memux_source_from_memory(NULL, 1, NULL, NULL, &source, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(source == NULL);
    REFUSED(memux_source_from_memory(no_media, sizeof no_media, NULL, NULL, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    free_calls = 0;
    REFUSED(memux_source_from_memory(NULL, 1, count_free, NULL, &source, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT_SAME(free_calls, 2);
    REFUSED(memux_source_from_memory(no_media, 1, count_free, NULL, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT_SAME(free_calls, 4);
    /* Larger than anything that can lie in memory. */
    source = GARBAGE(memux_source);
    REFUSED(memux_source_from_memory(no_media, SIZE_MAX, NULL, NULL, &source, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(source == NULL);
    /* No bytes at all are a source; that no media is in it is for the operation to say. */
    EXPECT_STATUS(memux_source_from_memory(NULL, 0, count_free, NULL, &source, NULL), MEMUX_OK);
    EXPECT(source != NULL);
    REFUSED(memux_count(source, NULL, NULL, error), MEMUX_ERROR_FORMAT);
    memux_source_free(source);
    EXPECT_SAME(free_calls, 5);
}

static void row_memux_source_from_slices(void)
{
    memux_source *source = GARBAGE(memux_source);
    memux_slice slices[2] = { { no_media, sizeof no_media }, { NULL, 4 } };

    free_calls = 0;
    REFUSED(memux_source_from_slices(NULL, 1, count_free, NULL, &source, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(source == NULL);
    REFUSED(memux_source_from_slices(slices, 1, count_free, NULL, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    source = GARBAGE(memux_source);
    REFUSED(memux_source_from_slices(slices, 2, count_free, NULL, &source, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(source == NULL);
    slices[1].data = no_media;
    slices[1].size = SIZE_MAX;
    REFUSED(memux_source_from_slices(slices, 2, count_free, NULL, &source, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT_SAME(free_calls, 8);
    slices[1].data = NULL;
    slices[1].size = 0;
    EXPECT_STATUS(memux_source_from_slices(slices, 2, count_free, NULL, &source, NULL), MEMUX_OK);
    memux_source_free(source);
    EXPECT_STATUS(memux_source_from_slices(NULL, 0, count_free, NULL, &source, NULL), MEMUX_OK);
    REFUSED(memux_count(source, NULL, NULL, error), MEMUX_ERROR_FORMAT);
    memux_source_free(source);
    EXPECT_SAME(free_calls, 10);
}

static void row_memux_source_from_reader(void)
{
    host host = host_of((bytes){ NULL, 0 });
    memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_CHEAP);
    memux_source *source = GARBAGE(memux_source);

    REFUSED(memux_source_from_reader(NULL, &source, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(source == NULL);
    EXPECT_SAME(host.released, 0);
    REFUSED(memux_source_from_reader(&reader, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT_SAME(host.released, 2);
    reader.read = NULL;
    source = GARBAGE(memux_source);
    REFUSED(memux_source_from_reader(&reader, &source, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(source == NULL);
    EXPECT_SAME(host.released, 4);
}

static void row_memux_source_free(void) { memux_source_free(NULL); }

static void row_memux_sink_to_writer(void)
{
    host_sink host = { 0 };
    memux_writer writer = host_writer(&host);
    memux_sink *sink = GARBAGE(memux_sink);

    REFUSED(memux_sink_to_writer(NULL, &sink, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(sink == NULL);
    REFUSED(memux_sink_to_writer(&writer, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT_SAME(host.released, 2);
    writer.write = NULL;
    sink = GARBAGE(memux_sink);
    REFUSED(memux_sink_to_writer(&writer, &sink, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(sink == NULL);
    EXPECT_SAME(host.released, 4);
}

static void row_memux_sink_to_buffer(void)
{
    REFUSED(memux_sink_to_buffer(NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
}

static void row_memux_sink_take_buffer(void)
{
    host_sink host = { 0 };
    memux_writer writer = host_writer(&host);
    memux_buffer *buffer = GARBAGE(memux_buffer);
    memux_sink *sink = NULL;

    REFUSED(memux_sink_take_buffer(NULL, &buffer, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(buffer == NULL);
    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    REFUSED(memux_sink_take_buffer(sink, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    /* Nothing written is a buffer of no bytes, not a failure. */
    EXPECT_STATUS(memux_sink_take_buffer(sink, &buffer, NULL), MEMUX_OK);
    EXPECT(buffer != NULL && memux_buffer_size(buffer) == 0);
    memux_buffer_free(buffer);
    memux_sink_free(sink);
    /* A writer's sink has no buffer to take. */
    buffer = GARBAGE(memux_buffer);
    sink = host_sink_of(&writer);
    REFUSED(memux_sink_take_buffer(sink, &buffer, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(buffer == NULL);
    memux_sink_free(sink);
}

static void row_memux_sink_free(void) { memux_sink_free(NULL); }
static void row_memux_buffer_data(void) { EXPECT(memux_buffer_data(NULL) == NULL); }
static void row_memux_buffer_size(void) { EXPECT_SAME(memux_buffer_size(NULL), 0); }
static void row_memux_buffer_free(void) { memux_buffer_free(NULL); }

static void row_memux_feed_create(void)
{
    memux_feed *feed = GARBAGE(memux_feed);

    REFUSED(memux_feed_create(0, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_feed_create(SIZE_MAX, &feed, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(feed == NULL);
}

static memux_feed *new_feed(void)
{
    memux_feed *feed = NULL;

    EXPECT_STATUS(memux_feed_create(0, &feed, NULL), MEMUX_OK);
    return feed;
}

static void row_memux_source_from_feed(void)
{
    memux_feed *feed = new_feed();
    memux_source *source = GARBAGE(memux_source);

    REFUSED(memux_source_from_feed(NULL, &source, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(source == NULL);
    REFUSED(memux_source_from_feed(feed, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    /* A mistake in the call takes nothing from the feed. */
    EXPECT_STATUS(memux_source_from_feed(feed, &source, NULL), MEMUX_OK);
    memux_source_free(source);
    memux_feed_free(feed);
}

static void row_memux_feed_push(void)
{
    memux_feed *feed = new_feed();
    size_t taken = 4711;

    REFUSED(memux_feed_push(NULL, no_media, sizeof no_media, &taken, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_feed_push(feed, no_media, sizeof no_media, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_feed_push(feed, NULL, 1, &taken, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_feed_push(feed, no_media, SIZE_MAX, &taken, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT_SAME(taken, 4711);
    EXPECT_SAME(memux_feed_level(feed, NULL), 0);
    REFUSED(memux_feed_push(feed, NULL, 0, &taken, error), MEMUX_OK);
    EXPECT_SAME(taken, 0);
    memux_feed_finish(feed);
    REFUSED(memux_feed_push(feed, no_media, 1, &taken, error), MEMUX_ERROR_INVALID_ARGUMENT);
    memux_feed_free(feed);
}

static void row_memux_feed_push_all(void)
{
    memux_feed *feed = new_feed();
    size_t taken = 4711;

    REFUSED(memux_feed_push_all(NULL, no_media, sizeof no_media, 1, &taken, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_feed_push_all(feed, NULL, 1, 1, &taken, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_feed_push_all(feed, no_media, SIZE_MAX, 1, &taken, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_feed_push_all(feed, no_media, sizeof no_media, -1, &taken, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT_SAME(taken, 4711);
    REFUSED(memux_feed_push_all(feed, NULL, 0, 0, NULL, error), MEMUX_OK);
    memux_feed_fail(feed, 0);
    REFUSED(memux_feed_push_all(feed, no_media, 1, 0, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    memux_feed_free(feed);
}

static void row_memux_feed_finish(void) { memux_feed_finish(NULL); }
static void row_memux_feed_fail(void) { memux_feed_fail(NULL, -1); }
static void row_memux_feed_free(void) { memux_feed_free(NULL); }

static void row_memux_feed_level(void)
{
    uint64_t capacity = 4711;

    EXPECT_SAME(memux_feed_level(NULL, &capacity), 0);
    EXPECT_SAME(capacity, 0);
    EXPECT_SAME(memux_feed_level(NULL, NULL), 0);
}

#endif
