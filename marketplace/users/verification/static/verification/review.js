"use strict";
/* Turns, enlarges and moves a document inside its frame. Without this script it is shown as it is. */

const LEAST = 1, MOST = 6, STEP = 1.4;

for (const viewer of document.querySelectorAll("[data-viewer]")) {
  const frame = viewer.querySelector("[data-frame]");
  const picture = frame.querySelector("img");
  let scale = 1, turn = 0, x = 0, y = 0, from = null;

  function draw() {
    if (scale === LEAST) x = y = 0;
    /* Turned by a quarter, the long side stands where the short one was: make it fit again. */
    const fit = turn % 180 === 0 ? 1 : Math.min(1, frame.clientHeight / Math.max(picture.clientWidth, 1));
    picture.style.transform = `translate(${x}px, ${y}px) rotate(${turn}deg) scale(${scale * fit})`;
    frame.classList.toggle("is-zoomed", scale > LEAST);
    frame.dataset.turn = String(((turn % 360) + 360) % 360);
    frame.dataset.scale = scale.toFixed(2);
  }

  const doing = {
    larger() { scale = Math.min(MOST, scale * STEP); },
    smaller() { scale = Math.max(LEAST, scale / STEP); },
    left() { turn -= 90; },
    right() { turn += 90; },
    reset() { scale = LEAST; turn = 0; },
  };
  viewer.addEventListener("click", (event) => {
    const name = event.target.closest("[data-do]")?.dataset.do;
    if (name) { doing[name](); draw(); }
  });
  frame.addEventListener("keydown", (event) => {
    const name = { "+": "larger", "-": "smaller", "r": "right", "l": "left", "0": "reset" }[event.key];
    if (name) { doing[name](); draw(); event.preventDefault(); }
  });
  frame.addEventListener("pointerdown", (event) => {
    if (scale === LEAST) return;
    from = { x: event.clientX - x, y: event.clientY - y };
    frame.setPointerCapture(event.pointerId);
    frame.classList.add("is-dragged");
  });
  frame.addEventListener("pointermove", (event) => {
    if (from) { x = event.clientX - from.x; y = event.clientY - from.y; draw(); }
  });
  for (const end of ["pointerup", "pointercancel"]) {
    frame.addEventListener(end, () => { from = null; frame.classList.remove("is-dragged"); });
  }
}
