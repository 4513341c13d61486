/**
 * How the dashboard is built: static files that the gateway serves, under a policy that lets nothing run but what is here (ADR 0014).
 * So nothing is inlined: no script, no style, no `data:` picture.
 */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where a house on this machine listens; only `vite` itself, not what it builds, knows of it. */
const HOUSE = process.env["CLAW_URL"] ?? "http://127.0.0.1:7420";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2024",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
  server: {
    proxy: {
      "/api": { target: HOUSE, ws: true },
      "/auth": HOUSE,
      "/docs": HOUSE,
      "/readyz": HOUSE,
      "/metrics": HOUSE,
    },
  },
});
