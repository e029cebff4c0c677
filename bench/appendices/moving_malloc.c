/*
 * moving_malloc.c - plays a trace on a malloc, to compare with moving_drift.c.
 *
 * Usage: moving_malloc TRACE LIBRARY
 *
 * Rows are moments of the run: the operation, the bytes that are live, and the
 * bytes held. The last one was made after malloc_trim(), which gives back all
 * that can be.
 */
#define _GNU_SOURCE
#include "../replay/play.h"

#include <stdio.h>

enum { MOMENTS = 400 };

static void print_moment(const struct player *player)
{
    printf("%zu,%zu,%zu\n", player->done, player->live,
           player->allocator.held());
}

static void trim(const char *library)
{
    void *handle = dlopen(library, RTLD_NOW | RTLD_NOLOAD);
    int (*trim)(size_t) = (int (*)(size_t))dlsym(handle, "malloc_trim");

    if (trim == NULL)
        die(library, "has no malloc_trim");
    trim(0);
}

int main(int argc, char **argv)
{
    static struct player player = {.budget = 60};
    size_t count = 0;

    if (argc != 3)
        usage("TRACE LIBRARY");
    open_player(&player, argv[1], argv[2]);
    begin_play(&player);
    while (play_goes_on(&player)) {
        if (player.done >= player.trace.count * count / MOMENTS) {
            print_moment(&player);
            count++;
        }
        play_one(&player);
    }
    end_play(&player);
    print_moment(&player);
    trim(argv[2]);
    print_moment(&player);
    end_report(&player);
    close_output();
    return 0;
}
