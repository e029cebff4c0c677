/* buddyinfo.c - what the page allocator has, by order (01-buddy)
 *
 * Each row of /proc/buddyinfo is a zone of physical memory; its N-th number,
 * counted from 0, says how many free blocks of 2^N frames there are. All of
 * them are all free frames. A request for 2^N frames in a row can use only
 * blocks of order N and above: what lies in smaller ones is free and yet of no
 * use to it, which is external fragmentation. The table, which differs from
 * machine to machine, goes to stderr.
 */
#include "real.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ORDERS 32

static long blocks[MOST_ORDERS]; /* of all zones */

/* The numbers of a row, added to the blocks; how many there are. */
static int read_row(const char *line)
{
    int orders = 0;

    const char *rest = line;
    int length;

    require(sscanf(line, "Node %*d, zone %*s%n", &length) == 0, line);
    for (rest += length; orders < MOST_ORDERS; orders++) {
        long number;
        if (sscanf(rest, "%ld%n", &number, &length) != 1)
            break;
        blocks[orders] += number;
        rest += length;
    }
    return orders;
}

static long free_frames_by_vmstat(void)
{
    FILE *file = fopen("/proc/vmstat", "r");
    long frames;

    if (file == NULL || fscanf(file, "nr_free_pages %ld", &frames) != 1)
        skip("/proc/vmstat does not begin with nr_free_pages");
    fclose(file);
    return frames;
}

static void print_table(int orders, long total)
{
    long usable = total;

    fprintf(stderr, "%8s %10s   %s\n", "order", "blocks",
            "free memory that a request of this order cannot use");
    for (int order = 0; order < orders; order++) {
        fprintf(stderr, "%8d %10ld   %3ld %%\n", order, blocks[order],
                100 * (total - usable) / total);
        usable -= blocks[order] << order;
    }
}

int main(void)
{
    FILE *file = fopen("/proc/buddyinfo", "r");
    int orders = 0, zones = 0;
    bool alike = true;
    long total = 0;
    char line[512];

    if (file == NULL)
        skip("/proc/buddyinfo: %s", strerror(errno));
    for (; fgets(line, sizeof line, file) != NULL; zones++) {
        int here = read_row(line);
        alike = alike && (zones == 0 || here == orders);
        orders = here;
    }
    fclose(file);
    for (int order = 0; order < orders; order++)
        total += blocks[order] << order;
    long known = free_frames_by_vmstat();

    step("/proc/buddyinfo");
    at_least("zones", 1, zones);
    holds("all have the same orders", true, alike);
    at_least("orders", 9, orders);
    holds("their frames are the free ones of /proc/vmstat", true,
          labs(total - known) <= known / 10);
    print_table(orders, total);
    return 0;
}
