/** Which folded things of a transcript are open. A virtual list takes rows out of the page and puts them back, and what was opened stays open. */
import { createContext, useContext, useState } from "react";

export const Folds = createContext<Set<string>>(new Set());

export function useFold(key: string): readonly [boolean, (isOpen: boolean) => void] {
  const open = useContext(Folds);
  const [isOpen, setOpen] = useState(open.has(key));
  const set = (next: boolean): void => {
    if (next) open.add(key);
    else open.delete(key);
    setOpen(next);
  };
  return [isOpen, set];
}
