// One exchange in full: its findings first, then what was read in it, then both directions, decoded or raw.

import { bytes, own } from "./control.js";
import { element } from "./timeline.js";
import { language, say, serviceName } from "./words.js";

const LONGEST_RAW = 200_000;
let sentences = null;

async function sentence(finding) {
  sentences ??= own("rules/sentences").catch(() => ({}));
  const rule = (await sentences)[finding.rule];
  const known = rule && [rule.text.fr, rule.text.en].includes(finding.message);
  return known ? [rule.text[language()], rule.fix[language()]] : [finding.message, finding.fix];
}

const facts = (rows) => element("dl", { className: "facts" }, ...rows.filter(([, value]) => value !== "" && value !== null && value !== undefined)
  .flatMap(([name, value, kind]) => [element("dt", {}, name), element("dd", { className: kind ?? "" }, String(value))]));

const plain = (value) => (value !== null && typeof value === "object"
  ? Object.entries(value).filter(([, item]) => item !== null && item !== "").map(([key, item]) => (Array.isArray(value) ? plain(item) : `${key} ${plain(item)}`)).join(", ")
  : String(value));

async function shownFinding(finding) {
  const [message, fix] = await sentence(finding);
  const line = finding.line ? ` (${say("line")} ${finding.line})` : "";
  return element("li", { className: `finding ${finding.severity}` },
    element("p", {}, element("span", { className: `tag ${finding.severity}` }, say(finding.severity)), " ", element("code", {}, finding.rule), " ", element("strong", {}, message)),
    facts([[say("where"), finding.location + line, "mono"], [say("found"), finding.found, "mono bad"], [say("expected"), finding.expected, "mono good"], [say("fix"), fix], [say("clause"), finding.clause]]));
}

const scrolling = (text) => element("pre", { tabIndex: 0 }, text);

function view(part, level = 4) {
  const title = element(`h${Math.min(level, 6)}`, {}, part.title || part.kind, " ", element("span", { className: "soft" }, `${part.size} ${say("bytes")}`));
  const rows = part.rows.length ? facts(part.rows.map(([name, value]) => [name, value, "mono"])) : null;
  const text = part.text ? scrolling(part.text) : null;
  const cut = part.cut ? element("p", { className: "soft" }, say("cut")) : null;
  return element("div", { className: `view ${part.kind}` }, title, rows, text, cut, ...part.parts.map((inner) => view(inner, level + 1)));
}

function direction(name, message, decoded) {
  if (!message) return null;
  const box = element("div", { className: "body" });
  const showDecoded = () => box.replaceChildren(decoded ? view(decoded) : "");
  const showRaw = async () => {
    const data = await bytes(message.blob);
    const text = new TextDecoder().decode(data.slice(0, LONGEST_RAW));
    const link = element("a", { href: URL.createObjectURL(new Blob([data])), download: `${message.blob.slice(7, 19)}.bin` }, say("download"));
    box.replaceChildren(scrolling(text), element("p", {}, link, data.byteLength > LONGEST_RAW ? ` · ${say("cut")}` : ""));
  };
  const tab = (label, show, pressed) => {
    const button = element("button", { type: "button", "aria-pressed": String(pressed) }, label);
    button.addEventListener("click", () => {
      for (const other of tabs.children) other.setAttribute("aria-pressed", String(other === button));
      show();
    });
    return button;
  };
  const tabs = element("div", { className: "tabs", role: "group", "aria-label": name });
  if (message.blob && message.size) {
    tabs.append(tab(say("decoded"), showDecoded, true), tab(say("raw"), showRaw, false));
    showDecoded();
  }
  const headers = element("details", {}, element("summary", {}, `${say("headers")} (${message.headers.length})`), facts(message.headers.map(([key, value]) => [key, value, "mono"])));
  return element("section", { "aria-label": name }, element("h3", {}, name, " ", element("span", { className: "soft" }, `${message.size} ${say("bytes")}`)),
    element("p", {}, element("code", {}, message.line)), message.headers.length ? headers : null, tabs, box);
}

export async function shown(session, seq) {
  const told = await own(`sessions/${session}/exchanges/${seq}?lang=${language()}`);
  const { exchange } = told;
  const certificate = exchange.peer.certificate;
  const parts = [];
  parts.push(facts([
    [say("outcome"), say(exchange.outcome) + (exchange.code ? ` · ${exchange.code}` : ""), exchange.outcome === "accepted" ? "good" : "bad"],
    [say("fault"), exchange.fault], [say("duration"), `${(exchange.duration_us / 1000).toFixed(1)} ms`],
    [say("clock"), exchange.clock, "mono"],
    [say("peer"), `${exchange.peer.address} · ${say("session_by")} ${exchange.peer.session_by}`],
    [say("certificate"), certificate ? `${certificate.kind ?? ""} ${certificate.subject}`.trim() : null, "mono"],
  ]));
  parts.push(element("h3", {}, `${say("findings")} (${exchange.findings.length})`));
  parts.push(exchange.findings.length ? element("ul", { className: "findings" }, ...await Promise.all(exchange.findings.map(shownFinding))) : element("p", { className: "soft" }, say("noFinding")));
  const read = Object.entries(exchange.facts);
  if (read.length) parts.push(element("h3", {}, say("facts")), facts(read.map(([name, value]) => [name, plain(value), "mono"])));
  if (told.tokens.length) parts.push(element("h3", {}, say("tokens")), ...told.tokens.map((token) => view(token)));
  parts.push(direction(say("request"), exchange.request, told.request), direction(say("response"), exchange.response, told.response));
  return { title: `${exchange.seq} · ${serviceName(exchange.service)} · ${exchange.operation.slice(exchange.operation.indexOf(".") + 1)}`, parts: parts.filter(Boolean) };
}
