# bins.gnuplot - free chunks by size, and the bins in which they lie.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/bins.gnuplot FOLDER FILE WORKLOAD [TITLE]
#
# Reads FOLDER/bins.csv: the chunks at the moment with most free bytes, top not
# counted. There is a panel for each stage that has bins, from 04 on, and a stem
# for each size. Chunks of up to 128 bytes go into fast bins when they are
# freed, and small bins end below 1024 bytes. Each of these bins has one size, a
# large bin many.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "bins"
load "plots/style.gnuplot"

# bins.csv: 4 size, 5 kind, 6 chunks; a size of 0 is another kind of row.
free_rows = '$2 !~ /^0[1-3]-/ && $4 > 0 && $5 != "used"'
names = names_with(free_rows)
facts = ask(free_rows . ' { if ($4 > size) size = $4; ' . \
    'if ($6 > most) most = $6 } END { print size + 0, most + 0 }')
free(name, kind) = rows(name) . " | grep '," . kind . ",' || echo ,,,1,,0.1"

panels = words(names)
columns = 1
title = "Free chunks by size, when most is free: " . about
command = sprintf("build/bench/walk bins 200 %s LIBRARY", trace)
height = 190 + 180 * panels
load "plots/page.gnuplot"
foot = up(100, 4)
x_label = "size of the chunk in bytes, log scale"
y_label = "free chunks, log scale"
load "plots/panels.gnuplot"
set logscale xy
set xrange [24:real(word(facts, 1)) * 1.5]
set yrange [0.7:real(word(facts, 2)) * 5]
set ytics ("1" 1, "10" 10, "100" 100, "1k" 1e3, "10k" 1e4, "100k" 1e5)
set arrow from 136, graph 0 to 136, graph 1 nohead dashtype 2 \
    linecolor rgb quiet_colour
set arrow from 1016, graph 0 to 1016, graph 1 nohead dashtype 2 \
    linecolor rgb quiet_colour
do for [i=0:panels - 1] {
    name = word(names, i + 1)
    load "plots/panel.gnuplot"
    set xtics ("" 32, "" 128, "" 1024, "" 16384, "" 262144, "" 4194304)
    if (i == panels - 1) {
        set xtics ("32" 32, "128" 128, "1 Ki" 1024, "16 Ki" 16384, \
                   "256 Ki" 262144, "4 Mi" 4194304)
    }
    set label "fast" at 66, graph 0.9 center font ",15"
    set label "small" at 370, graph 0.9 center font ",15"
    set label "large" at 2500, graph 0.9 font ",15"
    plot free(name, "free") using 4:6 with impulses linewidth 2.5 \
             linecolor rgb free_colour, \
         free(name, "cached") using 4:6 with impulses linewidth 2.5 \
             linecolor rgb mapped_colour
    unset label
}
load "plots/key.gnuplot"
plot -1, keyentry with boxes fillcolor rgb free_colour title "in a bin or a slab", \
    keyentry with boxes fillcolor rgb mapped_colour \
        title "cached, kept whole"
unset multiplot
