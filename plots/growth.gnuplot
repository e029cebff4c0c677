# growth.gnuplot - heap growth: live bytes against bytes held, by calls.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/growth.gnuplot FOLDER FILE WORKLOAD [TITLE]
#
# Reads FOLDER/memory.csv. The upper panel shows all of it, the lower one the
# part near the live bytes, where the better stages lie together; text has only
# that one. Left out are peers, which do not say what they hold. A run that
# was stopped has a curve that ends early, and says so.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "memory"
load "plots/style.gnuplot"

# memory.csv: 4 operation, 6 live, 7 held
names = names_with('$7 > 0 && $2 != "system-notcache"')
whole = ask('$4 >= most { most = $4; name = $2 } END { print name }')
facts = ask_of(whole, '$6 > live { live = $6 } END { print $4, live, NR - 1 }')
operations = real(word(facts, 1))
peak_live = real(word(facts, 2))
unit = operations >= 2e6 ? 1e6 : 1e3

# Steps need only the samples that differ from the one before, and the last.
held(name) = rows(name) . (text ? "" : " | awk -F, " . \
    "'$7 != was { print } { was = $7; end = $0 } END { print end }'")

title = "Heap growth on each stage: " . about
command = sprintf("build/bench/replay --samples %s %s LIBRARY", \
    word(facts, 3), trace)
height = 860
load "plots/page.gnuplot"

set multiplot
set lmargin at screen 0.125
set rmargin at screen 0.97
set xrange [0:operations / unit]
set ylabel "MiB held" offset 1,0
do for [panel in text ? "near" : "all near"] {
    if (panel eq "all") {
        set tmargin at screen 0.90
        set bmargin at screen 0.57
        set yrange [0:*]
        set key off
        set format x ""
        do for [name in names] {
            end = ask_of(name, "END { print $4, $7 / 1048576 }")
            share = word(end, 1) / operations
            if (share < 1) {
                set label sprintf("%s stopped at %.3g %%", name, 100 * share) \
                    at most(share, 0.55) * operations / unit, \
                    real(word(end, 2)) offset 0,0.8 textcolor rgb colour(name)
            }
        }
    } else {
        set tmargin at screen (text ? 0.90 : 0.51)
        set bmargin at screen 0.24
        set yrange [0:2 * peak_live / MiB]
        set key on at screen 0.53, 0.01 bottom center vertical Left reverse \
            maxrows (words(names) > 5 ? 4 : 3) samplen 3 width 2
        set format x "%g"
        set xlabel (unit > 1e3 ? "million calls" : "thousand calls") \
            offset 0,0.4
        if (!text) { set label "The same, near the live bytes" \
            at screen 0.13, 0.535 }
    }
    plot rows(whole) using ($4 / unit):($6 / MiB) with filledcurves y1=0 \
             fillcolor rgb live_colour \
             title (text ? "X: live bytes" : "live bytes"), \
         for [name in names] held(name) using ($4 / unit):($7 / MiB) @steps \
             title name
    unset label
}
unset multiplot
