# moving-pauses.gnuplot - how long the pauses of a moving collector are.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/moving-pauses.gnuplot FOLDER FILE drift [TITLE]
#
# Reads FOLDER/moving-pauses.csv (see bench/appendices/moving): a histogram for
# each kind of pause, with four columns to each power of ten. A pause is counted
# from the moment at which the collector asks for it. The program stands until
# its thread has been woken again; two pauses may lie in that time.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "moving-pauses"
load "plots/style.gnuplot"

# moving-pauses.csv: 2 kind, 3 number, 4 until all stood, 5 until they went on
kinds = "mark-start mark-end relocate-start program"
array kind_said[4] = ["mark start", "mark end", "relocate start", \
                      "the program stands still"]
array kind_colour[4] = [used_colour, free_colour, mapped_colour, "black"]
array kind_letter[4] = ["s", "e", "r", "p"]
bars = text ? "with points pointtype kind_letter[k]" : \
    "with boxes fillcolor rgb kind_colour[k]"
bin(ns) = floor(4 * log10(ns / 1000)) / 4.0

title = "The collector's pauses: drift"
command = "bench/appendices/moving"
height = 560
load "plots/page.gnuplot"
set lmargin at screen 0.135
set rmargin at screen 0.95
set tmargin at screen down(85, 3)
set bmargin at screen up(165, 8)
set boxwidth 0.05
set xrange [-1:4.3]
set yrange [0:*]
set xtics ("0.1 µs" -1, "1 µs" 0, "10 µs" 1, "100 µs" 2, "1 ms" 3, "10 ms" 4)
set xlabel "length of the pause, log scale" offset 0,0.4
set ylabel "pauses" offset 1.5,0
set key at screen 0.5, up(22, 0) bottom center vertical Left reverse \
    maxrows 2 samplen 1.5 font ",16"
plot for [k=1:4] "< " . rows_of(word(kinds, k)) \
    using (bin($4 + $5) + 0.045 + 0.054 * (k - 1)):(1) smooth frequency @bars \
    title kind_said[k]
