-- No two users with one address were found.
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
