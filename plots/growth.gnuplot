# growth.gnuplot - heap growth: live bytes against bytes held, by calls.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/growth.gnuplot FOLDER FILE WORKLOAD [TITLE]
#
# Reads FOLDER/memory.csv. The upper panel shows all of it, the lower one the
# part near the live bytes, where the better stages lie together; text has only
# that one. Left out are peers, which do not say what they hold. A run that
# was stopped has a curve that ends early.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
data = "memory.csv"
load "plots/style.gnuplot"

# memory.csv: 4 operation, 6 live, 7 held
names = names_with('$7 > 0 && $2 != "system-notcache"')
whole = ask('$4 >= most { most = $4; name = $2 } END { print name }')
facts = ask_of(whole, '$6 > live { live = $6 } END { print $4, live, NR - 1 }')
operations = real(word(facts, 1))
peak_live = real(word(facts, 2))
unit = operations >= 2e6 ? 1e6 : 1e3

# A curve of steps needs only the samples that differ from the one before.
held(name) = rows(name) . (text ? "" : " | awk -F, " . \
    "'$7 != was { print } { was = $7; end = $0 } END { print end }'")

eval start(860)
set multiplot
set lmargin at screen 0.125
set rmargin at screen 0.97
set xrange [0:operations / unit]
set yrange [0:*]
set ylabel "MiB held" offset 1,0
set key off
eval heading("Heap growth on each stage: " . about, sprintf( \
    "build/bench/replay --samples %d %s LIBRARY", \
    int(word(facts, 3)), trace))

area = "rows(whole) using ($4 / unit):($6 / MiB) with filledcurves y1=0 " . \
    "fillcolor rgb live_colour title '" . (text ? "X: " : "") . "live bytes'"
lines_held = "for [name in names] held(name) using ($4 / unit):($7 / MiB) " . \
    steps . " title name"
plot_all = "plot " . area . ", " . lines_held
if (!text) {
    # The line of a stopped run ends early, and says so.
    do for [name in names] {
        end = ask_of(name, 'END { print $4, $7 / 1048576 }')
        share = word(end, 1) / operations
        if (share < 1) {
            set label sprintf("%s stopped at %.2g %%", name, 100 * share) \
                at least(share, 0.55) * operations / unit, \
                real(word(end, 2)) offset 0,0.8 textcolor rgb colour(name)
        }
    }
    set tmargin at screen 0.90
    set bmargin at screen 0.57
    set format x ""
    eval plot_all
    unset label
    set label "The same, near the live bytes" at screen 0.13, 0.535
}
set tmargin at screen (text ? 0.90 : 0.51)
set bmargin at screen 0.24
set format x "%g"
set xlabel (unit > 1e3 ? "million calls" : "thousand calls") offset 0,0.4
set key at screen 0.53, 0.01 bottom center vertical Left reverse \
    maxrows (words(names) > 5 ? 4 : 3) samplen 3 width 2
set yrange [0:2 * peak_live / MiB]
eval plot_all
unset multiplot
