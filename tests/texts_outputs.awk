# texts_outputs.awk - compare the output that a text shows with what comes
#
#     awk -v list=1 ... TEXT...                 print the commands, one a line
#     awk -v commands=FILE [-v fix=1] ... TEXT  compare; or print, mended
#
# FILE has the commands, FILE.N what the N-th of them printed. Addresses are
# compared by their last three digits alone, for the rest is the system's
# choice. A line that is only ... stands for any lines.

BEGIN {
    if (commands)
        for (n = 1; (getline line <commands) > 0; n++)
            number_of[line] = n
}

# ---- gather

language != "console" || at == "prose" {
    if (fix)
        print
    next
}

at == "open" {
    command = ""
    goes_on = 0
}

at == "in" && goes_on {
    sub(/^> /, "", body)
    command = command " " body
    goes_on = sub(/ *\\$/, "", command)
    started = FNR
    if (fix)
        print
    next
}

at == "in" && body ~ /^\$ / {
    finish()
    command = substr(body, 3)
    goes_on = sub(/ *\\$/, "", command)
    started = FNR
    lines = 0
    if (fix)
        print
    next
}

at == "in" {
    if (command == "") {
        complain(FNR, "output without a command before it")
        if (fix)
            print
    }
    shown[++lines] = body
    next
}

at == "close" {
    finish()
    command = ""
}

fix {
    print
}

# ---- compare and mend

function finish()
{
    if (command == "")
        return
    if (list) {
        if (!(command in number_of))
            print command
        number_of[command]
        return
    }
    trailing = 0
    while (lines > 0 && shown[lines] == "") {
        trailing++
        lines--
    }
    load(commands "." number_of[command])
    where = difference()
    if (where && !fix)
        complain(started + where, report(where))
    if (fix)
        mend(where)
}

function load(path,    text)
{
    count = 0
    while ((getline text <path) > 0) {
        sub(/[ \t]+$/, "", text)
        printed[++count] = text
    }
    close(path)
    while (count > 0 && printed[count] == "")
        count--
    stopped = count > 0 && printed[count] ~ /^\(stopped after [0-9]+ seconds\)$/
}

function mask(text,    masked)
{
    while (match(text, /0x[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]+/)) {
        masked = masked substr(text, 1, RSTART - 1) "0x..." \
                 substr(text, RSTART + RLENGTH - 3, 3)
        text = substr(text, RSTART + RLENGTH)
    }
    return masked text
}

function same(i, j)
{
    return mask(shown[i]) == mask(printed[j])
}

# The first line shown that does not come, or the one behind the last if more
# comes; 0 if all is in order. next_printed is what comes in its place.
function difference(    i, j, first, last, n, most)
{
    next_printed = 1
    first = 1
    for (i = 1; i <= lines + 1; i++) {
        if (i <= lines && shown[i] != "...")
            continue
        last = i - 1 # the lines from first to last stand between two gaps
        most = -1
        for (j = next_printed; j <= count + 1; j++) {
            if (i > lines && first > 1 && j + last - first < count)
                continue # behind the last gap comes the end
            for (n = 0; first + n <= last && j + n <= count &&
                 same(first + n, j + n);)
                n++
            if (n > most) {
                most = n
                best = j + n
            }
            if (first + n > last || first == 1)
                break
        }
        next_printed = best
        if (first + most <= last)
            return first + most
        first = i + 1
    }
    if (next_printed <= count && (lines == 0 || shown[lines] != "..."))
        return lines + 1
    return 0
}

function report(where,    text)
{
    text = "$ " command ": prints "
    if (next_printed <= count)
        text = text "\"" printed[next_printed] "\""
    else
        text = text "no more"
    if (where <= lines)
        text = text ", not \"" shown[where] "\""
    return text " (make docs-fix brings it up to date)"
}

# Print the output: as it is shown if that is right, or else what came.
function mend(where,    i)
{
    if (where && !stopped && cut_as_shown()) {
        for (i = 1; i <= cuts; i++)
            put(cut[i])
    } else {
        for (i = 1; i <= lines; i++)
            put(shown[i])
    }
    while (trailing-- > 0)
        put("")
}

# Leave in cut what came, with the gaps that are shown. Between two of these
# stand as many lines as before, from where most of them are as they were.
function cut_as_shown(    i, j, first, n, from)
{
    cuts = 0
    from = 1
    first = 1
    for (i = 1; i <= lines + 1; i++) {
        if (i <= lines && shown[i] != "...")
            continue
        n = i - first
        if (first > 1 && i > lines)
            j = count - n + 1
        else
            j = first > 1 && n > 0 ? likest(first, n, from) : from
        if (first == 1 && i > lines)
            n = count
        if (j < from || j + n - 1 > count)
            return 0
        for (from = j + n; j < from; j++)
            cut[++cuts] = printed[j]
        if (i <= lines)
            cut[++cuts] = "..."
        first = i + 1
    }
    return 1
}

# Where do n lines come, from the line from on, that are most like these?
function likest(first, n, from,    i, j, same_lines, most, best)
{
    for (j = from; j + n - 1 <= count; j++) {
        same_lines = 0
        for (i = 0; i < n; i++)
            same_lines += same(first + i, j + i)
        if (same_lines > most) {
            most = same_lines
            best = j
        }
    }
    return best + 0
}

function put(text)
{
    print text == "" ? "" : sprintf("%" indent "s%s", "", text)
}
