/** A JSON Schema node as far as it matters here. */
export interface Node {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Node | boolean>>;
  readonly required?: readonly string[];
  readonly items?: Node | boolean;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly oneOf?: readonly Node[];
  readonly anyOf?: readonly Node[];
  readonly allOf?: readonly Node[];
  readonly default?: unknown;
  readonly definitions?: Readonly<Record<string, unknown>>;
  /** The known words of an enumeration that may grow; our own addition. */
  readonly known?: readonly string[];
}

/** One way in which a value may look: a JSON type (or `any`), with its properties if it is an object. */
export interface Shape {
  readonly type: string;
  readonly properties: ReadonlyMap<string, Node>;
  readonly required: ReadonlySet<string>;
  readonly items: Node | null;
  readonly words: ReadonlySet<string>;
}

/** Anything at all. */
const anything: Shape = {
  type: "any",
  properties: new Map(),
  required: new Set(),
  items: null,
  words: new Set(),
};

/** Unfolds references and alternatives into the shapes that a value may have. */
export function shapesOf(root: Node, node: Node): readonly Shape[] {
  if (node.$ref !== undefined) return shapesOf(root, follow(root, node.$ref));
  const alternatives = node.oneOf ?? node.anyOf;
  const own = ownShapes(node);
  const parts = (node.allOf ?? []).flatMap((part) => shapesOf(root, part));
  const base = parts.length > 0 ? own.flatMap((one) => parts.map((part) => merge(one, part))) : own;
  if (!alternatives) return base;
  const branches = alternatives.flatMap((branch) => shapesOf(root, branch));
  return base.flatMap((shape) => branches.map((branch) => merge(shape, branch)));
}

/** Resolves `#/definitions/…` within the bundle. */
export function follow(root: Node, ref: string): Node {
  let at: unknown = root;
  for (const step of ref.replace(/^#\//, "").split("/")) at = isRecord(at) ? at[step] : undefined;
  if (!isRecord(at)) throw new Error(`the schema has no ${ref}`);
  return at;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One shape for each JSON type that the node names by itself. */
function ownShapes(node: Node): readonly Shape[] {
  const values = node.enum ?? (node.const === undefined ? [] : [node.const]);
  const named = node.type === undefined ? values.map((value) => typeof value) : [node.type].flat();
  const types = named.length === 0 && node.properties !== undefined ? ["object"] : [...new Set(named)];
  if (types.length === 0) return [anything];
  return types.map((type) => ({
    type,
    properties: new Map(
      Object.entries(node.properties ?? {}).map(([name, property]) => [name, toNode(property)]),
    ),
    required: new Set(node.required),
    items: node.items === undefined ? null : toNode(node.items),
    words: new Set([...values, ...(node.known ?? [])].filter((value) => typeof value === "string")),
  }));
}

/** Both at once, as `allOf` asks and as an alternative beside own properties means. */
function merge(one: Shape, other: Shape): Shape {
  return {
    type: one.type === "any" ? other.type : one.type,
    properties: new Map([...one.properties, ...other.properties]),
    required: new Set([...one.required, ...other.required]),
    items: one.items ?? other.items,
    words: new Set([...one.words, ...other.words]),
  };
}

function toNode(node: Node | boolean): Node {
  return typeof node === "boolean" ? {} : node;
}
