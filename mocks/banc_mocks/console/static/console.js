// The page: which session, which view of it, which exchange is open. Its address says all three: #/session/accesses/seq.

import { Accesses } from "./accesses.js";
import { Refused, api, follow } from "./control.js";
import { shown } from "./exchange.js";
import { Timeline, element } from "./timeline.js";
import { apply, choose, language, onLanguage, say } from "./words.js";

const RECENT = 300;
const AGAIN_MS = 2000;
const TYPED_MS = 250;
const at = (id) => document.getElementById(id);
const timeline = new Timeline(at("rows"), at("lanes"), open);
const accesses = new Accesses(at("accesses"), at("no-access"), open);
const OPENED = /^#\/([a-z0-9]{4,16})(\/accesses)?(?:\/([0-9]{1,15}))?$/;
let session = "default";
let traced = false;
let following = null;
let services = {};

const place = () => {
  const [, name = "default", trace, seq] = location.hash.match(OPENED) ?? [];
  return { name, trace: trace !== undefined, seq };
};
const address = (name, trace, seq) => `#/${name}${trace ? "/accesses" : ""}${seq === undefined ? "" : `/${seq}`}`;
const state = (text, kind) => { at("state").textContent = text; at("state").className = `state ${kind}`; };

function open(seq) {
  const wanted = address(session, traced, seq);
  if (location.hash === wanted) showExchange(seq); else location.hash = wanted;
}

async function showExchange(seq, { focus = true } = {}) {
  timeline.choose(seq);
  accesses.choose(seq);
  try {
    const { title, parts } = await shown(session, seq);
    at("detail-title").textContent = title;
    delete at("detail-title").dataset.say;
    at("detail-body").replaceChildren(...parts);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    at("detail-title").textContent = say("gone");
    at("detail-body").replaceChildren(error.message);
  }
  if (focus) at("detail").focus({ preventScroll: true });
}

const addresses = (value, prefix = "") => Object.entries(value).flatMap(([name, inner]) => (typeof inner === "object" && inner !== null
  ? addresses(inner, `${prefix}${name}.`) : [[prefix + name, inner]]));

function emptiness() {
  at("empty").hidden = traced || timeline.entries.length > 0;
  at("addresses").replaceChildren(...addresses(services).flatMap(([name, address]) => [element("dt", {}, name), element("dd", {}, element("code", {}, String(address)))]));
}

function query() {
  const asked = new URLSearchParams();
  if (traced) return asked;
  if (at("outcome").value) asked.set("outcome", at("outcome").value);
  if (at("operation").value.trim()) asked.set("operation", at("operation").value.trim());
  if (at("ins").value.trim()) asked.set("fact.ins", at("ins").value.trim());
  return asked;
}

function filter() {
  const words = at("text").value.toLowerCase().split(/\s+/).filter(Boolean);
  const only = at("only-findings").checked;
  timeline.filter((entry) => {
    if (only && !entry.findings.some((finding) => finding.severity !== "info")) return false;
    const text = words.length ? JSON.stringify([entry.operation, entry.outcome, entry.code, entry.fault, entry.facts, entry.findings, entry.request?.line, entry.peer]).toLowerCase() : "";
    return words.every((word) => text.includes(word));
  });
}

function arrived(entry, options) {
  timeline.add(entry, options);
  const known = [...at("operations").children].some((option) => option.value === entry.operation);
  if (!known) at("operations").append(element("option", { value: entry.operation }));
}

// Shows the view that the address names: what the software sent, or who did what in the records.
function view() {
  for (const part of document.querySelectorAll("[data-view]")) part.hidden = (part.dataset.view === "accesses") !== traced;
  at("view-exchanges").setAttribute("aria-pressed", String(!traced));
  at("view-accesses").setAttribute("aria-pressed", String(traced));
  at("timeline-title").dataset.say = traced ? "accessesTitle" : "timeline";
  at("timeline-title").textContent = say(at("timeline-title").dataset.say);
  emptiness();
}

let reading = Promise.resolve();

// Reads the accesses on, one reading at a time.
function trace(mine) {
  reading = reading.then(() => (mine.aborted ? null : accesses.load(session, at("ins").value.trim(), mine))).catch((error) => {
    if (!(error instanceof Refused)) throw error;
  });
  return reading;
}

// Loads what is recent, then follows what comes, again and again until another session or query is asked for.
async function load() {
  following?.abort();
  const mine = following = new AbortController();
  timeline.clear();
  accesses.clear();
  let after = null;
  while (!mine.signal.aborted) {
    try {
      if (after === null) {
        const { position } = await api(`sessions/${session}`);
        const page = await api(`sessions/${session}/exchanges?${new URLSearchParams([...query(), ["after", Math.max(0, position - RECENT)], ["limit", RECENT]])}`);
        if (mine.signal.aborted) return;
        for (const entry of page.exchanges) arrived(entry, { quiet: true });
        after = position;
        timeline.draw();
        emptiness();
        if (traced) await trace(mine.signal);
      }
      const asked = new URLSearchParams([...query(), ["after", after]]);
      await follow(`sessions/${session}/events?${asked}`, mine.signal, () => state(say("live"), "on"), (kind, data) => {
        if (kind === "reset") { after = 0; timeline.clear(); accesses.clear(); state(say("reset"), "on"); emptiness(); return; }
        after = data.seq;
        arrived(data, {});
        if (traced && data.service === "dmp" && data.outcome === "accepted") trace(mine.signal);
        emptiness();
      });
    } catch (error) {
      if (mine.signal.aborted) return;
      if (error instanceof Refused && error.status === 404) { state(error.message, "off"); return; }
    }
    if (mine.signal.aborted) return;
    state(say("lost"), "off");
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

async function listSessions() {
  const { sessions } = await api("sessions?limit=1000");
  const names = sessions.map((one) => one.id);
  if (!names.includes(session)) names.push(session);
  at("session").replaceChildren(...names.sort().map((name) => element("option", { value: name, selected: name === session }, name)));
}

function outcomes() {
  const chosen = at("outcome").value;
  at("outcome").replaceChildren(element("option", { value: "" }, say("anyOutcome")),
    ...["accepted", "refused", "failed", "observed"].map((value) => element("option", { value, selected: value === chosen }, say(value))));
}

function go() {
  const { name, trace: wanted, seq } = place();
  if (name !== session || wanted !== traced) {
    if (name !== session) listSessions();
    session = name;
    traced = wanted;
    view();
    load();
  }
  if (seq !== undefined) showExchange(Number(seq));
}

async function start() {
  apply();
  outcomes();
  ({ name: session, trace: traced } = place());
  view();
  for (const radio of document.querySelectorAll('input[name="lang"]')) radio.addEventListener("change", () => choose(radio.value));
  onLanguage(() => {
    outcomes();
    timeline.draw();
    accesses.draw();
    if (at("state").classList.contains("on")) state(say("live"), "on");
    const { seq } = place();
    if (seq !== undefined) showExchange(Number(seq), { focus: false });
  });
  at("session").addEventListener("change", () => { location.hash = address(at("session").value, traced); });
  for (const wanted of ["exchanges", "accesses"]) at(`view-${wanted}`).addEventListener("click", () => { location.hash = address(session, wanted === "accesses", place().seq); });
  at("session").addEventListener("pointerdown", listSessions);
  at("query").addEventListener("submit", (event) => event.preventDefault());
  for (const id of ["text", "only-findings"]) at(id).addEventListener("input", filter);
  let typed = 0;
  for (const id of ["outcome", "operation", "ins"]) at(id).addEventListener("input", () => { clearTimeout(typed); typed = setTimeout(load, TYPED_MS); });
  addEventListener("hashchange", go);
  // A page that nobody sees must not keep its connection: a browser has six for one server.
  addEventListener("pagehide", () => following?.abort());
  addEventListener("pageshow", (event) => { if (event.persisted) load(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) following?.abort(); else load(); });
  services = (await api("sandbox")).services ?? {};
  timeline.run(Object.keys(services));
  await listSessions();
  load();
  if (place().seq !== undefined) showExchange(Number(place().seq), { focus: false });
}

start();
