# speed.gnuplot - time per call of each stage, as a ratio to the system's.
#
# Usage, from the repository root:
#   gnuplot -c plots/speed.gnuplot FOLDER FILE.svg WORKLOAD COMMAND
#
# Reads FOLDER/summary.csv (see bench/report): the median is the dot, the
# fastest and the slowest round are the ends of the bar. The axis has a log
# scale, as early stages may be a thousand times slower than the system.

output_file = ARG2
figure_height = 640
load "plots/style.gnuplot"

# summary.csv: 2 ns, 3 fastest, 4 slowest, 5 ratio, 11 note
summary = ARG1 . "/summary.csv"
names = names_in(summary, "$5 != \"\"")
none = number_in(summary, "none", 5)
stats summary using 5 name "ratio" nooutput
middle = sqrt(none * ratio_max)

set label "Time per call: " . ARG3 at screen 0.02, 0.96 font ",22"
set label ARG4 at screen 0.02, 0.91 font ",15" textcolor rgb quiet_colour
set lmargin at screen 0.29
set rmargin at screen 0.94
set tmargin at screen 0.87
set bmargin at screen 0.15

set xlabel "times the time of the system's malloc, log scale"
set logscale x 2
set format x "%g"
set xrange [none / 1.5:*]
set yrange [words(names) + 1:0.3]
set grid noytics xtics linewidth 0.5 linecolor rgb live_colour dashtype 3
set key off
set ytics ()
set for [i=1:words(names)] ytics add (word(names, i) i) scale 0
set arrow from none, graph 0 to none, graph 1 nohead linewidth 3 \
    linecolor rgb live_colour
set label "the replayer alone" at none, graph 0 offset 0.7,0.6 \
    textcolor rgb quiet_colour

# The text of a dot goes to the side where there is room.
do for [i=1:words(names)] {
    at_ratio = number_in(summary, word(names, i), 5)
    said = sprintf("%.2f  %s", at_ratio, text_in(summary, word(names, i), 11))
    if (at_ratio < middle) {
        set label said at at_ratio, i left offset -1,0.9
    } else {
        set label said at at_ratio, i right offset 1,0.9
    }
}

plot for [i=1:words(names)] rows(word(names, i), summary) \
         using 5:(i):($5 * $3 / $2):($5 * $4 / $2) \
         with xerrorbars pointtype 7 pointsize 1.2 linewidth 2.5 \
         linecolor rgb colour(word(names, i))
