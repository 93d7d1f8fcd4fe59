// Remuxing, and input that is pushed as it comes. Include memux.hpp. SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef MEMUX_OUTPUTS_HPP
#define MEMUX_OUTPUTS_HPP

#include <memux/core.hpp>
#include <memux/streams.hpp>

#include <optional>

namespace memux {

/// The options of memux.h; those that stand here take the place of their namesakes there.
struct RemuxOptions : detail::Defaults<memux_remux_options, memux_remux_options_init> {
    RunOptions run;
    std::string format;                                     ///< FFmpeg's short name for the container; must be set
    std::optional<std::vector<std::int32_t>> streams;       ///< the input's numbers in the output's order; none: all that fit
    std::vector<std::pair<std::string, std::string>> tags;  ///< set over the input's; an empty value takes a tag away

    RemuxOptions() = default;
    RemuxOptions(std::string into) : format(std::move(into)) {}
    RemuxOptions(const char *into) : format(into) {}
};

using RemuxReport = Report<memux_remux_report, memux_remux_report_init>;

namespace detail {

/// RemuxOptions in C, with the lists that they point to.
struct RemuxLists {
    explicit RemuxLists(const RemuxOptions &options) : raw(options) {
        static constexpr std::int32_t no_stream = 0;
        for (const auto &[key, value] : options.tags) tags.push_back(memux_tag{key.c_str(), value.c_str()});
        raw.run = nullptr;
        raw.format = options.format.c_str();
        raw.streams = !options.streams ? nullptr : options.streams->empty() ? &no_stream : options.streams->data();
        raw.stream_count = options.streams ? options.streams->size() : 0;
        raw.tags = tags.data();
        raw.tag_count = tags.size();
    }
    RemuxLists(const RemuxLists &) = delete;
    RemuxLists &operator=(const RemuxLists &) = delete;

    std::vector<memux_tag> tags;
    memux_remux_options raw;
};

} // namespace detail

/// Puts the streams of an input into another container. `report` is filled on failure too, also when a callable's exception
/// comes out.
inline void remux(Source &source, Sink &sink, const RemuxOptions &options, RemuxReport &report) {
    detail::RemuxLists lists(options);
    const auto call = [&](memux_source *from, memux_sink *to, const memux_remux_options *with, memux_remux_report *into,
                          memux_error **error) {
        lists.raw.run = with->run;
        return memux_remux(from, to, &lists.raw, into, error);
    };
    detail::operate(call, options, report, source, sink);
}
/// `remux(source, sink, "matroska")`.
inline RemuxReport remux(Source &source, Sink &sink, const RemuxOptions &options) {
    RemuxReport report;
    remux(source, sink, options, report);
    return report;
}

/// One of several outputs: a sink, which must outlive it, and what goes to it. Its options' `run` is not looked at.
struct FanoutOutput {
    Sink &sink;
    std::optional<RemuxOptions> remux;             ///< streams in a container; or
    std::optional<ExtractOptions> extract;         ///< one stream by itself
    bool optional = false;                         ///< if it fails the others go on

    FanoutOutput(Sink &to, RemuxOptions what) : sink(to), remux(std::move(what)) {}
    FanoutOutput(Sink &to, ExtractOptions what) : sink(to), extract(std::move(what)) {}
};

/// What has become of an output; `error` says why it is not whole, if it is not.
struct FanoutResult {
    std::optional<Error> error;
    std::uint64_t packets = 0;
    std::uint64_t streams = 0;
    std::uint64_t bytes_written = 0;
    std::int32_t layout = MEMUX_LAYOUT_AUTO;
    std::int32_t framing = MEMUX_FRAMING_AUTO;
};

struct FanoutOptions : detail::Defaults<memux_fanout_options, memux_fanout_options_init> {
    RunOptions run;
};

struct FanoutReport : Report<memux_fanout_report, memux_fanout_report_init> {
    std::vector<FanoutResult> outputs; ///< in the order of the outputs
};

namespace detail {

/// A FanoutOutput in C. What it points to stands as long as it lives, where it is.
class FanoutLane {
public:
    explicit FanoutLane(const FanoutOutput &output) : remux_(output.remux ? &*output.remux : nullptr) {
        raw_.sink = output.sink.get();
        raw_.optional = output.optional;
        raw_.result = &result_;
        if (remux_) {
            lists_ = std::make_unique<RemuxLists>(*remux_);
            raw_.remux = &lists_->raw;
        } else {
            extract_ = *output.extract;
            extract_.run = nullptr;
            raw_.extract = &extract_;
        }
    }
    FanoutLane(const FanoutLane &) = delete;
    FanoutLane &operator=(const FanoutLane &) = delete;
    const memux_fanout_output *raw() const noexcept { return &raw_; }

    FanoutResult result() {
        FanoutResult found{std::nullopt, result_.packets, result_.streams, result_.bytes_written, result_.layout, result_.framing};
        if (result_.error) found.error.emplace(result_.status, std::exchange(result_.error, nullptr));
        return found;
    }
    ~FanoutLane() { memux_error_free(result_.error); }

private:
    const RemuxOptions *remux_;
    std::unique_ptr<RemuxLists> lists_;
    memux_extract_options extract_{};
    Defaults<memux_fanout_result, memux_fanout_result_init> result_;
    Defaults<memux_fanout_output, memux_fanout_output_init> raw_;
};

} // namespace detail

/// Makes several outputs in one pass over the source. `report` is filled on failure too.
inline void fanout(Source &source, const std::vector<FanoutOutput> &outputs, const FanoutOptions &options, FanoutReport &report) {
    std::vector<std::unique_ptr<detail::FanoutLane>> lanes;
    std::vector<const memux_fanout_output *> list;
    std::vector<detail::Pending *> pending{source.pending()};
    for (const auto &output : outputs) {
        list.push_back(lanes.emplace_back(std::make_unique<detail::FanoutLane>(output))->raw());
        pending.push_back(output.sink.pending());
    }
    detail::Run run(options.run);
    memux_fanout_options raw = options;
    raw.run = &run.raw;
    pending.push_back(&run.pending);
    const auto tell = [&] {
        report.outputs.clear();
        for (const auto &lane : lanes) report.outputs.push_back(lane->result());
    };
    try {
        detail::checked([&](memux_error **error) {
            return report.status = memux_fanout(source.get(), list.data(), list.size(), &raw, &report, error);
        }, pending);
    } catch (...) {
        tell();
        throw;
    }
    tell();
}
inline FanoutReport fanout(Source &source, const std::vector<FanoutOutput> &outputs, const FanoutOptions &options = {}) {
    FanoutReport report;
    fanout(source, outputs, options, report);
    return report;
}

/// The host's end of a source whose bytes are pushed as they come: one thread pushes, another is inside the operation that
/// reads. It is locked, so its const methods are for any thread. Destroyed before finish(), the input has broken off.
class Feed {
public:
    /// How many bytes may wait at a time; 0: the default.
    explicit Feed(std::size_t capacity = 0) : handle_(detail::made<memux_feed>(memux_feed_create, capacity)) {}

    /// The source that reads what is pushed; once. It serves one operation.
    Source source() const { return Source(detail::made<memux_source>(memux_source_from_feed, handle_.get())); }

    /// Pushes as much as there is room for, and says how much that was. Throws MEMUX_ERROR_CANCELLED when nobody reads any more.
    std::size_t push(const void *data, std::size_t size) const {
        std::size_t taken = 0;
        detail::checked([&](memux_error **error) { return memux_feed_push(handle_.get(), data, size, &taken, error); });
        return taken;
    }

    /// Pushes all, and waits for room; throws MEMUX_ERROR_TIMEOUT when that takes longer than `timeout`, if it is not 0.
    /// `taken`, if not null, is how much is in, then too.
    void push_all(const void *data, std::size_t size, std::chrono::microseconds timeout = {}, std::size_t *taken = nullptr) const {
        detail::checked([&](memux_error **error) {
            return memux_feed_push_all(handle_.get(), data, size, timeout.count(), taken, error);
        });
    }

    void finish() const noexcept { memux_feed_finish(handle_.get()); }               ///< no more bytes come
    void fail(std::int32_t code) const noexcept { memux_feed_fail(handle_.get(), code); } ///< the bytes break off
    std::uint64_t level() const noexcept { return memux_feed_level(handle_.get(), nullptr); }
    std::uint64_t capacity() const noexcept {
        std::uint64_t capacity = 0;
        memux_feed_level(handle_.get(), &capacity);
        return capacity;
    }

private:
    detail::Handle<memux_feed, memux_feed_free> handle_;
};

} // namespace memux

#endif // MEMUX_OUTPUTS_HPP
