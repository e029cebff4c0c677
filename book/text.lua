-- text.lua - a pandoc filter: texts become the bodies of their pages
--
-- The document that it gets is empty. The metadata `work` is the folder of the
-- tables; of the table `pages` each text, and each solution, is written to
-- work/body, under the name of its page (a solution with its anchor). One process
-- makes all of them, as pandoc takes long to learn how C is highlighted. Links
-- between texts become links between pages. A file or a function named in
-- backticks leads to its source, the heading about a function to the step.
-- Adds the headings of the texts to the table `heads`, and to `search` what stands
-- below each of them.
local work
local lookup, page, anchor -- of the text that is made

local function append(name, line)
    local file = assert(io.open(work .. "/" .. name, "a"))
    file:write(line, "\n")
    file:close()
end

local function html_of(inlines)
    local s = pandoc.write(pandoc.Pandoc({ pandoc.Plain(inlines) }), "html")
    return (s:gsub("%s+", " "))
end

local function plain(blocks)
    local s = pandoc.write(pandoc.Pandoc(blocks), "plain")
    return (s:gsub("%-%-%-+", ""):gsub("%s+", " "))
end

local function json(s)
    return '"' .. s:gsub('[%c"\\]', function(c)
        return string.format("\\u%04x", c:byte())
    end) .. '"'
end

local function list_sections(doc)
    local title -- of the page
    local head, text

    local function finish()
        if head then
            append("search", string.format("{u: %s, t: %s, p: %s, s: %s},",
                json(page .. "#" .. head.identifier),
                json(pandoc.utils.stringify(head)), json(title),
                json(plain(text))))
        end
    end

    for i, block in ipairs(doc.blocks) do
        if block.t == "Header" then
            finish()
            if anchor ~= "" then
                block.level = block.level + 1
                block.identifier = block.level == 2 and anchor
                    or anchor .. "-" .. block.identifier
                doc.blocks[i] = block
            end
            head, text = block, pandoc.List()
            title = title or pandoc.utils.stringify(block)
            append("heads", table.concat({ page, block.level,
                block.identifier, html_of(block.content) }, "\t"))
        elseif head then
            text:insert(block)
        end
    end
    finish()
    return doc
end

-- ---- links

local function Link(link)
    link.target = lookup.target(link.target)
    return link
end

local function Image(image)
    image.src = lookup.target(image.src)
    return image
end

local function Header(header)
    local place
    header:walk({
        Code = function(code)
            place = place or lookup.in_step(code.text)
        end,
    })
    if place then
        header.content:insert(pandoc.Link("in the step", place, "",
            { class = "to-step" }))
    end
    return header
end

-- What stands in a link or a heading stays as it is.
local names = {
    traverse = "topdown",
    Code = function(code)
        local target = lookup.name(code.text)
        if target then
            return pandoc.Link(code, target, "", { class = "name" }), false
        end
    end,
    Link = function(link)
        return link, false
    end,
    Header = function(header)
        return header, false
    end,
}

-- It may be wider than the page.
local function Table(table)
    return pandoc.Div(table, { class = "wide" })
end

-- A chapter leads to its step.
local function lead_on(doc)
    local step = lookup.step()
    if step then
        doc.blocks:insert(2, pandoc.Para(pandoc.Link(
            "This step in the code, side by side", step)))
    end
    return doc
end

local function make(path, place)
    lookup = dofile("book/lookup.lua")(work, path)
    page, anchor = place:match("^([^#]*)#?(.*)$")

    local doc = lead_on(list_sections(lookup.document()):walk({
        CodeBlock = dofile("book/code.lua")(lookup),
        Link = Link,
        Image = Image,
        Header = Header,
        Table = Table,
    }):walk(names))

    local html = pandoc.write(doc, "html", PANDOC_WRITER_OPTIONS)
    if anchor ~= "" then -- pandoc numbers the blocks of code of each text from 1
        html = html:gsub('("#?)cb', "%1" .. anchor .. "-cb")
    end
    local body = assert(io.open(work .. "/body/" .. place, "w"))
    body:write(html, "\n")
    body:close()
end

function Pandoc(doc)
    work = pandoc.utils.stringify(doc.meta.work)
    for line in io.lines(work .. "/pages") do
        local kind, place, path = line:match("^(.-)\t(.-)\t(.-)\t")
        if kind == "text" or kind == "solution" then
            make(path, place)
        end
    end
end
