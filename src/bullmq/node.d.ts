// The part of Node.js that is used, because the package is compiled without its types.

declare module "node:v8" {
  export function serialize(value: unknown): Uint8Array;
  export function deserialize(data: Uint8Array): unknown;
}
