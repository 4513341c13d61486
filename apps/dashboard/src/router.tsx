/**
 * The pages and their addresses. Every one is a deep link; the gateway answers `index.html` for each (`PAGES`), and `/api`, `/docs`, `/openapi.json`, `/healthz`, `/readyz` and
 * `/metrics` are not the dashboard's. Pages are loaded when they are first gone to.
 */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { readAttentionSearch } from "./pages/attention/search.ts";
import { readSearch } from "./pages/fleet/views.ts";
import { Shell } from "./shell/shell.tsx";
import { NotHere } from "./shell/not-here.tsx";

const root = createRootRoute({ component: Shell, notFoundComponent: NotHere });

/** The default page (F1-110). */
const fleet = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import("./pages/fleet/page.tsx"), "FleetPage"),
});
const attention = createRoute({
  getParentRoute: () => root,
  path: "/attention",
  validateSearch: readAttentionSearch,
  component: lazyRouteComponent(() => import("./pages/attention/page.tsx"), "AttentionPage"),
});
const session = createRoute({
  getParentRoute: () => root,
  path: "/sessions/$sessionId",
  component: lazyRouteComponent(() => import("./pages/session/page.tsx"), "SessionPage"),
});
const hosts = createRoute({
  getParentRoute: () => root,
  path: "/hosts",
  component: lazyRouteComponent(() => import("./pages/hosts/page.tsx"), "HostsPage"),
});
const policies = createRoute({
  getParentRoute: () => root,
  path: "/policies",
  component: lazyRouteComponent(() => import("./pages/policies/page.tsx"), "PoliciesPage"),
});
const commands = createRoute({
  getParentRoute: () => root,
  path: "/commands",
  component: lazyRouteComponent(() => import("./pages/commands/page.tsx"), "CommandsPage"),
});
const health = createRoute({
  getParentRoute: () => root,
  path: "/health",
  component: lazyRouteComponent(() => import("./pages/health/page.tsx"), "HealthPage"),
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  component: lazyRouteComponent(() => import("./pages/sign-in/page.tsx"), "SignInPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([fleet, attention, session, hosts, policies, commands, health, signIn]),
  defaultPreload: "intent",
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
