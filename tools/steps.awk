# steps.awk: judges the step that leads to one chapter. tools/steps calls it
# with the variables before and after (the chapters' folders, before empty for
# the first), inserted and deleted (lines), numbers (as the tables have them),
# outdated (the texts whose table has others), and these files:
#
# The sources of the chapter before, those of the chapter, and its README.md.
# A function is what our style makes of it: a declarator that starts in
# column 0, then { and } alone there. Of each one text[side, file, name] is
# kept, and in the order of the files name_of and file_of [side, number].
# Prints the step as a comment, then its verdict as a line of TAP.

FNR == 1 {
    file = base_name(FILENAME)
    side = index(FILENAME, after "/") == 1 ? "after" : "before"
    declarator = ""
    in_body = 0
}

# The text: what stands in backticks names a function, with (...) or without.
file == "README.md" {
    if (/^Deletions:/)
        reason = 1
    if (/^Insertions:/)
        long_reason = 1
    while (match($0, /`[^`]*`/)) {
        name = substr($0, RSTART + 1, RLENGTH - 2)
        sub(/\(.*/, "", name)
        named[name] = 1
        $0 = substr($0, RSTART + RLENGTH)
    }
    next
}

in_body {
    text[side, file, name] = text[side, file, name] "\n" $0
    if (/^}/)
        in_body = 0
    next
}

$0 == "{" {
    name = function_name(declarator)
    if (!((side, file, name) in text)) {
        count[side]++
        file_of[side, count[side]] = file
        name_of[side, count[side]] = name
    }
    text[side, file, name] = text[side, file, name] declarator
    declarator = ""
    in_body = 1
    next
}

# What ends here was no declarator, but a preprocessor line, a comment or a
# declaration.
/^$/ || /^[#}]/ || /;$/ || /\*\/$/ {
    declarator = ""
    next
}

declarator != "" || /^[^ \t]/ {
    declarator = declarator "\n" $0
}

END {
    find_new_and_changed()
    find_moved_to_another_file()
    for (i = 1; i <= count["after"]; i++)
        if (!(file_of["after", i] in ordered))
            find_moved_within(file_of["after", i])
    report()
}

function base_name(path) {
    sub(/.*\//, "", path)
    return path
}

# chapters/02-two is 02-two, kernel/02-two is k02-two.
function stage_name(folder) {
    return (folder ~ /^kernel\// ? "k" : "") base_name(folder)
}

# The identifier before the first parenthesis, attributes left out.
function function_name(s) {
    gsub(/__attribute__ *\(\([^()]*(\([^()]*\)[^()]*)*\)\)/, "", s)
    match(s, /[A-Za-z_][A-Za-z_0-9]*[ \n]*\(/)
    name = substr(s, RSTART, RLENGTH - 1)
    sub(/[ \n]*$/, "", name)
    return name
}

# What the text must name. The place of a new function is remembered, because it
# may have come from another file.
function find_new_and_changed(    i, f, n) {
    for (i = 1; i <= count["after"]; i++) {
        f = file_of["after", i]
        n = name_of["after", i]
        if (!(("before", f, n) in text))
            arrived[n] = f
        else if (text["before", f, n] == text["after", f, n])
            continue
        if (!(n in named))
            unnamed = unnamed (unnamed ? ", " : "") n
    }
}

function find_moved_to_another_file(    i, f, n) {
    for (i = 1; i <= count["before"]; i++) {
        f = file_of["before", i]
        n = name_of["before", i]
        if (!(("after", f, n) in text) && n in arrived)
            move(n, f " to " arrived[n])
    }
}

# Which functions left the order of the rest? Those outside the longest run
# that stands in the same order on both sides.
function find_moved_within(f,    i, n, rank, survivor, kept) {
    ordered[f] = 1
    for (i = 1; i <= count["before"]; i++)
        if (file_of["before", i] == f)
            rank[name_of["before", i]] = i
    n = 0
    for (i = 1; i <= count["after"]; i++)
        if (file_of["after", i] == f && name_of["after", i] in rank)
            survivor[++n] = name_of["after", i]
    keep_longest_run(n, survivor, rank, kept)
    for (i = 1; i <= n; i++)
        if (!(i in kept))
            move(survivor[i], "within " f)
}

# The longest run of rising rank: run[i] is the length of the longest one that
# ends with survivor i, link[i] the survivor before it there.
function keep_longest_run(n, survivor, rank, kept,    i, j, run, link, last) {
    last = 0
    for (i = 1; i <= n; i++) {
        run[i] = 1
        link[i] = 0
        for (j = 1; j < i; j++)
            if (rank[survivor[j]] < rank[survivor[i]] && run[j] >= run[i]) {
                run[i] = run[j] + 1
                link[i] = j
            }
        if (!last || run[i] > run[last])
            last = i
    }
    for (; last; last = link[last])
        kept[last] = 1
}

function move(name, how) {
    moved++
    complain("function " name " moved " how)
}

function complain(what) {
    complaints = complaints (complaints ? "; " : "") what
}

function report(    share, chapter) {
    share = inserted ? deleted / inserted : deleted > 0
    if (share > 0.2 && !reason)
        complain("deletions pass 20 % of insertions and README.md " \
                 "has no line that starts with Deletions:")
    if (before && inserted > 600 && !long_reason)
        complain("more than 600 lines are inserted, more than one reads at " \
                 "once, and README.md has no line that starts with Insertions:")
    if (unnamed)
        complain("not named in README.md: " unnamed)
    if (outdated)
        complain("the table in the book's " outdated " has not " numbers)

    chapter = stage_name(after)
    if (before)
        printf "# %s -> %s: +%d -%d (%d %%), %d moved\n", stage_name(before),
               chapter, inserted, deleted, 100 * share, moved
    else
        printf "# %s: %d functions\n", chapter, count["after"]
    if (complaints)
        printf "not ok - steps:%s: %s\n", chapter, complaints
    else
        printf "ok - steps:%s\n", chapter
}
