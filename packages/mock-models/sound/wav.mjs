export const SAMPLE_RATE = 22_050;
const HEADER = 44;

/**
 * A 16-bit mono WAV file.
 * @param {Float32Array} samples from -1 to 1
 * @returns {Buffer}
 */
export function encodeWav(samples) {
  const file = Buffer.alloc(HEADER + samples.length * 2);
  file.write("RIFF", 0);
  file.writeUInt32LE(file.length - 8, 4);
  file.write("WAVEfmt ", 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20); // PCM
  file.writeUInt16LE(1, 22); // channels
  file.writeUInt32LE(SAMPLE_RATE, 24);
  file.writeUInt32LE(SAMPLE_RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36);
  file.writeUInt32LE(samples.length * 2, 40);
  for (let i = 0; i < samples.length; i += 1) {
    file.writeInt16LE(Math.round(Math.max(-1, Math.min(1, samples[i])) * 32767), HEADER + i * 2);
  }
  return file;
}
