/* support_04_3.c - what the cases of address spaces need: loads and stores
 *
 * Whether the TLB has a page is asked of the host: it refuses to read from an
 * address where nothing is mapped (write() says EFAULT), and does not send a
 * signal for it.
 */
#include "process.h"
#include "suite.h"

#include "sched.h"
#include "syscalls.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A page fault changes the kernel's data, of which the compiler knows nothing.
 */
static void data_may_have_changed(void)
{
    __asm__ volatile("" ::: "memory");
}

/* ThreadSanitizer would take the host's mappings, the TLB, for stores to what
 * is mapped. */
__attribute__((no_sanitize("thread"))) char load(const char *address)
{
    char value = *(const volatile char *)address;
    data_may_have_changed();
    return value;
}

__attribute__((no_sanitize("thread"))) void store(char *address, char value)
{
    *(volatile char *)address = value;
    data_may_have_changed();
}

struct page *frame_of(const char *address)
{
    pte_t *pte = pte_offset(current_mm->pgd, (unsigned long)address);
    return pte != NULL && *pte != 0 ? pte_page(*pte) : NULL;
}

pteval_t pte_of(const char *address)
{
    pte_t *pte = pte_offset(current_mm->pgd, (unsigned long)address);
    return pte != NULL ? *pte : 0;
}

bool in_tlb(const char *address)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    ssize_t written = write(ends[1], address, 1);
    close(ends[0]);
    close(ends[1]);
    return written == 1;
}

unsigned long rss(const struct mm_struct *mm)
{
    unsigned long sum = 0;

    for (int i = 0; i < NR_MM_COUNTERS; i++)
        sum += mm->rss[i];
    return sum;
}

/* ---- accesses that are mistakes ---- */

char *mistake_area;

int run_in_child(void (*function)(void), char *line, size_t size)
{
    int err[2], status;

    ck_assert_int_eq(pipe(err), 0);
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        dup2(err[1], STDERR_FILENO);
        function();
        _exit(0);
    }
    close(err[1]);
    ssize_t length = read(err[0], line, size - 1);
    line[length > 0 ? length : 0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    close(err[0]);
    waitpid(child, &status, 0);
    return status;
}

void must_end(const struct mistake *mistake)
{
    char said[200], wanted[200];

    int status = run_in_child(mistake->access, said, sizeof(said));
    snprintf(wanted, sizeof(wanted), mistake->words,
             (unsigned long)mistake_area + PAGES((unsigned long)mistake->page));
    ck_assert_msg(strcmp(said, wanted) == 0, "it says \"%s\", not \"%s\"", said,
                  wanted);
    ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == mistake->signal,
                  "it ends with status %#x", status);
}

/* ---- threads ---- */

#define THREADS      4
#define SHARED_PAGES 200

static char *common;
static pthread_barrier_t barrier;

/* All touch the same pages at once, and each has a byte of its own there. And
 * each maps and unmaps what is its own. */
static void *touch(void *argument)
{
    size_t me = (size_t)argument;

    pthread_barrier_wait(&barrier);
    for (unsigned long i = 0; i < SHARED_PAGES; i++) {
        char *page = common + PAGES(i);
        if (load(page + 100 + me) != 0)
            return "a byte that nobody has written";
        store(page + me, (char)(me + 1));
        if (i % 10 != 0)
            continue;
        unsigned long own = vm_mmap(NULL, 0, PAGES(3), RW, PRIVATE, 0);
        if (IS_ERR_VALUE(own))
            return "no mapping";
        paint((char *)own, PAGES(3), (unsigned)me);
        sys_mprotect(own + PAGES(1), PAGE_SIZE, PROT_READ);
        if (!is_painted((char *)own, PAGES(3), (unsigned)me))
            return "another's bytes";
        sys_munmap(own, PAGES(3));
    }
    return NULL;
}

void must_fault_at_once(void (*meanwhile)(struct mm_struct *mm))
{
    pthread_t threads[THREADS];
    struct mm_struct *mm = must_run();

    common = must_map(SHARED_PAGES, RW, PRIVATE);
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, touch, (void *)i);
    for (int i = 0; i < 20; i++) {
        must_be_sound("the threads work");
        meanwhile(mm);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *trouble;
        pthread_join(threads[i], &trouble);
        ck_assert_msg(trouble == NULL, "%s", (char *)trouble);
    }
    for (unsigned long i = 0; i < SHARED_PAGES; i++)
        for (int me = 0; me < THREADS; me++)
            ck_assert_int_eq(load(common + PAGES(i) + me), me + 1);
    ck_assert_uint_eq(rss(mm), SHARED_PAGES);
    must_be_sound("the threads have ended");
}
