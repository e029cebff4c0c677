# summarise.awk - from the rounds of a report to a row for each allocator on
# each workload.
#
# Usage: awk -f bench/measure/sorted.awk -f bench/measure/summarise.awk \
#            time.csv memory.csv
#
# time.csv has a row for each round, memory.csv has rows that grow to the peaks
# and end with what is left (see bench/replay/replay.c for both); mean_live and
# mean_resident are the means of its samples. ns is the median of the rounds,
# with the fastest and the slowest. The ratio to `system`, and ratio_notcache to
# `system-notcache`, are medians too. They are medians of the ratios in each
# round, because both allocators ran at nearly the same time then. ratio_low and
# ratio_high are the lowest and the highest. What is not known is left empty.

BEGIN { FS = OFS = "," }

/^#/ || $1 == "workload" { next }

{
    pair = $1 OFS $2
    if (!(pair in seen)) {
        seen[pair] = 1
        order[++count] = pair
    }
}

FILENAME ~ /time.csv$/ {
    operations[pair] = $4
    done[pair] = $5
    if ($9 != "")
        note[pair] = $9
    else if ($8 > 0)
        note[pair] = $8 " allocations failed"
    if ($7 != "") {
        insert(pair, $7)
        in_round[pair, $3] = $7
        if ($3 > rounds)
            rounds = $3
    }
    next
}

{
    sampled[pair] = $4
    samples[pair]++
    sum_live[pair] += $6
    sum_resident[pair] += $8
    peaks[pair] = $9 OFS $10 OFS $11
    ends[pair] = $6 OFS $7 OFS $8
}

END {
    print "workload,allocator,ns,fastest,slowest,ratio,ratio_low," \
        "ratio_high,ratio_notcache,operations,done,peak_live,peak_held," \
        "peak_resident,final_live,final_held,final_resident," \
        "mean_live,mean_resident,note"
    for (i = 1; i <= count; i++)
        print_row(order[i])
}

function print_row(pair,    part, beside, notcache) {
    if (sampled[pair] < operations[pair]) { # before its peak, perhaps
        peaks[pair] = ends[pair] = samples[pair] = ""
        note[pair] = note[pair] (note[pair] ? "; " : "") "memory not measured"
    }
    split(pair, part, OFS)
    beside = compare(pair, part[1] OFS "system")
    notcache = compare(pair, part[1] OFS "system-notcache")
    print pair, spread(pair, "%.2f"), spread(beside, "%.3f"), \
        shown("%.3f", median(notcache)), operations[pair], done[pair], \
        peaks[pair] ? peaks[pair] : ",,", ends[pair] ? ends[pair] : ",,", \
        mean(sum_live[pair], samples[pair]), \
        mean(sum_resident[pair], samples[pair]), note[pair]
}

function mean(sum, n) {
    return n ? sprintf("%.0f", sum / n) : ""
}

function shown(format, n) {
    return n == "" ? "" : sprintf(format, n)
}

# The median, the lowest and the highest.
function spread(name, format) {
    return shown(format, median(name)) OFS shown(format, value[name, 1]) \
        OFS shown(format, value[name, values[name]])
}

# Collects the ratios of the rounds that both have, under the name returned.
function compare(pair, base,    round, name) {
    name = pair "/" base
    for (round = 1; round <= rounds; round++)
        if ((pair, round) in in_round && in_round[base, round] > 0)
            insert(name, in_round[pair, round] / in_round[base, round])
    return name
}
