// Builds the bundle that ships in the Python package, or with --tests the tests for Node.
import { build, transform } from "esbuild";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";

const here = (path) => new URL(path, import.meta.url).pathname;
// A style sheet as text, without what only its readers need.
const styles = {
  name: "styles",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target: "es2022" });
      return { contents: code, loader: "text" };
    });
  },
};
const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  jsx: "automatic",
  jsxImportSource: "preact",
  plugins: [styles],
  absWorkingDir: here("."),
  logLevel: "warning",
};

if (process.argv.includes("--tests")) {
  const tests = readdirSync(here("test")).filter((name) => name.endsWith(".test.ts")).sort();
  await build({
    ...shared,
    stdin: { contents: tests.map((name) => `import "./test/${name}";`).join("\n"), resolveDir: here(".") },
    outfile: "build/tests.mjs",
    platform: "node",
  });
} else {
  const out = process.argv.find((word) => word.startsWith("--out="))?.slice(6) ?? "../src/eyeshot/present/explorer/explorer.js";
  await build({ ...shared, entryPoints: ["src/main.ts"], outfile: out, minify: !process.argv.includes("--plain") });
}
