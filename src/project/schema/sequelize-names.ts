import inflection from "inflection";

/** `person` → `people`, `OrgUser` → `OrgUsers`: Sequelize asks this very library. */
export function pluralize(name: string): string {
  return inflection.pluralize(name);
}

export function singularize(name: string): string {
  return inflection.singularize(name);
}

/** Every capital is a word: `userID` → `user_i_d`. */
export function underscore(name: string): string {
  return inflection.underscore(name);
}

/** `org_unit` → `orgUnit`; what is no separator stays as it is. */
export function camelize(name: string): string {
  return name.trim().replace(/[-_\s]+(.)?/g, (_, first: string | undefined) => (first ?? "").toUpperCase());
}
