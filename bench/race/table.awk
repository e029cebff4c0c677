# table.awk - the tables of a race, for a terminal or for the report's page.
#
# Usage: awk [-v html=1] -f bench/race/table.awk \
#            means.csv failures.csv summary.csv
#
# There is a table for each measure. The rows go down, the allocators across, a
# stage as its number; a cell is the ratio to the system's malloc, whose own
# column has the value itself. `spread` is how far the rounds lie apart: the
# highest ratio of an allocator over its lowest, where that is most; on the page
# each cell has its own lowest and highest. Below time and memory stand the
# geometric means, and at the end the worst rows and what failed.

BEGIN {
    FS = ","
    mebi = 1048576
}

/^#/ || $1 == "workload" { next }

!known[$2]++ { allocator[++allocators] = $2 }

FILENAME ~ /means.csv$/ {
    if (!seen[$1]++)
        mean_name[++means] = $1
    mean[$1, $2, "time"] = $3
    mean[$1, $2, "peak"] = $7
    if ($1 == "race") {
        worst[$2, "time"] = number($5) " (" $6 ")"
        worst[$2, "peak"] = number($9) " (" $10 ")"
    }
    next
}

FILENAME ~ /failures.csv$/ {
    if (!failed[$1, $2]++)
        failure[++failures] = $2 ": " $1 ": " $5
    next
}

{
    if (!seen[$8, $1]++) {
        row[$8, ++rows[$8]] = $1
        group[$8, $1] = $7
    }
    ratio[$8, $1, $2] = $3
    range[$8, $1, $2] = number($4) "-" number($5)
    own[$8, $1, $2] = $6
    if ($4 != $5)
        many_rounds = 1
    if ($4 > 0 && 100 * ($5 / $4 - 1) > spread[$8, $1])
        spread[$8, $1] = 100 * ($5 / $4 - 1)
}

END {
    print_table("time", "Time, beside the system's malloc (s)", 1)
    print_table("peak", \
        "Peak of resident memory, beside the system's malloc (MiB)", mebi)
    print_table("resident", \
        "Resident at a moment, beside the system's malloc (MiB)", mebi)
    print_table("ns", \
        "malloc and free, a pair, beside the system's malloc (ns)", 1)
    print_table("floor", "The same, beside the bump pointer (ns)", 1)
    print_worst()
    for (i = 1; i <= failures; i++)
        print (html ? "<p>" : "") "failed, and in no mean: " failure[i]
}

# --- a table ---------------------------------------------------------------

function print_table(measure, title, unit,    i, name, last_group) {
    if (!rows[measure])
        return
    print html ? "<h3>" title "</h3><div class=\"wide\"><table>" : title
    print_heading(measure)
    for (i = 1; i <= rows[measure]; i++) {
        name = row[measure, i]
        if (i > 1 && group[measure, name] != last_group)
            print_gap()
        last_group = group[measure, name]
        print_row(measure, name, unit)
    }
    if (measure == "time" || measure == "peak")
        print_means(measure)
    print html ? "</table></div>" : ""
}

function print_heading(measure,    j) {
    begin_row("")
    put(base(measure))
    for (j = 1; j <= allocators; j++)
        if (is_compared(measure, allocator[j]))
            put(short(allocator[j]))
    end_row(many_rounds && !html ? "  spread" : "")
}

function print_row(measure, name, unit,    j) {
    begin_row(name)
    put(number(own[measure, name, base(measure)] / unit))
    for (j = 1; j <= allocators; j++)
        if (is_compared(measure, allocator[j]))
            put(cell(measure, name, allocator[j]), \
                range[measure, name, allocator[j]])
    end_row(many_rounds && !html ? \
        sprintf(" %5.0f %%", spread[measure, name]) : "")
}

function print_means(measure,    i, j, name) {
    print_gap()
    for (i = 1; i <= means; i++) {
        name = mean_name[i]
        begin_row("mean of " (name == "race" ? "all" : name))
        put("")
        for (j = 1; j <= allocators; j++)
            if (is_compared(measure, allocator[j]))
                put(mean[name, allocator[j], measure] > 0 ? \
                    number(mean[name, allocator[j], measure]) : "-")
        end_row("")
    }
}

function print_worst(    j) {
    if (!html)
        print "The worst rows"
    for (j = 1; j <= allocators; j++)
        if (worst[allocator[j], "time"] && allocator[j] != "system")
            printf html ? "<p>%s: the worst rows are time %s, memory %s\n" : \
                "%-20s time %-24s memory %s\n", allocator[j], \
                worst[allocator[j], "time"], worst[allocator[j], "peak"]
}

# --- a cell ----------------------------------------------------------------

# Who has a column of ratios: all but the one that the ratios are to, and the
# bump pointer only where calls are timed.
function is_compared(measure, name) {
    return name != base(measure) && (name != "bump" || measure == "ns")
}

function base(measure) {
    return measure == "floor" ? "bump" : "system"
}

# 06-arenas is 06.
function short(name) {
    return name ~ /^[0-9][0-9]-/ ? substr(name, 1, 2) : name
}

function cell(measure, name, one) {
    if ((name, one) in failed)
        return "failed"
    return (measure, name, one) in ratio ? \
        number(ratio[measure, name, one]) : "-"
}

function number(n) {
    return sprintf(n < 0.095 ? "%.3f" : n < 10 ? "%.2f" : \
        n < 100 ? "%.1f" : "%.0f", n)
}

function begin_row(name) {
    printf html ? "<tr><td>%s" : "%-20s", name
}

function put(text, beside) {
    printf html ? "<td>%s" : " %8.8s", text
    if (html && many_rounds && beside)
        printf "<br><small>%s</small>", beside
}

function end_row(text) {
    print text
}

function print_gap() {
    print html ? "<tr><td>&nbsp;" : ""
}
