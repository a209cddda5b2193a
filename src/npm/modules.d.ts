/** The wasm, as text in the package: build/text.mjs writes this module. */
declare module "sluicegate:wasm" {
  export function bytes(): Uint8Array<ArrayBuffer>;
}
