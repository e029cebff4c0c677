/* sysv_shm.c - the same by System V's calls (05-page-cache)
 *
 * The older interface: not a name but a number, the key, finds the memory, and
 * another kind of object has the semaphores. Below it is the same as in
 * posix_shm.c: a file in memory, which shmat maps. The kernel knows how many
 * have it attached. Who removes it (IPC_RMID) takes the key away; the memory
 * goes with the last one that detaches.
 */
#include "real.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#define SIZE 1000000

struct shared {
    long sum;
    char data[SIZE];
};

enum { REQUEST, ANSWER, SEMAPHORES };

static int semaphores;

static void change(int which, int by)
{
    struct sembuf operation = {(unsigned short)which, (short)by, 0};

    require(semop(semaphores, &operation, 1) == 0, "semop");
}

static struct shared *attach(int memory)
{
    if (memory < 0 || semaphores < 0)
        skip("shmget: %s", strerror(errno));
    void *start = shmat(memory, NULL, 0);
    require(start != (void *)-1, "shmat");
    return start;
}

static int serve(key_t key)
{
    semaphores = semget(key, 0, 0);
    struct shared *shared = attach(shmget(key, 0, 0));

    long before = copied();
    change(ANSWER, 1); /* it has found the memory */
    change(REQUEST, -1);
    for (size_t i = 0; i < SIZE; i++)
        shared->sum += shared->data[i];
    change(ANSWER, 1);
    equals("copies made by the server's calls", 0, (copied() - before) / SIZE);
    return 0;
}

int main(int argc, char **argv)
{
    key_t key = 0x50000000 + getpid();
    char text[16];
    struct shmid_ds state;

    if (argc == 2)
        return serve(atoi(argv[1]));
    step("a million bytes in System V shared memory");
    semaphores = semget(key, SEMAPHORES, IPC_CREAT | IPC_EXCL | 0600);
    int memory =
        shmget(key, sizeof(struct shared), IPC_CREAT | IPC_EXCL | 0600);
    struct shared *shared = attach(memory);

    snprintf(text, sizeof text, "%d", (int)key);
    pid_t server = start_child();
    if (server == 0) {
        execl("/proc/self/exe", argv[0], text, (char *)NULL);
        require(false, "exec");
    }
    change(ANSWER, -1);
    require(shmctl(memory, IPC_STAT, &state) == 0, "shmctl");
    shmctl(memory, IPC_RMID, NULL);
    long before = copied();
    memset(shared->data, 3, SIZE);
    change(REQUEST, 1);
    change(ANSWER, -1);
    long copies = (copied() - before) / SIZE;
    end_child(server);
    semctl(semaphores, 0, IPC_RMID);
    equals("copies made by the client's calls", 0, copies);
    equals("their sum, by the server", 3 * SIZE, shared->sum);
    equals("processes that had it attached", 2, (long)state.shm_nattch);
    holds("the key finds it", false, shmget(key, 0, 0) >= 0);
    return 0;
}
