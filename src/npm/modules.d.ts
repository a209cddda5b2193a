// What scripts/build.mjs puts in for these names.

declare module "sluicegate:glue";

/** What scripts/wasm-text.mjs makes of the wasm. */
declare module "sluicegate:wasm" {
  export const characters: string;
  export const order: string;
  export const text: string;
}
