/* colour.c - what a reference says besides the address */
#include "colour.h"

uintptr_t good_colour = REMAPPED;
uintptr_t bad_colours = COLOURS & ~REMAPPED;

void set_good_colour(uintptr_t colour)
{
    good_colour = colour;
    bad_colours = COLOURS & ~colour;
}
