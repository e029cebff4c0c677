# means.awk - geometric means of a race: by group, and of all rows.
#
# Usage: awk -f bench/race/means.awk summary.csv
#
# summary.csv is what bench/race/summarise.awk prints. For each group and
# allocator there is the mean of the ratios of time, and that of the peaks of
# memory, each with the number of its rows and the worst of them; then the same
# for all rows, as the group `race`. A mean of ratios has to be geometric: twice
# as long here and half as long there is neither better nor worse.

BEGIN {
    FS = OFS = ","
    print "workload,allocator,time,rows,worst,worst_row," \
        "peak,peak_rows,worst_peak,worst_peak_row"
}

/^#/ || $1 == "workload" || $8 !~ /^(time|peak)$/ { next }

{
    add($7)
    add("race")
    if (!($2 in known)) {
        known[$2] = 1
        allocator[++allocators] = $2
    }
}

# The ratio $3 of the row $1.
function add(group,    key) {
    if (group != "race" && !(group in seen)) {
        seen[group] = 1
        order[++groups] = group
    }
    key = group SUBSEP $2 SUBSEP $8
    logs[key] += log($3)
    if (!rows[key]++ || $3 > worst[key]) {
        worst[key] = $3
        worst_row[key] = $1
    }
}

END {
    order[++groups] = "race"
    for (i = 1; i <= groups; i++)
        for (j = 1; j <= allocators; j++)
            print order[i], allocator[j], mean(order[i], allocator[j], "time"),
                mean(order[i], allocator[j], "peak")
}

function mean(group, one, measure,    key) {
    key = group SUBSEP one SUBSEP measure
    return !rows[key] ? ",0,," : sprintf("%.4f,%d,%.4f,%s", \
        exp(logs[key] / rows[key]), rows[key], worst[key], worst_row[key])
}
