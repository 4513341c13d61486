/** True for text with any control character, line ends and tabs as well: in an address or a name they have no place. */
export const hasControls = (text: string): boolean =>
  [...text].some((letter) => letter < " " || letter === "\u007f");
