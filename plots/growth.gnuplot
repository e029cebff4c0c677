# growth.gnuplot - heap growth: live bytes against bytes held, by calls.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/growth.gnuplot FOLDER FILE WORKLOAD [TITLE]
#
# Reads FOLDER/memory.csv. The upper panel shows the full range; the lower one
# shows the part near the live bytes, where the better stages lie together. Text
# has only the lower one. Peers are left out, because they do not say what they
# hold. The curve of a run that was stopped ends early, and the key says so.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "memory"
load "plots/style.gnuplot"

# memory.csv: 2 allocator, 4 operation, 6 live, 7 held
names = names_with('$7 > 0 && $2 != "system-notcache"')
whole = ask('$4 >= most { most = $4; name = $2 } END { print name }')
facts = ask_of(whole, '{ samples++; last = $4 } ' . \
    '$6 > live { live = $6 } END { print last, live, samples - 1 }')
operations = real(word(facts, 1))
peak_live = real(word(facts, 2))
calls = call_unit(operations)
said(name, done) = done == operations ? name : \
    sprintf("%s, stopped at %.3g %%", name, 100 * done / operations)
done(name) = real(ask_of(name, "{ last = $4 } END { print last }"))

# The lower panel shows all of the live bytes, the last stage and the system's
# malloc.
peaks = ask('$7 > peak[$2] { peak[$2] = $7 } $7 > most { most = $7 } ' . \
    '$2 ~ /^[0-9]/ { last = $2 } END { system_peak = peak["system"]; ' . \
    'print most, (system_peak > peak[last] ? system_peak : peak[last]), ' . \
    'last }')
limit_all = 1.05 * word(peaks, 1)
limit_near = most(2 * peak_live, 1.1 * word(peaks, 2))

# Where lines lie upon each other, those of later stages are thinner, so that
# earlier ones can be seen on both sides.
later(name) = stage(word(peaks, 3)) - stage(name)
width(name) = stage(name) ? least(8, 2 + 1.2 * later(name)) : 1.8
steps = text ? letters : "with steps linewidth width(name) " . look

# Lines need only the samples that differ from the one before, and the last.
held(name) = text ? rows(name) : "< " . awk_of(name, \
    "$7 != was { print } { was = $7; end = $0 } END { print end }")

title = "Heap growth on each stage: " . about
command = sprintf("build/bench/replay --samples %s %s LIBRARY", \
    word(facts, 3), trace)
key_rows = (words(names) + 2) / 2
height = 800 + 24 * key_rows
load "plots/page.gnuplot"
foot = up(100 + 24 * key_rows, 7)

set multiplot
set lmargin at screen 0.125
set rmargin at screen 0.97
set xrange [0:operations / calls]
do for [panel in text ? "near" : "all near"] {
    if (panel eq "all") {
        limit = limit_all
        set tmargin at screen down(86, 0)
        set bmargin at screen foot + up(296, 0)
        set key off
        set format x ""
    } else {
        limit = limit_near
        set tmargin at screen text ? down(0, 3) : foot + up(246, 0)
        set bmargin at screen foot
        set key on at screen 0.53, up(12, 0.3) bottom center vertical Left \
            reverse maxrows key_rows samplen 2.5 font ",16"
        set format x "%g"
        set xlabel call_name(calls) offset 0,0.4
        if (!text) { set label "The same, near the live bytes" \
            at screen 0.13, foot + up(266, 0) }
    }
    bytes = byte_unit(limit)
    set yrange [0:limit / bytes]
    set ylabel byte_name(bytes) . " held" offset 1,0
    plot rows(whole) using ($4 / calls):($6 / bytes) with filledcurves y1=0 \
             fillcolor rgb live_colour \
             title (text ? "X: live bytes" : "live bytes"), \
         for [name in names] held(name) using ($4 / calls):($7 / bytes) @steps \
             title said(name, done(name))
    unset label
}
unset multiplot
