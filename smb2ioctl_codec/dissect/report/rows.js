// Rows of one height, of which only those exist that can be seen, and a few around them.
const AROUND = 8;

class Rows {
  /** `build(at)` makes the element of a row; `header` stays above them. */
  constructor(view, height, role, build, header = null) {
    Object.assign(this, { view, height, build, header, count: 0, made: new Map() });
    this.space = setAttributes(make("div", "space"), { role });
    view.append(...(header ? [header] : []), this.space);
    view.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(view);
  }

  /** Height of the view without the header. */
  get visible() {
    return this.view.clientHeight - (this.header?.offsetHeight ?? 0);
  }

  get page() {
    return Math.max(1, Math.floor(this.visible / this.height) - 1);
  }

  setCount(count) {
    this.count = count;
    this.space.style.height = `${count * this.height}px`;
    this.refresh();
  }

  /** Make all rows anew. */
  refresh() {
    this.made.clear();
    this.draw();
  }

  draw() {
    const first = clamp(Math.floor(this.view.scrollTop / this.height) - AROUND, 0, this.count);
    const last = clamp(Math.ceil((this.view.scrollTop + this.visible) / this.height) + AROUND, first, this.count);
    const rows = new Map();
    for (let at = first; at < last; at += 1) {
      let row = this.made.get(at);
      if (!row) {
        row = this.build(at);
        row.style.top = `${at * this.height}px`;
        row.dataset.row = at;
      }
      rows.set(at, row);
    }
    this.made = rows;
    this.space.replaceChildren(...rows.values());
  }

  /** Scroll as far as it takes to see a row. */
  reveal(at) {
    const top = at * this.height;
    const low = top + this.height - this.visible;
    if (this.view.scrollTop > top) this.view.scrollTop = top;
    else if (this.view.scrollTop < low) this.view.scrollTop = low;
    this.draw();
  }

  /** The row that an event is about; null if there is none. */
  rowOf(event) {
    const row = event.target.closest("[data-row]");
    return row && this.space.contains(row) ? Number(row.dataset.row) : null;
  }

  /** Where a key leads from a row; null if it is none of those. */
  step(key, at) {
    const steps = { ArrowUp: at - 1, ArrowDown: at + 1, PageUp: at - this.page, PageDown: at + this.page };
    const target = key === "Home" ? 0 : key === "End" ? this.count - 1 : steps[key];
    return target === undefined || !this.count ? null : clamp(target, 0, this.count - 1);
  }
}

/** Whether a key is pressed alone, so that it is not the browser's. */
function isAlone(event) {
  return !event.ctrlKey && !event.altKey && !event.metaKey;
}
