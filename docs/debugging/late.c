/* late.c - a program that reads a payload after it has freed it */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    char *word = malloc(40);

    if (word == NULL)
        return 1;
    memset(word, 'x', 40);
    free(word);
    printf("%02x\n", word[20] & 0xff);
    return 0;
}
