# medians.awk - one column of repeated rows, as medians.
#
# Usage: awk -v keys=NUMBER,... -v column=NUMBER -f bench/medians.awk CSV
#
# Rows that have the key columns in common are rounds of one measurement.
# Prints for each: the keys, the median of the column, the lowest and the
# highest, in the order in which the file has them. Rows without a number
# there, as of allocators that failed, are left out.

BEGIN {
    FS = OFS = ","
    key_count = split(keys, key, ",")
}

/^#/ || $1 == "workload" || $column == "" { next }

{
    point = $key[1]
    for (i = 2; i <= key_count; i++)
        point = point OFS $key[i]
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
