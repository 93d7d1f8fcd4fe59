/* Probes with their reports. */
#ifndef PROBING_H
#define PROBING_H

#include "host.h"

/* A probe with its report; the report begins as garbage. Gives NULL where it fails. */
typedef struct probed {
    memux_status status;
    memux_probe_report report;
    memux_info *info;
} probed;

static inline probed probe_with(memux_source *source, int32_t level, const memux_run_options *run)
{
    probed self;
    memux_probe_options options;
    memux_error *error = NULL;

    memset(&self, 0xAA, sizeof self);
    self.report.struct_size = sizeof self.report;
    memux_probe_options_init(&options, sizeof options);
    options.level = level;
    options.run = run;
    self.status = memux_probe(source, &options, &self.info, &self.report, &error);
    EXPECT((self.status >= 0) == (self.info != NULL));
    EXPECT_ERROR(self.status, &error);
    return self;
}

static inline probed probe_bytes(bytes file, int32_t level)
{
    memux_source *source = memory_source(file);
    probed self = probe_with(source, level, NULL);

    memux_source_free(source);
    return self;
}

static inline int same_text(const char *got, const char *wanted)
{
    if (got && wanted ? strcmp(got, wanted) == 0 : got == wanted)
        return 1;
    printf("# \"%s\", expected \"%s\"\n", got ? got : "(NULL)", wanted ? wanted : "(NULL)");
    return 0;
}

#endif
