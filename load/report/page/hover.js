// In the page of a report: the second that is pointed at, in all charts at once. Without it the page reads as on paper.
(() => {
  const { times, clocks, charts } = JSON.parse(document.getElementById('series').textContent);
  const figures = [...document.querySelectorAll('figure.chart')].map((figure, i) => ({
    plot: figure.querySelector('.plot'),
    outputs: [...figure.querySelectorAll('output')].map((output) => ({ output, resting: output.textContent })),
    lines: charts[i],
  }));
  const last = times[times.length - 1] || 1;
  let at = -1;

  for (const figure of figures) {
    figure.cursor = figure.plot.appendChild(document.createElement('i'));
    figure.label = figure.plot.appendChild(document.createElement('b'));
    figure.plot.tabIndex = 0;
    const point = ({ clientX }) => {
      const { left, width } = figure.plot.getBoundingClientRect();
      const time = ((clientX - left) / width) * last;
      show(times.reduce((near, each, i) => (Math.abs(each - time) < Math.abs(times[near] - time) ? i : near), 0));
    };
    figure.plot.addEventListener('pointermove', point);
    figure.plot.addEventListener('pointerdown', point);
    figure.plot.addEventListener('pointerleave', ({ pointerType }) => pointerType === 'mouse' && show(-1));
    figure.plot.addEventListener('blur', () => show(-1));
    figure.plot.addEventListener('keydown', ({ key }) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
      if (step) show(Math.min(times.length - 1, Math.max(0, at + step)));
      if (key === 'Escape') show(-1);
    });
  }

  function show(index) {
    at = index;
    const share = index < 0 ? 0 : times[index] / last;
    for (const { cursor, label, outputs, lines } of figures) {
      cursor.hidden = label.hidden = index < 0;
      cursor.style.left = label.style.left = `${share * 100}%`;
      // In the place of the axis' own labels, and within the chart at its ends.
      label.style.transform = `translateX(${share < 0.08 ? 0 : share > 0.92 ? -100 : -50}%)`;
      label.textContent = clocks[index] ?? '';
      outputs.forEach(({ output, resting }, i) => {
        output.textContent = index < 0 ? resting : String(lines[i][index] ?? '–');
      });
    }
  }
  show(-1);
})();
