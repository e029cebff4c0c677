# zmalloc-moves.gnuplot - what moving all payloads gives back to the system.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/zmalloc-moves.gnuplot FOLDER FILE all [TITLE]
#
# Reads FOLDER/zmalloc-moves.csv (see bench/appendices/zmalloc_defrag.c). A bar is
# what is resident if nothing is moved; that of 01, which gives nothing back, is
# left out.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "zmalloc-moves"
load "plots/style.gnuplot"

# zmalloc-moves.csv: 1 moves, 3 live, 5 after, 6 moved, 7 better
names = names_with('$2 !~ /^01/')
kinds = "live not-live moved-and-given-back"
array kind_colour[3] = [used_colour, own_colour, free_colour]
array kind_letter[3] = ["#", "n", "."]
rows_wanted = words(names)
array bar[rows_wanted]
array said[rows_wanted]
parts = '$1 == "none" { none = $5 } $1 == "all" { live = $3; after = $5 } ' . \
    'END { printf "%f %f %f", live / 2^20, (after - live) / 2^20, ' . \
    '(none > after ? none - after : 0) / 2^20 }'
do for [i=1:rows_wanted] {
    bar[i] = ask_of(word(names, i), parts)
    said[i] = ask_of(word(names, i), \
        '$1 == "all" { printf "%.0f %% to denser pages", 100 * $7 / $6 }')
}

title = "Payloads are moved: what does it give back?"
command = "bench/appendices/zmalloc"
across = "MiB resident"
height = 230 + 45 * rows_wanted
load "plots/page.gnuplot"
load "plots/bars.gnuplot"
