# style.gnuplot - what all figures share: one size, one type, one palette.
#
# Load it from the repository root after setting `output_file`; its suffix
# chooses the terminal (.svg or .png). A stage keeps its colour and its dash
# in every figure: they are picked by the number that its name begins with.
# The colours are told apart by colour-blind readers, and in grey by dashes.

if (output_file[strlen(output_file)-3:] eq ".png") {
    set terminal pngcairo noenhanced font "sans,18" size 840,figure_height
} else {
    set terminal svg noenhanced font "sans-serif,18" size 840,figure_height \
        dynamic background "white"
}
set output output_file

array stage_colour[8] = ["#d55e00", "#e69f00", "#009e73", "#56b4e9", \
                         "#0072b2", "#cc79a7", "#882255", "#999933"]
live_colour = "#b8b8b8"
quiet_colour = "#707070"

# 01 ... 08 are stages; any other name is the system's malloc or a peer.
stage(name) = (name[1:2] eq "00" || name[1:1] ne "0") ? 0 : int(name[1:2])
colour(name) = stage(name) ? stage_colour[stage(name)] : "black"
dash(name) = stage(name) ? 1 : 2

# Rows of one allocator, and the allocators of a CSV in their order there.
rows(name, csv) = sprintf("< awk -F, '$1 == \"%s\"' '%s'", name, csv)
names_in(csv, condition) = system(sprintf( \
    "awk -F, '$1 ~ /^0[1-9]-|^system/ && (%s) && !seen[$1]++ " . \
    "{ print $1 }' '%s'", condition, csv))
text_in(csv, name, column) = system(sprintf( \
    "awk -F, '$1 == \"%s\" { print $%d }' '%s'", name, column, csv))
number_in(csv, name, column) = real(text_in(csv, name, column))
medians(name, csv, column) = sprintf( \
    "< grep '^%s,' '%s' | awk -v column=%d -f bench/medians.awk", \
    name, csv, column)

# What the last fields say: which allocators failed, or were stopped.
notes_in(csv) = system(sprintf( \
    "awk -F, '$1 !~ /^#|^allocator/ && NF > 1 && $NF != \"\" && " . \
    "!seen[$1]++ { print $1 \": \" $NF }' '%s'", csv))

set datafile separator ","
set border 3 linewidth 1
set tics nomirror out
set grid ytics linewidth 0.5 linecolor rgb live_colour dashtype 3
