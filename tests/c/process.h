/* Tests in a process of their own: what a process has loaded it never lets go of again. */
#ifndef PROCESS_H
#define PROCESS_H

#include "check.h"

#include <sys/wait.h>
#include <unistd.h>

static inline void in_a_process_of_its_own(void (*test)(void))
{
    int status = 0;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        check_broken = 0;
        test();
        exit(check_broken); /* not _exit: leaks are looked for */
    }
    EXPECT(child > 0 && waitpid(child, &status, 0) == child);
    EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

#endif
