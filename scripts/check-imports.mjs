/** Checks the arrows (`.dependency-cruiser.cjs`) and fails when the cruise saw too little: an empty cruise has no violations. */
import { cruise } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import extractOptions from "dependency-cruiser/config-utl/extract-depcruise-options";

/** Fewer modules or arrows than this means that the cruiser could not read TypeScript. */
const LEAST = { modules: 60, arrows: 200 };

const options = await extractOptions("./.dependency-cruiser.cjs");
const roots = ["libs", "services", "apps"];
const { output } = await cruise(roots, { ...options, validate: true }, undefined, {
  tsConfig: extractTSConfig("./tsconfig.json"),
});
const { modules, summary } = typeof output === "string" ? JSON.parse(output) : output;
const arrows = modules.reduce((sum, module) => sum + module.dependencies.length, 0);
const violations = summary.violations.filter((violation) => violation.rule.severity === "error");

for (const { rule, from, to } of violations) process.stderr.write(`${rule.name}: ${from} -> ${to}\n`);
if (modules.length < LEAST.modules || arrows < LEAST.arrows) {
  process.stderr.write(
    `The cruise saw ${modules.length} modules and ${arrows} arrows: too few to have looked at all.\n`,
  );
  process.exit(1);
}
process.stdout.write(`${modules.length} modules, ${arrows} arrows, ${violations.length} against the rules\n`);
process.exit(violations.length > 0 ? 1 : 0);
