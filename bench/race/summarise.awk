# summarise.awk - from the runs of a race to a ratio for each row and allocator.
#
# Usage: awk -f bench/measure/sorted.awk -f bench/race/summarise.awk \
#            failures.csv race.csv
#
# race.csv has a line for each number that a run has measured (see
# bench/race/trial). Here those of all rounds become one: the median of the
# values, and the median, lowest and highest of their ratios to the system's
# malloc. A ratio is taken within a round, in which both ran at nearly the same
# time. What is measured in ns is also compared with `bump`, as the measure
# `floor`. An allocator that failed in any round of a row is left out of it.

BEGIN {
    FS = OFS = ","
    print "workload,allocator,ratio,lowest,highest,value,group,measure"
}

/^#/ || $1 == "workload" { next }

FILENAME ~ /failures.csv$/ {
    failed[$1, $2]
    next
}

($1, $2) in failed { next }

{
    take($4 OFS $5, $6)
    if ($5 == "ns")
        take($4 OFS "floor", $6)
}

# The value $7 of the allocator $2 in the round $3.
function take(kind, name,    series) {
    series = kind SUBSEP name
    if (!(series in seen)) {
        seen[series] = 1
        order[++count] = series
    }
    if (!($2 in known)) {
        known[$2] = 1
        allocator[++allocators] = $2
    }
    in_round[series, $2, $3] = $7
    if ($3 > rounds)
        rounds = $3
}

END {
    for (i = 1; i <= count; i++)
        for (j = 1; j <= allocators; j++)
            print_row(order[i], allocator[j])
}

function print_row(series, one,    part, base, ratio, round) {
    split(series, part, SUBSEP)
    base = part[1] ~ /,floor$/ ? "bump" : "system"
    ratio = series SUBSEP one
    for (round = 1; round <= rounds; round++) {
        if (!((series, one, round) in in_round))
            continue
        insert(ratio SUBSEP "value", in_round[series, one, round])
        if (in_round[series, base, round] > 0)
            insert(ratio, in_round[series, one, round] / \
                in_round[series, base, round])
    }
    if (values[ratio] > 0)
        printf "%s,%s,%.4f,%.4f,%.4f,%.9g,%s\n", part[2], one, median(ratio), \
            value[ratio, 1], value[ratio, values[ratio]], \
            median(ratio SUBSEP "value"), part[1]
}
