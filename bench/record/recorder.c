/*
 * recorder.c - librecord.so, preloaded: writes a program's allocation calls.
 *
 * Events (see trace.h) are put straight into a shared mapping of the trace
 * file, the window, which moves on when it is full. So what was recorded is
 * in the file even if the program is killed the next moment, and the bytes
 * not yet written are zero, which is the mark of the end. No descriptor is
 * kept, as programs close those they do not know.
 *
 * All state lies in pages that the kernel wipes in a forked child. A state
 * of all zeroes means "nothing begun": the child's next call begins a trace
 * of its own, whoever held the lock, and however the fork was made.
 *
 * The folder for the traces is named by RECORD_FOLDER, an absolute path;
 * bench/record/run sets it. The lock is never held while malloc proper runs.
 */
#define _GNU_SOURCE
#include "trace.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { WINDOW = 256 * 1024 };

struct recorder {
    bool locked; /* guards all of this, and the window */
    enum { UNBEGUN, RECORDING, OFF } state;
    unsigned threads;      /* seen so far */
    unsigned writer;       /* thread of the last event */
    uint64_t last_address; /* divided by 8 */
    off_t window_offset;   /* where in the file the window begins */
    unsigned char *next;   /* where in the window the next event goes */
    unsigned char *limit;  /* the window's end */
};

static struct recorder *recorder;
static unsigned char *window; /* inherited by a child, and mapped over there */
static char path[PATH_MAX];
static unsigned traces; /* begun by this process and those it was forked from */

#define THREAD_LOCAL static __thread __attribute__((tls_model("initial-exec")))
THREAD_LOCAL unsigned my_trace, my_number; /* my number in trace my_trace */

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

/* One exchange and one store: the lock is held for less than its price. */
static inline void lock(void)
{
    while (__atomic_exchange_n(&recorder->locked, true, __ATOMIC_ACQUIRE))
        sched_yield();
}

static inline void unlock(void)
{
    __atomic_store_n(&recorder->locked, false, __ATOMIC_RELEASE);
}

/* --- the file ----------------------------------------------------------- */

static void complain(const char *thing, const char *what)
{
    char line[PATH_MAX + 100];
    int n = snprintf(line, sizeof(line), "record: %s: %s\n", thing, what);

    if (write(STDERR_FILENO, line, (size_t)n) != n)
        return; /* nobody listens */
}

/* Maps the window over the file from offset on, and makes the file so long. */
static bool map_window(int file, off_t offset)
{
    int flags = MAP_SHARED | (window ? MAP_FIXED : 0);
    void *map;

    errno = posix_fallocate(file, offset, WINDOW);
    if (errno != 0)
        return false;
    map = mmap(window, WINDOW, PROT_READ | PROT_WRITE, flags, file, offset);
    if (map == MAP_FAILED)
        return false;
    window = map;
    recorder->window_offset = offset;
    recorder->limit = window + WINDOW;
    return true;
}

/* Moves the window on to the page in which the next event begins. */
static bool move_window(void)
{
    size_t used = (size_t)(recorder->next - window);
    size_t in_page = used % (size_t)sysconf(_SC_PAGESIZE);
    int file;
    bool moved;

    *recorder->next = TRACE_CUT; /* true, until the window has moved */
    file = open(path, O_RDWR | O_CLOEXEC);
    moved = file >= 0 &&
            map_window(file, recorder->window_offset + (off_t)(used - in_page));
    if (file >= 0)
        close(file);
    if (moved) {
        recorder->next = window + in_page;
        *recorder->next = TRACE_END;
    } else {
        complain(path, "cannot be extended, the trace ends here");
    }
    return moved;
}

/* Reads the command line, its words parted by spaces; returns its length. */
static size_t read_command(char *command, size_t capacity)
{
    int file = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? 0 : read(file, command, capacity);

    if (file >= 0)
        close(file);
    for (ssize_t i = 0; i < length; i++) {
        if (command[i] == '\0')
            command[i] = ' ';
    }
    while (length > 0 && command[length - 1] == ' ')
        length--;
    return length > 0 ? (size_t)length : 0;
}

/* Creates FOLDER/PROGRAM.PID.trace, or .PID.2.trace ... after an exec. */
static int create_file(const char *folder, const char *command, size_t length)
{
    const char *end = memchr(command, ' ', length);
    int width = (int)(end ? end - command : (ptrdiff_t)length);
    const char *slash = memrchr(command, '/', (size_t)width);
    int file = -1;

    if (slash) {
        width -= (int)(slash + 1 - command);
        command = slash + 1;
    }
    for (int n = 1; file < 0 && (n == 1 || errno == EEXIST); n++) {
        char number[16] = "";
        if (n > 1)
            snprintf(number, sizeof(number), ".%d", n);
        snprintf(path, sizeof(path), "%s/%.*s.%ld%s.trace", folder,
                 width < 64 ? width : 64, command, (long)getpid(), number);
        file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    }
    return file;
}

static void begin(const char *folder)
{
    char command[4096] = "";
    size_t length = read_command(command, sizeof(command));
    int file = create_file(folder, command, length);
    unsigned char *at;

    recorder->state = OFF;
    if (file < 0 || !map_window(file, 0)) {
        complain(path, "cannot be written, running unrecorded");
    } else {
        at = mempcpy(window, TRACE_MAGIC, sizeof(TRACE_MAGIC) - 1);
        *at++ = TRACE_VERSION;
        at = trace_put(at, (uint64_t)getpid());
        at = trace_put(at, length);
        recorder->next = mempcpy(at, command, length);
        recorder->state = RECORDING;
        recorder->writer = UINT_MAX;
        traces++;
    }
    if (file >= 0)
        close(file);
}

/* --- events ------------------------------------------------------------- */

/* Is there a window with room? Called with the lock held. */
static bool make_room(void)
{
    int saved = errno;
    const char *folder;

    /* Before libc is up there is no environment: not begun, nor given up. */
    if (recorder->state == UNBEGUN && environ) {
        folder = getenv("RECORD_FOLDER");
        if (folder)
            begin(folder);
        else
            recorder->state = OFF;
    }
    if (recorder->state == RECORDING &&
        recorder->limit - recorder->next < TRACE_EVENT_MAX && !move_window())
        recorder->state = OFF;
    errno = saved;
    return recorder->state == RECORDING;
}

static void put_thread(void)
{
    if (my_trace != traces) {
        my_trace = traces;
        my_number = recorder->threads++;
    }
    if (recorder->writer == my_number)
        return;
    recorder->writer = my_number;
    *recorder->next = TRACE_THREAD;
    recorder->next = trace_put(recorder->next + 1, my_number);
}

static inline void put(enum trace_event event, size_t number, size_t alignment,
                       const void *address)
{
    uint64_t place = (uintptr_t)address / 8;
    unsigned char *code, *at;

    lock();
    if (make_room()) {
        put_thread();
        code = recorder->next;
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

/* At exit: gives the unused pages of the window back, and goes on. */
__attribute__((destructor)) static void cut_file(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), used;

    lock();
    if (recorder->state == RECORDING && make_room()) {
        used = ((size_t)(recorder->next - window) + page) / page * page;
        recorder->limit = window + used;
        if (truncate(path, recorder->window_offset + (off_t)used) != 0)
            complain(path, "cannot be cut to its length");
    }
    unlock();
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

/* Sets up on the first call; false while that call is still at it. */
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
    if (state == MAP_FAILED) {
        complain("malloc", "no memory to record with");
        abort();
    }
    recorder = state;
    if (madvise(state, sizeof(*recorder), MADV_WIPEONFORK) != 0) {
        complain("MADV_WIPEONFORK", "needs Linux 4.14, running unrecorded");
        recorder->state = OFF;
    }
    return true;
}

/* Before main, while there is one thread. */
__attribute__((constructor)) static void set_up(void)
{
    ready();
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

void *realloc(void *payload, size_t size)
{
    void *grown;

    if (!payload)
        return malloc(size);
    if (is_early(payload))
        return early_realloc(payload, size);
    put(TRACE_REALLOC, size, 0, payload);
    grown = real.realloc(payload, size);
    put(TRACE_RESULT, 0, 0, grown);
    return grown;
}

/* Libc's own would call our realloc and be recorded there: so does this. */
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
