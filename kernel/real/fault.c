/* fault.c - faults that find no page, and a handler that answers one
 *           (04-address-space)
 *
 * A fault at an address without an area, or against the area's rights, becomes
 * a signal: SIGSEGV with a code that says which of the two, and the address.
 * SIGBUS says that there is an area, but the file behind it has no such page.
 * A system call that is given such an address returns EFAULT instead. When a
 * handler returns, the processor makes the same access again: a handler that
 * maps what was missing has answered the fault. Our kernel lives by this.
 */
#include "real.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static sigjmp_buf behind;
static siginfo_t reported;
static volatile sig_atomic_t answers;

static void leave(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    reported = *info;
    siglongjmp(behind, 1);
}

static void answer(int signal, siginfo_t *info, void *context)
{
    size_t page = page_size();
    uintptr_t address = (uintptr_t)info->si_addr;

    (void)signal, (void)context;
    answers++;
    mprotect((void *)(address - address % page), page, PROT_READ | PROT_WRITE);
}

static void handle(void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = {.sa_flags = SA_SIGINFO, .sa_sigaction = handler};

    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

/* Does this access end in the signal, with this code and its address? */
static void signals(const char *what, int signal, int code, char *address,
                    bool write)
{
    memset(&reported, 0, sizeof reported);
    if (sigsetjmp(behind, 1) == 0) {
        if (write)
            *(volatile char *)address = 'w';
        else
            (void)*(volatile char *)address;
    }
    holds(what, true,
          reported.si_signo == signal && reported.si_code == code &&
              reported.si_addr == address);
}

int main(void)
{
    size_t page = page_size();
    char *area = map_alone(4, MAP_PRIVATE, -1);
    char *file = map_alone(2, MAP_SHARED, scratch_file(1));
    int ends[2];

    step("an access that the kernel has no answer for");
    handle(leave);
    munmap(area + 3 * page, page);
    mprotect(area, page, PROT_READ);
    signals("no area: SIGSEGV, SEGV_MAPERR, the address", SIGSEGV, SEGV_MAPERR,
            area + 3 * page + 7, false);
    signals("a write to read-only: SIGSEGV, SEGV_ACCERR", SIGSEGV, SEGV_ACCERR,
            area + 7, true);
    signals("behind the end of a file: SIGBUS, BUS_ADRERR", SIGBUS, BUS_ADRERR,
            file + page + 7, false);

    step("the same addresses given to a system call");
    require(pipe(ends) == 0, "pipe");
    holds("no area: EFAULT", true,
          write(ends[1], area + 3 * page, 1) < 0 && errno == EFAULT);
    holds("behind the end of a file: EFAULT", true,
          write(ends[1], file + page, 1) < 0 && errno == EFAULT);

    step("a handler that permits the access, and returns");
    handle(answer);
    mprotect(area, 3 * page, PROT_NONE);
    write_pages(area, 3);
    equals("signals for 3 pages", 3, answers);
    write_pages(area, 3);
    equals("signals when they are written to again", 3, answers);
    return 0;
}
