/* break.c - memory from the program break, for the main arena
 *
 * This file is a source of memory. It hands over bytes from the system and says
 * where they lie; what to do with them is for the arena to decide.
 *
 * Usually each growth follows the one before without a gap. It does not when
 * somebody else has moved the break in between. And when the break cannot move
 * at all, because something lies in its way or because it has reached a limit,
 * there is still memory elsewhere, from mmap().
 */
#include "break.h"
#include "chunk.h"

/* So much is mapped at least where the break cannot move, in bytes. */
#define MIN_MAPPED_REGION (1024 * 1024)

/* Where we left the break. It may be higher by now, never lower. (The arena's
 * newest region need not end here: it may lie in a mapping.) */
static char *break_end;

/* How many bytes to skip from start to where a chunk can start: first to the
 * next page, since somebody may have left the break anywhere, and then so far
 * that a payload, one header further on, is aligned. With a header of 16 bytes
 * that is 0. (-x % n is the way from x up to the next multiple of n.) */
static size_t region_offset(const char *start)
{
    size_t to_page = -(uintptr_t)start % os_page_size();
    return to_page + -HEADER_SIZE % MALLOC_ALIGNMENT;
}

static struct span map_region(size_t size)
{
    size_t length = align_up(size + MALLOC_ALIGNMENT, os_page_size());
    if (length < MIN_MAPPED_REGION)
        length = MIN_MAPPED_REGION;
    char *start = os_map(length);
    if (start == NULL)
        return (struct span){.start = NULL};

    size_t skip = region_offset(start);
    length = align_down(length - skip, MALLOC_ALIGNMENT);
    return (struct span){.start = start + skip, .size = length};
}

struct span break_grow(char *end, size_t have, size_t size, size_t pad)
{
    char *start = os_break();
    bool follows = start == end;
    size_t skip = follows ? 0 : region_offset(start);
    size_t more = size + pad - (follows ? have : 0);

    more = align_up(more, os_page_size());
    if (start < break_end)
        fatal("break adjusted to free malloc space");
    char *got = os_grow(skip + more);
    if (got == NULL)
        return map_region(size);
    break_end = got + skip + more;
    if (got != start) /* somebody was faster: what we got is lost */
        return break_grow(end, have, size, pad);
    return (struct span){.start = start + skip, .size = more};
}

bool break_shrink(char *end, size_t size)
{
    if (os_break() != end || !os_shrink(size))
        return false;
    break_end = end - size;
    return true;
}
