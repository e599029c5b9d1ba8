// Who did what in the records of the DMP, as Mon espace santé tells each patient: the control API's …/accesses as a table.

import { api } from "./control.js";
import { element } from "./timeline.js";
import { say } from "./words.js";

export const MOST = 1000;
const PAGE = 1000;
const MODES = ["bris_de_glace", "centre_15"];
let known = null;

// Names by identifier: people, places and patients of the population.
async function names() {
  const { patients, professionals, structures } = await api("identities");
  return new Map([
    ...patients.map((one) => [one.ins, `${one.used_family || one.birth_family} ${one.first_given}`]),
    ...professionals.flatMap((one) => [one.idnat, one.rpps].map((id) => [id, `${one.family} ${one.given}`])),
    ...structures.flatMap((one) => [one.struct_idnat, one.finess].map((id) => [id, one.brand || one.name])),
  ]);
}

export class Accesses {
  constructor(table, none, opened) {
    this.table = table;
    this.none = none;
    this.opened = opened;
    this.chosen = null;
    this.clear();
  }

  clear() {
    this.told = [];
    this.after = 0;
    this.names = new Map();
    this.draw();
  }

  // Reads on from the last access that is shown; `mine` ends it when another session or patient is asked for.
  async load(session, ins, mine) {
    known ??= names().catch(() => new Map());
    this.names = await known;
    for (let next = this.after; next !== null;) {
      const asked = new URLSearchParams({ after: next, limit: PAGE, ...(ins ? { ins } : {}) });
      const page = await api(`sessions/${session}/accesses?${asked}`);
      if (mine.aborted) return;
      this.told = [...this.told, ...page.accesses].slice(-MOST);
      this.after = Math.max(this.after, page.next ?? 0, ...page.accesses.map((one) => one.seq));
      next = page.next ?? null;
    }
    this.draw();
  }

  choose(seq) {
    this.chosen = seq;
    for (const button of this.table.querySelectorAll("button")) button.setAttribute("aria-pressed", String(Number(button.dataset.seq) === seq));
  }

  draw() {
    this.none.hidden = this.told.length > 0;
    this.table.hidden = this.told.length === 0;
    const heads = ["when", "who", "what", "patient"].map((key) => element("th", { scope: "col" }, say(key)));
    const body = element("tbody", {}, ...this.told.map((access) => this.row(access)).reverse());
    this.table.replaceChildren(element("caption", { className: "sr" }, say("accessesTitle")), element("thead", {}, element("tr", {}, ...heads)), body);
  }

  row(access) {
    const button = element("button", { type: "button", "aria-pressed": String(access.seq === this.chosen) }, access.at.slice(11, 19));
    button.dataset.seq = access.seq;
    button.addEventListener("click", () => this.opened(access.seq));
    const mode = MODES.includes(access.mode) ? element("span", { className: "tag warning" }, say(access.mode)) : null;
    const documents = access.documents.length
      ? element("ul", {}, ...access.documents.map((one) => element("li", { title: one.unique_id }, one.title || one.unique_id))) : null;
    return element("tr", {},
      element("td", {}, button, element("span", { className: "soft" }, access.at.slice(0, 10))),
      element("td", {}, this.named(access.professional), this.named(access.structure, "soft")),
      element("td", {}, element("strong", {}, say(`access.${access.action}`)), " ", mode, documents),
      element("td", {}, this.named(access.ins)));
  }

  named(id, kind = "") {
    if (!id) return null;
    const name = this.names.get(id);
    return element("span", { className: `named ${kind}` }, name ?? id, " ", name ? element("code", { className: "soft" }, id) : null);
  }
}
