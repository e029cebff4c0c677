// page.js - what every page can do: change between light and dark, show the list
// of pages where there is no room for it, and open the solution that a link
// leads to.
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
  return getComputedStyle(root).colorScheme === "dark" ||
    (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
}

function openTarget() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const details = target && target.closest("details");
  if (details && !details.open) {
    details.open = true;
    target.scrollIntoView();
  }
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
  };

  const current = document.querySelector("nav [aria-current]");
  if (current)
    current.scrollIntoView({ block: "center" });
  scrollTo(0, scrollY);
});
