import type { Dialect } from "../model/catalog.ts";
import { dialectOfEngine } from "./dialect-names.ts";

/** What declares a model of Sequelize: a call with its attributes, or sequelize-typescript's decorator. */
const MODEL = /\.define\s*(?:<[^;=(]*>)?\(\s*["'`]|\.init\s*\(|["']sequelize-typescript["']/;
const RELATION = /\.(?:belongsTo|hasOne|hasMany|belongsToMany)\s*\(/;
const SEQUELIZE = /sequelize/i;
const TYPES = /\bDataTypes?\b|\bSequelize\.[A-Z]{3}|["']sequelize-typescript["']/;
const DATA_SOURCE = /\bDataSource\w*\s*\(|\b\w*DataSourceOptions\b|\bTypeOrm(?:Core)?Module(?:Async)?(?:Options)?\b|\bTypeOrmOptionsFactory\b|\b\w*ConnectionOptions\b|\bcreateConnections?\(/;

/**
 * What the search for databases asks of the text of many files, as parsing every file of a project would take most of the time. They have names so
 * that a later run can ask them again.
 */
export const looks = {
  /** Does it use Drizzle's builders of columns or tables? */
  "drizzle-core": (text: string): boolean => /\bdrizzle-orm\/(pg|mysql|sqlite|singlestore)-core\b/.test(text),
  typeorm: (text: string): boolean => /typeorm["']/.test(text),
  /** Names of decorators. */
  decorators: (text: string): string[] => [...new Set([...text.matchAll(/@(\w+)/g)].map((match) => match[1] ?? ""))].sort(),
  "mikro-orm": (text: string): boolean => /["']@mikro-orm\//.test(text),
  /** The whole of a text that may say how TypeORM's data source is made. */
  "typeorm-data-source": (text: string): string | null => (/typeorm/i.test(text) && DATA_SOURCE.test(text) ? text : null),
  "sequelize-models": (text: string): { isModel: boolean; isRelated: boolean } => ({
    isModel: SEQUELIZE.test(text) && MODEL.test(text) && TYPES.test(text),
    isRelated: RELATION.test(text),
  }),
  /** As `new Sequelize({ dialect })` says. */
  "sequelize-dialects": (text: string): Dialect[] =>
    /\bSequelize\b/.test(text) ? [...text.matchAll(/\bdialect["']?\s*:\s*["'](\w+)["']/g)].flatMap((match) => dialectOfEngine(match[1] ?? "") ?? []) : [],
};

export type LookName = keyof typeof looks;
export type Look = <Name extends LookName>(path: string, name: Name) => ReturnType<(typeof looks)[Name]>;
