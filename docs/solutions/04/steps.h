/* steps.h - how many basic blocks of the allocator have run: see steps */
extern unsigned long steps;
