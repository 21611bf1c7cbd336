import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";
import uniqlint from "uniqlint/eslint";

export default defineConfig(
  tseslint.configs.recommended,
  { plugins: { uniqlint }, extends: ["uniqlint/recommended"] },
);
