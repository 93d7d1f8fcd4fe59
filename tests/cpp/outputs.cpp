// Remuxing, forms of extraction and feeds in C++: options as values, exceptions on their way out, feeds between threads.
#include "clips.h"

#include <memux.hpp>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <vector>

using Octets = std::vector<std::uint8_t>;

static_assert(std::is_nothrow_move_constructible_v<memux::Feed> && !std::is_copy_constructible_v<memux::Feed>);
static_assert(std::is_copy_constructible_v<memux::RemuxOptions>);

static Octets load(const char *name)
{
    bytes file = clip(name);
    Octets loaded(file.data, file.data + file.size);
    free(file.data);
    return loaded;
}

static memux::Sink into(Octets &out)
{
    return memux::Sink::to_writer([&out](memux::Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); });
}

/// The status of the Error that `call` throws; MEMUX_OK if it throws none.
template <class Call> static memux_status thrown_by(Call &&call)
{
    try {
        call();
    } catch (const memux::Error &error) {
        return error.status();
    }
    return MEMUX_OK;
}

static void a_remux_takes_its_options_as_values()
{
    const auto file = load("two_videos.mp4");
    auto source = memux::Source::from_memory(file.data(), file.size());
    Octets out;
    auto sink = into(out);
    memux::RemuxOptions options("mp4");
    options.streams = {2, 1};
    options.tags = {{"title", "Another"}};
    options.layout = MEMUX_LAYOUT_FRAGMENTED;
    const memux::RemuxOptions copy = options;
    options = "no such muxer";
    const auto report = memux::remux(source, sink, copy);
    EXPECT_SAME(report.streams, 2);
    EXPECT_SAME(report.layout, MEMUX_LAYOUT_FRAGMENTED);
    EXPECT_SAME(report.bytes_written, out.size());
    EXPECT(!report.truncated());
    auto made = memux::Source::from_memory(out.data(), out.size());
    const memux::Info info = memux::probe(made);
    if (EXPECT(info.streams().size() == 2)) {
        EXPECT(info.streams()[0].codec() == "aac" && info.streams()[1].codec() == "h264");
        EXPECT(info.container().tags().find("title") == "Another");
    }
    EXPECT_SAME(thrown_by([&] { memux::remux(source, sink, options); }), MEMUX_ERROR_NO_ENCODER);
}

static void a_name_is_enough_and_no_streams_are_not_all_streams()
{
    const auto file = load("h264.mp4");
    auto source = memux::Source::from_memory(file.data(), file.size());
    auto sink = memux::Sink::to_buffer();
    EXPECT_SAME(memux::remux(source, sink, "matroska").streams, 2);
    EXPECT(sink.take_buffer().size() > 10000);
    memux::RemuxOptions none("matroska");
    none.streams.emplace();
    EXPECT(thrown_by([&] { memux::remux(source, sink, none); }) < 0);
    EXPECT_SAME(thrown_by([&] { memux::remux(source, sink, {}); }), MEMUX_ERROR_NO_ENCODER);
    EXPECT(sink.take_buffer().empty());
}

static void an_exception_of_a_callable_comes_out_of_a_remux_with_its_report_filled()
{
    const auto file = load("h264.mp4");
    auto source = memux::Source::from_memory(file.data(), file.size());
    std::size_t taken = 0;
    auto sink = memux::Sink::to_writer([&taken](memux::Bytes bytes) {
        if (taken > 10000) throw std::logic_error("full");
        taken += bytes.size;
    });
    memux::RemuxOptions options("mpegts");
    memux::RemuxReport report;
    std::string what;
    try {
        memux::remux(source, sink, options, report);
    } catch (const std::logic_error &error) {
        what = error.what();
    }
    EXPECT(what == "full");
    EXPECT(taken > 10000);
    EXPECT_SAME(report.bytes_written, taken);
    EXPECT_SAME(report.status, MEMUX_ERROR_CANCELLED);
}

static void an_extraction_is_annex_b_unless_another_form_is_asked_for()
{
    const auto file = load("h264.mp4");
    auto source = memux::Source::from_memory(file.data(), file.size());
    Octets out;
    auto sink = into(out);
    memux::ExtractOptions options;
    EXPECT_SAME(memux::extract(source, sink).framing, MEMUX_FRAMING_ANNEXB);
    out.clear();
    options.select = MEMUX_SELECT_INDEX;
    options.stream_index = 1;
    EXPECT_SAME(thrown_by([&] { memux::extract(source, sink, options); }), MEMUX_ERROR_CODEC);
    EXPECT(out.empty());
    options.framing = MEMUX_FRAMING_AUTO;
    EXPECT_SAME(memux::extract(source, sink, options).framing, MEMUX_FRAMING_ADTS);
    EXPECT(out.size() > 1000 && out[0] == 0xff && (out[1] & 0xf0) == 0xf0);
    EXPECT_SAME(memux::extract_size(source, options), out.size());
    const auto vp9 = load("vp9.webm");
    EXPECT_SAME(thrown_by([&] { memux::extract_video(vp9.data(), vp9.size(), [](memux::Bytes) {}); }), MEMUX_ERROR_CODEC);
}

static void a_feed_carries_a_file_from_thread_to_thread()
{
    const auto file = load("h264.mkv");
    memux::Feed feed(5000);
    auto source = feed.source();
    Octets out, wanted;
    auto sink = into(out), other = into(wanted);
    memux::RemuxOptions options("mp4");
    options.layout = MEMUX_LAYOUT_FRAGMENTED;
    options.bit_exact = 1;
    std::thread network([&feed, &file] {
        for (std::size_t at = 0; at < file.size(); at += 999)
            feed.push_all(file.data() + at, std::min<std::size_t>(999, file.size() - at));
        feed.finish();
    });
    const auto report = memux::remux(source, sink, options);
    network.join();
    EXPECT_SAME(feed.level(), 0);
    EXPECT_SAME(feed.capacity(), 5000);
    EXPECT(report.packets > 150);
    auto whole = memux::Source::from_reader([&file, at = std::size_t(0)](std::uint8_t *buf, int size) mutable {
        const auto count = std::min<std::size_t>(file.size() - at, static_cast<std::size_t>(size));
        std::copy_n(file.data() + at, count, buf);
        at += count;
        return static_cast<int>(count);
    });
    memux::remux(whole, other, options);
    EXPECT(out.size() > 10000 && out == wanted);
}

static void a_feed_says_when_it_is_full_ended_or_read_by_nobody()
{
    const std::uint8_t data[10] = {};
    memux::Feed first(8), feed(std::move(first));
    std::size_t taken = 99;
    EXPECT_SAME(feed.push(data, 10), 8);
    EXPECT_SAME(feed.push(data, 10), 0);
    EXPECT_SAME(thrown_by([&] { feed.push_all(data, 1, std::chrono::milliseconds(5), &taken); }), MEMUX_ERROR_TIMEOUT);
    EXPECT_SAME(taken, 0);
    {
        const auto source = feed.source();
        EXPECT_SAME(thrown_by([&] { feed.source(); }), MEMUX_ERROR_BUSY);
    }
    EXPECT_SAME(thrown_by([&] { feed.push(data, 1); }), MEMUX_ERROR_CANCELLED);
    memux::Feed broken;
    auto source = broken.source();
    broken.fail(-4711);
    EXPECT_SAME(thrown_by([&] { broken.push(data, 1); }), MEMUX_ERROR_INVALID_ARGUMENT);
    try {
        memux::count(source);
        EXPECT(!"an exception");
    } catch (const memux::Error &error) {
        EXPECT_SAME(error.status(), MEMUX_ERROR_SOURCE);
        EXPECT_SAME(error.host_code(), -4711);
    }
}

static void a_sink_of_several_hands_its_bytes_to_each()
{
    const auto file = load("h264.mp4");
    auto source = memux::Source::from_memory(file.data(), file.size());
    Octets first;
    auto refusing = memux::Sink::to_writer([](memux::Bytes) { return -5; });
    auto whole = into(first), buffer = memux::Sink::to_buffer();
    auto all = memux::Sink::to_sinks({&whole, &refusing, &buffer}, true);
    memux::extract(source, all);
    const auto second = buffer.take_buffer();
    EXPECT(first.size() > 20000 && std::equal(first.begin(), first.end(), second.begin(), second.end()));
    EXPECT_SAME(all.member(0).bytes_written, first.size());
    EXPECT(!all.member(0).error && all.member(1).error && all.member(1).error->host_code() == -5);
    EXPECT_SAME(thrown_by([&] { all.member(3); }), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT_SAME(thrown_by([&] { memux::Sink::to_sinks({&whole, &whole}); }), MEMUX_ERROR_INVALID_ARGUMENT);
}

static void digests_are_read_as_views()
{
    const auto file = load("h264.mp4");
    auto source = memux::Source::from_memory(file.data(), file.size());
    memux::DigestOptions options;
    options.algorithm = "md5";
    const memux::Digests all = memux::digest(source, options);
    EXPECT(all.size() == 2 && all.algorithm() == "MD5" && all.whole() == "9e3bfed6d058316ab6b63c24b0dcb326");
    EXPECT(all[1].index == 1 && all[1].letter == 'a' && all[1].value == "981e49c8000af2e5267be2285627a309");
    options.streams = {1};
    const memux::Digests one = memux::digest(source, options);
    EXPECT(one.size() == 1 && one[0].value == all[1].value && one.whole() == all[1].value);
    options.algorithm = "no such hash";
    EXPECT_SAME(thrown_by([&] { memux::digest(source, options); }), MEMUX_ERROR_INVALID_ARGUMENT);
}

static void several_outputs_are_made_in_one_pass()
{
    const auto file = load("h264.mp4");
    auto source = memux::Source::from_memory(file.data(), file.size());
    Octets video, film, alone;
    auto video_sink = into(video), film_sink = into(film), alone_sink = into(alone);
    memux::RemuxOptions fragments("mp4");
    fragments.layout = MEMUX_LAYOUT_FRAGMENTED;
    fragments.bit_exact = 1;
    const auto report = memux::fanout(source, {{video_sink, memux::ExtractOptions()}, {film_sink, fragments}});
    EXPECT_SAME(report.failed_outputs, 0);
    EXPECT_SAME(report.bytes_written, video.size() + film.size());
    if (EXPECT(report.outputs.size() == 2)) {
        EXPECT(report.outputs[0].packets == 75 && report.outputs[1].packets == 206 && !report.outputs[1].error);
        EXPECT_SAME(report.outputs[1].layout, MEMUX_LAYOUT_FRAGMENTED);
        EXPECT_SAME(report.outputs[0].framing, MEMUX_FRAMING_ANNEXB);
    }
    fragments.run.engine = MEMUX_ENGINE_FFMPEG;
    memux::remux(source, alone_sink, fragments);
    EXPECT(film == alone);
}

static void an_output_that_fails_alone_is_in_the_report_and_one_that_ends_all_is_thrown()
{
    const auto file = load("h264.mp4");
    auto source = memux::Source::from_memory(file.data(), file.size());
    for (const bool optional : {true, false}) {
        Octets film;
        auto refusing = memux::Sink::to_writer([](memux::Bytes) { return -5; });
        auto film_sink = into(film);
        std::vector<memux::FanoutOutput> outputs{{refusing, memux::ExtractOptions()}, {film_sink, memux::RemuxOptions("mpegts")}};
        outputs[0].optional = optional;
        memux::FanoutReport report;
        const memux_status thrown = thrown_by([&] { memux::fanout(source, outputs, {}, report); });
        EXPECT_SAME(thrown, optional ? MEMUX_OK : MEMUX_ERROR_SINK);
        if (EXPECT(report.outputs.size() == 2 && report.outputs[0].error)) {
            EXPECT_SAME(report.outputs[0].error->status(), MEMUX_ERROR_SINK);
            EXPECT_SAME(report.outputs[0].error->host_code(), -5);
            EXPECT_SAME(report.outputs[1].error.has_value(), !optional);
        }
        EXPECT(!optional || film.size() > 50000);
    }
    // An exception of a callable comes out, of an optional output's too.
    auto throwing = memux::Sink::to_writer([](memux::Bytes) { throw std::logic_error("full"); });
    std::vector<memux::FanoutOutput> outputs{{throwing, memux::ExtractOptions()}};
    outputs[0].optional = true;
    try {
        memux::fanout(source, outputs);
        MISSING("an exception");
    } catch (const std::logic_error &error) {
        EXPECT(std::string(error.what()) == "full");
    }
}

int main()
{
    RUN(a_remux_takes_its_options_as_values);
    RUN(a_name_is_enough_and_no_streams_are_not_all_streams);
    RUN(an_exception_of_a_callable_comes_out_of_a_remux_with_its_report_filled);
    RUN(an_extraction_is_annex_b_unless_another_form_is_asked_for);
    RUN(a_feed_carries_a_file_from_thread_to_thread);
    RUN(a_feed_says_when_it_is_full_ended_or_read_by_nobody);
    RUN(a_sink_of_several_hands_its_bytes_to_each);
    RUN(digests_are_read_as_views);
    RUN(several_outputs_are_made_in_one_pass);
    RUN(an_output_that_fails_alone_is_in_the_report_and_one_that_ends_all_is_thrown);
    return check_done();
}
