/** What custom properties are as colours for a canvas, which knows no light-dark(). */
export type Ink = ReadonlyMap<string, string>;

export function inksOf(element: HTMLElement, names: readonly string[]): Ink {
  const probe = document.createElement('i');
  element.append(probe);
  const inks = new Map(
    names.map((name) => {
      probe.style.color = `var(${name})`;
      return [name, getComputedStyle(probe).color];
    }),
  );
  probe.remove();
  return inks;
}

/** Lines across a colour: seen as something of its own without colours, too. */
export function hatch(color: string, ground: string): CanvasPattern | string {
  const tile = document.createElement('canvas');
  const size = 6 * devicePixelRatio;
  tile.width = size;
  tile.height = size;
  const pen = tile.getContext('2d');
  if (!pen) return color;
  pen.fillStyle = color;
  pen.fillRect(0, 0, size, size);
  pen.strokeStyle = ground;
  pen.lineWidth = 1.2 * devicePixelRatio;
  pen.beginPath();
  for (const x of [-size, 0, size]) {
    pen.moveTo(x, size);
    pen.lineTo(x + size, 0);
  }
  pen.stroke();
  return pen.createPattern(tile, 'repeat') ?? color;
}
