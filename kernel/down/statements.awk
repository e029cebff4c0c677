# statements.awk - turns what RUN= says into a C program
#
# A statement ends with a semicolon outside of all brackets and quotes, or with
# the brace that closes a loop or a branch. Before each one the program says
# which it is, and after it what the process has got.

{ text = text $0 "\n" }

END {
    print "#include \"down.h\"\n\nvoid program(void)\n{"
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        statement = statement c
        if (quote != "") {
            if (c == "\\")
                statement = statement substr(text, ++i, 1)
            else if (c == quote)
                quote = ""
        } else if (c == "\"" || c == "'") {
            quote = c
        } else if (index("([{", c)) {
            depth++
        } else if (index(")]}", c)) {
            depth--
            if (c == "}" && depth == 0 && is_block(statement) &&
                substr(text, i + 1) !~ /^[ \t\n]*else/)
                say(statement)
        } else if (c == ";" && depth == 0) {
            say(statement)
        }
    }
    if (statement ~ /[^ \t\n]/)
        say(statement " ;")
    print "}"
}

function is_block(s) {
    return s ~ /^[ \t\n]*(for|while|if|switch|\{)/
}

function say(s,    shown) {
    gsub(/^[ \t\n]+|[ \t\n]+$/, "", s)
    sub(/[ \t\n]+;$/, ";", s)
    shown = s
    gsub(/\\/, "\\\\\\\\", shown)
    gsub(/"/, "\\\"", shown)
    gsub(/\n/, " ", shown)
    if (s != ";")
        printf "begin(\"%s\");\n%s\nend();\n", shown, s
    statement = ""
}
