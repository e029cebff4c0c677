/* report.c - what the allocator says of itself
 *
 * These functions are glibc's, and they count what glibc counts. What an
 * allocator does not have, such as fast bins in the first chapters, counts as
 * 0. All is counted first and printed when the lock is released, because
 * printing may allocate.
 */
#include "arena.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>

#pragma GCC visibility push(default)

#if !__GLIBC_PREREQ(2, 33) /* it is not in <malloc.h> yet */
struct mallinfo2 {
    size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks,
        fordblks, keepcost;
};
#endif

/* Some free chunks: how many, how many bytes, and of which sizes. */
struct tally {
    size_t count, bytes, smallest, largest;
};

/* What there is in an arena. */
struct account {
    size_t system, max_system; /* bytes held from the system, and at most */
    struct tally fast;         /* chunks in fast bins */
    struct tally rest;         /* other free chunks, and top */
    size_t top;                /* bytes */
};

static void add_free(struct tally *tally, size_t size)
{
    if (tally->count == 0 || size < tally->smallest)
        tally->smallest = size;
    if (size > tally->largest)
        tally->largest = size;
    tally->count++;
    tally->bytes += size;
}

static void add_tally(struct tally *sum, struct tally tally)
{
    sum->count += tally.count;
    sum->bytes += tally.bytes;
}

static void add_list(struct tally *tally, const struct freelist *list)
{
    struct chunk *c = NULL;

    while ((c = freelist_next(list, c)) != NULL)
        add_free(tally, chunk_size(c));
}

static struct account account_of(struct arena *a)
{
    struct account account = {0};

    bool locked = arena_lock(a);
    account.system = a->system_mem;
    account.max_system = a->max_system_mem;
    account.top = top_size(a);
    add_free(&account.rest, account.top); /* counted even if there is none */
    add_list(&account.rest, &a->free_list);
    arena_unlock(a, locked);
    return account;
}

static size_t free_bytes(const struct account *account)
{
    return account->fast.bytes + account->rest.bytes;
}

static size_t used_bytes(const struct account *account)
{
    return account->system - free_bytes(account);
}

static void add_to_info(struct mallinfo2 *info, const struct account *account)
{
    info->arena += account->system;
    info->ordblks += account->rest.count;
    info->smblks += account->fast.count;
    info->fsmblks += account->fast.bytes;
    info->uordblks += used_bytes(account);
    info->fordblks += free_bytes(account);
}

static struct mallinfo2 info_of_all(void)
{
    struct mallinfo2 info = {0};

    for (struct arena *a = next_arena(NULL); a != NULL; a = next_arena(a)) {
        struct account account = account_of(a);
        add_to_info(&info, &account);
        if (a == &main_arena)
            info.keepcost = account.top;
    }
    return info;
}

/* What the allocator has in all, in bytes and in chunks. [glibc 2.33] */
struct mallinfo2 mallinfo2(void)
{
    return info_of_all();
}

/* The same, cut to the size of an int. [SVID] */
struct mallinfo mallinfo(void)
{
    struct mallinfo2 info = info_of_all();

    return (struct mallinfo){
        .arena = (int)info.arena,
        .ordblks = (int)info.ordblks,
        .smblks = (int)info.smblks,
        .hblks = (int)info.hblks,
        .hblkhd = (int)info.hblkhd,
        .fsmblks = (int)info.fsmblks,
        .uordblks = (int)info.uordblks,
        .fordblks = (int)info.fordblks,
        .keepcost = (int)info.keepcost,
    };
}

static void print_use(const char *title, size_t system, size_t used)
{
    fprintf(stderr, "%s:\n", title);
    fprintf(stderr, "system bytes     = %10zu\n", system);
    fprintf(stderr, "in use bytes     = %10zu\n", used);
}

static void print_stats(void)
{
    size_t system = 0, used = 0;

    for (struct arena *a = next_arena(NULL); a != NULL; a = next_arena(a)) {
        struct account account = account_of(a);
        char title[32];
        snprintf(title, sizeof title, "Arena %u", a->number);
        print_use(title, account.system, used_bytes(&account));
        system += account.system;
        used += used_bytes(&account);
    }
    print_use("Total (incl. mmap)", system, used);
    fprintf(stderr, "max mmap regions = %10zu\n", (size_t)0);
    fprintf(stderr, "max mmap bytes   = %10zu\n", (size_t)0);
}

/* Print to standard error what is held and what is in use. A thread cannot be
 * cancelled meanwhile. [glibc] */
void malloc_stats(void)
{
    int state;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    flockfile(stderr); /* so that no other line comes between */
    print_stats();
    funlockfile(stderr);
    pthread_setcancelstate(state, NULL);
}

static void print_total(FILE *out, const char *type, struct tally tally)
{
    fprintf(out, "<total type=\"%s\" count=\"%zu\" size=\"%zu\"/>\n", type,
            tally.count, tally.bytes);
}

static void print_system(FILE *out, const struct account *account)
{
    fprintf(out, "<system type=\"current\" size=\"%zu\"/>\n", account->system);
    fprintf(out, "<system type=\"max\" size=\"%zu\"/>\n", account->max_system);
    fprintf(out, "<aspace type=\"total\" size=\"%zu\"/>\n", account->system);
    fprintf(out, "<aspace type=\"mprotect\" size=\"%zu\"/>\n", account->system);
}

static void print_tally(FILE *out, const char *name, struct tally tally)
{
    if (tally.count != 0)
        fprintf(out,
                "  <%s from=\"%zu\" to=\"%zu\" total=\"%zu\" count=\"%zu\"/>\n",
                name, tally.smallest, tally.largest, tally.bytes, tally.count);
}

/* A list is counted just before it is printed: keeping the counts of all lists
 * would take more stack than a small thread has. */
static void print_list(FILE *out, const char *name, struct arena *a,
                       const struct freelist *list)
{
    struct tally tally = {0};

    bool locked = arena_lock(a);
    add_list(&tally, list);
    arena_unlock(a, locked);
    print_tally(out, name, tally);
}

/* Returns what was printed, so that the sums at the end agree with it. */
static struct account print_arena(FILE *out, struct arena *a)
{
    struct account account = account_of(a);

    fprintf(out, "<heap nr=\"%u\">\n<sizes>\n", a->number);
    print_list(out, "unsorted", a, &a->free_list);
    fprintf(out, "</sizes>\n");
    print_total(out, "fast", account.fast);
    print_total(out, "rest", account.rest);
    print_system(out, &account);
    fprintf(out, "</heap>\n");
    return account;
}

/* Write what the allocator has to out, as XML. options must be 0. Returns 0, or
 * EINVAL if they are not. [glibc] */
int malloc_info(int options, FILE *out)
{
    if (options != 0)
        return EINVAL;
    fprintf(out, "<malloc version=\"1\">\n");
    struct account all = {0};
    for (struct arena *a = next_arena(NULL); a != NULL; a = next_arena(a)) {
        struct account account = print_arena(out, a);
        add_tally(&all.fast, account.fast);
        add_tally(&all.rest, account.rest);
        all.system += account.system;
        all.max_system += account.max_system;
    }
    print_total(out, "fast", all.fast);
    print_total(out, "rest", all.rest);
    print_total(out, "mmap", (struct tally){0});
    print_system(out, &all);
    fprintf(out, "</malloc>\n");
    return 0;
}
