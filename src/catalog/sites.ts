import type { Handler, Project, ProjectFile, Site } from "../model/project.ts";
import type { TableRef } from "./tables.ts";

/** The site with this id. */
export function siteOf(project: Project, id: number): Site | null {
  return project.sites[id] ?? project.sites.find((site) => site.id === id) ?? null;
}

/** Sites on one table, in project order. */
export function sitesOn(project: Project, ref: TableRef): Site[] {
  if (ref.database === null || ref.table === null) return [];
  return project.sites.filter((site) => site.database === ref.database && site.table === ref.table);
}

/** Handlers that guard the site, its own function's and its callers'. */
export function handlersOf(project: Project, site: Site): Handler[] {
  const ids = new Set(site.guards.flatMap((guard) => (guard.kind === "handler" ? [guard.handler] : [])));
  return project.handlers.filter((handler) => ids.has(handler.id) || handler.covers.includes(site.id));
}

/** The sites that a handler guards. */
export function coveredBy(project: Project, handler: Handler): Site[] {
  return handler.covers.flatMap((id) => siteOf(project, id) ?? []);
}

export function fileOf(project: Project, path: string): ProjectFile | null {
  return project.files.find((file) => file.path === path) ?? null;
}
