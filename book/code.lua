-- code.lua - blocks of code, for text.lua and whole.lua
--
-- A quote gets the name of its file, and its lines the numbers that they have
-- there. In a console what is typed is marked. Returns a function for blocks of
-- code, to be used in a filter.
return function(lookup)
    local function lines_of(s)
        local lines = {}
        for line in (s .. "\n"):gmatch("(.-)\n") do
            lines[#lines + 1] = line
        end
        return lines
    end

    -- The line of the file, from line `from` on, where these lines begin.
    local function find(lines, file, from)
        for start = from, #file - #lines + 1 do
            local same = true
            for i, line in ipairs(lines) do
                same = same and file[start + i - 1] == line
            end
            if same then
                return start
            end
        end
        return from
    end

    -- Each run of lines is a block of its own, as its numbers are.
    local function quote(language, name, code)
        local path = lookup.file(name)
        if not path then
            return pandoc.CodeBlock(code, pandoc.Attr("", { language }))
        end
        local file = lines_of(lookup.read(path))
        local blocks, first, run, from = pandoc.List(), nil, {}, 1

        local function finish()
            if #run == 0 then
                return
            end
            from = find(run, file, from)
            first = first or from
            blocks:insert(pandoc.CodeBlock(table.concat(run, "\n"),
                pandoc.Attr("", { language, "numberLines" },
                    { { "startFrom", tostring(from) } })))
            from = from + #run
            run = {}
        end

        for _, line in ipairs(lines_of(code)) do
            if line:match("^%s*/%* %.%.%. %*/%s*$") then
                finish()
                blocks:insert(pandoc.Div(pandoc.Plain("⋯"),
                    { class = "left-out" }))
            else
                run[#run + 1] = line
            end
        end
        finish()

        local title = pandoc.Link(name,
            lookup.page(path) .. "#L-" .. (first or 1))
        return pandoc.Div({
            pandoc.Div(pandoc.Plain(title), { class = "file" }),
            pandoc.Div(blocks, { class = "lines" }),
        }, { class = "quote" })
    end

    local function escape(s)
        return (s:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;"))
    end

    -- A command may go on in the next line, behind a backslash.
    local function console(code)
        local out, goes_on = {}, false
        for _, line in ipairs(lines_of(code)) do
            if goes_on or line:match("^%$ ") then
                goes_on = line:match("\\$")
                line = "<kbd>" .. escape(line) .. "</kbd>"
            else
                line = escape(line)
            end
            out[#out + 1] = line
        end
        return pandoc.RawBlock("html", '<pre class="console"><code>'
            .. table.concat(out, "\n") .. "</code></pre>")
    end

    -- Of a fence's info string pandoc keeps the first word, so the name of a
    -- file comes behind a colon.
    return function(block)
        local info = block.classes[1] or ""
        local language, name = info:match("^(%w+):(.+)$")
        if name then
            return quote(language, name, block.text)
        elseif info == "console" then
            return console(block.text)
        end
    end
end
