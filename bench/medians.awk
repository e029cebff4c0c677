# medians.awk - one column of repeated rows, as medians.
#
# Usage: awk -v column=NUMBER -f bench/medians.awk rounds.csv
#
# Rows that have the first two fields in common are rounds of one measurement.
# Prints for each: both fields, the median of the column, the lowest and the
# highest, in the order in which the file has them. Rows without a number
# there, as of allocators that failed, are left out.

BEGIN { FS = OFS = "," }

/^#/ || $1 == "allocator" || $column == "" { next }

{
    point = $1 OFS $2
    if (!(point in rounds)) {
        order[++count] = point
        rounds[point] = 0
    }
    insert(point, $column + 0)
}

END {
    for (i = 1; i <= count; i++) {
        point = order[i]
        print point, median(point), value[point, 1], \
            value[point, rounds[point]]
    }
}

# Keeps value[point, 1 ... rounds[point]] sorted.
function insert(point, number,    i) {
    for (i = ++rounds[point]; i > 1 && value[point, i - 1] > number; i--)
        value[point, i] = value[point, i - 1]
    value[point, i] = number
}

function median(point,    n) {
    n = rounds[point]
    return (value[point, int((n + 1) / 2)] + value[point, int((n + 2) / 2)]) / 2
}
