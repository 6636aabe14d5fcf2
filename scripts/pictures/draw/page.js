'use strict';
// Tooltips of marks, and the choice of the CPU.
{
  // Returns the mark at a point of the screen, or the nearest one within the reach of a finger.
  const reach = 22;
  const markAt = (x, y, drawing) => {
    const own = document.elementFromPoint(x, y)?.closest('[data-tip]');
    if (own) return own;
    let nearest,
      least = reach;
    for (const mark of drawing.querySelectorAll('[data-tip]')) {
      const {left, right, top, bottom} = mark.getBoundingClientRect();
      const far = Math.hypot(x - (left + right) / 2, y - (top + bottom) / 2);
      if (far < least) [nearest, least] = [mark, far];
    }
    return nearest;
  };
  const tip = Object.assign(document.createElement('div'), {id: 'tip', hidden: true});
  tip.setAttribute('role', 'status');
  document.body.append(tip);
  const tell = ({clientX: x, clientY: y, target}) => {
    const drawing = target.closest?.('.drawing'),
      mark = drawing && markAt(x, y, drawing);
    tip.hidden = !mark;
    if (!mark) return;
    tip.textContent = mark.dataset.tip.replaceAll('; ', '\n');
    const {width, height} = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(x + 12, innerWidth - width - 8))}px`;
    tip.style.top = `${y + 16 + height < innerHeight ? y + 16 : Math.max(8, y - height - 12)}px`;
  };
  document.addEventListener('click', tell);
  document.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'mouse') tell(event);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') tip.hidden = true;
  });
  document.addEventListener(
    'scroll',
    () => {
      tip.hidden = true;
    },
    {passive: true},
  );
}
{
  const chooser = document.querySelector('.chooser');
  const choose = () => {
    const cpu = chooser.querySelector(':checked').value;
    for (const part of document.querySelectorAll('[data-cpu]')) part.hidden = part.dataset.cpu !== cpu;
  };
  if (chooser) {
    chooser.hidden = false;
    chooser.addEventListener('change', choose);
    choose();
  }
}
