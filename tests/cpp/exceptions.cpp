// An exception thrown in a callable stops the operation and comes out of the call, as it is; no C frame sees it.
#include "clips.h"

#include <memux.hpp>

#include <algorithm>
#include <cstring>
#include <vector>

struct Mine {
    int number;
};

struct Input {
    std::vector<std::uint8_t> file;
    std::size_t at = 0;
    int reads = 0;

    explicit Input(const char *name)
    {
        bytes loaded = clip(name);
        file.assign(loaded.data, loaded.data + loaded.size);
        free(loaded.data);
    }
    int read(std::uint8_t *buf, int size)
    {
        const std::size_t some = std::min({static_cast<std::size_t>(size), file.size() - at, std::size_t{4000}});
        reads++;
        std::copy_n(file.data() + at, some, buf);
        at += some;
        return static_cast<int>(some);
    }
    std::int64_t seek(std::int64_t offset, int whence)
    {
        if (whence != MEMUX_WHENCE_SET) return static_cast<std::int64_t>(file.size());
        at = static_cast<std::size_t>(offset);
        return offset;
    }
};

// Runs `call` and says which number was thrown, 0 for none.
template <class Call> static int thrown_by(Call &&call)
{
    try {
        call();
    } catch (const Mine &mine) {
        return mine.number;
    } catch (const memux::Error &error) {
        printf("# an Error came out: %s\n", error.what());
        return -1;
    }
    return 0;
}

static void one_thrown_in_read_comes_out()
{
    for (int at = 1; at <= 12; at++) {
        Input input("h264.ts");
        auto source = memux::Source::from_reader([&](std::uint8_t *buf, int size) {
            if (input.reads + 1 == at) throw Mine{at};
            return input.read(buf, size);
        });
        memux::CountReport report;
        EXPECT_SAME(thrown_by([&] { memux::count(source, {}, report); }), at);
        EXPECT_SAME(input.reads, at - 1); // nothing was called after it
        EXPECT_STATUS(report.status, MEMUX_ERROR_CANCELLED);
        EXPECT_SAME(report.bytes_read, input.at);
    }
}

static void one_thrown_in_seek_comes_out()
{
    for (int whence : {MEMUX_WHENCE_SET, MEMUX_WHENCE_SIZE}) {
        Input input("h264_moov_at_end.mp4");
        memux::ReaderOptions options;
        options.seek = [&](std::int64_t offset, int asked) {
            if (asked == whence) throw Mine{7};
            return input.seek(offset, asked);
        };
        auto source = memux::Source::from_reader([&](std::uint8_t *buf, int size) { return input.read(buf, size); }, options);
        EXPECT_SAME(thrown_by([&] { memux::count(source); }), 7);
    }
}

static void one_thrown_in_write_comes_out_and_what_was_written_is_known()
{
    const Input input("h264.mp4");
    auto source = memux::Source::from_memory(input.file.data(), input.file.size());
    for (int at = 1; at <= 5; at++) {
        int writes = 0;
        std::uint64_t taken = 0;
        const auto write = [&](memux::Bytes piece) {
            if (++writes == at) throw Mine{at};
            taken += piece.size;
        };
        memux::WriterOptions options;
        options.max_write = 1000;
        auto sink = memux::Sink::to_writer(write, options);
        memux::ExtractReport report;
        EXPECT_SAME(thrown_by([&] { memux::extract(source, sink, {}, report); }), at);
        EXPECT_SAME(writes, at);
        EXPECT_SAME(report.bytes_written, taken);
        writes = 0;
        auto gather = memux::Sink::to_vector_writer([&](const memux_slice *slices, std::size_t) {
            if (++writes == at) throw Mine{at};
            return slices[0].size;
        }, options);
        EXPECT_SAME(thrown_by([&] { memux::extract(source, gather); }), at);
    }
    EXPECT_SAME(thrown_by([&] {
        memux::extract_video(input.file.data(), input.file.size(), [](memux::Bytes) { throw Mine{3}; });
    }), 3);
}

static void one_thrown_in_progress_comes_out()
{
    const Input input("h264.mp4");
    auto source = memux::Source::from_memory(input.file.data(), input.file.size());
    for (const std::int32_t engine : {MEMUX_ENGINE_FFMPEG, MEMUX_ENGINE_WALK}) {
        const int at = engine == MEMUX_ENGINE_WALK ? 1 : 5; // the walk tells less often
        memux::CountOptions options;
        int calls = 0;
        options.run.engine = engine;
        options.run.progress = [&](const memux_progress &) -> bool {
            if (++calls == at) throw Mine{at};
            return false;
        };
        EXPECT_SAME(thrown_by([&] { memux::count(source, options); }), at);
        EXPECT_SAME(calls, at);
    }
}

// A trace cannot stop an operation: it goes on unwatched, succeeds, and the exception comes out all the same.
static void one_thrown_in_trace_comes_out_though_the_operation_succeeds()
{
    const Input input("h264.mp4");
    auto source = memux::Source::from_memory(input.file.data(), input.file.size());
    memux::CountOptions options;
    memux::CountReport report;
    int events = 0;
    options.run.trace = [&](const memux_trace_event &) {
        events++;
        throw Mine{9};
    };
    EXPECT_SAME(thrown_by([&] { memux::count(source, options, report); }), 9);
    EXPECT_SAME(events, 1);
    EXPECT_STATUS(report.status, MEMUX_OK);
    EXPECT_SAME(report.frames, 75);
}

static void handles_go_on_after_an_exception()
{
    Input input("h264.ts");
    bool fail = true;
    memux::ReaderOptions options;
    options.seek = [&](std::int64_t offset, int whence) { return input.seek(offset, whence); };
    auto source = memux::Source::from_reader([&](std::uint8_t *buf, int size) {
        if (fail) throw Mine{1};
        return input.read(buf, size);
    }, options);
    std::uint64_t taken = 0;
    auto sink = memux::Sink::to_writer([&](memux::Bytes piece) {
        if (taken == 0 && fail) throw Mine{2};
        taken += piece.size;
    });
    EXPECT_SAME(thrown_by([&] { memux::extract(source, sink); }), 1);
    fail = false;
    EXPECT_SAME(thrown_by([&] { memux::extract(source, sink); }), 0);
    EXPECT(taken > 1000);
}

// Another operation of ours on a source in use is refused inside the callable; that Error is the one that comes out.
static void an_error_thrown_inside_a_callable_comes_out_too()
{
    Input input("h264.ts");
    memux::Source *self = nullptr;
    auto source = memux::Source::from_reader([&](std::uint8_t *buf, int size) {
        if (input.reads == 3) memux::count(*self);
        return input.read(buf, size);
    });
    self = &source;
    try {
        memux::count(source);
        MISSING("the inner failure to come out");
    } catch (const memux::Error &error) {
        EXPECT_STATUS(error.status(), MEMUX_ERROR_BUSY);
    }
}

// Between the throw and the end of the operation another caller comes too early: the exception is not for that one.
static void an_exception_on_its_way_is_not_given_to_a_caller_who_is_refused()
{
    Input input("h264.ts");
    auto source = memux::Source::from_reader([&](std::uint8_t *buf, int size) {
        if (input.reads == 3) throw Mine{4};
        return input.read(buf, size);
    });
    memux::CountOptions options;
    int refused = 0, stolen = 0;
    options.run.trace = [&](const memux_trace_event &event) {
        if (event.returned >= 0) return;
        try {
            memux::count(source);
        } catch (const memux::Error &error) {
            refused += error.status() == MEMUX_ERROR_BUSY;
        } catch (const Mine &) {
            stolen++;
        }
    };
    EXPECT_SAME(thrown_by([&] { memux::count(source, options); }), 4);
    EXPECT_SAME(refused, 1);
    EXPECT_SAME(stolen, 0);
}

static void an_error_carries_all_that_is_known()
{
    Input input("h264.ts");
    auto source = memux::Source::from_reader([&](std::uint8_t *buf, int size) {
        return input.reads == 10 ? -77 : input.read(buf, size);
    });
    try {
        memux::count(source);
        MISSING("the read's failure to come out");
    } catch (const std::runtime_error &base) {
        const auto &error = static_cast<const memux::Error &>(base);
        const memux::Error copy = error;
        EXPECT_STATUS(copy.status(), MEMUX_ERROR_SOURCE);
        EXPECT_SAME(copy.host_code(), -77);
        EXPECT_SAME(copy.offset(), input.at);
        EXPECT(copy.stage() >= MEMUX_STAGE_OPEN && copy.stage() <= MEMUX_STAGE_PACKETS);
        EXPECT_SAME(copy.limit(), MEMUX_LIMIT_NONE);
        EXPECT(copy.message()[0] != '\0' && copy.hint() != nullptr);
        EXPECT(std::strcmp(copy.what(), error.message()) == 0);
    }

    auto memory = memux::Source::from_memory(input.file.data(), input.file.size());
    auto sink = memux::Sink::to_buffer();
    memux_limits limits;
    memux_limits_init(&limits, sizeof limits);
    limits.max_output_bytes = 1000;
    memux::ExtractOptions options;
    options.run.limits = &limits;
    try {
        memux::extract(memory, sink, options);
        MISSING("the limit to be met");
    } catch (const memux::Error &error) {
        EXPECT_STATUS(error.status(), MEMUX_ERROR_LIMIT);
        EXPECT_SAME(error.limit(), MEMUX_LIMIT_OUTPUT);
        EXPECT(error.hint()[0] != '\0');
    }
}

static void a_token_cancels()
{
    const Input input("h264.mp4");
    auto source = memux::Source::from_memory(input.file.data(), input.file.size());
    memux::Cancel cancel;
    memux::CountOptions options;
    options.run.cancel = &cancel;
    EXPECT(!cancel.is_set());
    cancel.set();
    EXPECT(cancel.is_set());
    try {
        memux::count(source, options);
        MISSING("the token to be obeyed");
    } catch (const memux::Error &error) {
        EXPECT_STATUS(error.status(), MEMUX_ERROR_CANCELLED);
    }
    cancel.reset();
    EXPECT_SAME(memux::count(source, options).frames, 75);
}

int main()
{
    RUN(one_thrown_in_read_comes_out);
    RUN(one_thrown_in_seek_comes_out);
    RUN(one_thrown_in_write_comes_out_and_what_was_written_is_known);
    RUN(one_thrown_in_progress_comes_out);
    RUN(one_thrown_in_trace_comes_out_though_the_operation_succeeds);
    RUN(handles_go_on_after_an_exception);
    RUN(an_error_thrown_inside_a_callable_comes_out_too);
    RUN(an_exception_on_its_way_is_not_given_to_a_caller_who_is_refused);
    RUN(an_error_carries_all_that_is_known);
    RUN(a_token_cancels);
    return check_done();
}
