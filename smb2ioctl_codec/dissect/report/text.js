"use strict";

// Text from captures is put into the page as text alone, and what would not show in it, or would move what is around
// it, as its code point: controls, marks of direction, halves of surrogate pairs, spaces but the usual one.
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;
const SEVERITIES = ["error", "warning", "note"];
const SIGNS = ["\u25CF", "\u25B2", "\u25A0"];

function code(character) {
  return "U+" + character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
}

/** The text for where no element can stand, such as a tooltip; line feeds stay. */
function plain(text) {
  return text.replace(HIDDEN, (each) => (each === "\n" ? each : `<${code(each)}>`));
}

/** Put a text into an element, instead of all that is in it. */
function put(element, text) {
  let end = 0;
  element.textContent = "";
  for (const found of text.matchAll(HIDDEN)) {
    element.append(text.slice(end, found.index), make("span", "code", code(found[0])));
    end = found.index + found[0].length;
  }
  element.append(text.slice(end));
  return element;
}

function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) put(element, text);
  return element;
}

function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function clamp(value, least, most) {
  return Math.max(least, Math.min(value, most));
}

function plural(count, word) {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}

/** Signs and counts of findings, each in its colour. */
function badges(counts) {
  const element = make("span", "badges");
  counts.forEach((count, severity) => {
    if (!count) return;
    const badge = make("span", `badge ${SEVERITIES[severity]}`);
    badge.append(setAttributes(make("span", "sign", SIGNS[severity]), { "aria-hidden": "true" }), String(count));
    const words = plural(count, SEVERITIES[severity]);
    element.append(setAttributes(badge, { role: "img", title: words, "aria-label": words }));
  });
  return element;
}
