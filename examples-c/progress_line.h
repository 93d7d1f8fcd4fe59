/* How far an operation is, on stderr where that is a terminal and nowhere else. Shared by the examples. */
#ifndef PROGRESS_LINE_H
#define PROGRESS_LINE_H

#include <stdio.h>

#include <memux.h>

#ifdef _WIN32
#include <io.h>
#define STDERR_IS_A_TERMINAL() _isatty(2)
#else
#include <unistd.h>
#define STDERR_IS_A_TERMINAL() isatty(2)
#endif

static int show_progress(void *opaque, const memux_progress *progress)
{
    (void)opaque;
    if (progress->bytes_total != MEMUX_UNKNOWN && progress->bytes_total != 0)
        fprintf(stderr, "\r%3.0f %%", 100.0 * (double)progress->bytes_read / (double)progress->bytes_total);
    return 0;
}

/* Run options that show progress, if there is somebody to look at it. */
static memux_run_options run_with_progress(void)
{
    memux_run_options run;

    memux_run_options_init(&run, sizeof run);
    if (STDERR_IS_A_TERMINAL())
        run.progress = show_progress;
    return run;
}

/* What comes next stands where the line was. */
static void end_progress(const memux_run_options *run)
{
    if (run->progress)
        fprintf(stderr, "\r     \r");
}

#endif
