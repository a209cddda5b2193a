import { useId } from "react";

/** A value that can be chosen, with its text if that is another. */
type Option<T> = T | { readonly value: T; readonly text: string };

interface SelectProps<T> {
  /** For tests. */
  readonly name: string;
  readonly label: string;
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onChange: (value: T) => void;
  readonly disabled?: boolean;
  readonly about?: string | undefined;
}

/** A choice with its label, and what it means below it. */
export function Select<T extends string | number | null>(props: SelectProps<T>) {
  const { name, label, value, options, onChange, disabled, about } = props;
  const id = useId();
  const entries = options.map((option) =>
    typeof option === "object" && option !== null ? option : { value: option, text: `${option}` },
  );
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        data-testid={name}
        value={value ?? ""}
        disabled={disabled}
        aria-describedby={about && `${id}-about`}
        onChange={({ target }) => onChange(entries[target.selectedIndex]!.value)}
      >
        {entries.map(({ value, text }) => (
          <option key={text} value={value ?? ""}>
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
