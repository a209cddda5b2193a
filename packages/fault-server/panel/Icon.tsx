const paths = {
  alert: "M10 3.5l7.5 13h-15zM10 8.5v3.5M10 14.3v.2",
  redo: "M15.5 7.5A6 6 0 1 0 16 11M15.8 3.8v4h-4",
};

/** A line drawing beside words, hidden from assistive technology. */
export function Icon({ name }: { name: keyof typeof paths }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
