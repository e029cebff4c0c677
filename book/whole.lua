-- whole.lua - a pandoc filter: all texts as one document, for EPUB and PDF
--
-- The document that it gets is empty. The metadata `work` is the folder of the
-- tables. Texts come in the book's order, the solutions of a chapter together. As
-- all are one, the name of its page goes before each anchor. What leads to a
-- source file leads nowhere here, so it is no link.
local work

local function append_text(blocks, path, name, is_solution)
    local lookup = dofile("book/lookup.lua")(work, path)

    local function anchor(page, id)
        return page:gsub("%.html", ""):gsub("#", "-")
            .. (id ~= "" and "-" .. id or "")
    end

    local title -- the first heading, which has the name of the page alone
    local function Header(header)
        header.identifier = anchor(name, title and header.identifier or "")
        title = title or header
        if is_solution then
            header.level = header.level + 1
        end
        return header
    end

    local function Link(link)
        if lookup.is_foreign(link.target) then
            return link
        end
        local target, id = lookup.split(link.target)
        local page = lookup.text_page(target)
        if not page then
            return link.content
        end
        link.target = "#" .. anchor(page, id:sub(2))
        return link
    end

    local function Image(image)
        image.src = lookup.split(image.src)
        return image
    end

    local doc = lookup.document():walk({
        CodeBlock = dofile("book/code.lua")(lookup),
    }):walk({
        Link = Link,
        Image = Image,
        Header = Header,
    })
    blocks:extend(doc.blocks)
end

function Pandoc(doc)
    work = pandoc.utils.stringify(doc.meta.work)
    local blocks, group = pandoc.List(), nil
    for line in io.lines(work .. "/pages") do
        local kind, page, path = line:match("^(.-)\t(.-)\t(.-)\t")
        if kind == "text" then
            append_text(blocks, path, page, false)
        elseif kind == "solution" then
            local number = page:match("^solutions-(.-)%.html")
            if number ~= group then
                group = number
                blocks:insert(pandoc.Header(1, "Solutions to " .. number,
                    pandoc.Attr("solutions-" .. number)))
            end
            append_text(blocks, path, page, true)
        end
    end
    doc.blocks = blocks
    doc.meta.work = nil
    return doc
end
