// Runs in the pages that a bench looks at, before their own script.
let frames = [];

globalThis.bench = {
  startFrames() {
    const mine = [];
    frames = mine;
    const step = (at) => {
      if (frames !== mine) return;
      mine.push(at);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  },

  /** When each frame was drawn since, in milliseconds. */
  takeFrames() {
    const taken = frames;
    frames = [];
    return taken;
  },

  /** When an element's text is the one that is waited for, looked at with every frame; in milliseconds since 1970. */
  textIs(selector, text) {
    return new Promise((resolve) => {
      const look = () => {
        if (document.querySelector(selector)?.textContent === text) resolve(Date.now());
        else requestAnimationFrame(look);
      };
      look();
    });
  },

  firstPaint: () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.POSITIVE_INFINITY,
};
