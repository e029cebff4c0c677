# summarise.awk - from the runs of a report to one row an allocator.
#
# Usage: awk -f bench/summarise.awk timings.csv memory.csv
#
# timings.csv has a row a round, memory.csv rows that grow to the peaks (see
# bench/replay.c for both). Prints CSV, in the order of timings.csv. ns is
# the median of the rounds, with the fastest and the slowest; ratio is to the
# median of `system`. A number that is not known is left empty.

BEGIN { FS = "," }

/^#/ || $1 == "allocator" { next }

FILENAME ~ /timings/ {
    name = $1
    if (!(name in rounds)) {
        order[++count] = name
        rounds[name] = 0
    }
    operations[name] = $2
    if ($9 != "")
        note[name] = $9
    else if ($7 > 0)
        note[name] = $7 " allocations failed"
    if ($6 != "")
        insert(name, $6)
    next
}

{
    sampled[$1] = $2
    peak_live[$1] = $6
    peak_held[$1] = $7
}

END {
    print "allocator,ns_per_operation,fastest,slowest,ratio,operations," \
          "sampled,peak_live,peak_held,note"
    base = median("system")
    for (i = 1; i <= count; i++) {
        name = order[i]
        ns = median(name)
        printf "%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", name, ns, \
            time[name, 1], time[name, rounds[name]], \
            (ns != "" && base > 0) ? sprintf("%.3f", ns / base) : "", \
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
