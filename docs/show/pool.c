/* pool.c - an array becomes a pool, and chunks come and go in it
 *
 * The array is a static one of 4096 bytes, at the start of a page. Chunks in
 * use are shown with the variable that leads to their payload. All of it is
 * read from the array: chunks, flags, maps and lists.
 */
#include "show.h"

#include "lists.h"

#include <stdio.h>
#include <string.h>

static alignas(4096) char array[4096];
static struct pool *pool;
static char *payload[26]; /* those of the variables a to z */
static bool is_live[26];

static char name_of(const void *start)
{
    for (int i = 0; i < 26; i++)
        if (is_live[i] && payload[i] == start)
            return (char)('a' + i);
    return '?';
}

static void show_place(size_t size)
{
    struct place at = place_of(size);

    printf("level %u, list %2u", at.level, at.list);
}

static void show_chunk(struct chunk *c)
{
    printf("  %p %6zu  %c%c  ", (void *)c, chunk_size(c), in_use(c) ? 'U' : '-',
           prev_in_use(c) ? 'P' : '-');
    if (c == pool->end) {
        printf("the end\n");
    } else if (in_use(c)) {
        printf("used  %c\n", name_of(chunk_to_payload(c)));
    } else {
        printf("free  on ");
        show_place(chunk_size(c));
        putchar('\n');
    }
}

/* A map, the bit of list 15 or level 15 first. */
static void show_map(const char *what, unsigned long map)
{
    printf("  %-22s ", what);
    for (int i = LISTS - 1; i >= 0; i--)
        putchar(map >> i & 1 ? '1' : '.');
    putchar('\n');
}

static void show_maps(void)
{
    show_map("levels with a chunk", pool->map);
    for (unsigned i = 0; i < pool->nlevels; i++) {
        char what[32];
        snprintf(what, sizeof what, "lists of level %u", i);
        if (pool->levels[i].map != 0)
            show_map(what, pool->levels[i].map);
    }
}

static void show(const char *what)
{
    struct chunk *c = pool->first;

    printf("%s\n", what);
    for (; c != pool->end; c = chunk_after(c))
        show_chunk(c);
    show_chunk(c);
}

static void take(char name, size_t request)
{
    payload[name - 'a'] = pool_alloc(pool, request);
    is_live[name - 'a'] = true;
}

static void give(char name)
{
    if (!pool_free(pool, payload[name - 'a']))
        printf("  refused\n");
    is_live[name - 'a'] = false;
}

/* The bits of a size in units, and where they lead. */
static void show_bits(size_t size)
{
    size_t units = size / POOL_ALIGNMENT;

    printf("  %5zu = 16 * %-4zu ", size, units);
    for (int i = 11; i >= 0; i--)
        putchar(units >> i != 0 ? '0' + (int)(units >> i & 1) : ' ');
    printf("   ");
    show_place(size);
    putchar('\n');
}

int main(void)
{
    static const size_t sizes[] = {32,  240, 256,  496, 512,
                                   528, 544, 3200, 3328};

    show_start();
    pool = pool_init(array, sizeof array);
    printf("pool_init(array, 4096);\n  %p %6td      the pool's own data\n",
           (void *)array, (char *)pool->first - array);
    show_chunk(pool->first);
    show_chunk(pool->end);
    show_maps();

    printf("which list?\n");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        show_bits(sizes[i]);

    for (char name = 'a'; name <= 'd'; name++)
        take(name, 248);
    show("a to d = pool_alloc(pool, 248);");
    memset(payload['b' - 'a'], 0x11, 248);
    give('b');
    show("pool_free(pool, b);");
    show_maps();
    take('x', 500);
    show("x = pool_alloc(pool, 500);");
    take('y', 200);
    show("y = pool_alloc(pool, 200);");
    give('c');
    show("pool_free(pool, c);");
    show_maps();
    give('y');
    show("pool_free(pool, y);");
    take('z', 500);
    show("z = pool_alloc(pool, 500);");
    printf("the headers of before:\n");
    show_word(payload['b' - 'a'] - sizeof(size_t), "size, where b began");
    show_word(payload['c' - 'a'] - sizeof(size_t), "size, where c began");
    printf("pool_free(pool, c);\n");
    give('c');
    return 0;
}
