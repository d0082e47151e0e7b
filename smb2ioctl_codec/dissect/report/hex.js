// The bytes of a message.
const HEX_ROW = 20;
const WIDE = 580; // pixels that sixteen bytes take

class Hex {
  /** `tell` has `point(byte)`. */
  constructor(view, tell) {
    Object.assign(this, { view, tell, data: new Uint8Array(), low: 0, high: 0, at: null, across: 16 });
    this.worst = new Uint8Array();
    this.rows = new Rows(view, HEX_ROW, "rowgroup", (row) => this.row(row));
    view.addEventListener("click", (event) => this.click(event));
    view.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.fit()).observe(view);
  }

  /** As many bytes to a row as there is room for. */
  fit() {
    const across = this.view.clientWidth >= WIDE ? 16 : 8;
    if (across === this.across) return;
    this.across = across;
    this.view.style.setProperty("--across", across);
    this.lay();
    if (this.at !== null) this.rows.reveal(Math.floor(this.at / across));
  }

  lay() {
    const count = Math.ceil(this.data.length / this.across);
    setAttributes(this.view, { "aria-rowcount": count, "aria-colcount": this.across });
    this.rows.setCount(count);
  }

  row(number) {
    const start = number * this.across;
    const width = Math.max(4, this.data.length.toString(16).length);
    const row = setAttributes(make("div", "row"), { role: "row", "aria-rowindex": number + 1 });
    const hex = make("span", "bytes");
    const ascii = setAttributes(make("span", "ascii"), { "aria-hidden": "true" });
    row.append(setAttributes(make("span", "place", start.toString(16).padStart(width, "0")), { role: "rowheader" }), hex, ascii);
    for (let at = start; at < Math.min(start + this.across, this.data.length); at += 1) {
      const value = this.data[at];
      const state = this.state(at);
      const cell = setAttributes(make("span", `b${state}`, value.toString(16).padStart(2, "0")), {
        id: `b${at}`, role: "gridcell", "data-at": at, "aria-selected": at >= this.low && at < this.high,
      });
      hex.append(cell);
      const letter = value >= 0x20 && value < 0x7f ? String.fromCharCode(value) : "\u00b7";
      ascii.append(setAttributes(make("span", `a${state}${letter === "\u00b7" ? " none" : ""}`, letter), { "data-at": at }));
    }
    return row;
  }

  state(at) {
    const marked = at >= this.low && at < this.high ? " marked" : "";
    const cursor = at === this.at ? " cursor" : "";
    return marked + cursor + (this.worst[at] ? ` ${SEVERITIES[this.worst[at] - 1]}` : "");
  }

  /** Show the bytes of a message, those of fields with findings in their colour. */
  show(data, nodes) {
    Object.assign(this, { data, low: 0, high: 0, at: null, worst: new Uint8Array(data.length) });
    for (const { counts, offset, size, children } of nodes) {
      const severity = counts.findIndex(Boolean);
      if (severity < 0 || children.length) continue;
      for (let at = offset; at < offset + size; at += 1) {
        if (!this.worst[at] || this.worst[at] > severity + 1) this.worst[at] = severity + 1;
      }
    }
    this.view.scrollTop = 0;
    this.lay();
    this.activate();
  }

  /** Mark bytes; `at` is the one where the cursor is. */
  mark(low, high, at) {
    Object.assign(this, { low, high, at: at < this.data.length ? at : null });
    this.rows.refresh();
    if (this.at !== null) {
      // the end first, so that the start is seen where both cannot be
      if (high > low && at === low) this.rows.reveal(Math.floor((high - 1) / this.across));
      this.rows.reveal(Math.floor(this.at / this.across));
    }
    this.activate();
  }

  activate() {
    if (this.at === null) this.view.removeAttribute("aria-activedescendant");
    else this.view.setAttribute("aria-activedescendant", `b${this.at}`);
  }

  click(event) {
    const cell = event.target.closest("[data-at]");
    if (cell) this.tell.point(Number(cell.dataset.at));
  }

  key(event) {
    if (!isAlone(event) || !this.data.length) return;
    const at = this.at ?? 0;
    const rows = this.rows.page * this.across;
    const steps = {
      ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - this.across, ArrowDown: at + this.across,
      PageUp: at - rows, PageDown: at + rows, Home: 0, End: this.data.length - 1,
    };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const target = this.at === null ? 0 : steps[event.key];
    // a step out of the bytes goes nowhere, but that by a page goes to their end
    if (event.key.startsWith("Page")) this.tell.point(clamp(target, 0, this.data.length - 1));
    else if (target >= 0 && target < this.data.length) this.tell.point(target);
  }
}
