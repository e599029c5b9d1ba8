// The control API as this page uses it: JSON, bytes, and the stream of exchanges, with the token when there is one.

import { language } from "./words.js";

const KEPT = "banc.token";
let waiting = null;

export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? String(status));
    this.status = status;
  }
}

async function askToken() {
  waiting ??= new Promise((resolve) => {
    const dialog = document.getElementById("token-dialog");
    const input = document.getElementById("token");
    input.value = "";
    dialog.addEventListener("close", () => { waiting = null; sessionStorage.setItem(KEPT, input.value); resolve(); }, { once: true });
    dialog.showModal();
  });
  return waiting;
}

async function send(path, options = {}) {
  for (;;) {
    const token = sessionStorage.getItem(KEPT);
    const headers = { "Accept-Language": language(), ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    const response = await fetch(path, { ...options, headers, cache: "no-store" });
    if (response.ok) return response;
    if (response.status !== 401) throw new Refused(response.status, await response.json().catch(() => null));
    await askToken();
  }
}

export const api = async (path) => (await send(`control/v1/${path}`)).json();
export const own = async (path) => (await send(`console/${path}`)).json();
export const bytes = async (digest) => (await send(`control/v1/blobs/${digest}`)).arrayBuffer();

// Calls tell(type, data) for each server-sent event until the signal aborts or the stream ends.
export async function follow(path, signal, opened, tell) {
  const response = await send(`control/v1/${path}`, { signal });
  opened();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let kept = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    kept += value;
    const events = kept.split("\n\n");
    kept = events.pop();
    for (const event of events) {
      const fields = event.split("\n").map((line) => line.split(/: ?(.*)/s));
      const field = (name) => fields.find(([key]) => key === name)?.[1];
      const data = field("data");
      if (data) tell(field("event") ?? "message", JSON.parse(data));
    }
  }
}
