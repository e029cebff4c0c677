# race.gnuplot - a race: memory against time, a point for each allocator.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/race.gnuplot FOLDER FILE GROUP [TITLE]
#
# Reads FOLDER/means.csv. GROUP is race, for all rows, or one of the groups of
# bench/race/rows. Time runs to the right and memory upwards, both as geometric
# means of the ratios to the system's malloc, which is the point where the lines
# at 1 cross. The best corner is the left lower one. The scales are logarithmic.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "means"
load "plots/style.gnuplot"

# means.csv: 1 group, 2 allocator, 3 time, 4 rows, 7 peak
names = names_with('$3 > 0 && $7 > 0')
facts = ask('$3 > 0 && $7 > 0 { ' . \
    'if (!n++) { left = right = $3; low = high = $7 } ' . \
    'if ($3 < left) left = $3; if ($3 > right) right = $3; ' . \
    'if ($7 < low) low = $7; if ($7 > high) high = $7; ' . \
    'if ($4 > rows) rows = $4 } END { print left, right, low, high, rows }')
fact(n) = real(word(facts, n))

title = workload eq "race" ? "Memory against time, whole programs" : \
    "Memory against time, rows of the group " . workload
command = sprintf("make race: geometric means of %d rows", fact(5))
height = 560
load "plots/page.gnuplot"
set lmargin at screen 0.14
set rmargin at screen 0.96
set tmargin at screen down(80, 3)
set bmargin at screen up(90, 4)
set logscale xy
left = least(fact(1), 0.95)
right = most(fact(2), 1.05)
# There has to be room for the names on the right.
set xrange [left / 1.05:right * (right / left) ** 0.35]
set yrange [least(fact(3), 0.95) / 1.05:most(fact(4), 1.05) * 1.05]
set xtics (0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 3, 5, 10)
set ytics (0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 2, 3, 5, 10)
set format "%g"
set xlabel "time, beside the system's malloc, log scale" offset 0,0.4
set ylabel "peak of memory, log scale" offset 1,0
set grid xtics
set arrow from 1, graph 0 to 1, graph 1 nohead linecolor rgb "black" back
set arrow from graph 0, first 1 to graph 1, first 1 nohead \
    linecolor rgb "black" back
set label "best" at graph (text ? 0.02 : 0.015), graph 0.04 \
    textcolor rgb quiet_colour font ",15"
# Names of neighbours do not stand on one line.
beside(name) = stage(name) % 2 || name eq "system" ? -0.7 : 0.5
plot for [name in names] rows(name) using 3:7 @spot, \
     for [name in names] rows(name) using 3:7:2 with labels left \
         offset 0.7,beside(name) textcolor rgb colour(name) font ",16"
