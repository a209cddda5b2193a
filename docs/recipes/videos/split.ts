/** Cuts one picture into its panels, in the browser. */
import type { SplitImage } from "./definition";

/** One image of the grid. */
export interface Panel {
  readonly name: string;
  readonly blob: Blob;
  readonly width: number;
  readonly height: number;
}

/** In reading order, as PNG files. */
export async function splitImage(url: string, { grid, naming }: SplitImage["params"]): Promise<Panel[]> {
  const image = await load(url);
  const [columns, rows] = grid.split("x").map(Number) as [number, number];
  // Drawn whole, once: the source may be an SVG, and cutting one would draw it anew for each panel.
  const whole = draw(image, 0, 0, image.naturalWidth, image.naturalHeight);
  const [width, height] = [Math.floor(whole.width / columns), Math.floor(whole.height / rows)];
  return Promise.all(
    Array.from({ length: columns * rows }, async (_, n) => {
      const panel = draw(whole, (n % columns) * width, Math.floor(n / columns) * height, width, height);
      const blob = await panel.convertToBlob({ type: "image/png" });
      return { name: naming.replaceAll("{n}", String(n + 1)), blob, width, height };
    }),
  );
}

async function load(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode().catch(() => {
    throw new Error(`The image could not be decoded: ${url}`);
  });
  return image;
}

function draw(
  source: HTMLImageElement | OffscreenCanvas,
  x: number,
  y: number,
  width: number,
  height: number,
): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser has no 2D canvas");
  context.drawImage(source, x, y, width, height, 0, 0, width, height);
  return canvas;
}
