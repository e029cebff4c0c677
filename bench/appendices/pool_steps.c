/*
 * pool_steps.c - is what an allocator counts of itself what the processor does?
 *
 * Usage: pool_steps LIBRARY...     (made by pool_count)
 *
 * The processor can be told, by a flag, to stop after each instruction. Then
 * the kernel sends a signal. Some calls of each library are run so, and the
 * signals are counted. In front of each of its instructions one more stands
 * that counts: so there must be twice as many. A row is a call, half the steps
 * that were seen, and what was counted.
 */
#define _GNU_SOURCE
#include "../replay/allocator.h"

register size_t instructions __asm__("r15");

static volatile size_t steps;

static void on_step(int signal)
{
    (void)signal;
    steps++;
}

/* Set the flag, or clear it. */
static inline __attribute__((always_inline)) void step(bool on)
{
    if (on)
        __asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq" ::
                             : "memory", "cc");
    else
        __asm__ volatile("pushfq; andq $~0x100, (%%rsp); popfq" ::
                             : "memory", "cc");
}

/* A call is one of these two. */
static void *call(struct allocator *allocator, void *payload, size_t size)
{
    if (payload == NULL)
        return allocator->malloc(size);
    allocator->free(payload);
    return NULL;
}

/* The steps of a call, with what stands around it. */
static size_t stepped(struct allocator *allocator, void **payload, size_t size)
{
    steps = 0;
    step(true);
    *payload = call(allocator, *payload, size);
    step(false);
    return steps;
}

/* What stands around a call: functions of one instruction. */
__attribute__((naked)) static void *no_malloc(size_t size)
{
    (void)size;
    __asm__("ret");
}

__attribute__((naked)) static void no_free(void *payload)
{
    (void)payload;
    __asm__("ret");
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = on_step};
    struct allocator none = {.malloc = no_malloc, .free = no_free};
    void *payload = &none;

    sigaction(SIGTRAP, &action, NULL);
    size_t around_free = stepped(&none, &payload, 0) - 1;
    size_t around_malloc = stepped(&none, &payload, 24) - 1;
    for (int i = 1; i < argc; i++) {
        struct allocator allocator = {.name = argv[i]};
        open_library(&allocator, argv[i]);
        allocator.free(allocator.malloc(1));
        payload = NULL;
        for (int turn = 0; turn < 6; turn++) {
            bool is_free = payload != NULL;
            size_t before = instructions;
            size_t seen = stepped(&allocator, &payload, 1 + (size_t)turn * 700);
            size_t counted = instructions - before;
            seen -= is_free ? around_free : around_malloc;
            printf("%s %zu %zu\n", is_free ? "free" : "malloc", seen / 2,
                   counted);
        }
    }
    return 0;
}
