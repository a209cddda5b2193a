/** The wasms, as text or as a file that the platform compiles: scripts/build.mjs writes this module. */
declare module "sluicegate:wasm" {
  export function bytes(): BufferSource | WebAssembly.Module;
  export function compile(source: BufferSource): Promise<WebAssembly.Module>;
}

declare module "sluicegate:tabs-wasm" {
  export function bytes(): BufferSource;
}
