// Replaces what the glue of wasm-bindgen expects of the platform, for environments that lack or fake it:
// jest-environment-jsdom has no TextEncoder, and fake clocks replace queueMicrotask. Only names and messages of errors
// pass through here, so the texts are short.

export class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer> {
    const bytes: number[] = [];
    for (const letter of text) {
      const code = letter.codePointAt(0) ?? 0;
      if (code < 0x80) bytes.push(code);
      else if (code < 0x800) bytes.push(0xc0 | (code >> 6), tail(code));
      else if (code < 0x1_0000) bytes.push(0xe0 | (code >> 12), tail(code >> 6), tail(code));
      else bytes.push(0xf0 | (code >> 18), tail(code >> 12), tail(code >> 6), tail(code));
    }
    return Uint8Array.from(bytes);
  }

  encodeInto(text: string, view: Uint8Array): { read: number; written: number } {
    const bytes = this.encode(text);
    view.set(bytes);
    return { read: text.length, written: bytes.length };
  }
}

const tail = (code: number): number => 0x80 | (code & 0x3f);

export class TextDecoder {
  decode(bytes: Uint8Array = new Uint8Array()): string {
    let text = "";
    for (let at = 0; at < bytes.length; ) {
      const first = bytes[at++] ?? 0;
      const more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
      let code = more === 0 ? first : first & (0x3f >> more);
      for (let left = more; left > 0; left--) code = (code << 6) | ((bytes[at++] ?? 0) & 0x3f);
      text += String.fromCodePoint(code);
    }
    return text;
  }
}

const resolved = Promise.resolve();

export function queueMicrotask(callback: () => void): void {
  void resolved.then(callback);
}
