-- text.lua - a pandoc filter: one text of the repository becomes a page's body
--
-- tools/book calls it with the metadata `text`, the path of the text, `page`,
-- the page that it becomes, and `work`, the folder of its tables. Links between
-- texts become links between pages. A file or a function named in backticks
-- leads to its source. A quote gets the name of its file, and the numbers that
-- its lines have there. What is typed in a console is marked.
-- Adds to the table `heads` the headings of the text, and to `search` what
-- stands below each of them.
local meta, lookup

function read_meta(doc)
    local work = pandoc.utils.stringify(doc.meta.work)
    meta = {
        text = pandoc.utils.stringify(doc.meta.text),
        page = pandoc.utils.stringify(doc.meta.page),
        work = work,
    }
    lookup = dofile("book/lookup.lua")(work, meta.text)
end

-- ---- quotes

local function lines_of(s)
    local lines = {}
    for line in (s .. "\n"):gmatch("(.-)\n") do
        lines[#lines + 1] = line
    end
    return lines
end

local function is_left_out(line)
    return line:match("^%s*/%* %.%.%. %*/%s*$")
end

-- The line of the file, from line `from` on, where these lines stand.
local function find(lines, file, from)
    for start = from, #file - #lines + 1 do
        local same = true
        for i = 1, #lines do
            if file[start + i - 1] ~= lines[i] then
                same = false
                break
            end
        end
        if same then
            return start
        end
    end
end

local function escape(s)
    return (s:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;"))
end

local function html(s)
    return pandoc.RawBlock("html", s)
end

-- A quote: the file's name, then each run of lines with its numbers.
local function quote(language, name, code)
    local path = lookup.file(name)
    local page = path and lookup.page(path)
    if not page then
        return pandoc.CodeBlock(code, { class = language })
    end
    local file = lines_of(lookup.read(path))
    local runs, first, from = {}, nil, 1
    local run = {}
    local function finish()
        if #run > 0 then
            local start = find(run, file, from) or from
            first = first or start
            from = start + #run
            runs[#runs + 1] = pandoc.CodeBlock(table.concat(run, "\n"),
                pandoc.Attr("", { language, "numberLines" },
                    { { "startFrom", tostring(start) } }))
            run = {}
        end
    end
    for _, line in ipairs(lines_of(code)) do
        if is_left_out(line) then
            finish()
            runs[#runs + 1] = html('<div class="left-out">'
                .. escape(line) .. "</div>")
        else
            run[#run + 1] = line
        end
    end
    finish()
    table.insert(runs, 1, html(
        '<div class="quote"><div class="file"><a href="' .. page .. "#L-"
        .. (first or 1) .. '">' .. escape(name)
        .. '</a></div><div class="lines">'))
    runs[#runs + 1] = html("</div></div>")
    return runs
end

local function console(code)
    local out, typed = {}, false
    for i, line in ipairs(lines_of(code)) do
        typed = line:match("^%$ ") or typed and out[i - 1]:match("\\</kbd>$")
        out[i] = typed and "<kbd>" .. escape(line) .. "</kbd>" or escape(line)
    end
    return html('<pre class="console"><code>' .. table.concat(out, "\n")
        .. "</code></pre>")
end

function CodeBlock(block)
    local info = block.classes[1] or ""
    local language, name = info:match("^(%w+):(.+)$")
    if name then
        return quote(language, name, block.text)
    elseif info == "console" then
        return console(block.text)
    end
end

-- ---- links

function Link(link)
    link.target = lookup.target(link.target)
    return link
end

function Image(image)
    image.src = lookup.target(image.src)
    return image
end

-- A name in backticks, unless it stands in a link or a heading.
local name_filter = {
    traverse = "topdown",
    Code = function(code)
        local target = lookup.name(code.text)
        if target then
            return pandoc.Link({ code }, target, "", { class = "name" }), false
        end
    end,
    Link = function(link)
        return link, false
    end,
    Header = function(header)
        return header, false
    end,
}

-- A table may be wider than the page.
function Table(table)
    return {
        html('<div class="wide">'),
        table,
        html("</div>"),
    }
end

-- ---- what contents and search need

local function append(name, line)
    local file = assert(io.open(meta.work .. "/" .. name, "a"))
    file:write(line, "\n")
    file:close()
end

local function inline_html(inlines)
    local s = pandoc.write(pandoc.Pandoc({ pandoc.Plain(inlines) }), "html")
    return (s:gsub("%s+", " "))
end

local function json(s)
    return '"' .. s:gsub('[%c"\\]', function(c)
        return c == "\n" and " " or string.format("\\u%04x", c:byte())
    end) .. '"'
end

local function section(title, id, text)
    append("search", string.format("{u: %s, t: %s, s: %s},",
        json(meta.page .. "#" .. id), json(title), json(text)))
end

function list_sections(doc)
    local title, id, text
    for _, block in ipairs(doc.blocks) do
        if block.t == "Header" then
            if title then
                section(title, id, table.concat(text, " "))
            end
            title, id, text = pandoc.utils.stringify(block), block.identifier, {}
            append("heads", table.concat({ meta.page, block.level,
                block.identifier, inline_html(block.content) }, "\t"))
        elseif title then
            text[#text + 1] = pandoc.utils.stringify(block)
        end
    end
    if title then
        section(title, id, table.concat(text, " "))
    end
end

return {
    { Pandoc = read_meta },
    { Pandoc = list_sections },
    { CodeBlock = CodeBlock, Link = Link, Image = Image, Table = Table },
    name_filter,
}
