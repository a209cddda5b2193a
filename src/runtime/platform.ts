// Types of the platform, from the DOM lib or @types/node where a project has one of them. A project without them gets
// the parts that the package uses, so that the declarations need no lib.

type GlobalOf<Name extends string, Otherwise> = typeof globalThis extends {
  readonly [N in Name]: { readonly prototype: infer Instance };
}
  ? Instance
  : Otherwise;

export type AbortSignal = GlobalOf<
  "AbortSignal",
  {
    readonly aborted: boolean;
    readonly reason: unknown;
    throwIfAborted(): void;
    addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
    removeEventListener(type: "abort", listener: () => void): void;
  }
>;

export type Headers = GlobalOf<"Headers", { get(name: string): string | null; has(name: string): boolean }>;

export type Response = GlobalOf<
  "Response",
  {
    readonly ok: boolean;
    readonly status: number;
    readonly url: string;
    readonly headers: Headers;
    text(): Promise<string>;
    json(): Promise<unknown>;
    arrayBuffer(): Promise<ArrayBuffer>;
  }
>;

export type Request = GlobalOf<
  "Request",
  { readonly method: string; readonly url: string; readonly headers: Headers; readonly signal: AbortSignal }
>;

export type URL = GlobalOf<"URL", { readonly href: string }>;

export type Fetch = typeof globalThis extends { readonly fetch: infer F }
  ? F
  : (url: string | URL, init?: RequestInit) => Promise<Response>;

export type RequestInit = typeof globalThis extends { fetch(input: never, init?: infer Init): unknown }
  ? NonNullable<Init>
  : object;

type HeadersLike = Record<string, string> | Iterable<readonly [string, string]>;
export type HeadersInit = RequestInit extends { headers?: infer Init } ? NonNullable<Init> : HeadersLike;

export type BufferSource = ArrayBuffer | ArrayBufferView;

export type WasmModule = typeof globalThis extends {
  readonly WebAssembly: { readonly Module: { readonly prototype: infer Module } };
}
  ? Module
  : object;
