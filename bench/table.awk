# table.awk - the table of a report, for the terminal or as HTML rows.
#
# Usage: awk [-v html=1] -f bench/table.awk summary.csv
#
# summary.csv is what bench/summarise.awk prints. Utilisation is peak live
# bytes over peak held bytes; held/live is the same the other way round.
# The row `none` is the replayer itself: it holds no memory.

BEGIN {
    FS = ","
    row("stage", "ns/call", "x system", "x notcache", "held/live", \
        "utilisation", "fastest-slowest", "")
}

/^#/ || $1 == "allocator" { next }

{
    held = utilisation = range = "-"
    if ($9 > 0 && $10 > 0) {
        held = sprintf("%.2f", $10 / $9)
        utilisation = sprintf("%.1f %%", 100 * $9 / $10)
    }
    if ($2 != "")
        range = sprintf("%.1f-%.1f", $3, $4)
    row($1, number("%.1f", $2), number("%.2f", $5), number("%.2f", $6), \
        held, utilisation, range, $11)
}

function number(format, value) {
    return value == "" ? "-" : sprintf(format, value)
}

function row(name, time, beside, notcache, held, utilisation, range, note,
             format) {
    format = html ? \
        "<tr><td>%s<td>%s<td>%s<td>%s<td>%s<td>%s<td>%s<td>%s\n" : \
        "%-18s %8s %9s %11s %10s %12s %16s  %s\n"
    printf format, name, time, beside, notcache, held, utilisation, range, note
}
