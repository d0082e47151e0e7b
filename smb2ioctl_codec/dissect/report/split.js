// The bars between panes, by pointer and by arrow keys.
const STEP = 24; // pixels

/** Let a bar change the size of `pane`, which is the property `name` of `box`. */
function split(bar, pane, box, name, isUpright) {
  const size = () => (isUpright ? pane.offsetWidth : pane.offsetHeight);
  const room = () => (isUpright ? box.offsetWidth : box.offsetHeight);
  const set = (pixels) => {
    box.style.setProperty(name, `${clamp(pixels, 80, Math.max(80, room() - 120))}px`);
    tell();
  };
  const tell = () => {
    const share = room() ? Math.round((100 * size()) / room()) : 0;
    setAttributes(bar, { "aria-valuenow": share, "aria-valuemin": 0, "aria-valuemax": 100 });
  };
  bar.addEventListener("pointerdown", (event) => {
    bar.setPointerCapture(event.pointerId);
    const start = size() - (isUpright ? event.clientX : event.clientY);
    const move = (moved) => set(start + (isUpright ? moved.clientX : moved.clientY));
    bar.addEventListener("pointermove", move);
    bar.addEventListener("lostpointercapture", () => bar.removeEventListener("pointermove", move), { once: true });
  });
  bar.addEventListener("keydown", (event) => {
    const step = { [isUpright ? "ArrowLeft" : "ArrowUp"]: -STEP, [isUpright ? "ArrowRight" : "ArrowDown"]: STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    set(size() + step);
  });
  tell();
}
