import { PrismaClient } from "@prisma/client";

const prisma = new PrismaClient();

/** The provider sends an event again until we answer. */
export async function fromWebhook(teamId: number, externalId: string, email: string) {
  return prisma.$executeRaw`
    INSERT INTO "User" ("teamId", "externalId", "email")
    VALUES (${teamId}, ${externalId}, ${email})
    ON CONFLICT ("teamId", "externalId") DO UPDATE SET "email" = excluded."email"`;
}
