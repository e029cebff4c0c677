# parts.gnuplot - what the held bytes are for, over time.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/parts.gnuplot FOLDER FILE WORKLOAD [TITLE]
#
# Reads FOLDER/parts.csv. A panel for each stage and the system's malloc, all to
# one scale, the kinds of bytes upon each other. Panels end at three times
# the most that was requested; where more is held, the panel says how much.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
data = "parts.csv"
load "plots/style.gnuplot"

# parts.csv: 4 operation, 5 requested, 6 rounding, 7 headers, 8 free, 9 top
names = names_with('$5 != ""')
panels = words(names)
facts = ask('$4 > last { last = $4 } $5 > most { most = $5 } ' . \
    '{ sum = $5 + $6 + $7 + $8 + $9 } sum > held { held = sum } ' . \
    'END { print last, most, held }')
operations = real(word(facts, 1))
limit = least(3 * word(facts, 2), real(word(facts, 3))) / MiB
held(name) = real(ask_of(name, '{ sum = $5 + $6 + $7 + $8 + $9 } ' . \
    'sum > most { most = sum } END { print most + 0 }')) / MiB
unit = operations >= 2e6 ? 1e6 : 1e3
samples = int(ask_of(word(names, 1), "END { print NR - 1 }"))

eval start(170 + 230 * floors(panels))
foot = up(105, 4)
eval heading("What the bytes are for: " . about, sprintf( \
    "build/bench/walk parts %d %s LIBRARY", \
    samples, trace))
eval axes_of_panels(unit > 1e3 ? "million calls" : "thousand calls", "MiB held")
set multiplot
set xrange [0:operations / unit]
set yrange [0:limit]
set xtics tics_step(operations / unit)
set ytics tics_step(limit)
set key off

# Areas are drawn from the highest down, each over the one before it.
array kind_colour[5] = [used_colour, rounding_colour, own_colour, \
                        free_colour, top_colour]
curve_of(k) = "rows(name) every 1 + samples / 120 using ($4 / unit):((" . \
    "$5 + $6 + $7 + $8 + $9"[1:5 * k - 3] . ") / MiB) with "
area(k) = curve_of(k) . (text ? "points pointtype kind_letter[" . k . "]" : \
    "filledcurves y1=0 fillcolor rgb kind_colour[" . k . "]")
array kind_letter[5] = ["#", "r", "h", ".", "-"]
areas = area(5) . ", " . area(4) . ", " . area(3) . ", " . area(2) . ", " . \
    area(1)
do for [i=0:panels - 1] {
    name = word(names, i + 1)
    eval place(i)
    if (held(name) > limit) {
        eval beyond(held(name))
    }
    eval "plot " . areas
    unset label
}
eval key_below(text ? "# requested  r rounding  h headers  . free  - top" : "")
plot -1, \
    keyentry with boxes fillcolor rgb used_colour title "requested", \
    keyentry with boxes fillcolor rgb rounding_colour title "rounding", \
    keyentry with boxes fillcolor rgb own_colour title "headers", \
    keyentry with boxes fillcolor rgb free_colour title "free", \
    keyentry with boxes fillcolor rgb top_colour title "top"
unset multiplot
