/* vmstat.c - what the kernel says of its memory
 *
 * Lines have the format of the files that Linux has for them. A zone's numbers
 * are read under its lock, so that they belong together.
 */
#include "vmstat.h"
#include "buddy.h"

/* The number of free blocks of each order, at one moment. */
struct census {
    unsigned long nr_free[MAX_ORDER];
};

static struct census count_free_blocks(struct zone *zone)
{
    struct census census;

    spin_lock(&zone->lock);
    for (unsigned order = 0; order < MAX_ORDER; order++)
        census.nr_free[order] = zone->free_area[order].nr_free;
    spin_unlock(&zone->lock);
    return census;
}

/* How many frames lie in free blocks of at least this order. */
static unsigned long frames_from(const struct census *census, unsigned order)
{
    unsigned long frames = 0;

    for (; order < MAX_ORDER; order++)
        frames += census->nr_free[order] << order;
    return frames;
}

static int unusable_share(const struct census *census, unsigned order)
{
    unsigned long free = frames_from(census, 0);

    if (free == 0)
        return 1000;
    return (int)((free - frames_from(census, order)) * 1000 / free);
}

int unusable_free_index(unsigned order)
{
    struct census census = count_free_blocks(&normal_zone);
    return unusable_share(&census, order);
}

void buddyinfo_show(FILE *file)
{
    struct census census = count_free_blocks(&normal_zone);

    fprintf(file, "Node 0, zone %8s ", normal_zone.name);
    for (unsigned order = 0; order < MAX_ORDER; order++)
        fprintf(file, "%6lu ", census.nr_free[order]);
    fputc('\n', file);
}

void unusable_index_show(FILE *file)
{
    struct census census = count_free_blocks(&normal_zone);

    fprintf(file, "Node 0, zone %8s ", normal_zone.name);
    for (unsigned order = 0; order < MAX_ORDER; order++) {
        int share = unusable_share(&census, order);
        fprintf(file, "%d.%03d ", share / 1000, share % 1000);
    }
    fputc('\n', file);
}

void zoneinfo_show(FILE *file)
{
    struct zone *zone = &normal_zone;

    spin_lock(&zone->lock);
    unsigned long free = zone->free_pages;
    spin_unlock(&zone->lock);
    fprintf(file, "Node 0, zone %8s\n  pages free     %lu\n", zone->name, free);
    fprintf(file, "        min      %lu\n        low      %lu\n",
            zone->watermark[WMARK_MIN], zone->watermark[WMARK_LOW]);
    fprintf(file, "        high     %lu\n        managed  %lu\n",
            zone->watermark[WMARK_HIGH], zone->managed_pages);
}
