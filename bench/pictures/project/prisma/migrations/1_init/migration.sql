CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "teamId" INTEGER NOT NULL,
    "externalId" TEXT,
    "email" TEXT NOT NULL,
    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "User_teamId_idx" ON "User"("teamId");
CREATE UNIQUE INDEX "User_teamId_email_key" ON "User"("teamId", "email");
