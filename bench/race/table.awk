# table.awk - the tables of a race, for a terminal.
#
# Usage: awk -f bench/race/table.awk means.csv failures.csv summary.csv
#
# There is a table for each measure. The rows go down, the allocators across, a
# stage as its number; a cell is the ratio to the system's malloc, whose own
# column has the value itself. `spread` is how far the rounds lie apart, at most:
# the highest ratio of an allocator over its lowest. Below time and memory stand
# the geometric means, and at the end the worst rows and what failed.

BEGIN { FS = "," }

/^#/ || $1 == "workload" { next }

FILENAME ~ /means.csv$/ {
    if (!($1 in has_mean)) {
        has_mean[$1] = 1
        group_of_means[++means] = $1
    }
    mean[$1, $2, "time"] = $3
    mean[$1, $2, "peak"] = $7
    if ($1 == "race") {
        worst[$2, "time"] = number($5) " (" $6 ")"
        worst[$2, "peak"] = number($9) " (" $10 ")"
    }
    next
}

FILENAME ~ /failures.csv$/ {
    if (!(($1, $2) in failed))
        failure[++failures] = $2 ": " $1 ": " $5
    failed[$1, $2] = 1
    if (!($2 in known))
        learn($2)
    next
}

{
    if (!(($8, $1) in seen)) {
        seen[$8, $1] = 1
        row[$8, ++rows[$8]] = $1
        group[$8, $1] = $7
    }
    if (!($2 in known))
        learn($2)
    ratio[$8, $1, $2] = $3
    own[$8, $1, $2] = $6
    if ($4 > 0 && 100 * ($5 / $4 - 1) > spread[$8, $1])
        spread[$8, $1] = 100 * ($5 / $4 - 1)
}

function learn(name) {
    known[name] = 1
    allocator[++allocators] = name
}

END {
    table("time", "Time, beside the system's malloc (its own in s)", 1)
    table("peak", "Peak of resident memory, beside the system's (MiB)", 1048576)
    table("resident", "Resident at one moment, beside the system's (MiB)", 1048576)
    table("ns", "A pair of malloc and free, beside the system's (ns)", 1)
    table("floor", "The same, beside the bump pointer", 1)
    print_worst()
    for (i = 1; i <= failures; i++)
        print "failed: " failure[i]
}

function table(measure, title, unit,    i) {
    if (!rows[measure])
        return
    print title
    heading(measure)
    for (i = 1; i <= rows[measure]; i++) {
        if (i > 1 && group[measure, row[measure, i]] != \
            group[measure, row[measure, i - 1]])
            print ""
        print_row(measure, row[measure, i], unit)
    }
    if (measure == "time" || measure == "peak")
        print_means(measure)
    print ""
}

# Who has a column of ratios: all but the one that the ratios are to, and the
# bump pointer only where calls are timed.
function is_compared(measure, name) {
    return name != base(measure) && (name != "bump" || measure == "ns")
}

function base(measure) {
    return measure == "floor" ? "bump" : "system"
}

function heading(measure,    j) {
    printf "%-20s %8s", "", base(measure)
    for (j = 1; j <= allocators; j++)
        if (is_compared(measure, allocator[j]))
            printf " %8.8s", short(allocator[j])
    print "   spread"
}

# 06-arenas is 06.
function short(name) {
    return name ~ /^[0-9][0-9]-/ ? substr(name, 1, 2) : name
}

function print_row(measure, name, unit,    j) {
    printf "%-20s %8s", name, \
        number(own[measure, name, base(measure)] / unit)
    for (j = 1; j <= allocators; j++)
        if (is_compared(measure, allocator[j]))
            printf " %8s", cell(measure, name, allocator[j])
    printf " %6.0f %%\n", spread[measure, name]
}

function cell(measure, name, one) {
    if (ratio[measure, name, one] > 0)
        return number(ratio[measure, name, one])
    return (name, one) in failed ? "failed" : "-"
}

function number(n) {
    return sprintf(n < 10 ? "%.2f" : n < 100 ? "%.1f" : "%.0f", n)
}

function print_means(measure,    i) {
    print ""
    for (i = 1; i <= means; i++)
        print_mean(measure, group_of_means[i])
}

function print_mean(measure, name,    j) {
    printf "%-29s", name == "race" ? "mean of all" : "mean of " name
    for (j = 1; j <= allocators; j++)
        if (is_compared(measure, allocator[j]))
            printf " %8s", mean_of(measure, name, allocator[j])
    print ""
}

function mean_of(measure, name, one) {
    return mean[name, one, measure] > 0 ? number(mean[name, one, measure]) : "-"
}

function print_worst(    j) {
    print "The worst rows"
    for (j = 1; j <= allocators; j++)
        if (is_compared("time", allocator[j]))
            printf "%-18s time %-24s memory %s\n", allocator[j], \
                worst[allocator[j], "time"], worst[allocator[j], "peak"]
}
