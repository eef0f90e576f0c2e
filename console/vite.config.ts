import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const SERVICE = process.env.MABAR_URL ?? "http://127.0.0.1:8000"; // for `npm run dev`
const LEAST = 1024; // bytes below which compressing gains nothing

/** Leaves name.gz and name.br beside every text file, so that the service compresses nothing while it serves. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    closeBundle() {
      for (const name of readdirSync("dist", { recursive: true, encoding: "utf8" })) {
        if (!/\.(html|js|css|json|svg)$/.test(name)) continue;
        const path = join("dist", name);
        const body = readFileSync(path);
        if (body.length < LEAST) continue;
        writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
        writeFileSync(`${path}.br`, brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), compressed()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // the content security policy takes fonts and images from the service alone
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/v1": SERVICE, "/health": SERVICE } },
});
