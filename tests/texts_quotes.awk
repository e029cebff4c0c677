# texts_quotes.awk - compare the code that a text quotes with its file
#
#     awk [-v fix=1] [-v own="FILE..."] -f texts_fences.awk \
#         -f texts_quotes.awk TEXT
#
# A quote is a block whose fence names a file; a block with a function from the
# files in own must name it. Lines that are only /* ... */ divide a quote into
# runs. Each run must stand in the file as it is, one below the other. With fix
# the text is printed, each quote as its file now has it.
#
# To mend a run is to find where it begins and ends today: by its first and
# last line of code, comments apart, called head and tail; or, where it begins
# with a function, by that function's name and closing brace. A comment before
# the head or behind the tail becomes the one that stands there now. What is
# not found is left as it is, for the next check to name.

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

at == "open" {
    lines = 0
}

at == "in" {
    line[++lines] = body
    if (quoted != "")
        next
}

at == "close" && quoted != "" {
    compare(place_of(quoted))
}

at == "close" && quoted == "" && language == "c" {
    find_unnamed()
}

fix {
    print
}

# The rest of the text would be taken for code, so it is not mended at all.
END {
    if (fence != "") {
        complain(opened, "the block that begins here has no end")
        exit 1
    }
}

# Is it a function of ours, its head and how it begins, without a name?
function find_unnamed(    files, n, f, i, p)
{
    n = split(own, files, " ")
    for (f = 1; f <= n; f++) {
        load(files[f])
        for (i = 1; i + 2 <= lines; i++)
            for (p = 1; function_name(line[i]) != "" &&
                 p <= length_of[files[f]]; p++)
                if (file[files[f], p] == line[i] &&
                    file[files[f], p + 1] == line[i + 1] &&
                    file[files[f], p + 2] == line[i + 2]) {
                    complain(opened, "a quote of " files[f] \
                             ", whose name is missing behind the c")
                    return
                }
    }
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

function mend_run(path, first, last, below,    i)
{
    find_code_of_run(first, last)
    if (head)
        found = find_start(path, below) && find_end(path)
    else
        found = find_comment(path, first, last, below)
    if (!found) {
        keep(first, last)
        return below
    }
    if (head > first)
        start = with_comment_before(path, start, below, first)
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

# Find the line of the file where the run's code begins, or 0: a line like its
# head, the one with most of the run behind it; the head of its function, by
# name; or so many lines before the next line that is there. What is indented
# is looked for in the function that it stood in, and up to its end.
function find_start(path, below,    p, i, n, most, name, limit)
{
    start = most = 0
    limit = length_of[path]
    if (below && line[head] ~ /^ /)
        for (limit = below + 1; limit < length_of[path]; limit++)
            if (file[path, limit] == "}")
                break
    for (p = below + 1; p <= limit; p++)
        if (code[path, p] == code_of[head]) {
            n = 1
            for (i = 1; head + i <= tail; i++)
                n += code[path, p + i] == code_of[head + i]
            if (n > most) {
                most = n
                start = p
            }
        }
    name = function_name(line[head])
    for (p = below + 1; !start && name != "" && p <= limit; p++)
        if (function_name(file[path, p]) == name)
            start = p
    for (i = head + 1; !start && name == "" && i <= tail; i++)
        for (p = below + 1 + i - head; !start && p <= limit; p++)
            if (code_of[i] ~ /[a-z]/ && code[path, p] == code_of[i])
                start = p - (i - head)
    if (!start && limit - (tail - head) > below && line[tail] == "}")
        start = name == "" ? limit - (tail - head) : 0
    return start
}

# And where it ends, or 0: the end of the last function that begins in it; a
# line like its tail, the one nearest to where that would be; or so many lines
# below its beginning.
function find_end(path,    p, i, name, expected)
{
    end = 0
    expected = start + tail - head
    p = start
    if (line[tail] == "}") {
        for (i = head; i < tail; i++)
            if (function_name(line[i]) != "")
                name = function_name(line[i])
        while (name != "" && p <= length_of[path] &&
               function_name(file[path, p]) != name)
            p++
        while (p <= length_of[path] && file[path, p] != "}")
            p++
        end = p <= length_of[path] ? p : 0
        return end
    }
    for (; p <= length_of[path]; p++) {
        if (file[path, p] == "}" && !holds_brace())
            break
        if (code[path, p] == code_of[tail] && (p > start || head == tail) &&
            (!end || distance(p, expected) < distance(end, expected)))
            end = p
    }
    if (!end && expected < p)
        end = expected
    return end
}

# A run that is a comment: find the one that still has one of its lines.
function find_comment(path, first, last, below,    p, i)
{
    start = end = 0
    if (line[first] !~ /^ *\/\*/ || line[last] !~ /\*\/$/)
        return 0
    for (i = first; i <= last && !start; i++)
        for (p = below + 1; p <= length_of[path] && !start; p++)
            if (file[path, p] == line[i] && line[i] ~ /[a-z]/)
                start = end = p
    while (start && start - 1 > below && is_comment(path, start - 1))
        start--
    while (end && is_comment(path, end + 1))
        end++
    return start
}

function distance(a, b)
{
    return a > b ? a - b : b - a
}

# Does the run go beyond a function's end?
function holds_brace(    i)
{
    for (i = head; i <= tail; i++)
        if (line[i] == "}")
            return 1
    return 0
}

# The comment before a line of the file, which stands before the run's head:
# from the line like the run's first one if there is such, or else whole.
function with_comment_before(path, start, below, first,    p)
{
    p = start
    while (line[head - 1] == "" && p - 1 > below && file[path, p - 1] == "")
        p--
    for (; p - 1 > below && is_comment(path, p - 1); p--)
        if (file[path, p - 1] == line[first])
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
