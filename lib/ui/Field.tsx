/**
 * A field of a form: its name, its control, a hint, and what was wrong with what it held.
 *
 * @module
 */
import { cloneElement, type VNode } from "preact";

/** Attributes that a field gives its control. */
interface ControlProps {
  id?: string;
  name?: string;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: "true" | undefined;
}

/** A control as the server has it: JSX of plain elements is compiled to text there. */
interface CompiledProps {
  tpl?: readonly string[];
}

/** Writes attributes into the first tag of a compiled control. */
function compileControl(template: string, control: ControlProps): string {
  const escape = (text: string) =>
    text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  const attributes = Object.entries(control).map(([name, value]) =>
    value === undefined ? "" : ` ${name}="${escape(value)}"`
  ).join("");
  return template.replace(/^<(?:input|select|textarea)\b/, (tag) => tag + attributes);
}

/** Returns the control with what its field says of it. */
function nameControl(control: VNode<ControlProps>, props: ControlProps): VNode {
  const { tpl } = control.props as CompiledProps;
  if (!tpl) return cloneElement(control, props);
  const [first = "", ...rest] = tpl;
  return cloneElement(control as VNode<CompiledProps>, {
    tpl: [compileControl(first, props), ...rest],
  });
}

/** Returns the id of a field's control; dots and brackets of its name are dashes. */
export function getFieldId(name: string, form = "f"): string {
  return `${form}-${name.replace(/[^\w-]+/g, "-")}`;
}

/**
 * Names the control that it holds (an input, select or textarea), and ties hint and error to it, so
 * that they are read out with it. `form` tells apart fields of one name on one page.
 */
export function Field({ name, label, hint, error, form, children }: {
  name: string;
  label: string;
  hint?: string | undefined;
  /** What is wrong with the value; empty for nothing. */
  error?: string | undefined;
  form?: string;
  children: VNode<ControlProps>;
}) {
  const id = getFieldId(name, form);
  const told = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div class="field" data-field={name}>
      <label for={id}>{label}</label>
      {nameControl(children, {
        id,
        name,
        "aria-describedby": told || undefined,
        "aria-invalid": error ? "true" : undefined,
      })}
      {hint && <small id={`${id}-hint`}>{hint}</small>}
      {error && <small id={`${id}-error`} class="field-error">{error}</small>}
    </div>
  );
}

/** A box to tick, its words beside it. */
export function CheckField({ name, label, hint, value = "on", checked, form }: {
  name: string;
  label: string;
  hint?: string | undefined;
  value?: string;
  checked: boolean;
  form?: string;
}) {
  const id = getFieldId(`${name}-${value}`, form);
  return (
    <label class="check">
      <input
        type="checkbox"
        name={name}
        value={value}
        checked={checked}
        aria-describedby={hint ? `${id}-hint` : undefined}
      />
      <span>
        {label}
        {hint && <small id={`${id}-hint`}>{hint}</small>}
      </span>
    </label>
  );
}

/** What is wrong with a form as a whole; nothing without it. */
export function FormError({ text }: { text: string }) {
  return text ? <p class="error" role="alert">{text}</p> : null;
}
