# step.awk: the step to a chapter as a page, side by side, from `tools/diff NN`
#
# Called with the variables work, page (this page), before and after (the
# chapters' folders), and these files:
#     work/pages, work/functions, work/remarks
#     the diff
# A hunk is cut into pieces, one for each function. A piece has its function's
# remark, and pairs of blocks, old and new, whose lines are those of the
# highlighted sources. What does not change is left out but for the function around
# a change. Prints the page's body; adds its files to work/heads, and
# its functions to work/places: FOLDER <tab> NAME <tab> PLACE.

BEGIN {
    FS = "\t"
}

FILENAME ~ /\/pages$/ {
    page_of[$3] = $2
    next
}

FILENAME ~ /\/functions$/ {
    if (index($1, before "/") == 1 || index($1, after "/") == 1)
        for (i = $2; i <= $3; i++)
            function_at[$1, i] = $4
    next
}

FILENAME ~ /\/remarks$/ {
    remark[$1] = $3
    rank[$1] = $2
    next
}

/^diff / {
    end_file()
    name = $0
    sub(/.*\//, "", name)
    old_path = before "/" name
    new_path = after "/" name
    state = ""
    next
}

/^new file/ {
    state = "new"
}

/^deleted file/ {
    state = "gone"
}

/^@@ / {
    if (!in_file)
        begin_file()
    else
        end_hunk()
    match($0, /-[0-9]+/)
    old = substr($0, RSTART + 1, RLENGTH - 1)
    match($0, /\+[0-9]+/)
    new = substr($0, RSTART + 1, RLENGTH - 1)
    in_hunk = 1
    next
}

!in_hunk {
    next
}

/^-/ {
    enter(function_at[old_path, old])
    if (added)
        end_pair()
    gone = gone line_of(old_path, old++)
    next
}

/^\+/ {
    enter(function_at[new_path, new])
    added = added line_of(new_path, new++)
    next
}

/^ / {
    enter(function_at[new_path, new])
    if (added || gone)
        end_pair()
    same_old = same_old line_of(old_path, old++)
    same_new = same_new line_of(new_path, new++)
}

END {
    end_file()
}

function begin_file() {
    last_remark = ""
    in_file = 1
    print "<section class=\"file\">"
    printf "<h2 id=\"%s\"><a href=\"%s\">%s</a>%s</h2>\n", name,
        page_of[state == "gone" ? old_path : new_path], name,
        state ? " <small>" state "</small>" : ""
    printf "%s\t2\t%s\t%s\n", page, name, name >>(work "/heads")
}

function end_file() {
    end_hunk()
    if (in_file)
        print "</section>"
    in_file = 0
}

function end_hunk() {
    if (in_hunk)
        end_piece()
    in_hunk = 0
    current = ""
}

# The next line belongs to function f: if that is another one, a piece ends.
function enter(f) {
    if (f == "" || f == current)
        return
    end_piece()
    current = f
}

function end_pair() {
    if (same_new)
        pairs = pairs pair("same", same_old, same_new)
    if (gone || added) {
        changed = 1
        pairs = pairs pair(!gone ? "added" : !added ? "gone" : "changed",
            gone, added)
    }
    if (gone || same_new)
        two_sides = 1
    same_old = same_new = gone = added = ""
}

function pair(class, left, right) {
    return "<div class=\"pair " class "\">" \
        (left ? "<pre class=\"old\">" left "</pre>" : "") \
        (right ? "<pre class=\"new\">" right "</pre>" : "") "</div>\n"
}

function end_piece(    id, note) {
    end_pair()
    if (changed) {
        if (current != "" && !(current in shown)) {
            shown[current] = 1
            id = " id=\"f-" current "\""
            note = remark_of(current)
            print after "\t" current "\t" page "#f-" current >>(work "/places")
        }
        printf "<div class=\"piece%s\"%s>\n", two_sides ? "" : " fresh", id
        if (note)
            print "<aside>" note "</aside>"
        printf "<div class=\"code sourceCode\">\n%s</div>\n</div>\n", pairs
    }
    pairs = ""
    changed = two_sides = 0
}

# A remark on several functions that follow each other is made once.
function remark_of(f,    s) {
    s = rank[f] " " remark[f]
    if (s == last_remark)
        return ""
    last_remark = s
    return remark[f]
}

# Line n of a file: its number, which leads to the source, and its code.
function line_of(path, n,    file, s, k, start) {
    start = "<span id=\"L-[0-9]+\"><a href=\"#L-[0-9]+\"[^>]*></a>"
    if (!(path in loaded)) {
        loaded[path] = 1
        file = work "/body/" page_of[path]
        while ((getline s <file) > 0)
            if (match(s, start)) {
                s = substr(s, RSTART)
                k = s
                sub(/^<span id="L-/, "", k)
                sub(/".*/, "", k)
                sub(/^<span[^>]*><a[^>]*><\/a>/, "", s)
                sub(/<\/code>.*/, "", s)
                sub(/<\/span>$/, "", s)
                code[path, k + 0] = s
            }
        close(file)
    }
    return sprintf("<span class=\"line\"><a href=\"%s#L-%d\" data-n=\"%d\">" \
        "</a>%s</span>\n", page_of[path], n, n, code[path, n])
}
