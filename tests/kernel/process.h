/* process.h - what the cases of address spaces share
 *
 * Loads and stores of a case are real ones, at addresses of a process: each
 * first one is a page fault, a signal of the host that the kernel answers.
 * Each function can be used from the stage on that stands above it, and is
 * defined in the file support_NN_N.c of that stage.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include "mm.h"

#include <stdio.h>

#define FRAMES   4096
#define PRIVATE  (MAP_PRIVATE | MAP_ANONYMOUS)
#define SHARED   (MAP_SHARED | MAP_ANONYMOUS)
#define RW       (PROT_READ | PROT_WRITE)
#define PAGES(n) ((n)*PAGE_SIZE)

/* ---- from k04-1 on ---- */

/* Start a kernel, and a process, which runs. */
struct mm_struct *must_run(void);

/* Map so many pages, or the case fails. */
char *must_map(unsigned long pages, int prot, int flags);
char *must_map_at(const void *address, unsigned long pages, int prot);

/* The areas of the process that runs, as "start+pages rights, ..." where start
 * is counted in pages from base. */
const char *areas_from(const char *base);

/* What the kernel says of a process. */
const char *text_of(void (*show)(FILE *, struct mm_struct *),
                    struct mm_struct *mm);

/* A call, and what it must return. */
struct call {
    unsigned long got;
    int wanted;
};

void must_return(const struct call *calls, size_t count);

/* Do this with 0, 1, 2 ... frames left. What fails must leave things as they
 * are, and what is taken must be given back. */
void must_lose_nothing(void (*use)(void));

/* ---- from k04-2 on ---- */

void must_unmap(const void *address, unsigned long pages);

/* ---- from k04-3 on ---- */

char load(const char *address);
void store(char *address, char value);

/* The frame behind an address; NULL: none. And what the PTE says. */
struct page *frame_of(const char *address);
unsigned long pte_of(const char *address);

/* Is this page in the TLB? */
bool in_tlb(const char *address);

unsigned long rss(const struct mm_struct *mm);

/* Run it in a child. Returns how that ends; what it says goes to line. */
int run_in_child(void (*function)(void), char *line, size_t size);

/* An access that is a mistake: it ends the process with this signal, and these
 * words, in which %lx is the address. */
struct mistake {
    void (*access)(void);
    int signal;
    const char *words;
    int page; /* the address is in this page, counted from area */
};

extern char *mistake_area;
void must_end(const struct mistake *mistake);

/* Threads fault on the same pages, and meanwhile this is done. */
void must_fault_at_once(void (*meanwhile)(struct mm_struct *mm));

/* ---- from k04-4 on ---- */

struct mm_struct *must_fork(struct mm_struct *mm);

#endif
