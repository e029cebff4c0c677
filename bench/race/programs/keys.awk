# keys.awk - writes commands for redis: keys are set, changed, and deleted.
#
# Usage: awk -f keys.awk
#
# Values have 10 to 1000 bytes, small ones more often; besides there are lists
# and hashes.

BEGIN {
    seed = 1
    padding = sprintf("%1000s", "")
    gsub(/ /, "v", padding)
    for (i = 0; i < 120000; i++)
        print_command(random(10), random(20000))
}

function print_command(kind, key) {
    if (kind < 5)
        print "SET key:" key " " value()
    else if (kind < 7)
        print "RPUSH list:" key % 500 " " value()
    else if (kind < 9)
        print "HSET hash:" key % 500 " field:" key " " value()
    else
        print "DEL key:" key " list:" key % 500
}

function value() {
    return substr(padding, 1, 10 + random(random(8) ? 100 : 990))
}

# Small enough for the numbers of any awk.
function random(n) {
    seed = seed * 16807 % 2147483647
    return seed % n
}
