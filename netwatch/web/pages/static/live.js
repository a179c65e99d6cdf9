// Fetches the page again when the server says that something changed, and puts its new <main> in place of the old.
// Where there are no event streams the page still reloads itself, every 30 seconds.
"use strict";

const shortestPause = 1000;
let busy = false;
let due = false;

async function refresh() {
  if (document.hidden || busy || !window.getSelection().isCollapsed || document.activeElement.matches("input, select, textarea")) {
    due = true;
    return;
  }
  busy = true;
  due = false;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok) {
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    }
  } catch {
    due = true; // the server restarts; the next word from it tries again
  }
  setTimeout(() => { busy = false; if (due) refresh(); }, shortestPause);
}

function show(page) {
  for (const old of document.querySelectorAll("details[id]")) {
    const fresh = page.getElementById(old.id);
    if (fresh) fresh.open = old.open;
  }
  const left = new Map([...document.querySelectorAll(".scroll")].map((box, number) => [number, box.scrollLeft]));
  for (const old of document.querySelectorAll("[data-kept]")) { // it changes by itself
    const fresh = page.getElementById(old.id);
    if (fresh && fresh.dataset.kept === old.dataset.kept) fresh.replaceWith(old);
  }
  document.getElementById("main").replaceWith(page.getElementById("main"));
  document.querySelectorAll(".scroll").forEach((box, number) => { box.scrollLeft = left.get(number) || 0; });
  document.querySelector(".clock time").replaceWith(page.querySelector(".clock time"));
  document.querySelector("link[rel=icon]").href = page.querySelector("link[rel=icon]").href;
  document.title = page.title;
  document.dispatchEvent(new Event("shown"));
}

function say(live) {
  const mark = document.getElementById("live");
  mark.hidden = false;
  mark.className = live ? "on" : "off";
  mark.textContent = live ? "live" : "not live";
}

if (window.EventSource) {
  const events = new EventSource("/events");
  events.addEventListener("open", () => { say(true); if (due) refresh(); });
  events.addEventListener("change", refresh);
  events.addEventListener("tick", refresh);
  events.addEventListener("error", () => {
    say(false);
    due = true;
    if (events.readyState === EventSource.CLOSED) setInterval(refresh, 30000);
  });
  document.addEventListener("visibilitychange", () => { if (due) refresh(); });
} else {
  setInterval(refresh, 30000);
}
