/** Where a rule or a switch holds: the scope, and the id of what it names. */
import { Field, Segments } from "../../ui/field.tsx";

export interface ScopeFieldsProps<Scope extends string> {
  readonly scopes: readonly { readonly value: Scope; readonly label: string }[];
  readonly scope: Scope;
  readonly onScope: (scope: Scope) => void;
  readonly id: string;
  readonly onId: (id: string) => void;
  /** What to call the thing that is named; the scope without it. */
  readonly what?: string;
}

/** `global` names nothing, so that it has no id. */
export function ScopeFields<Scope extends string>(props: ScopeFieldsProps<Scope>) {
  const { scopes, scope, onScope, id, onId, what = scope } = props;
  return (
    <>
      <Segments legend="Where" value={scope} onValue={onScope} options={scopes} />
      {scope !== "global" && (
        <Field
          label={`Id of the ${scope}`}
          placeholder={`Id of the ${what}`}
          value={id}
          onValue={onId}
          autoComplete="off"
          spellCheck={false}
        />
      )}
    </>
  );
}
