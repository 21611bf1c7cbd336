import { levels, options } from "./config-options.ts";
import type { Option } from "./config-options.ts";

type Schema = { [key: string]: unknown };

/** The configuration as JSON Schema (draft-07, which every editor reads), for `"$schema"` in uniqlint.config.json. */
export function configJsonSchema(rules: { name: string; summary: string }[]): Schema {
  const describe = ({ about, ...option }: Option): Schema => ({ description: about, ...shapeOf(option as Option) });
  const object = (keys: Record<string, Option>): Schema => ({
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries(Object.entries(keys).map(([key, option]) => [key, describe(option)])),
  });
  const shapeOf = (option: Option): Schema => {
    switch (option.kind) {
      case "choice":
        return { enum: option.of };
      case "text":
        return { type: "string" };
      case "texts":
        return listOf({ type: "string" });
      case "texts or false":
        return listOf({ type: "string" }, { const: false });
      case "names":
        return listOf({ type: ["string", "integer"] });
      case "flag":
        return { type: "boolean" };
      case "rules":
        return { type: "object", additionalProperties: false, properties: Object.fromEntries(rules.map(({ name, summary }) => [name, { description: summary, enum: levels }])) };
      case "object":
        return object(option.keys);
      case "each":
        return { type: "object", additionalProperties: object(option.of) };
    }
  };
  const { properties, ...rest } = object(options);
  return { $schema: "http://json-schema.org/draft-07/schema#", title: "uniqlint's configuration", ...rest, properties: { $schema: { type: "string" }, ...(properties as Schema) } };
}

/** One of these, or a list of the first. */
function listOf(item: Schema, ...others: Schema[]): Schema {
  return { anyOf: [item, { type: "array", items: item }, ...others] };
}
