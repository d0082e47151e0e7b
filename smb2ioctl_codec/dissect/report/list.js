// The list of messages.
const LIST_ROW = 22;
const DIRECTIONS = { request: "\u2192 ", response: "\u2190 " };
const WIDEST = 44; // so many of the longest texts of a column are measured
const CELL_PADDING = 14;
// name, heading, most pixels, the text
const COLUMNS = [
  ["frame", "Frame", 100, (each) => String(each.frame ?? `#${each.index + 1}`)],
  ["partner", "Partner", 100, (each) => String(each.partner ?? "")],
  ["counts", "Findings", 150, (each) => each.counts.map((count) => (count ? `${SIGNS[0]} ${count} ` : "")).join(" ")],
  ["direction", "Direction", 120, (each) => (DIRECTIONS[each.direction] ?? "") + each.direction],
  ["summary", "Message", 320, (each) => each.summary],
  ["status", "Status", 220, (each) => each.status],
  ["about", "Share and file", 280, (each) => each.about],
  ["time", "Time", 220, (each) => each.time],
  ["connection", "Connection", 320, (each) => each.connection],
];

class List {
  /** `tell` has `select(message)`, `jump(message)` to its partner, `enter()` to go on to the fields. */
  constructor(view, store, tell) {
    Object.assign(this, { view, store, tell, found: [], selected: null, related: new Set() });
    const used = COLUMNS.filter(([name, , , text]) => name === "frame" || store.messages.some((each) => text(each)));
    this.columns = used.length > 1 ? used : COLUMNS;
    this.places = new Map();
    const header = this.header();
    this.rows = new Rows(view, LIST_ROW, "rowgroup", (at) => this.row(at), header);
    view.setAttribute("aria-colcount", this.columns.length);
    view.addEventListener("click", (event) => this.click(event));
    view.addEventListener("keydown", (event) => this.key(event));
  }

  header() {
    const widths = this.widths();
    const last = widths.pop();
    this.view.style.setProperty("--columns", [...widths.map((each) => `${each}px`), `minmax(${last}px, 1fr)`].join(" "));
    this.view.style.setProperty("--row-width", `${widths.reduce((sum, each) => sum + each, last)}px`);
    const row = setAttributes(make("div", "row head"), { role: "row", "aria-rowindex": 1 });
    row.append(...this.columns.map(([name, heading]) => setAttributes(make("span", name, heading), { role: "columnheader" })));
    const group = setAttributes(make("div", "header"), { role: "rowgroup" });
    group.append(row);
    return group;
  }

  /** Pixels that the columns take. */
  widths() {
    const pen = document.createElement("canvas").getContext("2d");
    const { fontFamily, fontSize } = getComputedStyle(this.view);
    pen.font = `500 ${fontSize} ${fontFamily}`;
    return this.columns.map(([, heading, most, text]) => {
      const texts = [...new Set(this.store.messages.map(text))].sort((one, other) => other.length - one.length);
      const longest = [heading, ...texts.slice(0, WIDEST)].map((each) => pen.measureText(each).width);
      return Math.min(Math.ceil(Math.max(...longest)), most) + CELL_PADDING + 1;
    });
  }

  row(at) {
    const message = this.store.messages[this.found[at]];
    const row = setAttributes(make("div", "row"), {
      id: `m${message.index}`, role: "row", "aria-rowindex": at + 2, "aria-selected": message === this.selected,
    });
    if (message === this.selected) row.classList.add("selected");
    if (this.related.has(message.index)) row.classList.add("related");
    for (const [name, , , text] of this.columns) {
      const cell = setAttributes(make("span", name), { role: "gridcell" });
      if (name === "counts") cell.append(badges(message.counts));
      else if (name === "partner" && message.partner !== null) cell.append(this.link(message));
      else {
        put(cell, text(message));
        cell.title = plain(text(message));
      }
      row.append(cell);
    }
    return row;
  }

  link(message) {
    const isHere = this.store.partnerOf(message) !== null;
    const link = make("span", isHere ? "link" : "dim", String(message.partner));
    link.title = isHere ? "Go to the partner (p)" : "The partner is not in this report";
    return link;
  }

  /** Show these messages, by place. */
  show(found) {
    this.found = found;
    this.places = new Map(found.map((index, at) => [index, at]));
    this.view.setAttribute("aria-rowcount", found.length + 1);
    this.rows.setCount(found.length);
    const at = this.selected ? this.places.get(this.selected.index) : undefined;
    if (at !== undefined) this.rows.reveal(at);
    this.activate();
  }

  has(index) {
    return this.places.has(index);
  }

  /** Mark a message, and those that belong to it. */
  select(message) {
    this.selected = message;
    const partner = this.store.partnerOf(message);
    this.related = new Set(partner === null ? [] : [partner]);
    this.rows.refresh();
    const at = this.places.get(message.index);
    if (at !== undefined) this.rows.reveal(at);
    this.activate();
  }

  activate() {
    const at = this.selected ? this.places.get(this.selected.index) : undefined;
    if (at === undefined) this.view.removeAttribute("aria-activedescendant");
    else this.view.setAttribute("aria-activedescendant", `m${this.selected.index}`);
  }

  click(event) {
    const at = this.rows.rowOf(event);
    if (at === null) return;
    const message = this.store.messages[this.found[at]];
    if (event.target.closest(".link")) this.tell.jump(message);
    else this.tell.select(message);
  }

  key(event) {
    if (!isAlone(event)) return;
    if (event.key === "Enter") this.tell.enter();
    const at = this.selected ? this.places.get(this.selected.index) : undefined;
    // where nothing is marked, the first step goes to the first row
    const target = this.rows.step(event.key, at ?? (event.key === "ArrowDown" ? -1 : 0));
    if (target === null) return;
    event.preventDefault();
    this.tell.select(this.store.messages[this.found[target]]);
  }
}
