/* checked.h - what the shadow says of memory, and two accesses that it forbids
 */
#ifndef CHECKED_H
#define CHECKED_H

#include "kmalloc.h"
#include "shadow.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* One row: the shadow of so many granules. */
static void show(const char *what, const void *start, int granules)
{
    const unsigned char *shadow = kasan_mem_to_shadow(start);

    printf("  %-34s", what);
    for (int i = 0; i < granules; i++)
        printf(" %02x", shadow[i]);
    putchar('\n');
}

/* ---- two bugs ---- */

/* So that each has an address and a name of its own. */
#define NAMED static __attribute__((noinline)) void

NAMED write_too_far(void)
{
    char *p = kmalloc(20, GFP_KERNEL);

    p[20] = 1;
}

NAMED give_it_up(char *p)
{
    kfree(p);
}

NAMED read_after_free(void)
{
    volatile char *p = kmalloc(20, GFP_KERNEL);

    give_it_up((char *)p);
    p[4];
}

/* A report ends the process, so that this one has to be another. */
static void show_report(const char *what, void (*commit)(void))
{
    printf("%s\n", what);
    fflush(stdout);
    if (fork() == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        dup2(STDOUT_FILENO, STDERR_FILENO);
        commit();
        _exit(0);
    }
    wait(NULL);
}

static void show_reports(void)
{
    show_report("p = kmalloc(20, GFP_KERNEL); p[20] = 1;", write_too_far);
    show_report("p = kmalloc(20, GFP_KERNEL); kfree(p); p[4];",
                read_after_free);
}

#endif
