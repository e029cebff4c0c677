/* printing.c - does printf() allocate? */
#include <malloc.h>
#include <stdio.h>

int main(void)
{
    size_t before = mallinfo2().uordblks;

    printf("hello\n");
    size_t after = mallinfo2().uordblks;
    printf("the first printf() allocated %zu bytes\n", after - before);
    return 0;
}
