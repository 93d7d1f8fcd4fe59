/* preload: failav */
/* Every allocation that memux asks libav* for fails once: each time the host is told, and nothing is lost. */
#define _GNU_SOURCE
#include "host.h"

#include <dlfcn.h>
#include <malloc.h>
#include <unistd.h>

static void (*begin)(int index);
static int (*calls)(void);
static int (*struck)(void);

static void find_shim(void)
{
    *(void **)&begin = dlsym(RTLD_DEFAULT, "failav_begin");
    *(void **)&calls = dlsym(RTLD_DEFAULT, "failav_calls");
    *(void **)&struck = dlsym(RTLD_DEFAULT, "failav_struck");
    if (!begin || !calls || !struck) {
        printf("Bail out! the shim failav is not preloaded\n");
        exit(2);
    }
}

/* glibc counts what its per-thread cache holds as in use: the program starts anew without that cache. */
static void drop_malloc_cache(char *argv[])
{
    if (slowness() == 1 && !getenv("GLIBC_TUNABLES") && setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1) == 0)
        execv("/proc/self/exe", argv);
}

/* Bytes in use. Sanitizers and valgrind answer 0 here and find leaks themselves. */
static size_t in_use(void)
{
    return mallinfo2().uordblks;
}

enum { EXTRACT = -1, PROBE = -2, PACKETS = -3, REMUX = -4, NATURAL = -5, FANOUT = -6 };
static const char *const job_names[] = { "", "extract", "probe", "packets", "remux", "extract in its own form", "fanout" };

typedef struct trial {
    const char *clip;
    int32_t job; /* how to count, or one of those below */
    int32_t seekability; /* -1: memory */
    int to_buffer, trace;
    const char *format; /* for a remux */
    int32_t layout;
} trial;

static void ignore_event(void *opaque, const memux_trace_event *event) { (void)opaque, (void)event; }

/* All there is, a copy of each packet, and once more from the middle on. */
static memux_status read_packets(memux_source *source, const memux_run_options *run, memux_error **error)
{
    memux_input_options options;
    memux_input *input = NULL;
    memux_packet packet;
    memux_status status;

    memux_input_options_init(&options, sizeof options);
    memux_packet_init(&packet, sizeof packet);
    options.run = run;
    status = memux_input_open(source, &options, &input, error);
    for (int round = 0; round < 2 && status >= 0; round++) {
        while ((status = memux_input_next(input, &packet, error)) == MEMUX_OK) {
            memux_kept_packet *kept = NULL;
            EXPECT_STATUS(memux_packet_retain(&packet, &kept, NULL), MEMUX_OK);
            memux_kept_packet_free(kept);
        }
        if (status == MEMUX_END && round == 0)
            status = memux_input_seek(input, 1500000, MEMUX_SEEK_EXACT, NULL, error);
    }
    memux_input_free(input);
    return status == MEMUX_END ? MEMUX_OK : status;
}

static memux_status probe(memux_source *source, const memux_run_options *run, memux_error **error)
{
    memux_probe_options options;
    memux_info *info = NULL;
    memux_status status;

    memux_probe_options_init(&options, sizeof options);
    options.run = run;
    status = memux_probe(source, &options, &info, NULL, error);
    memux_info_free(info);
    return status;
}

static memux_status remux(const trial *trial, memux_source *source, memux_sink *sink, const memux_run_options *run,
                          memux_error **error)
{
    static const memux_tag tags[] = { { "title", "Another" } };
    memux_remux_options options;

    memux_remux_options_init(&options, sizeof options);
    options.run = run;
    options.format = trial->format;
    options.layout = trial->layout;
    options.tags = tags;
    options.tag_count = 1;
    return memux_remux(source, sink, &options, NULL, error);
}

/* A container and a stream by itself, to the same sinks. Neither may fail alone. */
static memux_status fanout(const trial *trial, memux_source *source, memux_sink *sink, const memux_run_options *run,
                           memux_error **error)
{
    memux_fanout_output outputs[2];
    const memux_fanout_output *list[2] = { &outputs[0], &outputs[1] };
    memux_fanout_result results[2];
    memux_fanout_options options;
    memux_remux_options remux;
    memux_extract_options extract;
    memux_sink *members[2] = { sink, NULL }, *several = NULL, *buffer = NULL;
    memux_status status;

    memux_remux_options_init(&remux, sizeof remux);
    memux_extract_options_init(&extract, sizeof extract);
    memux_fanout_options_init(&options, sizeof options);
    options.run = run;
    remux.format = trial->format;
    remux.layout = trial->layout;
    extract.select = MEMUX_SELECT_INDEX;
    EXPECT_STATUS(memux_sink_to_buffer(&members[1], NULL), MEMUX_OK);
    EXPECT_STATUS(memux_sink_to_buffer(&buffer, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_sink_to_sinks(members, 2, 0, &several, NULL), MEMUX_OK);
    for (int i = 0; i < 2; i++) {
        memux_fanout_output_init(&outputs[i], sizeof outputs[i]);
        memux_fanout_result_init(&results[i], sizeof results[i]);
        outputs[i].result = &results[i];
    }
    outputs[0].remux = &remux;
    outputs[0].sink = several;
    outputs[1].extract = &extract;
    outputs[1].sink = buffer;
    status = memux_fanout(source, list, 2, &options, NULL, error);
    for (int i = 0; i < 2; i++) {
        EXPECT(status >= 0 || results[i].status == status);
        memux_error_free(results[i].error);
    }
    memux_sink_free(several);
    memux_sink_free(buffer);
    memux_sink_free(members[1]);
    return status;
}

static memux_status run_trial(const trial *trial, bytes file, memux_error **error)
{
    host host = host_of(file);
    host_sink sink_host = { 0 };
    memux_writer writer = host_writer(&sink_host);
    memux_source *source = trial->seekability < 0 ? memory_source(file) : host_source(&host, trial->seekability);
    memux_sink *sink = NULL;
    choice ffmpeg; /* the walk asks FFmpeg for nothing */
    memux_status status;

    choose(&ffmpeg, MEMUX_ENGINE_FFMPEG);
    ffmpeg.run.trace = trial->trace ? ignore_event : NULL;
    if (trial->to_buffer)
        EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    else
        sink = host_sink_of(&writer);
    if (trial->job >= 0) {
        ffmpeg.count.mode = trial->job;
        status = memux_count(source, &ffmpeg.count, NULL, error);
    } else if (trial->job == PROBE) {
        status = probe(source, &ffmpeg.run, error);
    } else if (trial->job == PACKETS) {
        status = read_packets(source, &ffmpeg.run, error);
    } else if (trial->job == FANOUT) {
        status = fanout(trial, source, sink, &ffmpeg.run, error);
    } else if (trial->job == REMUX) {
        status = remux(trial, source, sink, &ffmpeg.run, error);
    } else {
        ffmpeg.extract.framing = trial->job == NATURAL ? MEMUX_FRAMING_AUTO : MEMUX_FRAMING_ANNEXB;
        ffmpeg.extract.select = trial->job == NATURAL ? MEMUX_SELECT_INDEX : MEMUX_SELECT_VIDEO;
        ffmpeg.extract.stream_index = 1;
        status = memux_extract(source, sink, &ffmpeg.extract, NULL, error);
    }
    memux_sink_free(sink);
    memux_source_free(source);
    free(sink_host.file.data);
    return status;
}

/* `minimum`: how many allocations there were when this was written; fewer means that the shim no longer sees them. */
static void sweep(const trial *trial, int minimum)
{
    bytes file = clip(trial->clip);
    memux_error *error = NULL;
    const int stride = slowness() > 5 ? 31 : 1; /* valgrind sees a sample of them */
    size_t before;
    int covered = 0;

    begin(0);
    for (int warm = 0; warm < 2; warm++)
        EXPECT_STATUS(run_trial(trial, file, &error), MEMUX_OK);
    for (int index = 1;; index += stride) {
        memux_status status;
        begin(index);
        before = in_use();
        status = run_trial(trial, file, &error);
        if (!struck()) {
            EXPECT_STATUS(status, MEMUX_OK);
            break;
        }
        covered = index;
        if (!EXPECT_STATUS(status, MEMUX_ERROR_NO_MEMORY))
            printf("#   allocation %d: %s\n", index, memux_error_message(error));
        EXPECT_ERROR(status, &error);
        if (!EXPECT_SAME(in_use() - before, 0))
            printf("#   allocation %d\n", index);
    }
    begin(0);
    printf("# %s, %s, road %d: allocations up to %d covered, every %d\n", trial->clip,
           trial->job >= 0 ? "count" : job_names[-trial->job], (int)trial->seekability, covered, stride);
    EXPECT(covered > minimum - stride);
    EXPECT_STATUS(run_trial(trial, file, &error), MEMUX_OK);
    free(file.data);
}

static void counting_packets_survives_every_failed_allocation(void)
{
    sweep(&(trial){ "h264.mp4", MEMUX_COUNT_PACKETS, -1, 0, 0, NULL, 0 }, 75);
    sweep(&(trial){ "h264_moov_at_end.mp4", MEMUX_COUNT_PACKETS, MEMUX_SEEKABILITY_NONE, 0, 0, NULL, 0 }, 75);
    sweep(&(trial){ "h264.mkv", MEMUX_COUNT_PACKETS, MEMUX_SEEKABILITY_CHEAP, 0, 1, NULL, 0 }, 75);
}

static void counting_decoded_frames_survives_every_failed_allocation(void)
{
    sweep(&(trial){ "h264.ts", MEMUX_COUNT_DECODED, -1, 0, 0, NULL, 0 }, 400);
}

static void extracting_survives_every_failed_allocation(void)
{
    sweep(&(trial){ "h264.mp4", EXTRACT, -1, 1, 0, NULL, 0 }, 150);
    sweep(&(trial){ "h264_fragmented.mp4", EXTRACT, MEMUX_SEEKABILITY_NONE, 0, 0, NULL, 0 }, 150);
    sweep(&(trial){ "hevc.ts", EXTRACT, MEMUX_SEEKABILITY_CHEAP, 0, 1, NULL, 0 }, 270);
}

static void probing_survives_every_failed_allocation(void)
{
    sweep(&(trial){ "described.mp4", PROBE, -1, 0, 0, NULL, 0 }, 12);
    sweep(&(trial){ "h264.ts", PROBE, MEMUX_SEEKABILITY_NONE, 0, 0, NULL, 0 }, 12);
    sweep(&(trial){ "cover.m4a", PROBE, MEMUX_SEEKABILITY_CHEAP, 0, 1, NULL, 0 }, 12);
}

static void packets_survive_every_failed_allocation(void)
{
    sweep(&(trial){ "h264.mp4", PACKETS, -1, 0, 0, NULL, 0 }, 300);
    sweep(&(trial){ "vp9.webm", PACKETS, MEMUX_SEEKABILITY_CHEAP, 0, 1, NULL, 0 }, 300);
    sweep(&(trial){ "h264.ts", PACKETS, -1, 0, 0, NULL, 0 }, 300);
}

static void remuxing_survives_every_failed_allocation(void)
{
    sweep(&(trial){ "described.mp4", REMUX, -1, 1, 0, "mp4", MEMUX_LAYOUT_FASTSTART }, 420);
    sweep(&(trial){ "h264.mp4", REMUX, MEMUX_SEEKABILITY_NONE, 0, 0, "mp4", MEMUX_LAYOUT_FRAGMENTED }, 420);
    sweep(&(trial){ "h264.mp4", REMUX, MEMUX_SEEKABILITY_CHEAP, 0, 1, "matroska", MEMUX_LAYOUT_AUTO }, 420);
}

static void extracting_in_the_natural_form_survives_every_failed_allocation(void)
{
    sweep(&(trial){ "h264.mp4", NATURAL, -1, 1, 0, NULL, 0 }, 270);
    sweep(&(trial){ "vp9.webm", NATURAL, MEMUX_SEEKABILITY_CHEAP, 0, 0, NULL, 0 }, 270);
}

static void making_several_outputs_survives_every_failed_allocation(void)
{
    sweep(&(trial){ "h264.mp4", FANOUT, -1, 1, 0, "mp4", MEMUX_LAYOUT_FASTSTART }, 820);
    sweep(&(trial){ "h264.ts", FANOUT, MEMUX_SEEKABILITY_NONE, 0, 0, "mpegts", MEMUX_LAYOUT_AUTO }, 790);
}

int main(int argc, char *argv[])
{
    (void)argc;
    drop_malloc_cache(argv);
    find_shim();
    RUN(counting_packets_survives_every_failed_allocation);
    RUN(counting_decoded_frames_survives_every_failed_allocation);
    RUN(extracting_survives_every_failed_allocation);
    RUN(probing_survives_every_failed_allocation);
    RUN(packets_survive_every_failed_allocation);
    RUN(remuxing_survives_every_failed_allocation);
    RUN(extracting_in_the_natural_form_survives_every_failed_allocation);
    RUN(making_several_outputs_survives_every_failed_allocation);
    return check_done();
}
