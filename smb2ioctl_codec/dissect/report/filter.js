// The filter: each word, or text in quotes, has to be in a column of a message, or in a name, value or finding of one of its fields.
const SLICE = 12; // milliseconds, so that typing is not held up

class Filter {
  /** `tell(found, isDone)` is called with the places of all messages found so far, again and again. */
  constructor(store, tell) {
    this.store = store;
    this.tell = tell;
    this.run = 0;
  }

  /**
   * Look for messages; whoever looked before is given up.
   * `severities`: only those with one of these findings; `isDeep`: in fields too.
   */
  async look(text, severities, isDeep) {
    const run = ++this.run;
    const words = wordsOf(text);
    const found = [];
    let started = performance.now();
    let pack = -1;
    let searches = null;
    for (const message of this.store.messages) {
      if (severities.size && ![...severities].some((each) => message.counts[each])) continue;
      const missing = words.filter((word) => !columnsOf(message).includes(word));
      if (missing.length) {
        if (!isDeep) continue;
        if (pack !== message.pack) {
          if (performance.now() - started > SLICE) {
            this.tell(found, false);
            await new Promise((resolve) => setTimeout(resolve));
            if (run !== this.run) return;
            started = performance.now();
          }
          pack = message.pack;
          searches = new Map();
        }
        if (!missing.every((word) => this.inFields(message, word, searches))) continue;
      }
      found.push(message.index);
    }
    this.tell(found, true);
  }

  inFields({ pack, place }, word, searches) {
    const content = this.store.pack(pack);
    if (!searches.has(word)) searches.set(word, search(content, word));
    const { inString, inShape } = searches.get(word);
    const [shape, displays, findings] = content.messages[place];
    return Boolean(inShape[shape]) || displays.some((each) => inString[each]) ||
      findings.some((each, at) => at % 4 === 1 && inString[each]);
  }
}

/** The words of a filter, and what is in quotes, in lower case. */
function wordsOf(text) {
  return [...text.toLowerCase().matchAll(/"([^"]*)"?|[^\s"]+/g)].map(([word, quoted]) => quoted ?? word).filter(Boolean);
}

function columnsOf(message) {
  const { frame, time, connection, direction, summary, status, about, partner } = message;
  message.columns ??=
    [frame ?? "", time, connection, direction, summary, status, about, partner ?? ""].join("\n").toLowerCase();
  return message.columns;
}

/** Which strings of a pack hold a word, and which shapes have a field with it in its names. */
function search(pack, word) {
  const inString = pack.strings.map((each) => each.toLowerCase().includes(word));
  const inKind = pack.kinds.map(([name, path, wireshark]) => inString[name] || inString[path] || inString[wireshark]);
  const inShape = pack.shapes.map((shape) => shape.some((kind, at) => at % 4 === 0 && inKind[kind]));
  return { inString, inShape };
}
