import { type ReactNode, useId } from "react";

interface SelectProps {
  /** For tests. */
  readonly name: string;
  readonly label: string;
  readonly value: string | number;
  readonly onChange: (value: string) => void;
  readonly disabled?: boolean;
  readonly about?: string | undefined;
  readonly children: ReactNode;
}

/** A choice with its label, and what it means below it. */
export function Select({ name, label, value, onChange, disabled, about, children }: SelectProps) {
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
        onChange={(event) => onChange(event.target.value)}
      >
        {children}
      </select>
      {about && (
        <p className="muted" id={`${id}-about`}>
          {about}
        </p>
      )}
    </div>
  );
}
