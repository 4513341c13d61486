/** All keys that count now, by where they come from. */
import { type Layer, keyName, useLayers } from "../state/keys.ts";
import { Dialog } from "../ui/dialog.tsx";

/** Keys that the page does not handle by a binding. */
const ALWAYS: Layer = {
  title: "Everywhere",
  bindings: {
    "⌘K": { does: "find or run", run: () => undefined },
    Escape: { does: "close what lies over the page", run: () => undefined },
  },
};

export const Keymap = ({ onClose }: { readonly onClose: () => void }) => {
  const layers = [...useLayers(), ALWAYS].filter(({ bindings }) => Object.keys(bindings).length > 0);
  return (
    <Dialog title="All keys" onClose={onClose}>
      <div className="keymap">
        {layers.map(({ title, bindings }, index) => (
          <section key={`${title}-${index}`}>
            <h3>{title}</h3>
            <ul>
              {Object.entries(bindings).map(([key, { does }]) => (
                <li key={key}>
                  <span>{does}</span>
                  <kbd>{keyName(key)}</kbd>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
};
