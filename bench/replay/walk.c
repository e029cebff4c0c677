/*
 * walk.c - looks at all chunks of an allocator now and then during a trace.
 *
 * Usage: walk [--budget SECONDS] parts N TRACE LIBRARY
 *        walk [--budget SECONDS] map N CELL TRACE LIBRARY
 *        walk [--budget SECONDS] bins N TRACE LIBRARY
 *
 * It looks N + 1 times, evenly spread over the operations, which threads make
 * as recorded (see watch.h). Past the budget (20 s by default) it ends early.
 *
 * parts: what the bytes held are: requested, rounding, headers, free, top. The
 *     only one of the three that the system's malloc can answer.
 * map: how many bytes of each kind the cell of CELL bytes at each offset has.
 *     Cells of which nothing is held are left out; a moment without any has one
 *     of zeros. Offsets begin with the first cell ever held; stretches never
 *     held are left out of them, and have a row `gap` each. Only the lowest
 *     1000 cells are printed; a row `end` says where the addresses end.
 * bins: how many chunks of each size there are, at the moment when the free
 *     ones have most bytes; the first row says which that is.
 */
#define _GNU_SOURCE
#include "walk.h"

enum { DEFAULT_BUDGET = 20 };

static const char *const arguments =
    "[--budget SECONDS] parts N | map N CELL | bins N, TRACE LIBRARY|system";

static bool is(const char *text, const char *word)
{
    return strcmp(text, word) == 0;
}

/* Is there anything that could be asked? */
static void check_walk(const struct allocator *allocator, bool parts)
{
    bool system = is(allocator->name, "system") && allocator->held;

    if (!allocator->walk && !(parts && system))
        die(allocator->name, "cannot be walked");
}

static void walk(struct player *player, char **words)
{
    size_t moments = count_of("N", words[1]);
    size_t cell_size = is(words[0], "map") ? count_of("CELL", words[2]) : 0;
    char **files = &words[is(words[0], "map") ? 3 : 2];

    open_player(player, files[0], files[1]);
    check_walk(&player->allocator, is(words[0], "parts"));
    if (is(words[0], "parts"))
        walk_parts(player, moments);
    else if (is(words[0], "map"))
        walk_map(player, moments, cell_size);
    else
        walk_bins(player, moments);
}

int main(int argc, char **argv)
{
    static struct player player = {.budget = DEFAULT_BUDGET};
    static char buffer[1 << 16];

    setvbuf(stdout, buffer, _IOFBF, sizeof(buffer)); /* or it is allocated */
    if (argc > 2 && is(argv[1], "--budget")) {
        player.budget = number_of("--budget", argv[2]);
        argc -= 2;
        argv += 2;
    }
    if (!(argc == 6 && is(argv[1], "map")) &&
        !(argc == 5 && (is(argv[1], "parts") || is(argv[1], "bins"))))
        usage(arguments);
    walk(&player, &argv[1]);
    end_report(&player);
    return 0;
}
