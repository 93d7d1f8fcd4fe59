// The H.264 or HEVC stream of a file, in C++: a vector goes in, a lambda receives the bytes.
//
//     extract_h264_cpp [FILE [OUTPUT]]     1.mp4 and output.h264 unless named
//
// Nothing is freed by hand, and an exception thrown in the lambda comes out of memux::extract.
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <vector>

#include <memux.hpp>

static std::vector<char> read_file(const char *path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error(std::string("cannot open ") + path);
    std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (file.bad()) throw std::runtime_error(std::string("cannot read ") + path);
    return bytes;
}

static void extract_to_file(memux::Source &source, const char *path)
{
    const bool is_new = !std::ifstream(path).is_open();
    std::ofstream output(path, std::ios::binary);
    if (!output) throw std::runtime_error(std::string("cannot create ") + path);
    try {
        output.exceptions(std::ios::badbit | std::ios::failbit); // a full disk is an exception from now on
        auto sink = memux::Sink::to_writer([&output](memux::Bytes bytes) {
            output.write(reinterpret_cast<const char *>(bytes.data), static_cast<std::streamsize>(bytes.size));
        });
        const memux::ExtractReport report = memux::extract(source, sink);
        output.close();
        if (report.truncated()) std::cerr << "Note: the input is cut or damaged, the output is what was there.\n";
    } catch (...) {
        output.exceptions(std::ios::goodbit);
        output.close();
        // Half a stream must not look like a whole one. What stood there before (a device, maybe) is emptied, not deleted.
        if (is_new) std::remove(path);
        else std::ofstream(path, std::ios::binary);
        throw;
    }
}

int main(int argc, char *argv[])
{
    try {
        auto source = memux::Source::from_container(read_file(argc > 1 ? argv[1] : "1.mp4"));
        extract_to_file(source, argc > 2 ? argv[2] : "output.h264");
        std::cout << "Conversion complete!\n";
    } catch (const memux::Error &error) {
        std::cerr << "Error occurred: " << error.message() << '\n';
        if (*error.hint()) std::cerr << "Hint: " << error.hint() << '\n';
        return 1;
    } catch (const std::exception &error) {
        std::cerr << "Error occurred: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
