// All of it together.
function start() {
  const get = (id) => document.getElementById(id);
  const store = new Store();
  const box = get("filter");
  const chips = [...document.querySelectorAll(".chip")];
  const wanted = new Set();
  let current = null;
  let opened = null;
  let path = null; // of the field that was marked last: the same one is marked in the next message

  const list = new List(get("list"), store, { select, jump, enter: () => get("tree").focus() });
  const tree = new Tree(get("tree"), { mark, enter: () => get("hex").focus() });
  const hex = new Hex(get("hex"), { point });
  const findings = new Findings(get("findings-pane"), get("findings-title"), get("findings"), { mark });
  const filter = new Filter(store, found);
  split(get("split-list"), document.querySelector(".list-pane"), document.querySelector("main"), "--list-height", false);
  split(get("split-tree"), document.querySelector(".tree-pane"), document.querySelector(".message"), "--tree-width", true);

  function found(places, isDone) {
    list.show(places);
    const total = store.messages.length;
    const isAll = places.length === total;
    put(get("count"), isAll ? plural(total, "message") : `${places.length.toLocaleString("en")} of ${plural(total, "message")}`);
    get("count").classList.toggle("busy", !isDone);
    get("nothing").hidden = !isDone || places.length > 0;
    put(get("nothing"), total ? "No message matches the filter." : "There are no messages in this report.");
  }

  function look() {
    return filter.look(box.value, wanted, get("deep").checked);
  }

  function select(message) {
    if (message === current) return;
    current = message;
    opened = store.open(message);
    list.select(message);
    put(get("about"), `${message.frame === null ? `Message #${message.index + 1}` : `Frame ${message.frame}`}: ${message.summary}`);
    const other = store.partnerOf(message);
    get("partner").hidden = other === null;
    if (other !== null) {
      const word = message.direction === "request" ? "Reply" : "Request";
      put(get("partner"), `${word} in frame ${message.partner} `);
      get("partner").append(make("kbd", "", "p"));
    }
    put(get("size"), plural(opened.data.length, "byte"));
    tree.show(opened.nodes);
    hex.show(opened.data, opened.nodes);
    findings.show(opened.findings);
    const same = path === null ? undefined : opened.nodes.find((node) => node.path === path);
    if (same) point(same.offset, same);
    else describe(null);
    // what had the focus may be hidden now
    if (document.activeElement === document.body) get("list").focus();
  }

  /** Mark a field here and its bytes there. */
  function mark(node) {
    path = node.path;
    point(node.offset, node);
  }

  /** Mark the innermost field of a byte, or this one. */
  function point(byte, given) {
    const node = given ?? innermost(opened.nodes, byte);
    if (!node) {
      hex.mark(byte, byte + 1, byte);
      return;
    }
    if (!given) path = node.path;
    tree.select(node);
    hex.mark(node.offset, node.offset + node.size, byte);
    describe(node);
  }

  function describe(node) {
    const detail = get("detail");
    detail.replaceChildren();
    if (!node) {
      detail.append(make("p", "", "No field is selected. Selecting one marks its bytes, selecting a byte its field."));
      return;
    }
    const place = `${node.offset} (0x${node.offset.toString(16)}), ${plural(node.size, "byte")}`;
    const role = node.target ? `${node.role} ${node.target}` : node.role;
    const facts = [["Field", node.path], ["Value", node.display], ["Wireshark", node.wireshark], ["Place", place], ["Role", role]];
    for (const [name, text] of facts) {
      const pair = make("div", name.toLowerCase());
      pair.append(make("dt", "", name), make("dd", "", text));
      if (text) detail.append(pair);
    }
  }

  /** Go to the partner, and if the filter hides it, let go of the filter. */
  async function jump(message) {
    const other = message && store.partnerOf(message);
    if (other === null || other === undefined) return;
    await reveal(other);
    select(store.messages[other]);
  }

  async function reveal(index) {
    if (list.has(index)) return;
    box.value = "";
    wanted.clear();
    showChips();
    await look();
  }

  /** Go to the next message with findings among those listed. */
  function next(step) {
    const start = current && list.has(current.index) ? list.places.get(current.index) : step > 0 ? -1 : list.found.length;
    for (let at = start + step; at >= 0 && at < list.found.length; at += step) {
      const message = store.messages[list.found[at]];
      if (message.counts.some(Boolean)) {
        select(message);
        return;
      }
    }
  }

  function showChips() {
    chips.forEach((chip, severity) => {
      const count = store.messages.filter((each) => each.counts[severity]).length;
      const name = `${SEVERITIES[severity]}s`;
      put(chip, `${SIGNS[severity]} ${count.toLocaleString("en")}`);
      chip.append(make("span", "word", ` with ${name}`));
      chip.title = `Only messages with ${name}`;
      chip.disabled = !count;
      chip.setAttribute("aria-pressed", wanted.has(severity));
    });
  }

  function onKey(event) {
    if (!isAlone(event) || get("help").open) return;
    if (event.target === box) {
      if (event.key === "Enter" || event.key === "ArrowDown") get("list").focus();
      else if (event.key === "Escape" && box.value) {
        box.value = "";
        look();
      } else if (event.key === "Escape") get("list").focus();
      else return;
      event.preventDefault();
      return;
    }
    const actions = {
      "/": () => (box.focus(), box.select()), p: () => jump(current), n: () => next(1), N: () => next(-1),
      "?": () => get("help").showModal(), Escape: () => get("list").focus(),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  box.addEventListener("input", look);
  get("deep").addEventListener("change", look);
  chips.forEach((chip, severity) => chip.addEventListener("click", () => {
    if (!wanted.delete(severity)) wanted.add(severity);
    chip.setAttribute("aria-pressed", wanted.has(severity));
    look();
  }));
  get("partner").addEventListener("click", () => jump(current));
  get("help-button").addEventListener("click", () => get("help").showModal());
  document.addEventListener("keydown", onKey);

  showChips();
  found(store.messages.map((each) => each.index), true);
  if (store.messages.length) select(store.messages[0]);
  get("list").focus();
  // after the first picture
  requestAnimationFrame(() => setTimeout(() => {
    performance.mark("ready");
    document.documentElement.dataset.ready = "";
  }));
}

start();
