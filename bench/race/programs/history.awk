# history.awk - writes the history of a small project, for git fast-import.
#
# Usage: awk -f history.awk | git fast-import
#
# There are FILES files of some hundred lines. Each commit changes a few lines
# here and there in three of them. Dates and names are fixed, so the history is
# the same each time.

BEGIN {
    FILES = 40
    LINES = 300
    COMMITS = 400
    seed = 1
    for (i = 0; i < FILES; i++)
        for (j = 0; j < LINES; j++)
            line[i, j] = sentence()
    for (n = 0; n < COMMITS; n++)
        print_commit(n)
}

# Small enough for the numbers of any awk.
function random(n) {
    seed = seed * 16807 % 2147483647
    return seed % n
}

function sentence(    text, words) {
    text = "line"
    for (words = 3 + random(8); words > 0; words--)
        text = text " " sprintf("%x", random(4000))
    return text
}

function print_commit(n,    k) {
    print "commit refs/heads/main"
    printf "author A <a@example.org> %d +0000\n", 1700000000 + 60 * n
    printf "committer A <a@example.org> %d +0000\n", 1700000000 + 60 * n
    print_data("change " n "\n")
    if (n == 0)
        for (k = 0; k < FILES; k++)
            print_file(k)
    else
        for (k = 0; k < 3; k++)
            change(random(FILES))
}

function change(file,    k) {
    for (k = 0; k < 8; k++)
        line[file, random(LINES)] = sentence()
    print_file(file)
}

function print_file(file,    text, j) {
    for (j = 0; j < LINES; j++)
        text = text line[file, j] "\n"
    printf "M 100644 inline src/file%02d.txt\n", file
    print_data(text)
}

function print_data(text) {
    printf "data %d\n%s\n", length(text), text
}
