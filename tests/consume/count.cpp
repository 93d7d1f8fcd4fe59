// The same host in C++, by the wrapper.
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include <memux.hpp>

int main(int argc, char *argv[])
try {
    if (argc != 2) return 2;
    std::ifstream file(argv[1], std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    std::cout << memux::count_frames(bytes.data(), bytes.size()).frames << '\n';
    return 0;
} catch (const std::exception &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
