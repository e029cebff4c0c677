// page.js - what every page can do
//
// Change between light and dark; show the list of pages where it has no place of
// its own; open the solution that a link leads to.
"use strict";

const root = document.documentElement;

// Some browsers keep nothing for pages that come from a file.
function remembered() {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
}

function remember(theme) {
  try {
    localStorage.setItem("theme", theme);
  } catch {}
}

// Without a choice of the reader's, the system's holds.
function useTheme(theme) {
  if (theme)
    root.dataset.theme = theme;
}

function isDark() {
  return root.dataset.theme === "dark" || !root.dataset.theme &&
    matchMedia("(prefers-color-scheme: dark)").matches;
}

function openTarget() {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = id && document.getElementById(id);
  const details = target && target.closest("details");
  if (details && !details.open) {
    details.open = true;
    target.scrollIntoView();
  }
}

// In the list of pages, which may be longer than the window.
function showCurrent() {
  const nav = document.getElementById("nav");
  const current = nav.querySelector("[aria-current]");
  if (current)
    nav.scrollTop = current.offsetTop - nav.clientHeight / 3;
}

useTheme(remembered());

addEventListener("hashchange", openTarget);
addEventListener("DOMContentLoaded", () => {
  openTarget();

  document.getElementById("theme").onclick = () => {
    const theme = isDark() ? "light" : "dark";
    useTheme(theme);
    remember(theme);
  };

  const menu = document.getElementById("menu");
  menu.onclick = () => {
    const open = root.classList.toggle("menu-open");
    menu.setAttribute("aria-expanded", open);
    showCurrent();
  };

  showCurrent();
});
