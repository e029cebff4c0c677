/*
 * k04_faults.c - what a heap that grows costs in page faults and frames.
 *
 * Usage: k04_faults
 *
 * The recorded run of cc1 is played on chapter 06, in a process of our kernel:
 * on the library that brings it (see kernel/down/start.c). A row is a moment of
 * the run: the operation, the bytes that are live, those that malloc holds, the
 * bytes of the frames that the process has, and its page faults so far.
 */
#define _GNU_SOURCE
#include "../replay/play.h"

#include <stdio.h>

#define TRACE   "build/traces/cc1.trace"
#define LIBRARY "build/down/06-arenas/libmalloc.so"
#define MOMENTS 400

struct moment {
    size_t operation, live, held, frames, faults;
};

static struct moment moments[MOMENTS + 1];

/* A function of the library that counts something. */
static size_t (*counter(const char *name))(void)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_NOLOAD);
    void *function = library != NULL ? dlsym(library, name) : NULL;

    if (function == NULL)
        die(LIBRARY, "it does not bring a kernel");
    return (size_t(*)(void))function;
}

int main(void)
{
    struct player player = {.budget = 60};
    size_t count = 0;

    open_player(&player, TRACE, LIBRARY);
    size_t (*frames)(void) = counter("down_frames");
    size_t (*faults)(void) = counter("down_faults");
    /* A page fault is a SIGSEGV, which the player takes for a crash. */
    struct sigaction page_fault;
    sigaction(SIGSEGV, NULL, &page_fault);
    begin_play(&player);
    sigaction(SIGSEGV, &page_fault, NULL);
    for (;;) {
        bool goes_on = play_goes_on(&player);
        if (!goes_on || player.done >= player.trace.count * count / MOMENTS)
            moments[count++] = (struct moment){
                .operation = player.done,
                .live = player.live,
                .held = player.allocator.held(),
                .frames = frames() * 4096,
                .faults = faults(),
            };
        if (!goes_on || count > MOMENTS)
            break;
        play_one(&player);
    }
    end_play(&player);

    for (size_t i = 0; i < count; i++)
        printf("cc1,06,%zu,%zu,%zu,%zu,%zu\n", moments[i].operation,
               moments[i].live, moments[i].held, moments[i].frames,
               moments[i].faults);
    end_report(&player);
    close_output();
    return 0;
}
