# texts_names.awk - do the things exist that a text names?
#
#     awk -v lists=FOLDER ... pass=1 ALL-TEXTS pass=2 TEXT...
#
# Links and their anchors, functions, cases, files and make's targets. The
# folder has lists of what there is (tests/texts makes them). The first pass
# adds the headings of the texts, to which links may lead, and the functions
# of the examples in them. Only what has clearly one of these forms is looked
# at: a word in backticks with () behind it, GROUP:CASE or kNN:GROUP:CASE, a
# file's name, `make TARGET`; and in blocks of sh, make's targets and paths.

BEGIN {
    while ((getline line <(lists "/files")) > 0) {
        sub(/^\.\//, "", line)
        is_file[line]
        is_base[base_of(line)]
    }
    while ((getline line <(lists "/functions")) > 0) {
        split(line, part, " ")
        is_function[part[1], part[2]]
        is_function["any", part[2]]
    }
    while ((getline line <(lists "/foreign")) > 0)
        is_foreign[line]
    while ((getline line <(lists "/cases")) > 0) {
        is_case[line]
        is_group[substr(line, 1, index(line, ":") - 1)]
    }
    while ((getline line <(lists "/targets")) > 0)
        if (line ~ /%/)
            pattern_targets[line]
        else
            is_target[line]
    endings = "\\.(c|h|awk|md|txt|svg|gnuplot|patch|diff)$"
    folders = "^(tools|tests|bench|chapters|kernel|appendices|docs|plots)/"
}

function base_of(path)
{
    sub(/.*\//, "", path)
    return path
}

# a/b/../c, ./a -> a/c, a
function tidy(path)
{
    gsub(/\/\.\//, "/", path)
    sub(/^\.\//, "", path)
    while (match(path, /[^\/]+\/\.\.\//) &&
           substr(path, RSTART, 3) != "../")
        path = substr(path, 1, RSTART - 1) substr(path, RSTART + RLENGTH)
    sub(/[^\/]+\/\.\.$/, "", path)
    sub(/\/$/, "", path)
    return path
}

# ---- first pass

# What GitHub makes of a heading: the anchor of links to it.
pass == 1 && at == "prose" && /^#+ / {
    slug = $0
    sub(/^#+ +/, "", slug)
    sub(/ *#* *$/, "", slug)
    while (match(slug, /\[[^]]*\]\([^)]*\)/)) {
        label = substr(slug, RSTART + 1, index(substr(slug, RSTART), "]") - 2)
        slug = substr(slug, 1, RSTART - 1) label substr(slug, RSTART + RLENGTH)
    }
    slug = tolower(slug)
    gsub(/[!-,.\/:-@[-^`{-~]/, "", slug)
    gsub(/ /, "-", slug)
    n = anchors[FILENAME, slug]++
    is_anchor[FILENAME, slug (n ? "-" n : "")]
}

pass == 1 && at == "in" && language == "c" && quoted == "" &&
body ~ /^[A-Za-z_].*\(/ && match(body, /[A-Za-z_][A-Za-z_0-9]*\(/) {
    is_function[FILENAME, substr(body, RSTART, RLENGTH - 1)]
}

# Files that a command of the text makes or takes.
pass == 1 && at == "in" && (language == "sh" || language == "console") {
    n = split(body, words, /[ \t"'`=;&|()<>:,]+/)
    for (i = 1; i <= n; i++)
        if (words[i] ~ endings)
            is_example[FILENAME, base_of(words[i])]
}

pass == 1 {
    next
}

# ---- prose

at != "prose" || /^ *$/ {
    pending = ""
}

# What is in backticks may go on in the next line.
at == "prose" {
    text = pending $0
    prose = pending = ""
    gsub(/``[^`]*(`[^`]+)*``/, "", text)
    while (match(text, /`[^`]+`/)) {
        prose = prose substr(text, 1, RSTART) # one backtick stays, as a word
        name = substr(text, RSTART + 1, RLENGTH - 2)
        text = substr(text, RSTART + RLENGTH)
        gsub(/  +/, " ", name)
        check_name(name)
    }
    if (match(text, /`/)) {
        pending = substr(text, RSTART) " "
        text = substr(text, 1, RSTART - 1)
    }
    prose = prose text
    while (match(prose, /\]\([^) ]+/)) {
        link = substr(prose, RSTART + 2, RLENGTH - 2)
        prose = substr(prose, RSTART + RLENGTH)
        check_link(link)
    }
    if (match(prose, /^\[[^]]+\]: +[^ ]+/)) {
        link = substr(prose, RSTART, RLENGTH)
        sub(/^.*\]: +/, "", link)
        check_link(link)
    }
    while (match(prose, /(src|href|srcset)="[^"]+"/)) {
        link = substr(prose, RSTART, RLENGTH - 1)
        prose = substr(prose, RSTART + RLENGTH)
        sub(/^[^"]*"/, "", link)
        check_link(link)
    }
}

function check_link(link,    path, anchor)
{
    if (link ~ /^[a-z]+:/)
        return
    anchor = ""
    path = link
    if (match(link, /#/)) {
        anchor = substr(link, RSTART + 1)
        path = substr(link, 1, RSTART - 1)
    }
    path = path == "" ? FILENAME : tidy(folder_of(FILENAME) path)
    if (path != "" && !(path in is_file))
        complain(FNR, "link to " link ": there is no such file")
    else if (anchor != "" && !((path, anchor) in is_anchor))
        complain(FNR, "link to " link ": there is no such heading")
}

function check_name(name,    group, f)
{
    if (name ~ /^[A-Za-z_][A-Za-z_0-9]*\([^()]*\)$/) {
        sub(/\(.*/, "", name)
        if (!function_exists(name))
            complain(FNR, "`" name "()`: no such function here, in libc or" \
                     " in docs/foreign-names")
    } else if (name ~ /^k[0-9][0-9](-[0-9])?:[A-Za-z0-9_:]+$/) {
        if (!(substr(name, index(name, ":") + 1) in is_case))
            complain(FNR, "`" name "`: there is no such case")
    } else if (name ~ /^[a-z_]+:[A-Za-z0-9_]+$/) {
        group = substr(name, 1, index(name, ":") - 1)
        if (group in is_group && !(name in is_case))
            complain(FNR, "`" name "`: there is no such case")
    } else if (name ~ /^make [a-zA-Z]/) {
        check_make(name)
    } else if (name ~ /^[A-Za-z0-9_.\/-]+$/ && name !~ /NN|^\/|^build\// &&
               (name ~ endings && name !~ /^\./ || name ~ folders)) {
        if (!file_exists(name))
            complain(FNR, "`" name "`: there is no such file")
    }
}

# In a stage's text: of the stage, of what is around the stages, or of the
# examples in the text itself. Elsewhere: anywhere.
function function_exists(name,    scope)
{
    if (name in is_foreign || (FILENAME, name) in is_function ||
        ("around", name) in is_function)
        return 1
    scope = FILENAME ~ /^(chapters|kernel|appendices)\/.*\// ? folder_of(FILENAME) : "any"
    return (scope, name) in is_function
}

function file_exists(name)
{
    if (name in is_foreign || tidy(folder_of(FILENAME) name) in is_file ||
        tidy(name) in is_file)
        return 1
    return name !~ /\// &&
        (name in is_base || (FILENAME, name) in is_example ||
         exists("/usr/include/" name))
}

# ---- blocks of commands

at == "in" && language == "sh" {
    sub(/(^| )#.*/, "", body)
    commands = body
    while (match(commands, /(^|[ ;&|(])make +[^;&|()]*/)) {
        check_make(substr(commands, RSTART, RLENGTH))
        commands = substr(commands, RSTART + RLENGTH)
    }
    gsub(/\$PWD\//, "", body)
    n = split(body, words, /[ \t"'`=;&|()<>:,]+/)
    for (i = 1; i <= n; i++)
        if (words[i] ~ /^(\.\/)?(tools|tests|bench|chapters|kernel|docs)\// &&
            words[i] !~ /NN|[*?$[{]|lib(malloc|kernel)\.(so|a)$/ &&
            !(tidy(words[i]) in is_file))
            complain(FNR, words[i] ": there is no such file")
}

# Targets are the words that are neither options nor variables. Another
# folder's Makefile is not looked at.
function check_make(command,    n, i, word, words)
{
    sub(/^.*make +/, "", command)
    gsub(/"[^"]*"|'[^']*'/, "", command)
    n = split(command, words, " ")
    for (i = 1; i <= n; i++) {
        word = words[i]
        if (word == "-C")
            return
        if (word !~ /^[a-z][a-zA-Z0-9_.\/-]*$/ || word ~ /=/)
            continue
        if (!target_exists(word))
            complain(FNR, "make " word ": there is no such target")
    }
}

function target_exists(word,    pattern, at)
{
    if (word in is_target || word ~ /^build\//)
        return 1
    for (pattern in pattern_targets) {
        at = index(pattern, "%")
        if (index(word, substr(pattern, 1, at - 1)) == 1 &&
            length(word) > length(pattern) - 1 &&
            substr(word, length(word) - length(pattern) + at + 1) == \
            substr(pattern, at + 1))
            return 1
    }
    return 0
}

# Output that is not called so would not be compared.
at == "in" && language ~ /^(text|sh)?$/ && body ~ /^\$ / {
    complain(FNR, "a command and its output stand in a block of `console`")
}
