/** Which columns the table has; kept in this browser. */
import type { Column } from "../../ui/columns.ts";
import { Dialog } from "../../ui/dialog.tsx";

export interface ColumnsDialogProps {
  readonly columns: readonly Pick<Column<never>, "id" | "head" | "isFixed">[];
  readonly hidden: ReadonlySet<string>;
  readonly onHidden: (hidden: ReadonlySet<string>) => void;
  readonly onClose: () => void;
}

export const ColumnsDialog = ({ columns, hidden, onHidden, onClose }: ColumnsDialogProps) => (
  <Dialog title="Columns" onClose={onClose}>
    <div className="choices">
      {columns.map(({ id, head, isFixed = false }) => (
        <label key={id}>
          <input
            type="checkbox"
            disabled={isFixed}
            checked={isFixed || !hidden.has(id)}
            onChange={(event) => onHidden(changed(hidden, id, !event.target.checked))}
          />
          {head}
        </label>
      ))}
    </div>
  </Dialog>
);

const changed = (hidden: ReadonlySet<string>, id: string, isHidden: boolean): ReadonlySet<string> => {
  const next = new Set(hidden);
  if (isHidden) next.add(id);
  else next.delete(id);
  return next;
};
