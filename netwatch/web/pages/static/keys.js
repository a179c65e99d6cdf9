// Keys for all pages: / searches, ? says which keys there are. What is typed into a field is left alone.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.matches("input, select, textarea, [contenteditable]")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const help = document.getElementById("keys");
  if (event.key === "/") {
    event.preventDefault();
    const box = document.getElementById("sought");
    box.focus();
    box.select();
  } else if (event.key === "?") {
    event.preventDefault();
    if (help.open) help.close();
    else help.showModal();
  }
});
document.getElementById("keys-open")?.addEventListener("click", () => document.getElementById("keys").showModal());
