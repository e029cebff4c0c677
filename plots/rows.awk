# rows.awk - leaves a program only the rows that match.
#
# Usage: awk -v wanted=REGEXP -f plots/rows.awk -f PROGRAM CSV

$0 !~ wanted { next }
