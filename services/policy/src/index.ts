export { type Policy, type PolicyOptions, startPolicy } from "./start.ts";
