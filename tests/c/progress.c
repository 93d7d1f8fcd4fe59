/* What the progress callback is told of the input's size: the size where it is known, MEMUX_UNKNOWN where it is not. */
#include "host.h"

typedef struct totals {
    int calls;
    uint64_t wanted;
    int others; /* calls that said anything else */
} totals;

static int note_total(void *opaque, const memux_progress *progress)
{
    totals *self = opaque;

    self->calls++;
    self->others += progress->bytes_total != self->wanted;
    EXPECT(progress->struct_size == sizeof *progress);
    return 0;
}

/* From the first call of `progress` to the last, counting and extracting. Frees the source. */
static void expect_total_by(int32_t engine, memux_source *source, uint64_t wanted, int again)
{
    totals totals = { 0, wanted, 0 };
    memux_sink *sink = NULL;
    choice choice;

    choose(&choice, engine);
    choice.run.progress = note_total;
    choice.run.progress_opaque = &totals;
    EXPECT_STATUS(memux_count(source, &choice.count, NULL, NULL), MEMUX_OK);
    EXPECT(totals.calls > (engine == MEMUX_ENGINE_WALK ? 0 : 75)); /* the walk counts many packets at once */
    EXPECT_SAME(totals.others, 0);
    if (again) {
        totals.calls = 0;
        EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
        EXPECT_STATUS(memux_extract(source, sink, &choice.extract, NULL, NULL), MEMUX_OK);
        EXPECT(totals.calls > 75);
        EXPECT_SAME(totals.others, 0);
        memux_sink_free(sink);
    }
    memux_source_free(source);
}

static void expect_total(memux_source *source, uint64_t wanted, int again)
{
    expect_total_by(MEMUX_ENGINE_AUTO, source, wanted, again);
}

static const char *const inputs[] = { "h264.mp4", "h264_fragmented.mp4", "h264.mkv" };
enum { INPUTS = sizeof inputs / sizeof *inputs };

static void memory_has_its_size_for_a_total(void)
{
    for (int i = 0; i < INPUTS; i++) {
        bytes file = clip(inputs[i]);
        memux_slice slices[3];
        memux_source *source = NULL;

        for (int part = 0; part < 3; part++) {
            slices[part].data = file.data + (size_t)part * (file.size / 3);
            slices[part].size = part < 2 ? file.size / 3 : file.size - 2 * (file.size / 3);
        }
        for (int e = 0; e < ENGINES; e++)
            expect_total_by(engines[e].engine, memory_source(file), file.size, 1);
        EXPECT_STATUS(memux_source_from_slices(slices, 3, NULL, NULL, &source, NULL), MEMUX_OK);
        expect_total(source, file.size, 1);
        free(file.data);
    }
}

static void a_reader_that_is_given_its_size_has_it_for_a_total(void)
{
    for (int i = 0; i < INPUTS; i++) {
        bytes file = clip(inputs[i]);
        host seeking = host_of(file), plain = host_of(file);
        memux_reader reader = host_reader(&seeking, MEMUX_SEEKABILITY_CHEAP);
        memux_source *source = NULL;

        reader.size = (int64_t)file.size;
        EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
        expect_total(source, file.size, 1);
        EXPECT_SAME(seeking.size_questions, 0);

        reader = host_reader(&plain, MEMUX_SEEKABILITY_NONE);
        reader.size = (int64_t)file.size;
        EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
        expect_total(source, file.size, 0);
        free(file.data);
    }
}

/* A host of which only MEMUX_WHENCE_END can be asked, like fseek's. */
static int64_t seek_without_size(void *opaque, int64_t offset, int whence)
{
    return whence == MEMUX_WHENCE_SIZE ? -1 : host_seek(opaque, offset, whence);
}

static void a_reader_that_answers_for_its_size_has_it_for_a_total(void)
{
    for (int i = 0; i < INPUTS; i++) {
        bytes file = clip(inputs[i]);
        host says = host_of(file), goes_there = host_of(file);
        memux_reader reader = host_reader(&goes_there, MEMUX_SEEKABILITY_EXPENSIVE);
        memux_source *source = NULL;

        expect_total(host_source(&says, MEMUX_SEEKABILITY_CHEAP), file.size, 1);
        reader.seek = seek_without_size;
        EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
        expect_total(source, file.size, 1);
        EXPECT(says.size_questions > 0 && goes_there.size_questions > 0);
        free(file.data);
    }
}

static void a_reader_of_unknown_size_has_an_unknown_total(void)
{
    for (int i = 0; i < INPUTS; i++) {
        bytes file = clip(inputs[i]);
        host refuses = host_of(file), plain = host_of(file);

        refuses.knows_no_size = 1;
        expect_total(host_source(&refuses, MEMUX_SEEKABILITY_CHEAP), MEMUX_UNKNOWN, 1);
        EXPECT(refuses.size_questions > 0);
        expect_total(host_source(&plain, MEMUX_SEEKABILITY_NONE), MEMUX_UNKNOWN, 0);
        EXPECT_SAME(plain.size_questions, 0);
        free(file.data);
    }
}

int main(void)
{
    RUN(memory_has_its_size_for_a_total);
    RUN(a_reader_that_is_given_its_size_has_it_for_a_total);
    RUN(a_reader_that_answers_for_its_size_has_it_for_a_total);
    RUN(a_reader_of_unknown_size_has_an_unknown_total);
    return check_done();
}
