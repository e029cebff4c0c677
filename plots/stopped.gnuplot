# stopped.gnuplot - says in a panel over calls that its run was stopped.
#
# Load it after plots/panel.gnuplot, with
#   share    of all operations, those that were made: nothing is said at 1
# The words stand upright where the run ends; in text, which has no upright
# letters, to the left.

stopped_at = text ? "graph 1, graph 0.8 right" : \
    "graph least(share + 0.05, 0.96), graph 0.97 right rotate"
if (share < 1) {
    set label sprintf("stopped at %.3g %%", 100 * share) at @stopped_at \
        font ",16"
}
