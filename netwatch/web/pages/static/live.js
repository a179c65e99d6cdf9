// Keeps a page as it is on the server: takes in the parts that the server says are others now, and fetches the page where
// it cannot know which. What somebody types, chose or unfolded is left as it is. Where the server does not answer any more
// every page says so, and since when; what stands there is then old. A page without this reloads itself.
"use strict";

const shortestPause = 1000;
const silence = 40000; // the server says something every 15 seconds
const isLive = document.querySelector("noscript.refresh") !== null; // a form is not changed under somebody's hands
let busy = false;
let due = false;
let heard = Date.now();

function isInUse() {
  return document.hidden || !window.getSelection().isCollapsed;
}

async function refresh() {
  if (!isLive) return;
  if (isInUse() || busy) {
    due = true;
    return;
  }
  busy = true;
  due = false;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    due = true; // the server restarts; the next word from it tries again
  }
  setTimeout(() => { busy = false; if (due) refresh(); }, shortestPause);
}

function show(page) {
  keepingTicks(() => morph(document.getElementById("main"), page.getElementById("main")));
  document.querySelector(".clock time").replaceWith(page.querySelector(".clock time"));
  headed({ title: page.title, icon: page.querySelector("link[rel=icon]").getAttribute("href") });
}

function headed({ title, icon }) {
  for (const form of document.querySelectorAll("#main form[method=post]")) signed(form);
  document.title = title;
  if (icon) document.querySelector("link[rel=icon]").href = icon;
  document.dispatchEvent(new Event("shown"));
}

// What the server makes for all who look has no token of a session in its forms.
function signed(form) {
  const token = document.querySelector("meta[name=netwatch-form]")?.content;
  if (!token || form.querySelector("[name=form_token]")) return;
  form.prepend(Object.assign(document.createElement("input"), { type: "hidden", name: "form_token", value: token }));
}

// Makes an element like another one, with as little change as possible.
function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeType !== Node.ELEMENT_NODE || old.nodeName !== fresh.nodeName || old.id !== fresh.id) {
    old.replaceWith(fresh);
    return;
  }
  if (old.dataset?.kept !== undefined && old.dataset.kept === fresh.dataset.kept) return; // it changes by itself
  if (old.matches("form.deed, input, select, textarea")) return;
  for (const { name, value } of [...fresh.attributes]) {
    if (name !== "open" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (name !== "open" && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  inside(old, [...fresh.childNodes]);
}

// What has a name is found again by it, wherever it stands now; the others are taken as they come.
function inside(old, after) {
  const named = new Map([...old.children].filter((one) => one.id).map((one) => [one.id, one]));
  let here = old.firstChild;
  for (const one of after) {
    const twin = one.id ? named.get(one.id) : undefined;
    if (twin) {
      if (twin === here) here = here.nextSibling;
      else old.insertBefore(twin, here);
      morph(twin, one);
    } else if (!here || here.id) {
      old.insertBefore(one, here);
    } else {
      const next = here.nextSibling;
      morph(here, one);
      here = next;
    }
  }
  while (here) {
    const next = here.nextSibling;
    here.remove();
    here = next;
  }
}

// A row that moved is made anew; what somebody ticked in it stays ticked, wherever it stands now.
function keepingTicks(act) {
  const ticked = [...document.querySelectorAll("#main tr input:checked")].map((box) => box.value);
  act();
  for (const box of document.querySelectorAll("#main tr input[type=checkbox]")) box.checked ||= ticked.includes(box.value);
}

// What is drawn is of another kind than what is written, though both have links: it is read as a part of a drawing.
function parsed(html, place) {
  const box = document.createElement("template");
  const isDrawn = Boolean(place?.ownerSVGElement);
  box.innerHTML = isDrawn ? `<svg>${html}</svg>` : html;
  return isDrawn ? box.content.firstElementChild.firstElementChild : box.content.firstElementChild;
}

function placed(path) {
  let here = document.getElementById("main");
  for (const number of path) here = here && [...here.children].filter((one) => one.name !== "form_token")[number];
  return here;
}

function take(told) {
  if (isInUse()) {
    due = true;
    return;
  }
  if (told.main) keepingTicks(() => morph(document.getElementById("main"), parsed(told.main)));
  const parts = (told.parts || []).map(([path, tag, html]) => [placed(path), tag, html]);
  if (parts.some(([here, tag]) => !here || here.localName !== tag)) {
    refresh(); // the page is not what the server takes it for
    return;
  }
  keepingTicks(() => parts.forEach(([here, , html]) => morph(here, parsed(html, here))));
  document.querySelector(".clock time").replaceWith(parsed(told.clock));
  headed(told);
}

function say(live) {
  const mark = document.getElementById("live");
  mark.hidden = false;
  mark.className = live ? "on" : "off";
  mark.textContent = live ? "live" : "not live";
}

// Whether the server answers at all, where it says nothing: once it does not, every page says since when.
async function probe() {
  let answers = false;
  try {
    const signal = AbortSignal.timeout(8000);
    answers = (await fetch("/-/healthy", { method: "HEAD", cache: "no-store", signal })).status < 500;
  } catch { /* it does not */ }
  if (answers) heard = Date.now();
  const dead = document.getElementById("dead");
  if (!answers && dead.hidden) {
    const since = new Date(heard);
    dead.querySelector("time").dateTime = since.toISOString();
    dead.querySelector("time").textContent = since.toLocaleTimeString(undefined, { hourCycle: "h23" });
  }
  dead.hidden = answers;
  if (!answers) say(false);
}

function listen() {
  const events = new EventSource(`/events?page=${encodeURIComponent(isLive ? location.pathname + location.search : "")}`);
  const hear = (name, act) => events.addEventListener(name, (event) => {
    heard = Date.now();
    document.getElementById("dead").hidden = true;
    act(event);
  });
  hear("open", () => { say(true); if (due) refresh(); });
  hear("whole", (event) => take(JSON.parse(event.data)));
  hear("parts", (event) => take(JSON.parse(event.data)));
  hear("change", refresh);
  hear("tick", () => { if (due) refresh(); });
  events.addEventListener("error", () => {
    say(false);
    due = true;
    if (events.readyState === EventSource.CLOSED) setInterval(refresh, 30000);
  });
  document.addEventListener("visibilitychange", () => { if (due) refresh(); });
  document.addEventListener("selectionchange", () => { if (due && !isInUse()) refresh(); });
  setInterval(() => { if (events.readyState !== EventSource.OPEN || Date.now() - heard > silence) probe(); }, 4000);
}

if (window.EventSource) listen();
else setInterval(refresh, 30000);
