/* total.c - say how many steps there were, when the program ends: see steps */
#include "steps.h"

#include <stdio.h>

__attribute__((destructor)) static void print_total(void)
{
    fprintf(stderr, "%lu\n", steps);
}
