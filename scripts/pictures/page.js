'use strict';
// Each drawn picture becomes a live one, whose marks say their figures, when it comes into view. Where
// that fails the drawn one stays.
{
  const holders = [...document.querySelectorAll('[data-specification]')];
  let live = 0;
  const enliven = async (holder) => {
    const drawn = holder.querySelector('img');
    const place = document.createElement('div');
    const specification = JSON.parse(document.getElementById(holder.dataset.specification).textContent);
    const view = new vega.View(vega.parse(vegaLite.compile(specification).spec), {renderer: 'svg', hover: true});
    await view.initialize(place).runAsync();
    // The whole is one picture to who does not see it: the table below has the figures.
    const picture = place.querySelector('svg');
    picture.setAttribute('role', 'img');
    picture.setAttribute('aria-label', drawn.alt);
    drawn.replaceWith(place);
    live += 1;
    document.documentElement.dataset.live = `${live} of ${holders.length}`;
  };
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      enliven(entry.target).catch((error) => console.error(entry.target.dataset.specification, error));
    }
  }, {rootMargin: '200px'});
  for (const holder of holders) seen.observe(holder);
}
