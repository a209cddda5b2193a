// What scripts/build.mjs puts in for these names.

declare module "sluicegate:glue";

declare module "sluicegate:wasm" {
  const base64: string;
  export default base64;
}
