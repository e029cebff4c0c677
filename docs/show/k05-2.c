/* k05-2.c - two processes talk: by read() and write(), and with semaphores
 *
 * Each is a thread. One runs at a time, and the other one when it sleeps.
 */
#include "show.h"

#include "fork.h"
#include "init.h"
#include "mm.h"
#include "sched.h"
#include "syscalls.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES = 1024 };

#define RW (PROT_READ | PROT_WRITE)

/* The first page of "/desk". */
struct desk {
    unsigned long request, answer; /* semaphores */
    unsigned long a, b, sum;
};

static char *map(unsigned long address, int flags, int fd)
{
    return (char *)sys_mmap(address, PAGE_SIZE, RW, flags, fd, 0);
}

static void read_it(int fd, char *buffer)
{
    memset(buffer, 0, 100);
    long position = sys_lseek(fd, 0, SEEK_CUR);
    long bytes = sys_read(fd, (unsigned long)buffer, 5);
    printf("  read(%d, buffer, 5) at %ld: %ld bytes, \"%s\"\n", fd, position,
           bytes, buffer);
}

static void read_and_write(void)
{
    char *buffer = map(0, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    int fd = sys_shm_open("/note", O_CREAT);

    strcpy(buffer, "hello, world");
    long bytes = sys_write(fd, (unsigned long)buffer, 12);
    printf("write(%d, \"hello, world\", 12): %ld bytes\n", fd, bytes);
    read_it(fd, buffer);
    int other = sys_shm_open("/note", 0);
    printf("the file is opened once more: %d\n", other);
    read_it(other, buffer);
    read_it(other, buffer);
    char *m = map(0, MAP_SHARED, fd);
    m[11] = 'D';
    printf("m = mmap(%d); m[11] = 'D'\n", fd);
    read_it(other, buffer);
    read_it(other, buffer);
}

static void *serve(void *mm)
{
    run_process(mm);
    printf("server: maps the desk\n");
    struct desk *desk =
        (struct desk *)map(0x30000000, MAP_SHARED, sys_shm_open("/desk", 0));
    for (;;) {
        printf("server: sem_wait(request), which is %lu\n", desk->request);
        sys_sem_wait((unsigned long)&desk->request);
        if (desk->a == 0)
            break;
        desk->sum = desk->a + desk->b;
        printf("server: finds %lu + %lu, writes %lu; sem_post(answer)\n",
               desk->a, desk->b, desk->sum);
        sys_sem_post((unsigned long)&desk->answer);
    }
    printf("server: finds 0, and ends\n");
    mmput(mm);
    stop_process();
    return NULL;
}

static void ask(struct desk *desk, unsigned long a, unsigned long b)
{
    desk->a = a;
    desk->b = b;
    printf("client: writes %lu + %lu; sem_post(request); sem_wait(answer)\n", a,
           b);
    sys_sem_post((unsigned long)&desk->request);
    if (a == 0)
        return;
    sys_sem_wait((unsigned long)&desk->answer);
    printf("client: finds %lu\n", desk->sum);
}

static void talk(void)
{
    pthread_t server;
    int fd = sys_shm_open("/desk", O_CREAT);

    sys_ftruncate(fd, PAGE_SIZE);
    struct desk *desk = (struct desk *)map(0, MAP_SHARED, fd);
    pthread_create(&server, NULL, serve, mm_alloc());
    ask(desk, 2, 3);
    ask(desk, 40, 2);
    ask(desk, 0, 0);
    stop_process();
    pthread_join(server, NULL);
}

int main(void)
{
    show_start();
    if (start_kernel(FRAMES) != 0) {
        fprintf(stderr, "k05-2: the host has no memory for %d frames\n",
                FRAMES);
        exit(1);
    }
    run_process(mm_alloc());
    read_and_write();
    talk();
    return 0;
}
