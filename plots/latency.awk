# latency.awk - the tail of a distribution of latencies.
#
# Usage: awk -f bench/measure/sorted.awk -f plots/latency.awk
#        (reads the rows of one allocator of latency.csv, by time within a round)
#
# Prints the position on a tail scale, the latency in ns and, for the
# percentiles that are marked, a 1. The position of a share p of the calls is
# -log10(1 - p): 50 % stands at 0.301, 90 % at 1, 99 % at 2, 99.9 % at 3; the
# slowest call stands at 5. Each latency is the median of the rounds.

BEGIN { FS = OFS = "," }

# Columns: 3 round, 4 ns, 5 calls.
$3 != round { round = $3; rounds++ }

{
    rows[rounds]++
    ns[rounds, rows[rounds]] = $4
    total[rounds] += $5
    up_to[rounds, rows[rounds]] = total[rounds]
}

END {
    for (i = 0; i <= 40; i++) {
        print i / 10, middle(1 - 10 ^ (-i / 10)), i == 20 || i == 30
        if (i == 3)
            print 0.301, middle(0.5), 1
    }
    print 5, middle(1), 1
}

# The least latency that this share of the calls does not exceed.
function quantile(round, share,    i) {
    for (i = 1; i < rows[round]; i++)
        if (up_to[round, i] >= share * total[round])
            break
    return ns[round, i]
}

# The median of the rounds.
function middle(share,    i) {
    values[share] = 0
    for (i = 1; i <= rounds; i++)
        insert(share, quantile(i, share))
    return median(share)
}
