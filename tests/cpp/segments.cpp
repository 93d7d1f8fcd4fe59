// Segments in C++: callables that take and cut them, exceptions on their way out, playlists.
#include "clips.h"

#include <memux.hpp>

#include <stdexcept>
#include <string>
#include <vector>

using Octets = std::vector<std::uint8_t>;

static Octets load(const char *name)
{
    bytes file = clip(name);
    Octets loaded(file.data, file.data + file.size);
    free(file.data);
    return loaded;
}

static std::string text_of(const memux::Buffer &buffer) { return std::string(buffer.begin(), buffer.end()); }

static void segments_come_to_a_callable_and_playlists_are_made_of_them()
{
    const auto file = load("h264.mp4");
    auto source = memux::Source::from_memory(file.data(), file.size());
    Octets all;
    std::vector<std::int64_t> durations;
    memux::SegmentOptions options("mp4", [&](const memux_segment_view &segment) {
        all.insert(all.end(), segment.data, segment.data + segment.size);
        if (!segment.is_init) durations.push_back(segment.duration_us);
    });
    options.duration_us = 1000000;
    memux::SegmentReport report;
    const memux::Segments made = memux::segment(source, options, report);
    EXPECT(durations == (std::vector<std::int64_t>{1200000, 1200000, 600000}));
    EXPECT(report.segments == 3 && report.bytes_written == all.size() && !report.truncated());
    EXPECT_SAME(memux::count_frames(all.data(), all.size()).frames, 75);
    const auto playlist = text_of(made.hls("i.mp4", "s", ".m4s"));
    EXPECT(playlist.find("#EXTINF:1.200000,\ns1.m4s\n") != std::string::npos);
    bool refused = false;
    try {
        memux::dash_manifest({{made, "i", "s", ""}});
    } catch (const memux::Error &error) {
        refused = error.status() == MEMUX_ERROR_UNSUPPORTED;
    }
    EXPECT(refused);
    options.remux.streams = {0};
    const memux::Segments alone = memux::segment(source, options);
    EXPECT(text_of(memux::dash_manifest({{alone, "i", "s", ""}})).find("video/mp4") != std::string::npos);
}

static void a_callable_cuts_and_exceptions_come_out()
{
    const auto file = load("h264.mp4");
    auto source = memux::Source::from_memory(file.data(), file.size());
    int taken = 0, asked = 0;
    memux::SegmentOptions options("mpegts", [&](const memux_segment_view &) { taken++; });
    options.cut_by = MEMUX_CUT_BY_HOST;
    options.cut = [&](const memux_packet &packet) { return ++asked % 25 == 0 && packet.size > 0; };
    memux::segment(source, options);
    EXPECT(taken == 3 && asked == 74);
    for (const bool in_cut : {false, true}) {
        const auto fail = [] { throw std::logic_error("full"); };
        options.segment = [&](const memux_segment_view &) { if (!in_cut) fail(); };
        options.cut = [&](const memux_packet &) { if (in_cut) fail(); return true; };
        memux::SegmentReport report;
        try {
            memux::segment(source, options, report);
            MISSING("an exception");
        } catch (const std::logic_error &error) {
            EXPECT(std::string(error.what()) == "full");
        }
        EXPECT(report.status == MEMUX_ERROR_CANCELLED && report.segments == 0);
    }
    options.segment = nullptr;
    try {
        memux::segment(source, options);
        MISSING("an exception");
    } catch (const memux::Error &error) {
        EXPECT_SAME(error.status(), MEMUX_ERROR_INVALID_ARGUMENT);
    }
}

int main()
{
    RUN(segments_come_to_a_callable_and_playlists_are_made_of_them);
    RUN(a_callable_cuts_and_exceptions_come_out);
    return check_done();
}
