# mapscale.awk - the scale that all heap maps of a workload share.
#
# Usage: awk -f plots/mapscale.awk        (reads the workload's rows of map.csv)
#
# Prints the bytes of a cell and the bytes at which panels end: three times the
# most in use, or less if no heap is so long. The most in use is that of the
# stage that uses least, because stages differ in what they forget; only stages
# that came furthest count, because some may have been stopped. Then it prints
# for each stage its name, the bytes at which its addresses end, and its last
# operation.

# Columns: 2 stage, 4 operation, 5 offset, 6 used, 9 mapped. The rows of a stage
# stand together, and among them those of a moment, by rising offsets.
BEGIN { FS = "," }

$2 != stage {
    stage = name[++count] = $2
    moment = -1
}

$4 == "end" { end[count] = $5 }

$4 == "gap" || $4 == "end" { next }

$4 != moment {
    moment = last[count] = $4
    used = 0
    before = -1
}

{
    used += $6 + $9
    if (used > most[count])
        most[count] = used
    if (before >= 0 && (!cell || $5 - before < cell))
        cell = $5 - before
    before = $5
}

END {
    for (i = 1; i <= count; i++) {
        if (end[i] > longest)
            longest = end[i]
        if (last[i] > furthest)
            furthest = last[i]
    }
    for (i = 1; i <= count; i++)
        if (last[i] == furthest && (!least || most[i] < least))
            least = most[i]
    if (!cell)
        cell = 4096
    limit = 3 * least < longest ? 3 * least : longest
    if (limit > 1000 * cell) # walk map prints no more cells
        limit = 1000 * cell
    print cell, cell * int(limit / cell + 0.999)
    for (i = 1; i <= count; i++)
        print name[i], end[i], last[i] + 0
}
