// What scripts/build.mjs puts in for these names.

/** What scripts/glue.mjs makes of wasm-bindgen's glue. */
declare module "sluicegate:glue" {
  export function connect(source: Promise<WebAssembly.Module | BufferSource>): Promise<import("./engine.js").Engine>;
}

/** What scripts/wasm-text.mjs makes of the wasm. */
declare module "sluicegate:wasm" {
  export const decoder: number[];
  export const text: string;
}
