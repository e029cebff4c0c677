# medians.awk - one column of repeated rows, as medians.
#
# Usage: awk -v keys=NUMBER,... -v column=NUMBER \
#            -f bench/measure/sorted.awk -f bench/measure/medians.awk CSV
#
# Rows that have the key columns in common are rounds of one measurement. For
# each measurement this prints the keys, the median of the column, its lowest
# and its highest value, in the order in which the file has them. Rows without a
# number there, such as those of allocators that failed, are left out.

BEGIN {
    FS = OFS = ","
    key_count = split(keys, key, ",")
}

/^#/ || $1 == "workload" || $column == "" { next }

{
    point = $key[1]
    for (i = 2; i <= key_count; i++)
        point = point OFS $key[i]
    if (!values[point])
        order[++count] = point
    insert(point, $column)
}

END {
    for (i = 1; i <= count; i++) {
        point = order[i]
        print point, median(point), value[point, 1], \
            value[point, values[point]]
    }
}
