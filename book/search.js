// search.js - answers the question that the search form asks: search.html?q=...
//
// `sections` (search-data.js) has all that can be found: u, its place; t, its
// title; s, its text; p, the page's title. lunr ranks them.
"use strict";

const question = new URLSearchParams(location.search).get("q") || "";
const most = 50; // results shown

function find(words) {
  const index = lunr(function () {
    this.ref("i");
    this.field("t", { boost: 5 });
    this.field("s");
    sections.forEach((section, i) => this.add(
      { i, t: section.t, s: section.s }, { boost: section.s ? 1 : .3 }));
  });
  return index.query(query => {
    for (const word of words) {
      query.term(word, { boost: 10, usePipeline: true });
      query.term(word, {
        wildcard: lunr.Query.wildcard.TRAILING,
        usePipeline: false,
      });
    }
  }).slice(0, most).map(result => sections[result.ref]);
}

// Some text around the first of the words, with all of them marked.
function excerpt(text, words) {
  const any = new RegExp(words.join("|"), "gi");
  const at = Math.max(0, text.search(any));
  const from = at < 80 ? 0 : text.indexOf(" ", at - 80) + 1;
  const part = text.slice(from, from + 240);
  const p = document.createElement("p");
  if (from > 0)
    p.append("… ");
  let last = 0;
  for (const match of part.matchAll(any)) {
    p.append(part.slice(last, match.index));
    const mark = document.createElement("mark");
    mark.textContent = match[0];
    p.append(mark);
    last = match.index + match[0].length;
  }
  p.append(part.slice(last));
  if (from + 240 < text.length)
    p.append(" …");
  return p;
}

function show(section, words) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = section.u;
  link.textContent = section.t;
  const where = document.createElement("span");
  where.textContent = section.p === section.t ? "" : section.p;
  item.append(link, where);
  if (section.s)
    item.append(excerpt(section.s, words));
  return item;
}

if (question) {
  const words = question.toLowerCase().split(/[^\w]+/).filter(word => word);
  const found = words.length ? find(words) : [];
  document.querySelector("[name=q]").value = question;
  document.getElementById("summary").textContent = found.length
    ? `${found.length === most ? "The first " : ""}${found.length} for “${question}”`
    : `Nothing for “${question}”`;
  const results = found.map(section => show(section, words));
  document.getElementById("results").append(...results);
}
