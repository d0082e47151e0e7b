// What is wrong with a message.
const FINDING_ROW = 20;

class Findings {
  /** `tell` has `mark(node)`. */
  constructor(pane, title, view, tell) {
    Object.assign(this, { pane, title, view, tell, findings: [], at: null });
    this.rows = new Rows(view, FINDING_ROW, "none", (at) => this.row(at));
    view.addEventListener("click", (event) => this.go(this.rows.rowOf(event)));
    view.addEventListener("keydown", (event) => this.key(event));
  }

  row(at) {
    const { severity, text } = this.findings[at];
    const name = SEVERITIES[severity];
    const row = setAttributes(make("div", `row ${name}`), {
      id: `f${at}`, role: "option", "aria-selected": at === this.at,
      "aria-setsize": this.findings.length, "aria-posinset": at + 1, title: plain(text),
    });
    if (at === this.at) row.classList.add("selected");
    const rest = text.startsWith(`${name}: `) ? text.slice(name.length + 2) : text;
    row.append(setAttributes(make("span", "sign", SIGNS[severity]), { "aria-hidden": "true" }), make("b", "", name), make("span", "", rest));
    return row;
  }

  show(findings) {
    this.findings = findings;
    this.at = null;
    this.pane.hidden = !findings.length;
    put(this.title, plural(findings.length, "finding"));
    this.view.style.setProperty("--rows", findings.length);
    this.view.scrollTop = 0;
    this.rows.setCount(findings.length);
    this.view.removeAttribute("aria-activedescendant");
  }

  go(at) {
    if (at === null) return;
    this.at = at;
    this.rows.refresh();
    this.rows.reveal(at);
    this.view.setAttribute("aria-activedescendant", `f${at}`);
    const { node } = this.findings[at];
    if (node) this.tell.mark(node);
  }

  key(event) {
    if (!isAlone(event)) return;
    const target = event.key === "Enter" ? this.at : this.rows.step(event.key, this.at ?? (event.key === "ArrowDown" ? -1 : 0));
    if (target === null) return;
    event.preventDefault();
    this.go(target);
  }
}
