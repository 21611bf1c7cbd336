import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

const globals = { console: "readonly", process: "readonly", URL: "readonly" };

export default defineConfig(
  { ignores: ["dist/", "dist-*/", "fixtures/", "coverage/", "bench/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // Its advice depends on how a library spells its overloads, and is wrong where an assertion narrows.
      "@typescript-eslint/no-unnecessary-type-assertion": "off",
      // A function of an interface that may wait need not.
      "@typescript-eslint/require-await": "off",
      // Shapes are plain data; their functions have no `this`.
      "@typescript-eslint/unbound-method": "off",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-restricted-imports": ["error", { paths: [{ name: "typescript", message: "Take `ts` from ts-morph." }] }],
    },
  },
  { files: ["**/*.{js,mjs}"], languageOptions: { globals } },
);
