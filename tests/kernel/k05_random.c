#include "suite.h"
TCase *k05_random(void);
TCase *k05_random(void)
{
    return tcase_create("random");
}
