# fragmentation.gnuplot - what the held bytes are for, when they are most.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/fragmentation.gnuplot FOLDER FILE WORKLOAD [TITLE]
#
# Reads FOLDER/parts.csv. There is a bar for each stage and for the system's
# malloc. It shows the sample with most bytes held, and if there are several,
# the one of them with most bytes requested. What is not requested is waste:
# rounding and headers within chunks, free and top between them.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "parts"
load "plots/style.gnuplot"

# parts.csv: 4 operation, 5 requested, 6 rounding, 7 headers, 8 free, 9 top
names = names_with('$5 != ""')
kinds = "requested rounding headers free top"
array kind_colour[5] = [used_colour, rounding_colour, own_colour, \
                        free_colour, top_colour]
array kind_letter[5] = ["#", "r", "h", ".", "-"]

# The axis ends at up to four times the median, which is not known yet.
smallest = real(ask('{ sum = $5 + $6 + $7 + $8 + $9 } ' . \
    'sum > peak[$2] { peak[$2] = sum } END { for (name in peak) ' . \
    'if (!low || peak[name] < low) low = peak[name]; print low }'))
bytes = byte_unit(2 * smallest)
across = byte_name(bytes) . " held"

array bar[words(names)]
array said[words(names)]
do for [i=1:words(names)] {
    bar[i] = ask_of(word(names, i), \
        '{ sum = 0; for (k = 5; k <= 9; k++) sum += $k } ' . \
        'sum > most || sum == most && $5 > requested { most = sum; ' . \
        'requested = $5; moment = $0 } END { $0 = moment; ' . \
        sprintf("for (k = 5; k <= 9; k++) printf \"%%.4f \", $k / %d; ", \
            bytes) . \
        "print most }")
    said[i] = sprintf("%s, %.0f %% requested", amount(real(word(bar[i], 6))), \
        100 * real(word(bar[i], 1)) * bytes / real(word(bar[i], 6)))
}
samples = int(ask_of(word(names, 1), "{ n++ } END { print n - 1 }"))

title = "What the bytes are for at the peak: " . about
command = sprintf("build/bench/walk parts %d %s LIBRARY", samples, trace)
height = 250 + 38 * words(names)
load "plots/page.gnuplot"
load "plots/bars.gnuplot"
