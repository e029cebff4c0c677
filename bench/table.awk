# table.awk - the table of a report, for the terminal or as HTML rows.
#
# Usage: awk [-v html=1] -f bench/table.awk summary.csv
#
# summary.csv is what bench/summarise.awk prints. Utilisation is peak live
# bytes over peak held bytes; held/live is the same the other way round.
# The row `none` is the replayer itself: it holds no memory.

BEGIN {
    FS = ","
    row("stage", "ns/call", "x system", "held/live", "utilisation", \
        "fastest-slowest", "")
}

/^#/ || $1 == "allocator" { next }

{
    ratio = utilisation = range = "-"
    if ($8 > 0 && $9 > 0) {
        ratio = sprintf("%.2f", $9 / $8)
        utilisation = sprintf("%.1f %%", 100 * $8 / $9)
    }
    if ($2 != "")
        range = sprintf("%.1f-%.1f", $3, $4)
    row($1, number("%.1f", $2), number("%.2f", $5), ratio, utilisation, \
        range, $10)
}

function number(format, value) {
    return value == "" ? "-" : sprintf(format, value)
}

function row(name, time, beside, ratio, utilisation, range, note,    format) {
    format = html ? "<tr><td>%s<td>%s<td>%s<td>%s<td>%s<td>%s<td>%s\n" : \
        "%-18s %9s %9s %10s %12s %17s  %s\n"
    printf format, name, time, beside, ratio, utilisation, range, note
}
