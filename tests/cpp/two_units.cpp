// The header is included twice here and once more in two_units/second.cpp: it links, and both see the same types.
#include <memux.hpp>
#include <memux.hpp>

#include "clips.h"

memux::CountReport count_in_second_unit(memux::Source &source);
void fail_in_second_unit();

static void two_units_link_and_share_handles()
{
    bytes file = clip("h264.mp4");
    auto source = memux::Source::from_memory(file.data, file.size);
    EXPECT_SAME(count_in_second_unit(source).frames, 75);
    EXPECT_SAME(memux::count(source).frames, 75);
    free(file.data);
}

static void an_error_of_one_unit_is_caught_in_the_other()
{
    try {
        fail_in_second_unit();
        MISSING("an error");
    } catch (const memux::Error &error) {
        EXPECT_STATUS(error.status(), MEMUX_ERROR_FORMAT);
    }
}

int main()
{
    RUN(two_units_link_and_share_handles);
    RUN(an_error_of_one_unit_is_caught_in_the_other);
    return check_done();
}
