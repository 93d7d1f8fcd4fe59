#include <memux.hpp>

memux::CountReport count_in_second_unit(memux::Source &source);
void fail_in_second_unit();

memux::CountReport count_in_second_unit(memux::Source &source)
{
    return memux::count(source);
}

void fail_in_second_unit()
{
    memux::count_frames("not any media", 13);
}
