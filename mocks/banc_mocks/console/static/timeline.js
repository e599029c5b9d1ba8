// The lines of the timeline: one arrow from the software to a service, or back, for each exchange.

import { say, serviceName } from "./words.js";

export const MOST = 1000;
const ORDER = ["psc", "insi", "mssante", "dmp", "annuaire", "pfi"];

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made && key !== "list") made[key] = value; else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const errors = (entry) => entry.findings.filter((finding) => finding.severity !== "info").length;

export class Timeline {
  constructor(rows, lanes, opened) {
    this.rows = rows;
    this.lanes = lanes;
    this.opened = opened;
    this.entries = [];
    this.services = [];
    this.chosen = null;
    this.wanted = () => true;
  }

  // The lanes: the services that run, then any other that speaks.
  run(services) {
    this.services = ORDER.filter((name) => services.includes(name));
    this.draw();
  }

  clear() {
    this.entries = [];
    this.draw();
  }

  add(entry, { quiet = false } = {}) {
    const known = this.entries.findIndex((other) => other.seq === entry.seq);
    if (known >= 0) return;
    this.entries.push(entry);
    if (this.entries.length > MOST) this.entries.shift();
    if (!this.services.includes(entry.service)) {
      this.services.push(entry.service);
      if (!quiet) this.draw();
    } else if (!quiet && this.wanted(entry)) {
      const follows = this.rows.scrollTop + this.rows.clientHeight > this.rows.scrollHeight - 60;
      this.rows.append(this.row(entry, true));
      while (this.rows.childElementCount > MOST) this.rows.firstElementChild.remove();
      if (follows) this.rows.scrollTop = this.rows.scrollHeight;
    }
  }

  filter(wanted) {
    this.wanted = wanted;
    this.draw();
  }

  choose(seq) {
    this.chosen = seq;
    for (const button of this.rows.querySelectorAll("button")) button.setAttribute("aria-pressed", String(Number(button.dataset.seq) === seq));
  }

  draw() {
    const columns = `repeat(${2 * (this.services.length + 1)}, minmax(0, 1fr))`;
    const names = [say("software"), ...this.services.map(serviceName)];
    this.lanes.replaceChildren(element("span"), element("span", { className: "track" }, ...names.map((name) => element("span", { className: "lane" }, name))), element("span"));
    this.lanes.querySelector(".track").style.gridTemplateColumns = columns;
    this.rows.replaceChildren(...this.entries.filter(this.wanted).map((entry) => this.row(entry, false)));
    if (this.entries.length > 0 && this.rows.childElementCount === 0) this.rows.append(element("li", { className: "none" }, say("none")));
    this.rows.scrollTop = this.rows.scrollHeight;
  }

  row(entry, fresh) {
    const count = errors(entry);
    const label = entry.operation.slice(entry.operation.indexOf(".") + 1) + (entry.count > 1 ? ` ×${entry.count}` : "");
    const arrow = element("span", { className: `arrow ${entry.outcome}${entry.direction === "out" ? " back" : ""}` }, element("span", {}, label));
    arrow.style.gridColumn = `2 / ${2 * (this.services.indexOf(entry.service) + 2)}`;
    const track = element("span", { className: "track" }, arrow);
    track.style.gridTemplateColumns = `repeat(${2 * (this.services.length + 1)}, minmax(0, 1fr))`;
    track.style.backgroundSize = `${100 / (this.services.length + 1)}% 100%`;
    const refused = entry.outcome !== "accepted" && entry.outcome !== "observed";
    const result = element("span", { className: `result ${entry.outcome}` },
      element("span", { className: "sr" }, `${serviceName(entry.service)} `), say(entry.outcome),
      refused && entry.code ? " · " : " ", refused && entry.code ? element("code", {}, entry.code) : "", " ",
      count ? element("span", { className: "tag" }, `${count} ${say(count === 1 ? "oneFinding" : "manyFindings")}`) : "");
    const button = element("button", { type: "button", "aria-pressed": String(entry.seq === this.chosen) },
      element("span", { className: "at" }, entry.at.slice(11, 23)), track, result);
    button.dataset.seq = entry.seq;
    button.addEventListener("click", () => this.opened(entry.seq));
    return element("li", { className: fresh ? "fresh" : "" }, button);
  }
}
