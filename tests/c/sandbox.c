/* Text in memory that names files and addresses: refused at once. Nothing is opened, nothing is printed, nothing spins. */
#include "host.h"
#include "quiet.h"

#include <dirent.h>
#include <sys/inotify.h>
#include <sys/stat.h>

/* A folder with a real clip in it, watched: an open of anything inside is seen. */
typedef struct folder {
    char path[64], file[96];
    int watch;
} folder;

static folder folder_new(bytes content)
{
    folder self;
    FILE *file;

    snprintf(self.path, sizeof self.path, "%s/memux-XXXXXX", P_tmpdir);
    if (!mkdtemp(self.path))
        abort();
    snprintf(self.file, sizeof self.file, "%s/a.mp4", self.path);
    file = fopen(self.file, "wb");
    if (!file || fwrite(content.data, 1, content.size, file) != content.size || fclose(file) != 0)
        abort();
    self.watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (self.watch < 0 || inotify_add_watch(self.watch, self.path, IN_OPEN | IN_ACCESS | IN_CREATE) < 0)
        abort();
    return self;
}

/* Whether anything in the folder was opened or made since. */
static int folder_touched(const folder *self)
{
    char events[4096];
    return read(self->watch, events, sizeof events) > 0;
}

static void folder_remove(folder *self)
{
    close(self->watch);
    unlink(self->file);
    EXPECT_SAME(rmdir(self->path), 0); /* nothing else was made in it */
}

static int open_descriptors(void)
{
    DIR *all = opendir("/proc/self/fd");
    int count = 0;

    while (all && readdir(all))
        count++;
    if (all)
        closedir(all);
    return count;
}

static void watch_works(void)
{
    bytes file = clip("h264.mp4");
    folder folder = folder_new(file);
    FILE *opened = fopen(folder.file, "rb");

    EXPECT(folder_touched(&folder));
    EXPECT(!folder_touched(&folder));
    fclose(opened);
    folder_remove(&folder);
    free(file.data);
}

/* Descriptors that an operation leaves open are seen by their number, those it closes again by the watch. */
static void expect_refused(const char *text, const folder *folder, memux_status wanted)
{
    bytes input = { (uint8_t *)(uintptr_t)text, strlen(text) };

    for (int road = 0; road < 3; road++) {
        host host = host_of(input);
        memux_source *source = road == 0 ? memory_source(input)
                                         : host_source(&host, road == 1 ? MEMUX_SEEKABILITY_NONE : MEMUX_SEEKABILITY_CHEAP);
        memux_sink *sink = NULL;
        memux_error *count_error, *extract_error;
        memux_status counted, written;
        int before = open_descriptors(), after;
        long printed;
        double started, took;
        quiet quiet;

        EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
        quiet = quiet_begin();
        started = now_ms();
        counted = memux_count(source, NULL, NULL, &count_error);
        written = memux_extract(source, sink, NULL, NULL, &extract_error);
        took = now_ms() - started;
        printed = quiet_end(&quiet);
        after = open_descriptors();

        if (!EXPECT_STATUS(counted, wanted))
            printf("#   %.30s: %s\n", text, memux_error_message(count_error));
        EXPECT(written == wanted || (road == 1 && written == MEMUX_ERROR_NEEDS_SEEK)); /* consumed by the count */
        EXPECT_ERROR(counted, &count_error);
        EXPECT_ERROR(written, &extract_error);
        EXPECT(took < 200 * slowness());
        EXPECT_SAME(printed, 0);
        EXPECT_SAME(after, before);
        EXPECT(!folder || !folder_touched(folder));
        memux_sink_free(sink);
        memux_source_free(source);
    }
}

/* `format` with the file's path put in where it says %s. */
static void expect_text_refused(const char *format)
{
    bytes file = clip("h264.mp4");
    folder folder = folder_new(file);
    char text[2048];

    snprintf(text, sizeof text, format, folder.file, folder.file, folder.file);
    expect_refused(text, &folder, MEMUX_ERROR_REFUSED);
    folder_remove(&folder);
    free(file.data);
}

static void an_ffconcat_script_opens_no_file(void)
{
    expect_text_refused("ffconcat version 1.0\nfile '%s'\n");
    expect_text_refused("ffconcat version 1.0\nfile file:%s\n");
}

static void an_ffconcat_script_of_34_bytes_is_refused(void)
{
    expect_refused("ffconcat version 1.0\nfile a.mp4\n\n\n", NULL, MEMUX_ERROR_REFUSED);
}

static void a_playlist_opens_no_file(void)
{
    expect_text_refused("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:3\n#EXTINF:3.0,\n%s\n#EXT-X-ENDLIST\n");
    expect_text_refused("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000\nfile://%s\n");
    expect_text_refused("#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXT-X-MAP:URI=\"%s\"\n#EXTINF:3.0,\n%s\n");
}

static void a_manifest_opens_no_file(void)
{
    expect_text_refused("<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" "
                        "profiles=\"urn:mpeg:dash:profile:isoff-on-demand:2011\" mediaPresentationDuration=\"PT3S\">"
                        "<Period><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\" bandwidth=\"1\">"
                        "<BaseURL>%s</BaseURL><SegmentBase indexRange=\"0-1\"/></Representation></AdaptationSet></Period></MPD>\n");
}

/* libavformat's own demuxer spins for ever on one like this. */
static void a_live_manifest_spins_for_no_time(void)
{
    expect_text_refused("<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"dynamic\" "
                        "availabilityStartTime=\"2020-01-01T00:00:00Z\" minimumUpdatePeriod=\"PT2S\" minBufferTime=\"PT2S\" "
                        "profiles=\"urn:mpeg:dash:profile:isoff-live:2011\"><Period start=\"PT0S\"><AdaptationSet "
                        "mimeType=\"video/mp4\"><SegmentTemplate timescale=\"1\" duration=\"2\" media=\"%s$Number$\" "
                        "initialization=\"%s\" startNumber=\"1\"/><Representation id=\"1\" bandwidth=\"1\" codecs=\"avc1\"/>"
                        "</AdaptationSet></Period></MPD>\n");
}

static void a_session_description_opens_no_socket(void)
{
    expect_refused("v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 5004 RTP/AVP 96\r\n"
                   "a=rtpmap:96 H264/90000\r\n", NULL, MEMUX_ERROR_REFUSED);
}

/* Naming such a format does not open the gate. */
static void a_format_hint_does_not_lift_the_sandbox(void)
{
    static const char *const formats[] = { "concat", "hls", "dash", "sdp", "image2", "rtsp" };
    bytes file = clip("h264.mp4");
    folder folder = folder_new(file);
    char text[256];

    snprintf(text, sizeof text, "ffconcat version 1.0\nfile '%s'\n", folder.file);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        memux_source *source = memory_source((bytes){ (uint8_t *)text, strlen(text) });
        memux_run_options run;
        memux_count_options options;
        quiet quiet;
        memux_status status;
        memux_run_options_init(&run, sizeof run);
        run.format = formats[i];
        memux_count_options_init(&options, sizeof options);
        options.run = &run;
        quiet = quiet_begin();
        status = memux_count(source, &options, NULL, NULL);
        EXPECT_SAME(quiet_end(&quiet), 0);
        EXPECT_STATUS(status, MEMUX_ERROR_REFUSED);
        EXPECT(!folder_touched(&folder));
        memux_source_free(source);
    }
    folder_remove(&folder);
    free(file.data);
}

/* An MP4 whose sample data is said to lie in another file. */
static void an_external_data_reference_opens_no_file(void)
{
    bytes file = clip("h264.mp4");
    folder folder = folder_new(file);
    uint64_t frames = 0;
    int changed = 0;

    for (size_t at = 0; at + 12 < file.size; at++)
        if (memcmp(file.data + at, "url \0\0\0\1", 8) == 0) {
            file.data[at + 7] = 0; /* "not in this file" */
            changed++;
        }
    EXPECT(changed > 0);
    memux_count_frames(file.data, file.size, &frames, NULL);
    EXPECT(!folder_touched(&folder));
    folder_remove(&folder);
    free(file.data);
}

int main(void)
{
    RUN(watch_works);
    RUN(an_ffconcat_script_opens_no_file);
    RUN(an_ffconcat_script_of_34_bytes_is_refused);
    RUN(a_playlist_opens_no_file);
    RUN(a_manifest_opens_no_file);
    RUN(a_live_manifest_spins_for_no_time);
    RUN(a_session_description_opens_no_socket);
    RUN(a_format_hint_does_not_lift_the_sandbox);
    RUN(an_external_data_reference_opens_no_file);
    return check_done();
}
