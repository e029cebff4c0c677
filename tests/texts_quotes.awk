# texts_quotes.awk - compare the code that a text quotes with its file
#
#     awk [-v fix=1] -f texts_fences.awk -f texts_quotes.awk TEXT
#
# A quote is a block whose fence names a file. Lines that are only /* ... */
# divide it into runs. Each run must stand in the file as it is, one below the
# other. With fix the text is printed, each quote as its file now has it.
#
# To mend a run is to find where it begins and ends today. Its first and last
# line of code say so, comments apart; or, where it begins with the head of a
# function, the name of that function and its closing brace. A comment at
# either end of the run is the one that stands there now. What is not found is
# left as it is.

function load(path,    line)
{
    if (path in length_of)
        return
    length_of[path] = 0
    while ((getline line <path) > 0)
        file[path, ++length_of[path]] = line
    close(path)
    find_code(path)
}

# code[path, i] is a line without comments and blanks around it.
function find_code(path,    i, in_comment)
{
    for (i = 1; i <= length_of[path]; i++) {
        in_comment = strip(file[path, i], in_comment)
        code[path, i] = stripped
    }
}

# Leave the code of a line in stripped. Does a comment go on behind its end?
function strip(line, in_comment)
{
    stripped = ""
    for (;;) {
        if (in_comment) {
            if (!match(line, /\*\//))
                break
            line = substr(line, RSTART + 2)
            in_comment = 0
        } else if (match(line, /\/\*/)) {
            stripped = stripped substr(line, 1, RSTART - 1)
            line = substr(line, RSTART + 2)
            in_comment = 1
        } else {
            stripped = stripped line
            break
        }
    }
    sub(/^[ \t]+/, "", stripped)
    sub(/[ \t]+$/, "", stripped)
    return in_comment
}

# The name of the function whose head begins on this line, or "".
function function_name(line)
{
    if (line !~ /^[A-Za-z_].*\(/ || line ~ /;[ \t]*$/)
        return ""
    gsub(/__attribute__ *\(\([^()]*(\([^()]*\)[^()]*)*\)\) */, "", line)
    if (!match(line, /[A-Za-z_][A-Za-z_0-9]*\(/))
        return ""
    return substr(line, RSTART, RLENGTH - 1)
}

# ---- gather

at == "in" && quoted != "" {
    line[++lines] = body
    next
}

at == "open" && quoted != "" {
    lines = 0
}

at == "close" && quoted != "" {
    compare(place_of(quoted))
}

fix {
    print
}

# ---- compare and mend

function is_elision(i)
{
    return line[i] ~ /^[ \t]*\/\* \.\.\. \*\/[ \t]*$/
}

function compare(path,    first, last, below)
{
    if (!exists(path)) {
        complain(opened, quoted ": there is no such file")
        keep(1, lines)
        return
    }
    load(path)
    below = 0
    for (first = 1; first <= lines; first = last + 1) {
        last = first
        if (is_elision(first) || line[first] == "") {
            keep(first, first)
            continue
        }
        while (last < lines && !is_elision(last + 1))
            last++
        while (line[last] == "")
            last--
        below = compare_run(path, first, last, below)
    }
}

function keep(first, last,    i)
{
    for (i = first; fix && i <= last; i++)
        put(line[i])
}

function put(text)
{
    print text == "" ? "" : sprintf("%" indent "s%s", "", text)
}

# A run of lines must stand below this line of the file. Return its end there.
function compare_run(path, first, last, below,    p, n, best, most)
{
    most = -1
    for (p = below + 1; p <= length_of[path]; p++) {
        for (n = 0; first + n <= last && file[path, p + n] == line[first + n];)
            n++
        if (n > most) {
            most = n
            best = p
        }
        if (first + n > last) {
            keep(first, last)
            return p + n - 1
        }
    }
    if (fix)
        return mend_run(path, first, last, below)
    name_line(path, first + most)
    return most > 0 ? best + most - 1 : below
}

function name_line(path, i,    p, where)
{
    for (p = 1; p <= length_of[path]; p++)
        if (file[path, p] == line[i])
            where = i > 1 ? " there, below \"" trim(line[i - 1]) "\"" : " there"
    complain(opened + i, quoted " has no line \"" trim(line[i]) "\"" where \
             " (make docs-fix brings it up to date)")
}

function trim(text)
{
    sub(/^[ \t]+/, "", text)
    return text
}

function mend_run(path, first, last, below,    start, end, i)
{
    find_code_of_run(first, last)
    start = find_start(path, below)
    end = start ? find_end(path, start) : 0
    if (!end) {
        keep(first, last)
        return below
    }
    if (head > first)
        start = with_comment_before(path, start, below, line[first])
    if (tail < last)
        end = with_comment_after(path, end, line[last])
    for (i = start; i <= end; i++)
        put(file[path, i])
    return end
}

# The code of the run's lines, and its first and last line with any: head and
# tail. A run may begin in the midst of a comment.
function find_code_of_run(first, last,    i, in_comment)
{
    in_comment = line[first] ~ /^ *\*/
    head = tail = 0
    for (i = first; i <= last; i++) {
        in_comment = strip(line[i], in_comment)
        code_of[i] = stripped
        if (stripped != "") {
            head = head ? head : i
            tail = i
        }
    }
}

# The line of the file where the run's code begins: the one that has most of
# the run's lines behind it; or where its function begins.
function find_start(path, below,    p, i, name, most, best, n)
{
    if (!head)
        return 0
    most = 0
    for (p = below + 1; p <= length_of[path]; p++)
        if (code[path, p] == code_of[head]) {
            n = 1
            for (i = 1; head + i <= tail; i++)
                n += code[path, p + i] == code_of[head + i]
            if (n > most) {
                most = n
                best = p
            }
        }
    if (most)
        return best
    name = function_name(line[head])
    for (p = below + 1; name != "" && p <= length_of[path]; p++)
        if (function_name(file[path, p]) == name)
            return p
    return 0
}

# The line where the run's code ends: the end of the last function that begins
# in it; or a line like its last one, the nearest to where that would be.
function find_end(path, start,    i, p, name, limit, best)
{
    if (tail == head)
        return start
    if (line[tail] == "}") {
        for (i = head; i < tail; i++)
            if (function_name(line[i]) != "")
                name = function_name(line[i])
        for (p = start; name != "" && p <= length_of[path]; p++)
            if (function_name(file[path, p]) == name)
                break
        if (name == "")
            p = start
        for (; p <= length_of[path]; p++)
            if (file[path, p] == "}")
                return p
        return 0
    }
    limit = start + tail - head
    for (p = start + 1; p <= length_of[path]; p++) {
        if (code[path, p] == code_of[tail] &&
            (!best || distance(p, limit) < distance(best, limit)))
            best = p
        if (file[path, p] == "}" && !has_brace())
            break
    }
    return best
}

function distance(a, b)
{
    return a > b ? a - b : b - a
}

# Does the run go beyond a function's end?
function has_brace(    i)
{
    for (i = head; i <= tail; i++)
        if (line[i] == "}")
            return 1
    return 0
}

# The comment before a line of the file, from the line with this text if it
# is there, or else whole.
function with_comment_before(path, start, below, text,    p)
{
    for (p = start; p - 1 > below && is_comment(path, p - 1); p--)
        if (file[path, p - 1] == text)
            return p - 1
    return p
}

function with_comment_after(path, end, text,    p)
{
    for (p = end; is_comment(path, p + 1); p++)
        if (file[path, p + 1] == text)
            return p + 1
    return p
}

function is_comment(path, p)
{
    return p <= length_of[path] && code[path, p] == "" && file[path, p] != ""
}
