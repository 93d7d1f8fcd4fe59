// Handles move, own, and let go once.
#include "clips.h"

#include <memux.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <sstream>
#include <thread>
#include <type_traits>
#include <vector>

template <class T> constexpr bool move_only = std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> &&
                                              !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T>;
static_assert(move_only<memux::Source> && move_only<memux::Sink> && move_only<memux::Buffer> && move_only<memux::Cancel>);
static_assert(std::is_nothrow_copy_constructible_v<memux::Error> && std::is_nothrow_copy_assignable_v<memux::Error>);

static std::vector<std::uint8_t> load(const char *name)
{
    bytes file = clip(name);
    std::vector<std::uint8_t> loaded(file.data, file.data + file.size);
    free(file.data);
    return loaded;
}

// Counts itself; lives in callables.
static int alive;
struct Tracked {
    Tracked() { alive++; }
    Tracked(const Tracked &) { alive++; }
    Tracked(Tracked &&) noexcept { alive++; }
    Tracked &operator=(const Tracked &) = default;
    ~Tracked() { alive--; }
};

static void memory_is_borrowed_and_counted()
{
    const auto file = load("h264.mp4");
    auto source = memux::Source::from_memory(file.data(), file.size());
    EXPECT_SAME(memux::count(source).frames, 75);
    EXPECT_SAME(memux::count_frames(file.data(), file.size()).frames, 75);
    EXPECT(!memux::count_frames(file.data(), file.size()).truncated());
    EXPECT(memux::count_frames(file.data(), file.size() / 2).truncated());
}

static void a_container_moves_in_and_goes_with_the_source()
{
    auto file = load("h264.mp4");
    auto source = memux::Source::from_container(std::move(file));
    EXPECT_SAME(memux::count(source).frames, 75);
    source = memux::Source::from_container(std::string("short"));
    try {
        memux::count(source);
        MISSING("a text to be no format");
    } catch (const memux::Error &error) {
        EXPECT_STATUS(error.status(), MEMUX_ERROR_FORMAT);
    }
}

static void a_moved_source_works_where_it_went()
{
    auto first = memux::Source::from_container(load("h264.mp4"));
    memux::Source second = std::move(first);
    EXPECT(first.get() == nullptr);
    EXPECT_SAME(memux::count(second).frames, 75);
    first = std::move(second);
    EXPECT_SAME(memux::count(first).frames, 75);
    EXPECT(second.get() == nullptr);
    try {
        memux::count(second);
        MISSING("a source that was moved from to be refused");
    } catch (const memux::Error &error) {
        EXPECT_STATUS(error.status(), MEMUX_ERROR_INVALID_ARGUMENT);
    }
}

// What its callables were went with the handle, so that nothing of it may be looked at any more.
static void a_source_that_was_moved_from_forgets_its_callables()
{
    auto first = memux::Source::from_reader([](std::uint8_t *, int) { return 0; });
    {
        const memux::Source gone = std::move(first);
    }
    EXPECT(first.get() == nullptr && first.pending() == nullptr);
    try {
        memux::count(first);
        MISSING("a source that was moved from to be refused");
    } catch (const memux::Error &error) {
        EXPECT_STATUS(error.status(), MEMUX_ERROR_INVALID_ARGUMENT);
    }
}

// The options of a reader and of a writer have the members of the C structs.
static void options_reach_the_callbacks()
{
    const auto file = load("h264.ts");
    std::size_t at = 0;
    int largest = 0, refusals = 0, answered = 0;
    memux::ReaderOptions reading;
    reading.buffer_size = 5000;
    reading.max_attempts = 3;
    reading.retry_delay_ms = 1;
    auto source = memux::Source::from_reader([&](std::uint8_t *buf, int size) {
        largest = std::max(largest, size);
        if (answered == 5 && refusals < 2) return refusals++, MEMUX_IO_AGAIN;
        answered++;
        const std::size_t left = std::min<std::size_t>(static_cast<std::size_t>(size), file.size() - at);
        std::copy_n(file.data() + at, left, buf);
        at += left;
        return static_cast<int>(left);
    }, reading);
    int longest = 0;
    memux::WriterOptions writing;
    writing.max_write = 700;
    auto sink = memux::Sink::to_writer([&](const std::uint8_t *, int size) { longest = std::max(longest, size); }, writing);
    EXPECT_SAME(memux::extract(source, sink).packets, 75);
    EXPECT_SAME(largest, 5000);
    EXPECT_SAME(refusals, 2);
    EXPECT_SAME(longest, 700);
}

static void a_read_that_hangs_is_freed_by_its_unblock()
{
    std::atomic<bool> freed{false};
    memux::ReaderOptions reading;
    reading.unblock = [&] { freed = true; };
    auto source = memux::Source::from_reader([&](std::uint8_t *, int) {
        while (!freed) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return -1;
    }, reading);
    memux::CountOptions options;
    options.run.timeout = std::chrono::milliseconds(20);
    try {
        memux::count(source, options);
        MISSING("the end of time");
    } catch (const memux::Error &error) {
        EXPECT_STATUS(error.status(), MEMUX_ERROR_TIMEOUT);
    }
}

static void slices_are_read_as_one()
{
    const auto file = load("h264.mp4");
    std::vector<memux_slice> slices;
    for (std::size_t at = 0; at < file.size(); at += 1000)
        slices.push_back({file.data() + at, std::min<std::size_t>(1000, file.size() - at)});
    auto source = memux::Source::from_slices(slices);
    slices.clear();
    EXPECT_SAME(memux::count(source).frames, 75);
}

static void a_stream_is_read_and_sought()
{
    const auto file = load("h264_moov_at_end.mp4");
    std::istringstream stream(std::string(file.begin(), file.end()), std::ios::binary);
    auto source = memux::Source::from_istream(stream);
    for (int i = 0; i < 2; i++) {
        const memux::CountReport report = memux::count(source);
        EXPECT_SAME(report.frames, 75);
        EXPECT_SAME(report.spooled_bytes, 0);
        EXPECT_SAME(report.completeness, MEMUX_COMPLETENESS_COMPLETE);
    }
}

static void what_a_callable_captured_is_destroyed_once()
{
    const auto file = load("h264.ts");
    {
        std::size_t at = 0;
        auto owned = std::make_unique<int>(1); // move-only callables fit
        auto source = memux::Source::from_reader([&, owned = std::move(owned), tracked = Tracked()](std::uint8_t *buf, int size) {
            const std::size_t left = std::min<std::size_t>(static_cast<std::size_t>(size), file.size() - at);
            std::copy_n(file.data() + at, left, buf);
            at += left;
            return static_cast<int>(left);
        });
        auto sink = memux::Sink::to_writer([tracked = Tracked()](memux::Bytes) {});
        EXPECT_SAME(alive, 2);
        EXPECT_SAME(memux::extract(source, sink).packets, 75);
        auto moved = std::move(source);
        EXPECT_SAME(alive, 2);
    }
    EXPECT_SAME(alive, 0);
}

static void a_refused_reader_destroys_its_callable_too()
{
    memux::ReaderOptions options;
    options.size = -1;
    try {
        memux::Source::from_reader([tracked = Tracked()](std::uint8_t *, int) { return 0; }, options);
        MISSING("a negative size to be refused");
    } catch (const memux::Error &error) {
        EXPECT_STATUS(error.status(), MEMUX_ERROR_INVALID_ARGUMENT);
        EXPECT(std::strstr(error.message(), "size") != nullptr);
    }
    EXPECT_SAME(alive, 0);
}

static void every_kind_of_write_callable_receives_the_same_bytes()
{
    auto source = memux::Source::from_container(load("h264.mp4"));
    auto buffered = memux::Sink::to_buffer();
    const memux::ExtractReport report = memux::extract(source, buffered);
    const memux::Buffer whole = buffered.take_buffer();
    EXPECT(whole.size() > 1000 && whole.size() == report.bytes_written && !whole.empty());
    EXPECT_SAME(report.codec, MEMUX_CODEC_H264);
    EXPECT_SAME(buffered.take_buffer().size(), 0);

    std::vector<std::uint8_t> taken[4];
    memux::Sink sinks[] = {
        memux::Sink::to_writer([&](memux::Bytes piece) { taken[0].insert(taken[0].end(), piece.begin(), piece.end()); }),
        memux::Sink::to_writer([&](memux::Bytes piece) { // takes half of what it is given
            const std::size_t some = (piece.size + 1) / 2;
            taken[1].insert(taken[1].end(), piece.begin(), piece.begin() + some);
            return some;
        }),
        memux::Sink::to_writer([&](const std::uint8_t *data, int size) {
            taken[2].insert(taken[2].end(), data, data + size);
            return size;
        }),
        memux::Sink::to_vector_writer([&](const memux_slice *slices, std::size_t) {
            taken[3].insert(taken[3].end(), slices[0].data, slices[0].data + slices[0].size);
            return slices[0].size;
        }),
    };
    for (int i = 0; i < 4; i++) {
        memux::extract(source, sinks[i]);
        EXPECT(taken[i].size() == whole.size() && std::equal(whole.begin(), whole.end(), taken[i].begin()));
    }

    const auto file = load("h264.mp4");
    struct { // borrowed, not copied
        std::vector<std::uint8_t> all;
        void operator()(memux::Bytes piece) { all.insert(all.end(), piece.begin(), piece.end()); }
    } keep;
    const memux::ExtractReport shortly = memux::extract_video(file.data(), file.size(), keep);
    EXPECT_STATUS(shortly.status, MEMUX_OK);
    EXPECT_SAME(shortly.packets, 75);
    EXPECT(keep.all == taken[0]);
    EXPECT(memux::extract_video(file.data(), file.size() / 2, [](memux::Bytes) {}).truncated());
}

static void an_extraction_is_measured_and_put_into_the_hosts_own_memory()
{
    const auto file = load("h264.mp4");
    auto source = memux::Source::from_memory(file.data(), file.size());
    auto sink = memux::Sink::to_buffer();
    memux::extract(source, sink);
    const memux::Buffer whole = sink.take_buffer();
    std::vector<std::uint8_t> memory(static_cast<std::size_t>(memux::extract_size(source)));
    EXPECT_SAME(memory.size(), whole.size());
    memux::ExtractOptions options;
    options.threads = 2;
    EXPECT_SAME(memux::extract_into(source, memory.data(), memory.size(), options).bytes_written, whole.size());
    EXPECT(std::equal(whole.begin(), whole.end(), memory.begin()));
    memux::ExtractReport report;
    try {
        memux::extract_into(source, memory.data(), memory.size() - 1, options, report);
        MISSING("one byte too few to be too few");
    } catch (const memux::Error &error) {
        EXPECT_STATUS(error.status(), MEMUX_ERROR_LIMIT);
        EXPECT_SAME(error.limit(), MEMUX_LIMIT_OUTPUT);
        EXPECT_SAME(report.bytes_written, whole.size() - 1);
    }
}

static void options_reach_the_operation()
{
    auto source = memux::Source::from_container(load("two_videos.mp4"));
    memux::CountOptions options;
    std::uint64_t last = 0;
    int events = 0;
    options.select = MEMUX_SELECT_INDEX;
    options.stream_index = 1;
    options.run.format = "mp4";
    options.run.timeout = std::chrono::seconds(60);
    options.run.progress = [&](const memux_progress &progress) { last = progress.packets; return false; };
    options.run.trace = [&](const memux_trace_event &) { events++; };
    EXPECT_SAME(memux::count(source, options).frames, 20);
    EXPECT(last >= 20 && events > 0);
}

static void version_and_build_are_told()
{
    EXPECT_SAME(memux::version(), MEMUX_VERSION);
    EXPECT(std::strcmp(memux::build_info().version, memux::version_string()) == 0);
}

int main()
{
    RUN(memory_is_borrowed_and_counted);
    RUN(a_container_moves_in_and_goes_with_the_source);
    RUN(a_moved_source_works_where_it_went);
    RUN(a_source_that_was_moved_from_forgets_its_callables);
    RUN(options_reach_the_callbacks);
    RUN(a_read_that_hangs_is_freed_by_its_unblock);
    RUN(slices_are_read_as_one);
    RUN(a_stream_is_read_and_sought);
    RUN(what_a_callable_captured_is_destroyed_once);
    RUN(a_refused_reader_destroys_its_callable_too);
    RUN(every_kind_of_write_callable_receives_the_same_bytes);
    RUN(an_extraction_is_measured_and_put_into_the_hosts_own_memory);
    RUN(options_reach_the_operation);
    RUN(version_and_build_are_told);
    return check_done();
}
