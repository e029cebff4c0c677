/* steps.c - what the compiler has called in each basic block: see steps */
#include "steps.h"

unsigned long steps;

void __sanitizer_cov_trace_pc(void);

void __sanitizer_cov_trace_pc(void)
{
    steps++;
}
