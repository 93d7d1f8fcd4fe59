// What all of memux.hpp stands on: errors, sources, sinks, what operations have in common. Include memux.hpp.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef MEMUX_CORE_HPP
#define MEMUX_CORE_HPP

#include <memux.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <istream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace memux {

/// Why a call failed. Copies share one memux_error, so copying never throws.
class Error : public std::runtime_error {
public:
    /// Takes over `error`, which may be null.
    Error(memux_status status, memux_error *error)
        : std::runtime_error(error ? memux_error_message(error) : memux_status_message(status)), status_(status),
          error_(error, memux_error_free) {}

    memux_status status() const noexcept { return status_; }                            ///< MEMUX_ERROR_*
    std::int32_t stage() const noexcept { return memux_error_stage(error_.get()); }     ///< MEMUX_STAGE_*
    std::int32_t stream() const noexcept { return memux_error_stream(error_.get()); }   ///< negative: none
    std::int32_t limit() const noexcept { return memux_error_limit(error_.get()); }     ///< MEMUX_LIMIT_*
    std::uint64_t offset() const noexcept { return memux_error_offset(error_.get()); }  ///< or MEMUX_UNKNOWN
    std::int32_t ffmpeg_code() const noexcept { return memux_error_ffmpeg_code(error_.get()); }
    std::int64_t host_code() const noexcept { return memux_error_host_code(error_.get()); }  ///< what a callback returned
    const char *message() const noexcept { return what(); }
    const char *hint() const noexcept { return memux_error_hint(error_.get()); }

private:
    memux_status status_;
    std::shared_ptr<const memux_error> error_;
};

/// Bytes that somebody else owns, as a write callable receives them.
struct Bytes {
    const std::uint8_t *data;
    std::size_t size;
    const std::uint8_t *begin() const noexcept { return data; }
    const std::uint8_t *end() const noexcept { return data + size; }
};

namespace detail {

/// The exception a callable threw, waiting for the end of the operation.
class Pending {
public:
    /// Runs `call` unless an exception is waiting; `stopped` stands for its result in both bad cases.
    template <class Result, class Call> Result guard(Result stopped, Call &&call) noexcept {
        if (thrown_) return stopped;
        try {
            return call();
        } catch (...) {
            thrown_ = std::current_exception();
            return stopped;
        }
    }
    std::exception_ptr take() noexcept { return std::exchange(thrown_, nullptr); }

private:
    std::exception_ptr thrown_;
};

template <class T, auto Free> using Handle = std::unique_ptr<T, std::integral_constant<decltype(Free), Free>>;

/// Runs `call`, which is given the place for an error, and turns failure into an exception. That of a callable comes
/// first, whatever the status. BUSY means that no callable of ours has run.
template <class Call, class List = std::initializer_list<Pending *>> void checked(Call &&call, const List &callables = {}) {
    memux_error *raw = nullptr;
    const memux_status status = call(&raw);
    Handle<memux_error, memux_error_free> error(raw);
    std::exception_ptr first;
    for (Pending *pending : callables)
        if (pending && status != MEMUX_ERROR_BUSY)
            if (std::exception_ptr thrown = pending->take(); thrown && !first) first = thrown;
    if (first) std::rethrow_exception(first);
    if (status < 0) throw Error(status, error.release());
}

/// Calls a function whose last two parameters are the handle to make and the error.
template <class T, class Make, class... Arguments> T *made(Make make, Arguments... arguments) {
    T *raw = nullptr;
    checked([&](memux_error **error) { return make(arguments..., &raw, error); });
    return raw;
}

/// A struct of memux.h with its defaults.
template <class Given, auto Init> struct Defaults : Given {
    using Raw = Given;
    Defaults() { Init(this, sizeof(Raw)); }
};

template <class T> void release(void *opaque) noexcept { delete static_cast<T *>(opaque); }

/// What a reader or a writer keeps: the callable, its options, and an exception on its way out.
template <class Call, class Options> struct Host {
    Pending pending;
    Call call;
    Options options;

    template <class Given> static std::unique_ptr<Host> make(Given &&call, Options &&options) {
        return std::make_unique<Host>(Host{{}, std::forward<Given>(call), std::move(options)});
    }

    /// Runs `work` on the host behind `opaque`; when an exception ends it, the result is MEMUX_IO_EXIT.
    template <class Result, class Work> static Result run(void *opaque, Work &&work) noexcept {
        auto &self = *static_cast<Host *>(opaque);
        return self.pending.guard(Result{MEMUX_IO_EXIT}, [&] { return static_cast<Result>(work(self)); });
    }

    /// The memux_reader or memux_writer that leads here, except for the function that leads to `call`.
    typename Options::Raw describe() noexcept {
        typename Options::Raw raw = options;
        raw.opaque = this;
        raw.release = release<Host>;
        if (options.seek)
            raw.seek = [](void *opaque, std::int64_t offset, int whence) noexcept {
                return run<std::int64_t>(opaque, [&](Host &self) { return self.options.seek(offset, whence); });
            };
        if (options.unblock)
            raw.unblock = [](void *opaque) noexcept { static_cast<Host *>(opaque)->options.unblock(); };
        return raw;
    }
};

/// What Source and Sink have in common: a handle, and where its callables leave an exception.
template <class T, auto Free> class Port {
public:
    /// Takes over a handle of memux.h.
    explicit Port(T *raw) noexcept : handle_(raw) {}
    /// Makes a handle out of a memux_reader or memux_writer, which leads to `host`.
    template <class Make, class Raw, class Host> Port(Make make, const Raw &raw, std::unique_ptr<Host> host)
        : pending_(&host->pending) {
        host.release(); // the library's from the call on, on failure too
        handle_.reset(made<T>(make, &raw));
    }
    T *get() const noexcept { return handle_.get(); }
    Pending *pending() const noexcept { return handle_ ? pending_ : nullptr; }

private:
    Handle<T, Free> handle_;
    Pending *pending_ = nullptr; // inside the host that the handle owns
};

} // namespace detail

/// A token that any thread may set to stop the operations it was given to.
class Cancel {
public:
    Cancel() : handle_(detail::made<memux_cancel>(memux_cancel_create)) {}
    void set() const noexcept { memux_cancel_set(handle_.get()); }
    void reset() noexcept { memux_cancel_reset(handle_.get()); }
    bool is_set() const noexcept { return memux_cancel_is_set(handle_.get()) != 0; }
    const memux_cancel *get() const noexcept { return handle_.get(); }

private:
    detail::Handle<memux_cancel, memux_cancel_free> handle_;
};

/// What memux_reader and memux_writer have beside the callback itself, all of it optional; numbers are as in memux.h.
template <class Raw, auto Init> struct CallbackOptions : detail::Defaults<Raw, Init> {
    std::function<std::int64_t(std::int64_t offset, int whence)> seek; ///< MEMUX_WHENCE_*; negative = refused
    std::function<void()> unblock;                                     ///< frees a call that hangs; must not throw
};
using ReaderOptions = CallbackOptions<memux_reader, memux_reader_init>;
using WriterOptions = CallbackOptions<memux_writer, memux_writer_init>;

/// Where the bytes of an operation come from.
class Source : public detail::Port<memux_source, memux_source_free> {
public:
    using Port::Port;

    /// Borrows memory, which must outlive the Source.
    static Source from_memory(const void *data, std::size_t size) {
        return Source(detail::made<memux_source>(memux_source_from_memory, data, size, nullptr, nullptr));
    }

    /// Moves a container of bytes (std::vector, std::string, ...) in; it is destroyed with the Source.
    template <class Container, class = std::enable_if_t<std::is_rvalue_reference_v<Container &&>>>
    static Source from_container(Container &&container) {
        static_assert(sizeof(*std::data(container)) == 1, "memux: a container of bytes is needed");
        auto owned = std::make_unique<Container>(std::move(container));
        const void *data = std::data(*owned);
        const std::size_t size = std::size(*owned);
        const memux_release_fn release = detail::release<Container>;
        return Source(detail::made<memux_source>(memux_source_from_memory, data, size, release, owned.release()));
    }

    /// Borrows pieces of memory that make up one input, in order. The list itself is copied.
    static Source from_slices(const memux_slice *slices, std::size_t count) {
        return Source(detail::made<memux_source>(memux_source_from_slices, slices, count, nullptr, nullptr));
    }
    static Source from_slices(const std::vector<memux_slice> &slices) { return from_slices(slices.data(), slices.size()); }

    /// Reads through `int read(std::uint8_t *buf, int buf_size)`: bytes read, 0 or MEMUX_IO_EOF at the end, MEMUX_IO_AGAIN,
    /// any other negative value = failure. The callable and the options are destroyed with the Source.
    template <class Read> static Source from_reader(Read &&read, ReaderOptions options = {}) {
        using Host = detail::Host<std::decay_t<Read>, ReaderOptions>;
        auto host = Host::make(std::forward<Read>(read), std::move(options));
        memux_reader raw = host->describe();
        raw.read = [](void *opaque, std::uint8_t *buf, int buf_size) noexcept {
            return Host::template run<int>(opaque, [&](Host &self) { return self.call(buf, buf_size); });
        };
        return Source(memux_source_from_reader, raw, std::move(host));
    }

    /// Reads and seeks a seekable stream opened in binary mode, which must outlive the Source.
    static Source from_istream(std::istream &stream) {
        ReaderOptions options;
        options.seek = [&stream](std::int64_t offset, int whence) -> std::int64_t {
            if (whence != MEMUX_WHENCE_SET && whence != MEMUX_WHENCE_END) return -1;
            stream.clear();
            stream.seekg(static_cast<std::istream::off_type>(offset), whence == MEMUX_WHENCE_END ? std::ios::end : std::ios::beg);
            return stream ? static_cast<std::int64_t>(stream.tellg()) : -1;
        };
        auto read = [&stream](std::uint8_t *buf, int buf_size) -> int {
            stream.read(reinterpret_cast<char *>(buf), buf_size);
            const int got = static_cast<int>(stream.gcount());
            return got == 0 && stream.bad() ? -1 : got;
        };
        return from_reader(std::move(read), std::move(options));
    }
};

/// Bytes that the library owns: what a buffer sink gathered.
class Buffer {
public:
    explicit Buffer(memux_buffer *raw) noexcept : handle_(raw) {}
    const std::uint8_t *data() const noexcept { return memux_buffer_data(handle_.get()); }
    std::size_t size() const noexcept { return memux_buffer_size(handle_.get()); }
    bool empty() const noexcept { return size() == 0; }
    const std::uint8_t *begin() const noexcept { return data(); }
    const std::uint8_t *end() const noexcept { return data() + size(); }

private:
    detail::Handle<memux_buffer, memux_buffer_free> handle_;
};

/// What became of a sink that is one of several; `error` says why it did not get all, if it did not.
struct MemberResult {
    std::optional<Error> error;
    std::uint64_t bytes_written = 0;
};

/// Where the bytes of an operation go. Operations append, one after another.
class Sink : public detail::Port<memux_sink, memux_sink_free> {
public:
    using Port::Port;

    /// Gathers the bytes in memory of the library; see take_buffer().
    static Sink to_buffer() { return Sink(detail::made<memux_sink>(memux_sink_to_buffer)); }

    /// Hands each piece to `write(Bytes)` or `write(const std::uint8_t *, int)`, which returns void (all taken) or the number
    /// of bytes taken (fewer: it is called again for the rest; negative: failure).
    template <class Write> static Sink to_writer(Write &&write, WriterOptions options = {}) {
        using Host = detail::Host<std::decay_t<Write>, WriterOptions>;
        auto host = Host::make(std::forward<Write>(write), std::move(options));
        memux_writer raw = host->describe();
        raw.write = [](void *opaque, MEMUX_WRITE_CONST std::uint8_t *buf, int buf_size) noexcept {
            return Host::template run<int>(opaque, [&](Host &self) { return taken(self.call, buf, buf_size); });
        };
        return Sink(memux_sink_to_writer, raw, std::move(host));
    }

    /// Hands lists of slices to `int64 write(const memux_slice *, std::size_t)`, which returns the bytes taken.
    template <class Write> static Sink to_vector_writer(Write &&write, WriterOptions options = {}) {
        using Host = detail::Host<std::decay_t<Write>, WriterOptions>;
        auto host = Host::make(std::forward<Write>(write), std::move(options));
        memux_writer raw = host->describe();
        raw.writev = [](void *opaque, const memux_slice *slices, std::size_t count) noexcept {
            return Host::template run<std::int64_t>(opaque, [&](Host &self) { return self.call(slices, count); });
        };
        return Sink(memux_sink_to_writer, raw, std::move(host));
    }

    /// Hands the same bytes to several others, which it keeps its share of. Where one fails the operation does; with
    /// `drop_failed` that one is left out and the others go on: see member(). Exceptions of their callables come out of the
    /// operations on the sinks themselves only.
    static Sink to_sinks(const std::vector<const Sink *> &sinks, bool drop_failed = false) {
        std::vector<memux_sink *> raw;
        for (const Sink *sink : sinks) raw.push_back(sink->get());
        return Sink(detail::made<memux_sink>(memux_sink_to_sinks, raw.data(), raw.size(), drop_failed ? 1 : 0));
    }

    /// What became of one of the sinks of to_sinks() in the last operation.
    MemberResult member(std::size_t index) const {
        detail::Defaults<memux_member_result, memux_member_result_init> found;
        detail::checked([&](memux_error **error) { return memux_sink_get_member(get(), index, &found, error); });
        MemberResult result{std::nullopt, found.bytes_written};
        if (found.error) result.error.emplace(found.status, found.error);
        return result;
    }

    /// What was written so far, also after a failure; the sink is empty afterwards. Only for to_buffer().
    Buffer take_buffer() { return Buffer(detail::made<memux_buffer>(memux_sink_take_buffer, get())); }

private:
    /// Calls `write` in the form that it has; one without a result has taken all.
    template <class Write> static int taken(Write &write, const std::uint8_t *buf, int buf_size) {
        const auto call = [&] {
            if constexpr (std::is_invocable_v<Write &, Bytes>)
                return write(Bytes{buf, static_cast<std::size_t>(buf_size)});
            else
                return write(buf, buf_size);
        };
        if constexpr (std::is_void_v<decltype(call())>)
            return call(), buf_size;
        else
            return static_cast<int>(call());
    }
};

/// What every operation can be given. The Cancel and the limits must outlive the call.
struct RunOptions {
    const Cancel *cancel = nullptr;
    const memux_limits *limits = nullptr;                        ///< begin with memux_limits_init
    std::function<bool(const memux_progress &)> progress;        ///< true = cancel
    std::function<void(const memux_trace_event &)> trace;
    std::string format;                                          ///< container to expect, empty = find out
    std::chrono::microseconds timeout{0};                        ///< 0 = none
    std::int32_t engine = MEMUX_ENGINE_AUTO;
};

/// A report of memux.h and the status of the call. truncated() says that the input was cut or damaged.
template <class Raw, auto Init> struct Report : detail::Defaults<Raw, Init> {
    memux_status status = MEMUX_OK;
    bool truncated() const noexcept { return status == MEMUX_TRUNCATED; }
};

namespace detail {

/// A RunOptions in C, with trampolines for its callables. Lives for one call.
struct Run {
    explicit Run(const RunOptions &given) : options(given) {
        raw.cancel = given.cancel ? given.cancel->get() : nullptr;
        raw.limits = given.limits;
        if (given.progress) raw.progress = on_progress;
        if (given.trace) raw.trace = on_trace;
        raw.progress_opaque = raw.trace_opaque = this;
        raw.format = given.format.empty() ? nullptr : given.format.c_str();
        raw.timeout_us = given.timeout.count();
        raw.engine = given.engine;
    }
    Run(const Run &) = delete;
    Run &operator=(const Run &) = delete;

    static int on_progress(void *opaque, const memux_progress *progress) noexcept {
        auto &self = *static_cast<Run *>(opaque);
        return self.pending.guard(1, [&] { return self.options.progress(*progress) ? 1 : 0; });
    }
    static void on_trace(void *opaque, const memux_trace_event *event) noexcept {
        auto &self = *static_cast<Run *>(opaque);
        self.pending.guard(0, [&] { return self.options.trace(*event), 0; });
    }

    const RunOptions &options;
    Pending pending;
    Defaults<memux_run_options, memux_run_options_init> raw;
};

/// Runs an operation of memux.h on its source, and on its sink if it has one.
template <class Operation, class Options, class Report, class... Ports>
void operate(Operation operation, const Options &options, Report &report, Ports &...ports) {
    Run run(options.run);
    typename Options::Raw raw = options;
    raw.run = &run.raw;
    checked([&](memux_error **error) { return report.status = operation(ports.get()..., &raw, &report, error); },
            {ports.pending()..., &run.pending});
}

} // namespace detail

/// The version of the library that is loaded: (major << 16) | (minor << 8) | patch.
inline std::uint32_t version() noexcept { return memux_version(); }
inline const char *version_string() noexcept { return memux_version_string(); }

/// The versions compiled against and loaded. Throws MEMUX_ERROR_LIBRARY_MISMATCH when the FFmpeg majors differ, or there is none.
inline memux_build_info build_info() {
    detail::Defaults<memux_build_info, memux_build_info_init> info;
    detail::checked([&](memux_error **error) { return memux_get_build_info(&info, error); });
    return info;
}

} // namespace memux

#endif // MEMUX_CORE_HPP
