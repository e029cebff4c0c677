# progress.awk - says how far a plan is, and how long the rest may take.
#
# Usage: ... | awk [-v terminal=1] -f bench/measure/progress.awk PLAN -
#
# PLAN has as its first field the seconds that each job may take; stdin has the
# line numbers of jobs as they are done. If the jobs so far took longer than
# planned, the rest is taken to do so too. On a terminal the line is written
# over; elsewhere there is a line for every tenth of the work.

BEGIN {
    FS = "\t"
    began = now()
}

FILENAME != "-" {
    seconds[FNR] = $1
    job[FNR] = $2 " " $3 " " $5
    planned += $1
    next
}

{
    done += seconds[$1]
    say(int(100 * done / planned), (now() - began) * (planned / done - 1),
        job[$1])
}

END {
    if (terminal)
        printf "\r\033[K" >"/dev/stderr"
}

# The time in seconds: the seed before the last one (POSIX awk has no clock).
function now() {
    srand()
    return srand()
}

function say(percent, left, what) {
    left = percent < 3 ? "" : ", " clock(left) " left" # too early to say
    if (terminal)
        printf "\r\033[K%3d %%%s: %s", percent, left, what >"/dev/stderr"
    else if (percent >= next_percent) {
        printf "%3d %%%s\n", percent, left >"/dev/stderr"
        next_percent = 10 * (int(percent / 10) + 1)
    }
    fflush("/dev/stderr")
}

function clock(seconds) {
    return sprintf("%d:%02d", seconds / 60, seconds % 60)
}
