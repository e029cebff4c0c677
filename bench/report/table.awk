# table.awk - the table of a report: all workloads together, a row for each
# allocator.
#
# Usage: awk [-v html=1] -f bench/report/table.awk summary.csv
#
# summary.csv is what bench/measure/summarise.awk prints. A ratio over the
# workloads is their geometric mean, with the lowest and the highest beside it;
# for a single workload these two are those of the rounds. held/live compares
# the peaks of the bytes held from the system and of the live bytes;
# resident/live does the same for resident bytes; `all along` compares the means
# over the run. Runs that were stopped are counted.

BEGIN { FS = "," }

/^#/ || $1 == "workload" { next }

!($2 in seen) {
    seen[$2] = 1
    order[++count] = $2
}

{
    add("time", $6)
    add("notcache", $9)
    if ($2 != "none") {
        add("held", over($13, $12))
        add("resident", over($14, $12))
        add("along", over($19, $18))
    }
    if ($20 ~ /^stopped|memory/)
        stopped[$2]++
    if ($6 > 0) {
        round_low[$2] = $7
        round_high[$2] = $8
    }
}

END {
    row("", "x system", "(min-max)", "x notcache", "held/live", "(max)", \
        "resident/live", "all along", "")
    for (i = 1; i <= count; i++)
        print_allocator(order[i])
    if (!html)
        print "\nTimes and bytes as ratios: see docs/measuring.md, The table."
}

function print_allocator(name) {
    row(name, mean("time", name), range("time", name), \
        mean("notcache", name), mean("held", name), most("held", name), \
        mean("resident", name), mean("along", name), \
        stopped[name] ? stopped[name] " stopped" : "")
}

# Of the row's allocator and workload.
function add(what, value,    key) {
    if (value == "" || value + 0 <= 0)
        return
    key = what SUBSEP $2
    logs[key] += log(value)
    if (!n[key] || value + 0 < low[key])
        low[key] = value + 0
    if (!n[key]++ || value + 0 > high[key])
        high[key] = value + 0
}

function over(a, b) {
    return a != "" && b > 0 ? a / b : ""
}

function mean(what, name) {
    return n[what, name] ? \
        sprintf("%.2f", exp(logs[what, name] / n[what, name])) : "-"
}

function range(what, name) {
    if (n[what, name] == 1)
        return short(round_low[name]) "-" short(round_high[name])
    return n[what, name] ? \
        short(low[what, name]) "-" short(high[what, name]) : "-"
}

function short(ratio) {
    return sprintf(ratio < 10 ? "%.2f" : "%.0f", ratio)
}

function most(what, name) {
    return n[what, name] ? sprintf("%.2f", high[what, name]) : "-"
}

function row(name, time, times, notcache, held, most_held, resident, along,
             note,    format) {
    format = html ? \
        "<tr><td>%s<td>%s<td>%s<td>%s<td>%s<td>%s<td>%s<td>%s<td>%s\n" : \
        "%-18s %9s %12s %11s %10s %8s %14s %10s  %s\n"
    printf format, name, time, times, notcache, held, most_held, resident, \
        along, note
}
