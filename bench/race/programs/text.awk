# text.awk - writes lines of text, some of which occur again and again.
#
# Usage: awk -v lines=N -f text.awk

BEGIN {
    seed = 1
    for (i = 0; i < lines; i++)
        printf "%d %x %s\n", random(5000), random(1000000), \
            substr("the quick brown fox jumps over the lazy dog", \
                1 + random(20), random(24))
}

# Small enough for the numbers of any awk.
function random(n) {
    seed = seed * 16807 % 2147483647
    return seed % n
}
