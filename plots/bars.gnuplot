# bars.gnuplot - stacked bars lying on their side, a row for each name.
#
# Load it after plots/page.gnuplot, with
#   names            the rows, from top to bottom
#   kinds            what is stacked, from left to right
#   kind_colour[]    their colours, and kind_letter[], for text
#   bar[]            for each row its values, in the order of kinds
#   said[]           for each row what is written after its bar
#   across           the label of the axis
# The axis ends at four times the median; longer bars are cut, with a mark. In
# text a bar is a string with as many letters of each kind as its part is long.

part(i, k) = real(word(bar[i], k))
up_to(i, k) = k < 1 ? 0 : up_to(i, k - 1) + part(i, k)
rows_of_bars = words(names)

set print $totals
do for [i=1:rows_of_bars] { print up_to(i, words(kinds)) }
stats $totals using 1 name "total" nooutput
limit = least(total_max, 4 * total_median)
if (limit <= 0) { limit = total_max > 0 ? total_max : 1 }

# Where a part ends on the axis.
end(i, k) = least(limit, up_to(i, k))
set print $parts
do for [i=1:rows_of_bars] {
    do for [k=1:words(kinds)] {
        print sprintf("%d,%d,%g,%g", k, i, end(i, k - 1), end(i, k))
    }
}
unset print

set lmargin at screen (text ? 0.20 : 0.225)
set rmargin at screen 0.70
set tmargin at screen down(80, 3)
set bmargin at screen up(150, 6)
set xrange [0:limit]
set yrange [rows_of_bars + 0.6:0.4]
set xlabel across offset 0,0.4
set xtics tics_step(limit)
set grid noytics xtics
set ytics ()
set for [i=1:rows_of_bars] ytics add (word(names, i) i) scale 0
set key at screen 0.5, up(12, 0.5) bottom center vertical Left reverse \
    samplen 1 maxrows 2

# A bar of letters, up to the end of its kind k.
column_of(x) = int(x * 47 / limit + 0.5)
repeated(letter, n) = n < 1 ? "" : letter . repeated(letter, n - 1)
spelled(i, k) = k < 1 ? "" : spelled(i, k - 1) . repeated(kind_letter[k], \
    column_of(end(i, k)) - column_of(end(i, k - 1)))
do for [i=1:rows_of_bars] {
    set label said[i] at limit, i left offset 1,0 font ",16"
    if (text) { set label spelled(i, words(kinds)) at 0, i left offset 1,0 }
    if (limit < total_max && up_to(i, words(kinds)) > limit) {
        set label "//" at limit, i right offset -0.5,0 front \
            textcolor rgb (text ? "black" : "white")
    }
}
if (text) {
    plot for [k=1:words(kinds)] NaN @area_key title word(kinds, k)
} else {
    plot for [k=1:words(kinds)] $parts \
        using ($1 == k ? $3 : NaN):2:3:4:($2 - 0.36):($2 + 0.36) \
        with boxxyerror fillcolor rgb kind_colour[k] title word(kinds, k)
}
