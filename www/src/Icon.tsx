/** Line drawings of 20 by 20; always beside words, so hidden from assistive technology. */
const paths = {
  play: "M6.5 4.5v11l9-5.5z",
  pause: "M7 4.5v11M13 4.5v11",
  redo: "M15.5 7.5A6 6 0 1 0 16 11M15.8 3.8v4h-4",
  check: "M4.5 10.5l3.5 3.5 7.5-8",
  cross: "M5.5 5.5l9 9M14.5 5.5l-9 9",
  alert: "M10 3.5l7.5 13h-15zM10 8.5v3.5M10 14.3v.2",
  clock: "M10 3a7 7 0 1 0 .01 0zM10 6.5V10l2.5 1.5",
  brush: "M16.5 3.5L9 11M8.5 10.5c-2 .2-3 1.3-3.2 3-.1 1.2-.8 2-2 2.3 3 1.2 6.8.4 7-2.5z",
  voice: "M4 8v4M7.2 5.5v9M10.4 8v4M13.6 4v12M16.8 8v4",
  stop: "M5 5h10v10H5z",
  half: "M10 3a7 7 0 1 0 .01 0zM10 3v14",
  picture: "M3 4.5h14v11H3zM3 13l4-4 3.5 3.5L13 10l4 4M13 7.3v.2",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
