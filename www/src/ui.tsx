/** Components that all pages share. */
import { type ComponentProps, type ReactNode, useId } from "react";
import { Icon, type IconName } from "./Icon";

interface ButtonProps extends ComponentProps<"button"> {
  readonly icon?: IconName;
}

/** A button. `className` has its size, and `primary` for the main one. */
export function Button({ icon, className = "", children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`button ${className}`} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A section with a heading. */
export function Panel({ title, className = "", children, ...rest }: ComponentProps<"section"> & { title: string }) {
  const id = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={id} {...rest}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

/** Preformatted text. It scrolls if it is too wide. */
export function Code({ children, ...rest }: ComponentProps<"pre">) {
  return (
    <pre tabIndex={0} {...rest}>
      <code>{children}</code>
    </pre>
  );
}

interface TableProps extends ComponentProps<"tbody"> {
  readonly label: string;
  readonly columns: readonly string[];
}

/** A table. It scrolls if it is too wide. */
export function Table({ label, columns, ...rest }: TableProps) {
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label={label}>
      <table className="table">
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody {...rest} />
      </table>
    </div>
  );
}

interface SelectProps<V extends string | number> {
  /** Test id of the field. */
  readonly name: string;
  readonly label: string;
  readonly value: V;
  /** Pairs of a value and its text. */
  readonly options: readonly (readonly [value: V, text: ReactNode])[];
  readonly onChange: (value: V) => void;
  readonly disabled?: boolean;
  readonly about?: string | undefined;
}

/** A select field with its label. `about` is an explanation below it. */
export function Select<V extends string | number>(props: SelectProps<V>) {
  const { name, label, value, options, onChange, disabled, about } = props;
  const id = useId();
  return (
    <div className="stack">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        data-testid={name}
        value={value}
        disabled={disabled}
        aria-describedby={about && `${id}-about`}
        onChange={({ target }) => onChange(options[target.selectedIndex]![0])}
      >
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
      {about && (
        <p className="muted" id={`${id}-about`}>
          {about}
        </p>
      )}
    </div>
  );
}
