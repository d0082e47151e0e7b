// The fields of a message.
const TREE_ROW = 20;

class Tree {
  /** `tell` has `mark(node)`, `enter()` to go on to the bytes, `leave()` to go back to the list. */
  constructor(view, tell) {
    Object.assign(this, { view, tell, nodes: [], shown: [], selected: null });
    this.closed = new Set(); // paths: what is closed in one message stays closed in the next
    const header = setAttributes(make("div", "row head"), { "aria-hidden": "true" });
    header.append(make("span", "", "Field"), make("span", "", "Value"), make("span", "number", "Offset"), make("span", "number", "Size"));
    this.rows = new Rows(view, TREE_ROW, "none", (at) => this.row(this.shown[at]), header);
    view.addEventListener("click", (event) => this.click(event));
    view.addEventListener("dblclick", (event) => this.toggle(this.shown[this.rows.rowOf(event)]));
    view.addEventListener("keydown", (event) => this.key(event));
  }

  row(node) {
    const worst = node.counts.findIndex(Boolean);
    const row = setAttributes(make("div", `row ${node.role} ${SEVERITIES[worst] ?? ""}`), {
      id: `n${node.at}`, role: "treeitem", "aria-level": node.depth + 1, "aria-selected": node === this.selected,
      "aria-setsize": node.parent?.children.length ?? 1, "aria-posinset": node.place,
    });
    if (node === this.selected) row.classList.add("selected");
    if (node.children.length) row.setAttribute("aria-expanded", !this.closed.has(node.path));
    const name = make("span", "name");
    name.style.setProperty("--depth", node.depth);
    const sign = node.children.length ? (this.closed.has(node.path) ? "\u25B8" : "\u25BE") : "";
    name.append(setAttributes(make("span", "twisty", sign), { "aria-hidden": "true" }), make("span", "label", node.name));
    if (worst >= 0) name.append(badges(node.counts));
    row.append(
      name, make("span", "value", node.display),
      make("span", "number", String(node.offset)), make("span", "number", String(node.size)),
    );
    row.title = plain([node.path, node.wireshark, node.display].filter(Boolean).join("\n"));
    return row;
  }

  /** Show the fields of a message. */
  show(nodes) {
    this.nodes = nodes;
    this.selected = null;
    this.view.scrollTop = 0;
    this.lay();
  }

  /** Find out what is to be seen. */
  lay() {
    this.shown = [];
    for (let at = 0; at < this.nodes.length;) {
      const node = this.nodes[at];
      this.shown.push(node);
      at = this.closed.has(node.path) ? node.end : at + 1;
    }
    this.rows.setCount(this.shown.length);
    this.activate();
  }

  /** Mark a node and bring it into view, whatever holds it; null marks none. */
  select(node) {
    this.selected = node;
    let isLaid = true;
    for (let each = node?.parent; each; each = each.parent) if (this.closed.delete(each.path)) isLaid = false;
    if (isLaid) this.rows.refresh();
    else this.lay();
    if (node) this.rows.reveal(this.shown.indexOf(node));
    this.activate();
  }

  activate() {
    if (this.selected && this.shown.includes(this.selected)) {
      this.view.setAttribute("aria-activedescendant", `n${this.selected.at}`);
    } else this.view.removeAttribute("aria-activedescendant");
  }

  toggle(node) {
    if (!node?.children.length) return;
    if (!this.closed.delete(node.path)) this.closed.add(node.path);
    this.lay();
  }

  click(event) {
    const at = this.rows.rowOf(event);
    if (at === null) return;
    const node = this.shown[at];
    if (event.target.closest(".twisty") && node.children.length) this.toggle(node);
    else this.tell.mark(node);
  }

  key(event) {
    if (!isAlone(event)) return;
    const target = this.target(event.key);
    if (target === undefined) return;
    event.preventDefault();
    if (target) this.tell.mark(target);
  }

  /** The node that a key leads to; null if it did something else, undefined if it is none of these. */
  target(key) {
    const node = this.selected ?? this.nodes[0];
    if (!node) return undefined;
    const isOpen = node.children.length && !this.closed.has(node.path);
    if (key === "Enter") return this.tell.enter() ?? null;
    if (key === " " || (key === "ArrowLeft" && isOpen) || (key === "ArrowRight" && node.children.length && !isOpen)) {
      this.toggle(node);
      return null;
    }
    if (key === "ArrowLeft") return node.parent;
    if (key === "ArrowRight") return node.children[0] ?? null;
    // where nothing is marked, the first step goes to the first row
    const at = this.rows.step(key, this.selected ? this.shown.indexOf(node) : key === "ArrowDown" ? -1 : 0);
    return at === null ? undefined : this.shown[at];
  }
}
