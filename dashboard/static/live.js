// Follows an upgrade at work. Everything here is on the page without it too; see templates/live.html.
"use strict";
(() => {
  const live = document.getElementById("live");
  if (!live || !window.EventSource) return;
  const part = (name) => live.querySelector(`[data-live="${name}"]`);
  const grouped = (number) => number.toLocaleString("en-US");
  // What acts instead of being read, as `upgrades::acts` has it; a test compares them.
  const acting = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
  const shown = (text) => String(text).replace(acting, "\ufffd");
  // Only what has changed, so that nobody is read the same words again.
  const say = (name, words) => {
    const element = part(name);
    if (element.textContent !== words) element.textContent = words;
  };
  const show = (name, is) => { part(name).hidden = !is; };
  const bar = (name, done, total) => {
    const element = part(name);
    if (total === null) {
      element.removeAttribute("value");
    } else {
      element.max = Math.max(total, 1);
      element.value = done;
    }
  };
  const span = (seconds) => {
    if (seconds < 120) return `${seconds} s`;
    if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
    return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
  };
  const left = (time) => {
    const by = time.by === "rehearsal" ? "by the rehearsal" : "by what it took before";
    let but = "";
    if (time.unknown === 1) but = ", and 1 script that nobody has timed";
    if (time.unknown > 1) but = `, and ${time.unknown} scripts that nobody has timed`;
    return `about ${span(Math.max(Math.floor(time.left_ms / 1000), 1))} left, ${by}${but}`;
  };
  const render = (now) => {
    const at = now.working && now.working.at;
    const holder = now.working && now.working.holder;
    live.hidden = !now.working;
    say("script", at ? shown(at.script) : "Preparing");
    show("statements", at && (at.statement > 0 || at.statements > 0));
    show("rows", at && at.rows);
    show("waits", at && at.waits_for);
    show("left", now.left);
    if (at) {
      const of = at.statements > 0 ? ` of ${grouped(at.statements)}` : "";
      say("statement-words", `${grouped(at.statement)}${of}`);
      // Nobody has counted those of a program.
      show("statement-bar", at.statements > 0);
      bar("statement-bar", at.statement, at.statements);
    }
    if (at && at.rows) {
      const total = at.rows.total;
      say("rows-words", total === null ? `${grouped(at.rows.done)} rows` : `${grouped(at.rows.done)} of ${grouped(total)} rows`);
      bar("rows-bar", at.rows.done, total);
    }
    if (at && at.waits_for) say("waits-words", shown(at.waits_for));
    if (now.left) say("left", left(now.left));
    if (holder) {
      const version = holder.program ? `, version ${shown(holder.program)}` : "";
      const since = `${holder.since.slice(0, 10)} ${holder.since.slice(11, 19)} UTC`;
      say("process", `Process ${holder.pid} on ${shown(holder.host)}${version}, since ${since}`);
    }
  };
  // Whoever is typing must not lose it.
  const isTyping = () => [...document.querySelectorAll("textarea, input:not([type=hidden])")].some(
    (field) => field === document.activeElement || (field.type !== "radio" && field.type !== "checkbox" && field.value !== field.defaultValue));
  const changed = () => {
    if (isTyping()) document.getElementById("news").hidden = false;
    else location.reload();
  };
  // What the page shows; empty where the server could not tell.
  let state = live.dataset.state || null;
  const source = new EventSource(live.dataset.source);
  source.addEventListener("run", (event) => {
    const now = JSON.parse(event.data);
    const before = state;
    state = now.state;
    if (before !== null && before !== state) return changed();
    if (now.working) render(now);
    // What was begun on the page ends a moment after nobody is at work any more.
    else if ("again" in live.dataset) setTimeout(changed, 1000);
  });
})();
