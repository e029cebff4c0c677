/* pipe.c - a request to a server through a pipe: two copies (05-page-cache)
 *
 * The client has a million bytes, which the server shall add up. What goes
 * through a pipe is copied by write into the kernel, and by read out of it. The
 * kernel keeps count of such bytes, in /proc/self/io. Compare posix_shm.c and
 * sysv_shm.c, which do the same job.
 */
#include "real.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE 1000000

static char data[SIZE];

/* All of it, which may take several calls. */
static void receive(int fd, void *buffer, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = read(fd, (char *)buffer + done, size - done);
        require(got > 0, "read");
        done += (size_t)got;
    }
}

static void serve(int request, int answer)
{
    long sum = 0;

    long before = copied();
    receive(request, data, SIZE);
    equals("copies made by the server's calls", 1, (copied() - before) / SIZE);
    for (size_t i = 0; i < SIZE; i++)
        sum += data[i];
    require(write(answer, &sum, sizeof sum) == sizeof sum, "write");
    exit(0);
}

int main(void)
{
    int request[2], answer[2];
    long sum;

    require(pipe(request) == 0 && pipe(answer) == 0, "pipe");
    step("a million bytes through a pipe");
    pid_t server = start_child();
    if (server == 0)
        serve(request[0], answer[1]);

    memset(data, 3, SIZE);
    long before = copied();
    require(write(request[1], data, SIZE) == SIZE, "write");
    long copies = (copied() - before) / SIZE;
    receive(answer[0], &sum, sizeof sum);
    end_child(server);
    equals("copies made by the client's calls", 1, copies);
    equals("their sum, by the server", 3 * SIZE, sum);
    return 0;
}
