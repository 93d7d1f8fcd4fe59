// Probing and packets: texts, views and ranges that a C++ program takes for granted, and exceptions on their way out.
#include "clips.h"

#include <memux.hpp>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <vector>

using std::chrono::microseconds;

template <class T> constexpr bool move_only = std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> &&
                                              !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T>;
static_assert(move_only<memux::Info> && move_only<memux::Input> && move_only<memux::KeptPacket>);

static std::vector<std::uint8_t> load(const char *name)
{
    bytes file = clip(name);
    std::vector<std::uint8_t> loaded(file.data, file.data + file.size);
    free(file.data);
    return loaded;
}

static void a_probe_shows_texts_and_lists()
{
    const auto file = load("described.mp4");
    auto source = memux::Source::from_memory(file.data(), file.size());
    const memux::Info info = memux::probe(source);
    const auto streams = info.streams();
    const auto chapters = info.chapters();
    EXPECT(info.container().mime_type() == "video/mp4");
    EXPECT(info.container().tags().find("title") == "Described" && info.container().tags().find("none").empty());
    EXPECT(info.container().duration() == microseconds(3000000));
    if (EXPECT(streams.size() == 3 && chapters.size() == 2)) {
        EXPECT(streams[0].codec() == "h264" && streams[0].codec_string() == "avc1.64000b");
        EXPECT(streams[0].color_transfer() == "smpte2084" && streams[0].channel_layout().empty());
        EXPECT_SAME(streams[0]->rotation, 90);
        EXPECT_SAME(streams[0].configuration().size, 50);
        EXPECT(streams[0].side_data().size == 1 && memux::text(streams[0].side_data()[0].name) == "Display Matrix");
        EXPECT(streams[1].language() == "deu");
        EXPECT(chapters[1].title() == "Second");
    }
    EXPECT(info.json().find("\"codec_name\": \"h264\"") != std::string::npos);
}

static void a_program_names_its_streams()
{
    const auto file = load("h264.ts");
    auto source = memux::Source::from_memory(file.data(), file.size());
    const memux::Info info = memux::probe(source);
    const auto programs = info.programs();
    if (EXPECT(programs.size() == 1)) {
        const auto streams = programs[0].streams();
        EXPECT(std::vector<int>(streams.begin(), streams.end()) == (std::vector<int>{0, 1}));
    }
}

static void a_report_says_what_a_beginning_lacks()
{
    const auto file = load("h264.mp4");
    auto source = memux::Source::from_memory(file.data(), 1000);
    memux::ProbeReport report;
    memux::ProbeOptions options;
    options.level = MEMUX_PROBE_HEADER;
    try {
        memux::probe(source, options, report);
        MISSING("half a header to be a failure");
    } catch (const memux::Error &) {
        EXPECT(report.bytes_needed > 0 && report.bytes_needed < file.size());
    }
}

static void packets_are_a_range()
{
    const auto file = load("h264.mp4");
    auto source = memux::Source::from_container(std::vector<std::uint8_t>(file));
    memux::Input input(source);
    int packets = 0, keys = 0;
    source = memux::Source::from_memory("", 0); // the input keeps its own
    for (const memux::Packet &packet : input) {
        const auto bytes = packet.bytes();
        EXPECT(std::equal(bytes.begin(), bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(packet->position)));
        packets++;
        keys += packet->stream_index == 0 && packet.is_key();
    }
    EXPECT_SAME(packets, 206);
    EXPECT_SAME(keys, 5);
    EXPECT(!input.truncated());
    EXPECT_SAME(input.report().packets, 206);
    EXPECT_SAME(input.report().engine, MEMUX_ENGINE_WALK);
    EXPECT(input.begin() == input.end());
    EXPECT_SAME(input.info().streams().size(), 2);
}

static void a_seek_says_where_it_landed_and_a_choice_holds()
{
    const auto file = load("h264.mp4");
    auto source = memux::Source::from_memory(file.data(), file.size());
    memux::Input input(source);
    input.select({0});
    EXPECT(input.seek(microseconds(1000000)) == microseconds(600000));
    memux::Packet packet;
    EXPECT(input.next(packet) && packet.is_key() && packet.pts() == 7680);
    EXPECT(input.seek(microseconds(1000000), MEMUX_SEEK_EXACT) == microseconds(600000));
    const auto hidden = std::count_if(input.begin(), input.end(), [](const memux::Packet &each) { return each.is_hidden(); });
    EXPECT_SAME(hidden, 10); // of 25 a second
    try {
        input.select({5});
        MISSING("a choice that cannot be to be a failure");
    } catch (const memux::Error &error) {
        EXPECT_STATUS(error.status(), MEMUX_ERROR_NO_STREAM);
    }
}

static void copies_outlive_their_input()
{
    std::vector<memux::KeptPacket> kept;
    std::vector<std::vector<std::uint8_t>> wanted;
    {
        auto source = memux::Source::from_container(load("h264.ts"));
        memux::Input input(source), moved = std::move(input);
        for (const memux::Packet &packet : moved) {
            kept.push_back(packet.keep());
            wanted.emplace_back(packet.bytes().begin(), packet.bytes().end());
        }
    }
    EXPECT_SAME(kept.size(), 206);
    for (std::size_t i = 0; i < kept.size(); i++) {
        const auto packet = kept[i].packet();
        EXPECT(std::equal(wanted[i].begin(), wanted[i].end(), packet.bytes().begin(), packet.bytes().end()));
        EXPECT_SAME(packet->padding, 64);
    }
}

static void the_end_of_a_cut_input_is_no_exception()
{
    const auto file = load("h264.mkv");
    auto source = memux::Source::from_memory(file.data(), file.size() / 2);
    memux::Input input(source);
    const auto packets = std::distance(input.begin(), input.end());
    EXPECT(packets > 20 && packets < 206);
    EXPECT(input.truncated());
}

struct Alive {
    static int count;
    Alive() { count++; }
    Alive(const Alive &) { count++; }
    ~Alive() { count--; }
};
int Alive::count;

// The callable lives as long as the input, and its exception comes out of the call that it was made in.
static void what_a_read_throws_comes_out_of_the_call_for_a_packet()
{
    const auto file = load("h264.ts");
    {
        std::size_t at = 0;
        bool fail = false;
        const auto read = [&](std::uint8_t *buf, int size) -> int {
            if (fail) throw std::runtime_error("the line is dead");
            const std::size_t count = std::min({static_cast<std::size_t>(size), file.size() - at, std::size_t{1000}});
            std::copy_n(file.data() + at, count, buf);
            at += count;
            return static_cast<int>(count);
        };
        auto source = std::make_unique<memux::Source>(
            memux::Source::from_reader([read, alive = Alive()](std::uint8_t *buf, int size) { return read(buf, size); }));
        memux::Input input(*source);
        source.reset();
        EXPECT_SAME(Alive::count, 1);
        EXPECT(at < file.size());
        fail = true;
        try {
            for (const memux::Packet &packet : input) (void)packet;
            MISSING("the exception");
        } catch (const std::runtime_error &error) {
            EXPECT(std::string(error.what()) == "the line is dead");
        }
        try {
            memux::Packet packet;
            input.next(packet);
            MISSING("the input to have ended");
        } catch (const memux::Error &error) {
            EXPECT_STATUS(error.status(), MEMUX_ERROR_CANCELLED);
        }
    }
    EXPECT_SAME(Alive::count, 0);
}

static void what_progress_throws_comes_out_of_probing_and_of_packets()
{
    const auto file = load("h264.mp4");
    auto source = memux::Source::from_memory(file.data(), file.size());
    memux::ProbeOptions probing;
    memux::InputOptions opening;
    bool fail = true;
    probing.run.progress = opening.run.progress = [&](const memux_progress &) -> bool {
        if (fail) throw 42;
        return false;
    };
    try {
        memux::probe(source, probing);
        MISSING("the exception of a probe");
    } catch (int thrown) {
        EXPECT_SAME(thrown, 42);
    }
    fail = false;
    memux::Input input(source, opening);
    fail = true;
    try {
        for (const memux::Packet &packet : input) (void)packet;
        MISSING("the exception of a packet");
    } catch (int thrown) {
        EXPECT_SAME(thrown, 42);
    }
}

int main()
{
    RUN(a_probe_shows_texts_and_lists);
    RUN(a_program_names_its_streams);
    RUN(a_report_says_what_a_beginning_lacks);
    RUN(packets_are_a_range);
    RUN(a_seek_says_where_it_landed_and_a_choice_holds);
    RUN(copies_outlive_their_input);
    RUN(the_end_of_a_cut_input_is_no_exception);
    RUN(what_a_read_throws_comes_out_of_the_call_for_a_packet);
    RUN(what_progress_throws_comes_out_of_probing_and_of_packets);
    return check_done();
}
