/*
 * replay.c - plays a trace on an allocator and reports time or memory.
 *
 * Usage: replay [--budget SECONDS] [--samples N] TRACE LIBRARY
 *
 * LIBRARY is a path, `system` for the C library's malloc, or `none` for an
 * allocator that hands out the same memory to everybody in no time: its row
 * is the cost of the harness. Past the budget (20 s unless said) the run
 * stops, and says how far it came.
 *
 * Without --samples the run is timed. All calls are made by one thread, in the
 * recorded order, because handing over between threads costs more than a call.
 *
 * With --samples, N + 1 rows say what is live, held and resident, and the peaks
 * so far. The calls are made by threads as recorded (see watch.h). The bytes
 * held and resident are asked for at each sample, after each large request, and
 * whenever small requests have added as much: 64 KiB, or a hundredth of the
 * most that is live. So little is missed of a peak between samples.
 */
#define _GNU_SOURCE
#include "watch.h"

enum {
    LARGE = 64 * 1024, /* bytes to ask after; more if more is live */
    DEFAULT_BUDGET = 20,
};

struct sample {
    size_t operation;
    double seconds;
    size_t live, held, resident, peak_live, peak_held, peak_resident;
};

struct samples {
    size_t large, taken;
    size_t lowest; /* live, since they were asked for because of it */
    struct sample now;
    struct sample *all;
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void ask(const struct player *player, struct sample *now)
{
    now->held = player->allocator.held ? player->allocator.held() : 0;
    now->resident = resident_beyond(player->resident_before);
    now->peak_held = larger(now->peak_held, now->held);
    now->peak_resident = larger(now->peak_resident, now->resident);
}

static void take_sample(const struct player *player, void *context)
{
    struct samples *samples = context;
    struct sample *now = &samples->now;

    ask(player, now);
    now->operation = player->done;
    now->seconds = seconds_now() - player->started;
    now->live = player->live;
    samples->all[samples->taken++] = *now;
}

static void find_peaks(const struct player *player, const struct op *op,
                       void *context)
{
    struct samples *samples = context;
    struct sample *now = &samples->now;

    now->peak_live = larger(now->peak_live, player->live);
    if (player->live < samples->lowest)
        samples->lowest = player->live;
    if (op->size < samples->large &&
        player->live - samples->lowest < samples->large)
        return;
    ask(player, now);
    samples->lowest = player->live;
}

/* --- the report --------------------------------------------------------- */

static void print_timed(const struct player *player)
{
    size_t done = player->done;

    printf("operations,done,seconds,ns_per_operation,failed,note\n");
    printf("%zu,%zu,%.6f,%.2f,%zu,", player->trace.count, done, player->seconds,
           done ? 1e9 * player->seconds / (double)done : 0, player->failed);
    printf("%s\n", play_note(player));
}

static void print_number(bool known, size_t number)
{
    if (known)
        printf(",%zu", number);
    else
        printf(",");
}

static void print_sample(const struct player *player,
                         const struct sample *sample)
{
    bool held = player->allocator.held, resident = player->resident_before;

    printf("%zu,%.6f,%zu", sample->operation, sample->seconds, sample->live);
    print_number(held, sample->held);
    print_number(resident, sample->resident);
    printf(",%zu", sample->peak_live);
    print_number(held, sample->peak_held);
    print_number(resident, sample->peak_resident);
    printf("\n");
}

static void play_sampled(struct player *player, size_t count)
{
    struct samples samples = {
        .large = larger(LARGE, player->trace.peak_live / 100),
        .all = map_memory((count + 2) * sizeof(struct sample), MAP_SHARED),
    };
    struct watch watch = {
        .at_moment = take_sample,
        .moments = count,
        .after = find_peaks,
        .context = &samples,
    };

    play_watched(player, &watch);
    printf("operation,seconds,live,held,resident,"
           "peak_live,peak_held,peak_resident\n");
    for (size_t i = 0; i < samples.taken; i++)
        print_sample(player, &samples.all[i]);
}

int main(int argc, char **argv)
{
    static struct player player = {.budget = DEFAULT_BUDGET};
    const char *arguments = "[--budget SECONDS] [--samples N] TRACE "
                            "LIBRARY|system|none";
    size_t samples = 0;

    for (; argc > 2 && strncmp(argv[1], "--", 2) == 0; argc -= 2, argv += 2) {
        if (strcmp(argv[1], "--budget") == 0)
            player.budget = number_of("--budget", argv[2]);
        else if (strcmp(argv[1], "--samples") == 0)
            samples = count_of("--samples", argv[2]);
        else
            usage(arguments);
    }
    if (argc != 3)
        usage(arguments);
    open_player(&player, argv[1], argv[2]);
    if (samples > 0) {
        play_sampled(&player, samples);
        end_report(&player);
    } else {
        play(&player);
        print_timed(&player);
        close_output();
    }
    return 0;
}
