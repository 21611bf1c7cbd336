/** One model of a library: how its table is known, and what the library counts on being unique. Names are the library's own. */
export type LibraryModel = { table: RegExp; marks: readonly string[]; unique: readonly string[] };

export type Library = {
  name: string;
  /** Packages of which one is installed where it keeps its rows in the project's own tables. */
  packages: RegExp;
  /** Where it says so. */
  source: string;
  /** By these a database is known as the library's; both have to be there. */
  core: readonly LibraryModel[];
  others: readonly LibraryModel[];
};

/**
 * Libraries whose tables stand in the project's schema, where somebody wrote them down by hand, and that read one row by columns which their own
 * schema calls unique. Only columns that are unique in every version and without options; a table that merely looks alike must not fit.
 */
export const LIBRARIES: readonly Library[] = [
  {
    name: "better-auth",
    packages: /^better-auth$/,
    source: "https://www.better-auth.com/docs/concepts/database",
    core: [
      { table: /(?:^|_)users?$/i, marks: ["email", "emailVerified", "name"], unique: ["email"] },
      { table: /(?:^|_)sessions?$/i, marks: ["token", "expiresAt", "userId"], unique: ["token"] },
    ],
    others: [
      // better-auth.com/docs/plugins/sso, /organization
      { table: /sso_?providers?$/i, marks: ["providerId", "issuer", "domain"], unique: ["providerId"] },
      { table: /(?:^|_)organizations?$/i, marks: ["slug", "logo", "metadata"], unique: ["slug"] },
    ],
  },
  {
    name: "Auth.js",
    packages: /^(?:@auth|@next-auth)\/.+-adapter$/,
    source: "https://authjs.dev/concepts/database-models",
    core: [
      { table: /(?:^|_)users?$/i, marks: ["email", "emailVerified"], unique: ["email"] },
      { table: /(?:^|_)accounts?$/i, marks: ["provider", "providerAccountId", "userId"], unique: ["provider", "providerAccountId"] },
    ],
    others: [
      { table: /(?:^|_)sessions?$/i, marks: ["sessionToken", "userId", "expires"], unique: ["sessionToken"] },
      { table: /(?:^|_)verification_?tokens?$/i, marks: ["identifier", "token", "expires"], unique: ["identifier", "token"] },
    ],
  },
];
