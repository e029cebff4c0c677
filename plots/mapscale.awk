# mapscale.awk - the scale that all heap maps of a workload share.
#
# Usage: awk -f plots/mapscale.awk        (reads the workload's rows of map.csv)
#
# Prints the last operation, the bytes of a cell and the bytes at which panels
# end: three times the most in use, or less if no heap is so long. Most in use
# is that of the stage that uses least, as stages differ in what they forget.
# Then, for each stage: its name, and the bytes at which its addresses end.

# Columns: 2 stage, 4 operation, 5 offset, 6 used, 9 mapped. The rows of a
# stage stand together, in them those of a moment, by rising offsets.
BEGIN { FS = "," }

$4 == "gap" { next }

$2 != stage {
    stage = name[++count] = $2
    moment = -1
}

$4 != moment {
    moment = $4
    used = 0
    before = -1
    if (moment > last)
        last = moment
}

{
    used += $6 + $9
    if (used > most[count])
        most[count] = used
    if (before >= 0 && (!cell || $5 - before < cell))
        cell = $5 - before
    before = $5
    if ($5 > end[count])
        end[count] = $5
}

END {
    for (i = 1; i <= count; i++) {
        if (end[i] > longest)
            longest = end[i]
        if (!least || most[i] < least)
            least = most[i]
    }
    if (!cell)
        cell = 4096
    limit = 3 * least < longest + cell ? 3 * least : longest + cell
    print last + 0, cell, cell * int(limit / cell + 0.999)
    for (i = 1; i <= count; i++)
        print name[i], end[i] + cell
}
