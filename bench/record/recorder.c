/*
 * recorder.c - librecord.so, preloaded: writes a program's allocation calls.
 *
 * It must not change the program. Calls are recorded by writing to memory, the
 * windows of the spool (see spool.h), and what needs a system call is done
 * before main. Few system calls are left: a thread that finds the lock taken
 * sleeps (futex), a forked child asks who it is (getpid), and after SLICE bytes
 * the mapped windows move on (mremap, munmap). So the program may close all
 * descriptors, use up what it is allowed, forbid itself system calls, clear its
 * environment or write over its arguments; and what was recorded is in the file
 * even if the program is killed the next moment. Bytes not yet written are
 * zero: this marks the end.
 *
 * All state lies in a page that the kernel wipes in a forked child. A state of
 * all zeroes means "nothing begun": so the child's next call begins a trace of
 * its own, whoever held the lock, and however the fork was made.
 *
 * The lock is never held while malloc proper runs. A signal handler that
 * interrupts the holder must not wait for the lock: its calls are counted as
 * lost.
 *
 * bench/record/run sets RECORD_SPOOL, the absolute path of the spool, and
 * RECORD_STDERR, its own descriptor 2 as device:inode. Complaints go nowhere
 * else, because any other file would be the program's.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "spool.h"
#include "trace.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    PATIENCE = 10,    /* tenths of a second, for what should take far less */
    PAGE = 1 << 20,   /* bytes, a multiple of the page size of any machine */
    SLICE = 64 << 20, /* bytes of the spool that are mapped */
};

struct recorder {
    uint32_t lock;  /* guards all of this, and the window; see below */
    bool abandoned; /* by a holder that does not return */
    enum { UNBEGUN, RECORDING, OFF } state;
    pid_t pid;
    unsigned threads;      /* seen so far */
    unsigned writer;       /* thread of the last event */
    uint64_t last_address; /* divided by 8 */
    struct window *window;
    unsigned char *next;  /* where in the window the next event goes */
    unsigned char *limit; /* the window's end */
};

static struct recorder *recorder;
static struct recorder unable = {.state = OFF}; /* where it cannot be wiped */
static unsigned traces; /* begun by this process and those it was forked from */

/* What the image was started with; forked children have it from here. */
static bool attached;
static struct spool *spool;   /* NULL: there is nothing to write to */
static struct window *mapped; /* the slice: windows first ... + count - 1 */
static uint32_t first, count;
static char command[4096]; /* its words, each with a zero byte behind it */
static size_t command_length;

#define THREAD_LOCAL static __thread __attribute__((tls_model("initial-exec")))
THREAD_LOCAL unsigned my_trace, my_number; /* my number in trace my_trace */
THREAD_LOCAL bool inside;                  /* do I hold the lock? */
THREAD_LOCAL bool reallocating;

static struct {
    void *(*malloc)(size_t);
    void (*free)(void *);
    void *(*calloc)(size_t, size_t);
    void *(*realloc)(void *, size_t);
    void *(*memalign)(size_t, size_t);
    int (*posix_memalign)(void **, size_t, size_t);
    void *(*aligned_alloc)(size_t, size_t);
    void *(*valloc)(size_t);
    void *(*pvalloc)(size_t);
} real;

/* --- the lock ----------------------------------------------------------- */

enum { FREE, HELD, WAITED_FOR }; /* the states of the lock */

/* Sleeps until the word has changed; false after a tenth of a second. */
static bool sleep_on(uint32_t *word, uint32_t value)
{
    const struct timespec tenth = {.tv_nsec = 100000000};

    return syscall(SYS_futex, word, FUTEX_WAIT, value, &tenth, NULL, 0) == 0 ||
           errno != ETIMEDOUT;
}

/*
 * The holder needs a few nanoseconds. If it does not come back, because its
 * signal handler has jumped elsewhere, it must not stop the others for ever.
 */
static bool wait_for_lock(void)
{
    int saved = errno, patience = PATIENCE;
    bool held = false;

    while (!held && !recorder->abandoned) {
        held = __atomic_exchange_n(&recorder->lock, WAITED_FOR,
                                   __ATOMIC_ACQUIRE) == FREE;
        if (!held && !sleep_on(&recorder->lock, WAITED_FOR) && --patience == 0)
            recorder->abandoned = true;
    }
    errno = saved;
    return held;
}

static bool lose_call(void)
{
    struct window *window = recorder->window;

    if (window)
        __atomic_fetch_add(&window->lost, 1, __ATOMIC_RELAXED);
    return false;
}

/* Returns false if the call cannot be recorded; it is then counted as lost. */
static inline bool lock(void)
{
    uint32_t free = FREE;

    if (inside)
        return lose_call();
    inside = true;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (__atomic_compare_exchange_n(&recorder->lock, &free, HELD, false,
                                    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED) ||
        wait_for_lock())
        return true;
    inside = false;
    return lose_call();
}

static void wake_one(void)
{
    int saved = errno;

    syscall(SYS_futex, &recorder->lock, FUTEX_WAKE, 1, NULL, NULL, 0);
    errno = saved;
}

static inline void unlock(void)
{
    uint32_t state =
        __atomic_exchange_n(&recorder->lock, FREE, __ATOMIC_RELEASE);

    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    inside = false;
    if (state == WAITED_FOR)
        wake_one();
}

/* --- before main -------------------------------------------------------- */

/* Says so on bench/record/run's descriptor 2, if it is ours too. */
static void complain(const char *path, const char *what)
{
    const char *known = getenv("RECORD_STDERR");
    char line[PATH_MAX + 100];
    struct stat status;
    int n;

    if (!known || fstat(STDERR_FILENO, &status) != 0)
        return;
    snprintf(line, sizeof(line), "%llu:%llu", (unsigned long long)status.st_dev,
             (unsigned long long)status.st_ino);
    if (strcmp(line, known) != 0)
        return;
    n = snprintf(line, sizeof(line), "record: %s: %s\n", path, what);
    if (write(STDERR_FILENO, line, (size_t)n) != n)
        return; /* nobody listens */
}

static void read_command(void)
{
    int file = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? 0 : read(file, command, sizeof(command));

    if (file >= 0)
        close(file);
    command_length = length > 0 ? (size_t)length : 0;
}

/*
 * How many windows to map. A program may limit its address space, so no more is
 * mapped at once than it can spare. 64 MiB are enough for ten million calls and
 * more.
 */
static uint32_t windows_to_map(void)
{
    rlim_t bytes = SLICE;
    struct rlimit limit;

    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur / 16 < bytes)
        bytes = limit.rlim_cur / 16;
    return (uint32_t)(bytes < PAGE ? PAGE : bytes - bytes % PAGE) / WINDOW;
}

/* Maps the spool's head, and a slice with the windows to be taken next. */
static bool map_spool(int file)
{
    const int access = PROT_READ | PROT_WRITE;
    void *head = mmap(NULL, sizeof(*spool), access, MAP_SHARED, file, 0);
    void *slice;

    if (head == MAP_FAILED)
        return false;
    spool = head;
    count = windows_to_map();
    first = __atomic_load_n(&spool->taken, __ATOMIC_RELAXED);
    first -= first % (PAGE / WINDOW);
    slice = mmap(NULL, (size_t)count * WINDOW, access, MAP_SHARED, file,
                 (off_t)first * WINDOW);
    if (slice == MAP_FAILED) {
        munmap(head, sizeof(*spool));
        spool = NULL;
        return false;
    }
    mapped = slice;
    return true;
}

/* Before libc is set up there is no environment to say where the spool is. */
static void attach(void)
{
    const char *path;
    int file;

    if (attached || !environ)
        return;
    attached = true;
    path = getenv("RECORD_SPOOL");
    if (!path)
        return;
    file = open(path, O_RDWR | O_CLOEXEC);
    if (file >= 0 && map_spool(file)) {
        read_command();
        __atomic_fetch_add(&spool->images, 1, __ATOMIC_RELAXED);
    } else {
        complain(path, "cannot be mapped, running unrecorded");
    }
    if (file >= 0)
        close(file);
}

/* --- the windows -------------------------------------------------------- */

/* The number of a window that nobody else has. */
static uint32_t take_window(void)
{
    return __atomic_fetch_add(&spool->taken, 1, __ATOMIC_RELAXED);
}

/* Waits for keep if it is late; false if it makes no more windows. */
static bool becomes_ready(uint32_t number)
{
    uint32_t ready;
    int patience = PATIENCE;

    while (ready = __atomic_load_n(&spool->ready, __ATOMIC_ACQUIRE),
           number >= ready) {
        if (patience == 0) /* keep has been killed: nobody waits any more */
            __atomic_store_n(&spool->full, EOWNERDEAD, __ATOMIC_RELEASE);
        if (__atomic_load_n(&spool->full, __ATOMIC_ACQUIRE))
            return false;
        if (!sleep_on(&spool->ready, ready))
            patience--;
    }
    return true;
}

/* Moves the slice on to that window. The window it was in is then unmapped. */
static bool map_up_to(uint32_t number)
{
    const size_t size = (size_t)count * WINDOW;

    while (number - first >= count) {
        char *both = mremap(mapped, size, 2 * size, MREMAP_MAYMOVE);

        if (both == MAP_FAILED)
            return false;
        munmap(both, size);
        mapped = (struct window *)(both + size);
        first += count;
    }
    return true;
}

static void write_into(uint32_t number)
{
    struct window *window = &mapped[number - first];

    recorder->window = window;
    recorder->next = window->bytes;
    recorder->limit = window->bytes + sizeof(window->bytes);
}

static void begin(void)
{
    uint32_t number = take_window();
    unsigned char *at;

    if (!becomes_ready(number) || !map_up_to(number)) {
        __atomic_fetch_add(&spool->unrecorded, 1, __ATOMIC_RELAXED);
        recorder->state = OFF;
        return;
    }
    write_into(number);
    if (recorder->pid == 0)
        recorder->pid = getpid();
    at = mempcpy(recorder->next, TRACE_MAGIC, sizeof(TRACE_MAGIC) - 1);
    *at++ = TRACE_VERSION;
    at = trace_put(at, (uint64_t)recorder->pid);
    at = trace_put(at, command_length);
    recorder->next = mempcpy(at, command, command_length);
    recorder->state = RECORDING;
    recorder->writer = UINT_MAX;
    traces++;
    __atomic_store_n(&recorder->window->begins, true, __ATOMIC_RELEASE);
}

/*
 * Goes on in the next window. If there is none, the trace is cut here. When the
 * slice moves, the full window cannot be reached any more, unless that fails.
 */
static void move_on(void)
{
    struct window *full = recorder->window;
    uint32_t number = take_window();

    full->used = (uint32_t)(recorder->next - full->bytes);
    recorder->window = NULL;
    recorder->next = recorder->limit = NULL;
    recorder->state = OFF;
    if (becomes_ready(number)) {
        __atomic_store_n(&full->next, number, __ATOMIC_RELEASE);
        if (map_up_to(number)) {
            write_into(number);
            recorder->state = RECORDING;
            return;
        }
    }
    __atomic_store_n(&full->next, CUT, __ATOMIC_RELEASE);
}

/* --- events ------------------------------------------------------------- */

static unsigned char *find_room(void)
{
    int saved = errno;

    if (recorder->state == UNBEGUN) {
        attach();
        if (spool)
            begin();
        else if (attached)
            recorder->state = OFF;
    } else if (recorder->state == RECORDING) {
        move_on();
    }
    errno = saved;
    return recorder->next;
}

/* Where the next event goes; NULL if it goes nowhere. With the lock held. */
static inline unsigned char *room(void)
{
    if (recorder->limit - recorder->next >= TRACE_EVENT_MAX)
        return recorder->next;
    return find_room();
}

static unsigned char *put_thread(unsigned char *at)
{
    unsigned char *code = at;

    if (my_trace != traces) {
        my_trace = traces;
        my_number = recorder->threads++;
    }
    if (recorder->writer == my_number)
        return at;
    recorder->writer = my_number;
    at = trace_put(code + 1, my_number);
    __atomic_store_n(code, (unsigned char)TRACE_THREAD, __ATOMIC_RELEASE);
    return at;
}

static inline void put(enum trace_event event, size_t number, size_t alignment,
                       const void *address)
{
    uint64_t place = (uintptr_t)address / 8;
    unsigned char *code, *at;

    if (!lock())
        return;
    code = room();
    if (code) {
        code = put_thread(code);
        at = code + 1;
        if (event & TRACE_NUMBER)
            at = trace_put(at, number);
        if (event & TRACE_ALIGNMENT)
            at = trace_put(at, alignment);
        at = trace_put(at, trace_fold(place - recorder->last_address));
        recorder->last_address = place;
        recorder->next = at;
        /* The code comes last: until then this is still the end. */
        __atomic_store_n(code, (unsigned char)event, __ATOMIC_RELEASE);
    }
    unlock();
}

static void *put_allocation(enum trace_event event, size_t size,
                            size_t alignment, void *payload)
{
    if (payload)
        put(event, size, alignment, payload);
    return payload;
}

/* --- the beginning ------------------------------------------------------ */

/* dlsym may allocate before there is anything to allocate with. */
static _Alignas(16) char early[8192];
static size_t early_used;

static void *early_malloc(size_t size)
{
    char *payload = early + early_used;

    if (size > sizeof(early) - early_used)
        abort();
    early_used += (size + 15) / 16 * 16;
    return payload;
}

static bool is_early(const void *payload)
{
    return (const char *)payload >= early &&
           (const char *)payload < early + sizeof(early);
}

static void *early_realloc(const char *payload, size_t size)
{
    size_t available = (size_t)(early + sizeof(early) - payload);
    void *copy = malloc(size);

    if (copy)
        memcpy(copy, payload, available < size ? available : size);
    return copy;
}

static void find_real_functions(void)
{
    *(void **)&real.malloc = dlsym(RTLD_NEXT, "malloc");
    *(void **)&real.free = dlsym(RTLD_NEXT, "free");
    *(void **)&real.calloc = dlsym(RTLD_NEXT, "calloc");
    *(void **)&real.realloc = dlsym(RTLD_NEXT, "realloc");
    *(void **)&real.memalign = dlsym(RTLD_NEXT, "memalign");
    *(void **)&real.posix_memalign = dlsym(RTLD_NEXT, "posix_memalign");
    *(void **)&real.aligned_alloc = dlsym(RTLD_NEXT, "aligned_alloc");
    *(void **)&real.valloc = dlsym(RTLD_NEXT, "valloc");
    *(void **)&real.pvalloc = dlsym(RTLD_NEXT, "pvalloc");
}

/* Sets up at the first call; false while that call is still under way. */
static bool ready(void)
{
    static bool busy;
    void *state;

    if (recorder)
        return true;
    if (busy)
        return false;
    busy = true;
    find_real_functions();
    state = mmap(NULL, sizeof(*recorder), PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    /* Wiping needs Linux 4.14. */
    if (state == MAP_FAILED ||
        madvise(state, sizeof(*recorder), MADV_WIPEONFORK) != 0)
        state = &unable;
    recorder = state;
    return true;
}

/* Done now, because the program may forbid itself this call later. */
static void learn_pid(void)
{
    recorder->pid = getpid();
}

/* Called before main, while there is only one thread. */
__attribute__((constructor)) static void set_up(void)
{
    ready();
    attach();
    learn_pid();
    pthread_atfork(NULL, NULL, learn_pid);
}

/* --- the calls ---------------------------------------------------------- */

void *malloc(size_t size)
{
    if (!ready())
        return early_malloc(size);
    return put_allocation(TRACE_MALLOC, size, 0, real.malloc(size));
}

void free(void *payload)
{
    if (!payload || is_early(payload) || !ready())
        return;
    put(TRACE_FREE, 0, 0, payload);
    real.free(payload);
}

void *calloc(size_t count, size_t size)
{
    if (!ready())
        return early_malloc(count * size);
    return put_allocation(TRACE_CALLOC, count * size, 0,
                          real.calloc(count, size));
}

/* A realloc within another one, in a signal handler, becomes a free and a
 * malloc. */
void *realloc(void *payload, size_t size)
{
    void *grown;

    if (!payload)
        return malloc(size);
    if (is_early(payload))
        return early_realloc(payload, size);
    if (reallocating) {
        put(TRACE_FREE, 0, 0, payload);
        return put_allocation(TRACE_MALLOC, size, 0,
                              real.realloc(payload, size));
    }
    reallocating = true;
    put(TRACE_REALLOC, size, 0, payload);
    grown = real.realloc(payload, size);
    put(TRACE_RESULT, 0, 0, grown);
    reallocating = false;
    return grown;
}

/* Libc's reallocarray would call our realloc and be recorded there. So does
 * this. */
void *reallocarray(void *payload, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(payload, bytes);
}

void *memalign(size_t alignment, size_t size)
{
    ready();
    return put_allocation(TRACE_ALIGNED, size, alignment,
                          real.memalign(alignment, size));
}

int posix_memalign(void **payload, size_t alignment, size_t size)
{
    int error;

    ready();
    error = real.posix_memalign(payload, alignment, size);
    if (error == 0)
        put_allocation(TRACE_ALIGNED, size, alignment, *payload);
    return error;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    ready();
    return put_allocation(TRACE_ALIGNED, size, alignment,
                          real.aligned_alloc(alignment, size));
}

void *valloc(size_t size)
{
    ready();
    return put_allocation(TRACE_ALIGNED, size, (size_t)sysconf(_SC_PAGESIZE),
                          real.valloc(size));
}

void *pvalloc(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    ready();
    return put_allocation(TRACE_ALIGNED, (size + page - 1) / page * page, page,
                          real.pvalloc(size));
}
