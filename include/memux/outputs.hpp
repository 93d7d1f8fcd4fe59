// Remuxing, and input that is pushed as it comes. Include memux.hpp. SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef MEMUX_OUTPUTS_HPP
#define MEMUX_OUTPUTS_HPP

#include <memux/core.hpp>

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

/// Puts the streams of an input into another container. `report` is filled on failure too, also when a callable's exception
/// comes out.
inline void remux(Source &source, Sink &sink, const RemuxOptions &options, RemuxReport &report) {
    static constexpr std::int32_t no_stream = 0;
    std::vector<memux_tag> tags;
    for (const auto &[key, value] : options.tags) tags.push_back(memux_tag{key.c_str(), value.c_str()});
    const auto call = [&](memux_source *from, memux_sink *to, const memux_remux_options *with, memux_remux_report *into,
                          memux_error **error) {
        memux_remux_options raw = *with;
        raw.format = options.format.c_str();
        raw.streams = !options.streams ? nullptr : options.streams->empty() ? &no_stream : options.streams->data();
        raw.stream_count = options.streams ? options.streams->size() : 0;
        raw.tags = tags.data();
        raw.tag_count = tags.size();
        return memux_remux(from, to, &raw, into, error);
    };
    detail::operate(call, options, report, source, sink);
}
/// `remux(source, sink, "matroska")`.
inline RemuxReport remux(Source &source, Sink &sink, const RemuxOptions &options) {
    RemuxReport report;
    remux(source, sink, options, report);
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
