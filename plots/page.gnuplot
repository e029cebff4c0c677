# page.gnuplot - opens the file of a figure, and writes its heading.
#
# Load it after plots/style.gnuplot, with
#   title      what is compared
#   command    what made the numbers
#   height     in pixels; the width is 840, and text has 100 x 30 characters
# The file is .svg, .png, or .txt for a terminal.

if (text) {
    set terminal dumb noenhanced size 100,30
    unset grid
} else { if (suffix eq ".png") {
    set terminal pngcairo noenhanced font "sans,18" size 840,height
} else {
    set terminal svg noenhanced font "sans-serif,18" dynamic \
        background "white" size 840,height
} }
set output file

# The place this many pixels, or lines of text, above the foot or below the
# head.
up(pixels, text_lines) = text ? text_lines / 30.0 : pixels / real(height)
down(pixels, text_lines) = 1 - up(pixels, text_lines)

set label title at screen 0.02, down(30, 0.5) font ",22"
set label command at screen 0.02, down(60, 1.5) font ",15" \
    textcolor rgb quiet_colour
