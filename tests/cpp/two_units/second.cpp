#include <memux.hpp>

memux::Frames count_in_second_unit(memux::Source &source);
void fail_in_second_unit();

memux::Frames count_in_second_unit(memux::Source &source)
{
    const memux::CountReport report = memux::count(source);
    return {report.frames, report.status};
}

void fail_in_second_unit()
{
    memux::count_frames("not any media", 13);
}
