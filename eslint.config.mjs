import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "**/*.mjs", "**/*.cjs", "**/*.js"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  {
    // The bundle of the commands then has only the parts of zod that they use.
    files: ["protocol/**", "client/**", "cli/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: 'ImportDeclaration[importKind="value"][source.value="zod"] > ImportSpecifier',
          message: 'Write: import * as z from "zod".',
        },
      ],
    },
  },
  {
    // A command gets all of this by its Io, so that several can run in one process.
    files: ["cli/**"],
    ignores: ["cli/io.ts", "cli/process-io.ts"],
    rules: {
      "no-restricted-globals": ["error", "process", "console"],
      "no-restricted-imports": [
        "error",
        {
          paths: [
            ...["process", "node:process", "console", "node:console"].map((name) => ({ name })),
            { name: "node:os", importNames: ["homedir", "tmpdir", "userInfo"] },
          ],
          patterns: [{ group: ["**/client/client"], importNames: ["connect"] }],
        },
      ],
    },
  },
);
