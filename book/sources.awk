# sources.awk: files of the repository as one Markdown text for pandoc, each a
# block of code behind a line with its name; highlighted.awk takes them apart.

FNR == 1 {
    finish()
    print "<!-- file " FILENAME " -->\n"
    print "~~~~~~~~~~~~~~~~ {#L " language(FILENAME, $0) ".numberLines}"
    open = 1
}

{
    print
}

END {
    finish()
}

function finish() {
    if (open)
        print "~~~~~~~~~~~~~~~~\n"
}

function language(path, first) {
    if (path ~ /\.[ch]$/)
        return ".c "
    if (path ~ /\.patch$/)
        return ".diff "
    if (path ~ /\.awk$/)
        return ".awk "
    if (path ~ /\.lua$/)
        return ".lua "
    if (path ~ /\.js$/)
        return ".javascript "
    if (path ~ /\.css$/)
        return ".css "
    if (path ~ /(^|\/)Makefile$/)
        return ".makefile "
    return first ~ /^#!.*sh/ ? ".bash " : ""
}
