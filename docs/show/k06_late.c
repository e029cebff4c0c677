/* k06_late.c - a module writes one byte too far, and another one dies of it
 *
 *     cc -O2 -iquote kernel/03-kmalloc-vmalloc -o build/k06_late \
 *         docs/show/k06_late.c kernel/03-kmalloc-vmalloc/libkernel.a -pthread
 *
 * With the library of stage 06 it is compiled as that is: in front of -O2 goes
 * $(make -s -C kernel/06-kasan module-flags).
 */
#include "init.h"
#include "kmalloc.h"

#include <stdio.h>
#include <string.h>

/* ---- one module keeps names ---- */

/* There is no room for the zero at the end. */
static char *copy_name(const char *name)
{
    size_t length = strlen(name);
    char *copy = kmalloc(length, GFP_KERNEL);

    memcpy(copy, name, length);
    copy[length] = '\0';
    return copy;
}

/* ---- another one keeps accounts ---- */

struct account {
    long *balance;
    long number;
};

static struct account *open_account(long number)
{
    struct account *account = kmalloc(sizeof(*account), GFP_KERNEL);

    account->number = number;
    account->balance = kmalloc(sizeof(long), GFP_KERNEL);
    *account->balance = 100;
    return account;
}

static void close_account(struct account *account)
{
    kfree(account->balance);
    kfree(account);
}

/* ---- a third one counts something ---- */

enum { COUNTERS = 40 };

static void count(void)
{
    long *counter[COUNTERS];

    for (int i = 0; i < COUNTERS; i++) {
        counter[i] = kmalloc(sizeof(long), GFP_KERNEL);
        *counter[i] = i;
    }
    for (int i = 0; i < COUNTERS; i++)
        if (*counter[i] != i)
            printf("counter %d is %ld\n", i, *counter[i]);
    for (int i = 0; i < COUNTERS; i++)
        kfree(counter[i]);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (start_kernel(1024) != 0)
        return 1;
    printf("%s\n", copy_name("Ada Lovelace"));
    struct account *account = open_account(1);
    printf("balance %ld\n", *account->balance);
    printf("%s\n", copy_name("John von Neumann"));

    printf("an hour later\n");
    printf("balance %ld\n", *account->balance);
    close_account(account);
    count();

    printf("memory is short\n");
    kmem_cache_shrink(kmalloc_caches[kmalloc_index(sizeof(long))]);
    return 0;
}
