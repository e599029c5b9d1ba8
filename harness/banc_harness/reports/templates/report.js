"use strict";
(() => {
  const root = document.documentElement;
  const radios = [...document.querySelectorAll('input[name="lang"]')];
  const say = (lang) => { root.lang = lang; document.title = document.querySelector(`h1 .${lang}`)?.textContent.trim() + " · " + root.dataset.product; };
  const choose = (radio) => { radio.checked = true; say(radio.value); };
  for (const radio of radios) radio.addEventListener("change", () => { say(radio.value); try { localStorage.setItem("banc.lang", radio.value); } catch { /* no storage in this page */ } });
  try { const kept = radios.find((radio) => radio.value === localStorage.getItem("banc.lang")); if (kept) choose(kept); } catch { /* no storage in this page */ }
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let element = target; element; element = element.parentElement) if (element.tagName === "DETAILS") element.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  addEventListener("beforeprint", () => { for (const each of document.querySelectorAll("details[data-print]")) each.open = true; });
  reveal();
})();
