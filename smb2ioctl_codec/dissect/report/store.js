// The messages: rows of the list are read at once, the packs of fields and bytes when they are needed.
const PACKS_KEPT = 8;

class Store {
  constructor() {
    this.messages = [];
    this.trees = [...document.querySelectorAll("script.trees")];
    this.byFrame = new Map();
    this.packs = new Map();
    document.querySelectorAll("script.rows").forEach((block, number) => this.addRows(block, number));
  }

  addRows(block, pack) {
    const { strings, rows } = JSON.parse(block.textContent);
    rows.forEach(([frame, time, connection, direction, summary, status, about, partner, ...counts], place) => {
      const index = this.messages.length;
      this.messages.push({
        index, pack, place, frame, partner, counts,
        time: strings[time], connection: strings[connection], direction: strings[direction],
        summary: strings[summary], status: strings[status], about: strings[about],
      });
      if (frame !== null) {
        if (!this.byFrame.has(frame)) this.byFrame.set(frame, []);
        this.byFrame.get(frame).push(index);
      }
    });
    block.remove();
  }

  /** A pack by its number; the ones used last are kept. */
  pack(number) {
    const pack = this.packs.get(number) ?? JSON.parse(this.trees[number].textContent);
    this.packs.delete(number);
    this.packs.set(number, pack);
    if (this.packs.size > PACKS_KEPT) this.packs.delete(this.packs.keys().next().value);
    return pack;
  }

  /** The messages of a frame on a connection that go in one direction. */
  inFrame(frame, connection, direction) {
    return (this.byFrame.get(frame) ?? []).filter((index) => {
      const message = this.messages[index];
      return message.connection === connection && message.direction === direction;
    });
  }

  /** The place of the partner of a message; null if there is none here. Messages of a compound are in the same order. */
  partnerOf({ index, frame, partner, connection, direction }) {
    if (partner === null) return null;
    const others = (this.byFrame.get(partner) ?? []).filter((other) => {
      const message = this.messages[other];
      return message.connection === connection && message.direction !== direction;
    });
    if (!others.length) return null;
    const answering = others.filter((other) => this.messages[other].partner === frame);
    const own = this.inFrame(frame, connection, direction).filter((each) => this.messages[each].partner === partner);
    const among = answering.length ? answering : others;
    return among[clamp(own.indexOf(index), 0, among.length - 1)];
  }

  /** The fields, findings and bytes of a message. */
  open({ pack: number, place }) {
    const { strings, kinds, shapes, messages } = this.pack(number);
    const [shapeNumber, displays, found, bytes] = messages[place];
    const shape = shapes[shapeNumber];
    const nodes = displays.map((display, at) => {
      const [kind, depth, offset, size] = shape.slice(4 * at, 4 * at + 4);
      const [name, path, wireshark, role, target] = kinds[kind].map((each) => strings[each]);
      return {
        at, name, path, wireshark, role, target, depth, offset, size, display: strings[display],
        parent: null, place: 1, children: [], end: at + 1, counts: [0, 0, 0],
      };
    });
    connect(nodes);
    const findings = [];
    for (let at = 0; at < found.length; at += 4) {
      const [severity, text, offset, node] = found.slice(at, at + 4);
      const finding = { severity, text: strings[text], offset, node: nodes[node] ?? innermost(nodes, offset) };
      findings.push(finding);
      if (finding.node) finding.node.counts[severity] += 1;
    }
    return { nodes, findings, data: Uint8Array.from(atob(bytes), (each) => each.charCodeAt(0)) };
  }
}

/** Fill in parents, children, the place among these, and where a node's descendants end. */
function connect(nodes) {
  const open = [];
  for (const node of nodes) {
    while (open.length > node.depth) open.pop().end = node.at;
    node.parent = open[node.depth - 1] ?? null;
    node.place = node.parent ? node.parent.children.push(node) : 1;
    open.push(node);
  }
  for (const node of open) node.end = nodes.length;
}

/** The deepest node that covers a byte, and the smallest of those; undefined if there is none. */
function innermost(nodes, byte) {
  let best;
  for (const node of nodes) {
    if (byte < node.offset || byte >= node.offset + node.size) continue;
    if (!best || node.depth > best.depth || (node.depth === best.depth && node.size < best.size)) best = node;
  }
  return best;
}
