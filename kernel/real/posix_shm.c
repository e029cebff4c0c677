/* posix_shm.c - a request to a server in shared memory, by POSIX
 * (05-page-cache)
 *
 * shm_open makes a file that is memory alone, under a name; client and server
 * map it, and what one writes is there for the other without a copy. They
 * are two programs (the server is this one, started anew) that share nothing
 * but the name. Two semaphores in the memory say whose turn it is. When the
 * name has been removed, the memory lasts as long as somebody maps it.
 */
#include "real.h"

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE 1000000

struct shared {
    sem_t request, answer;
    long sum;
    char data[SIZE];
};

static struct shared *map_shared(int fd)
{
    if (fd < 0)
        skip("shm_open: %s", strerror(errno));
    void *start = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
                       MAP_SHARED, fd, 0);
    require(start != MAP_FAILED, "mmap");
    close(fd);
    return start;
}

static int serve(const char *name)
{
    struct shared *shared = map_shared(shm_open(name, O_RDWR, 0));

    long before = copied();
    sem_post(&shared->answer); /* it has opened the name */
    sem_wait(&shared->request);
    for (size_t i = 0; i < SIZE; i++)
        shared->sum += shared->data[i];
    sem_post(&shared->answer);
    equals("copies made by the server's calls", 0, (copied() - before) / SIZE);
    return 0;
}

int main(int argc, char **argv)
{
    char name[32];

    if (argc == 2)
        return serve(argv[1]);
    snprintf(name, sizeof name, "/real-%d", (int)getpid());
    step("a million bytes in POSIX shared memory");
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    require(fd < 0 || ftruncate(fd, sizeof(struct shared)) == 0, "ftruncate");
    struct shared *shared = map_shared(fd);
    sem_init(&shared->request, 1, 0);
    sem_init(&shared->answer, 1, 0);

    pid_t server = start_child();
    if (server == 0) {
        execl("/proc/self/exe", argv[0], name, (char *)NULL);
        require(false, "exec");
    }
    sem_wait(&shared->answer);
    shm_unlink(name);
    long before = copied();
    memset(shared->data, 3, SIZE);
    sem_post(&shared->request);
    sem_wait(&shared->answer);
    long copies = (copied() - before) / SIZE;
    end_child(server);
    equals("copies made by the client's calls", 0, copies);
    equals("their sum, by the server", 3 * SIZE, shared->sum);
    holds("the name is there", false, shm_open(name, O_RDWR, 0) >= 0);
    return 0;
}
