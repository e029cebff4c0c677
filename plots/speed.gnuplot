# speed.gnuplot - time per call of each allocator, as a ratio to the system's.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/speed.gnuplot FOLDER FILE WORKLOAD [TITLE]
#
# Reads FOLDER/summary.csv. A mark is the median of the rounds; its bar goes
# from the fastest round to the slowest. The axis has a log scale, because early
# stages may be a thousand times slower than the system's malloc. The grey line
# is the benchmark alone, which is a part of each time.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "summary"
load "plots/style.gnuplot"

# summary.csv: 3 ns, 6 ratio, 7 lowest, 8 highest, 10 operations, 11 done
names = names_with('$6 > 0 && $2 != "none"')
none = real(ask_of("none", "{ print $6 }"))
said(name) = ask_of(name, '{ printf "%.3g, ", $6 } ' . \
    '$3 >= 1e6 { printf "%.3g ms", $3 / 1e6 } ' . \
    '$3 >= 1e3 && $3 < 1e6 { printf "%.3g µs", $3 / 1e3 } ' . \
    '$3 < 1e3 { printf "%.3g ns", $3 } ' . \
    '$11 < $10 { printf ", stopped at %.3g %%", 100 * $11 / $10 }')
facts = ask('$6 > 0 { if (!low || $6 < low) low = $6; ' . \
    'if ($8 > high) high = $8 } END { print low, high }')

title = "Time per call: " . about
command = sprintf("build/bench/replay %s LIBRARY", trace)
height = 200 + 38 * words(names)
load "plots/page.gnuplot"
set lmargin at screen (text ? 0.20 : 0.225)
set rmargin at screen 0.67
set tmargin at screen down(80, 3)
set bmargin at screen up(90, 4)
set xlabel "times the time of the system's malloc, log scale" offset 0,0.4
set logscale x
set xrange [real(word(facts, 1)) / 1.2:word(facts, 2) * 1.2]
set xtics (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 1e4)
set format x "%g"
set yrange [words(names) + 0.6:0.3]
set grid noytics xtics
set key off
set ytics ()
set for [i=1:words(names)] ytics add (word(names, i) i) scale 0
if (none > 0) {
    set arrow from none, graph 0 to none, graph (text ? 0.95 : 1) nohead \
        linewidth 3 linecolor rgb live_colour
    set label "the benchmark alone" at none, graph 1 \
        offset 0.7,(text ? 1 : -0.5) font ",15" textcolor rgb quiet_colour
}

do for [i=1:words(names)] {
    set label said(word(names, i)) at graph 1, first i offset 1,0 font ",16"
}
plot for [i=1:words(names)] name=word(names, i) rows(name) \
    using 6:(i):7:8 with xerrorbars pointtype mark(name) pointsize 1.2 \
    linewidth 2.5 linecolor rgb colour(name)
