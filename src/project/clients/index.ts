import type { ClientAdapter } from "./adapter.ts";
import { drizzle } from "./drizzle.ts";
import { knex } from "./knex.ts";
import { kysely } from "./kysely.ts";
import { mikroOrm } from "./mikro-orm.ts";
import { objection } from "./objection.ts";
import { prisma } from "./prisma.ts";
import { rawSql } from "./raw-sql.ts";
import { sequelize } from "./sequelize.ts";
import { supabase } from "./supabase.ts";
import { typeorm } from "./typeorm.ts";

/** One adapter a library; the first that knows a call reads it. */
export const ADAPTERS: ClientAdapter[] = [drizzle, prisma, supabase, sequelize, mikroOrm, kysely, typeorm, objection, rawSql, knex];
