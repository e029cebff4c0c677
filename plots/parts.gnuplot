# parts.gnuplot - what the held bytes are for, over time.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/parts.gnuplot FOLDER FILE WORKLOAD [TITLE]
#
# Reads FOLDER/parts.csv. There is a panel for each stage and for the system's
# malloc, all to one scale; the kinds of bytes are stacked. Panels end at three
# times the most that was requested; if more is held, the panel says how much.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "parts"
load "plots/style.gnuplot"

# parts.csv: 4 operation, 5 requested, 6 rounding, 7 headers, 8 free, 9 top
names = names_with('$5 != ""')
facts = ask('$4 > last { last = $4 } $5 > most { most = $5 } ' . \
    '{ sum = $5 + $6 + $7 + $8 + $9 } sum > held { held = sum } ' . \
    'END { print last, most, held }')
operations = real(word(facts, 1))
limit = least(3 * word(facts, 2), real(word(facts, 3)))
# Of a panel: the most bytes held, the last operation, and its rows.
panel_facts(name) = ask_of(name, '{ sum = $5 + $6 + $7 + $8 + $9 } ' . \
    'sum > most { most = sum } { n++; last = $4 } ' . \
    'END { print most + 0, last, n }')
calls = call_unit(operations)
bytes = byte_unit(limit)
samples = int(word(panel_facts(word(names, 1)), 3)) - 1
kinds = "requested rounding headers free top"
array kind_colour[5] = [used_colour, rounding_colour, own_colour, \
                        free_colour, top_colour]
array kind_letter[5] = ["#", "r", "h", ".", "-"]

panels = words(names)
columns = side_by_side(panels)
title = "What the bytes are for: " . about
command = sprintf("build/bench/walk parts %d %s LIBRARY", samples, trace)
height = 170 + 230 * ceil(real(panels) / columns)
load "plots/page.gnuplot"
foot = up(105, 4)
x_label = call_name(calls)
y_label = byte_name(bytes) . " held"
load "plots/panels.gnuplot"
set xrange [0:operations / calls]
set yrange [0:limit / bytes]
set xtics tics_step(operations / calls)
set ytics tics_step(limit / bytes)

# Areas are drawn from the highest down, each over the one before: the area of k
# is as high as the sum of the first k kinds.
do for [i=0:panels - 1] {
    name = word(names, i + 1)
    data = rows(name)
    facts = panel_facts(name)
    held = real(word(facts, 1))
    share = word(facts, 2) / operations
    if (held > limit) { name = cut(name, held) }
    load "plots/panel.gnuplot"
    load "plots/stopped.gnuplot"
    plot for [k=5:1:-1] data every 1 + samples / 120 \
        using ($4 / calls):((sum [c=5:4 + k] column(c)) / bytes) @area
    unset label
}
load "plots/key.gnuplot"
plot -1, for [k=1:5] keyentry @area_key title word(kinds, k)
unset multiplot
