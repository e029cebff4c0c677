# summarise.awk - from the runs of a report to one row an allocator.
#
# Usage: awk -f bench/summarise.awk timings.csv memory.csv
#
# timings.csv has a row a round, memory.csv rows that grow to the peaks (see
# bench/replay.c for both). Prints CSV, in the order of timings.csv. ns is
# the median of the rounds, with the fastest and the slowest. The ratio to
# `system`, and ratio_notcache to `system-notcache`, are medians too: of the
# ratios of the rounds, as both ran in the same moments of the machine. A
# number that is not known is left empty.

BEGIN { FS = "," }

/^#/ || $1 == "allocator" { next }

FILENAME ~ /timings/ {
    name = $1
    if (!(name in operations))
        order[++count] = name
    operations[name] = $2
    if ($9 != "")
        note[name] = $9
    else if ($7 > 0)
        note[name] = $7 " allocations failed"
    if ($6 != "") {
        insert(name, $6)
        in_round[name, rounds[name]] = $6
    }
    next
}

{
    sampled[$1] = $2
    peak_live[$1] = $6
    peak_held[$1] = $7
}

END {
    print "allocator,ns_per_operation,fastest,slowest,ratio," \
          "ratio_notcache,operations,sampled,peak_live,peak_held,note"
    for (i = 1; i <= count; i++) {
        name = order[i]
        printf "%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", name, median(name), \
            time[name, 1], time[name, rounds[name]], \
            ratio(name, "system"), ratio(name, "system-notcache"), \
            operations[name], sampled[name], peak_live[name], \
            peak_held[name], note[name]
    }
}

# Keeps time[name, 1 ... rounds[name]] sorted.
function insert(name, ns,    i) {
    for (i = ++rounds[name]; i > 1 && time[name, i - 1] > ns + 0; i--)
        time[name, i] = time[name, i - 1]
    time[name, i] = ns + 0
}

function median(name,    n) {
    n = rounds[name]
    if (n == 0)
        return ""
    return (time[name, int((n + 1) / 2)] + time[name, int((n + 2) / 2)]) / 2
}

# The median of the rounds that both have; the pair is a name of its own.
function ratio(name, base,    round, pair) {
    pair = name "/" base
    for (round = 1; (name, round) in in_round; round++)
        if (in_round[base, round] > 0)
            insert(pair, in_round[name, round] / in_round[base, round])
    return rounds[pair] ? sprintf("%.3f", median(pair)) : ""
}
